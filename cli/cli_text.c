/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* localtime_r, wcwidth */

#include "cli_text.h"

#include <cuteshm/cuteshm.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

/* ---- characters ------------------------------------------------------------------------------------ */

size_t cli_next(const char *text, uint32_t *code) {
  static const struct {
    unsigned char mask, lead;
    uint32_t least;
  } forms[] = {{0x80, 0x00, 0}, {0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}};
  unsigned char first = (unsigned char)text[0];
  for (size_t more = 0; more < sizeof forms / sizeof forms[0]; more++) {
    if ((first & forms[more].mask) != forms[more].lead) continue;
    uint32_t value = first & (unsigned char)~forms[more].mask;
    size_t i = 1;
    for (; i <= more && ((unsigned char)text[i] & 0xC0) == 0x80; i++)
      value = value << 6 | ((unsigned char)text[i] & 0x3F);
    if (i <= more || value < forms[more].least || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) break;
    *code = value;
    return more + 1;
  }
  *code = UINT32_MAX;
  return 1;
}

int cli_is_plain(uint32_t code) {
  return code >= 0x20 && code <= 0x10FFFF && (code < 0x7F || code > 0x9F) && /* C0, DEL, C1 */
         (code < 0x200E || code > 0x200F) && (code < 0x2028 || code > 0x202E) && (code < 0x2066 || code > 0x2069);
}

/* Writes an escape for a character that is not plain; returns its length. */
static int format_escape(uint32_t code, unsigned char byte, char text[16]) {
  if (code == '\n') return snprintf(text, 16, "\\n");
  if (code == '\t') return snprintf(text, 16, "\\t");
  if (code == UINT32_MAX || code < 0x100)
    return snprintf(text, 16, "\\x%02x", code == UINT32_MAX ? byte : (unsigned)code);
  return snprintf(text, 16, "\\u%04" PRIx32, code);
}

void cli_print(FILE *out, const char *text) {
  while (*text) {
    uint32_t code;
    size_t length = cli_next(text, &code);
    char escape[16];
    if (cli_is_plain(code)) {
      fwrite(text, 1, length, out);
    } else {
      format_escape(code, (unsigned char)*text, escape);
      fputs(escape, out);
    }
    text += length;
  }
}

int cli_width(const char *text) {
  int width = 0;
  while (*text) {
    uint32_t code;
    size_t length = cli_next(text, &code);
    char escape[16];
    int columns = cli_is_plain(code) ? wcwidth((wchar_t)code) : format_escape(code, (unsigned char)*text, escape);
    width += columns < 0 ? 1 : columns;
    text += length;
  }
  return width;
}

void cli_print_padded(FILE *out, const char *text, int width) {
  cli_print(out, text);
  fprintf(out, "%*s", width > cli_width(text) ? width - cli_width(text) : 0, "");
}

int cli_print_cut(FILE *out, const char *text, int width, const char *mark) {
  int used = 0, room = width - cli_width(mark), whole = cli_width(text);
  if (whole <= width) {
    fputs(text, out);
    return whole;
  }
  while (*text) {
    uint32_t code;
    char piece[8] = "";
    size_t length = cli_next(text, &code);
    memcpy(piece, text, length);
    if (used + cli_width(piece) > room) break;
    used += cli_width(piece);
    fputs(piece, out);
    text += length;
  }
  fputs(mark, out);
  return used + cli_width(mark);
}

/* ---- numbers --------------------------------------------------------------------------------------- */

void cli_format_size(uint64_t nbytes, char text[CLI_SIZE_TEXT]) {
  static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double size = (double)nbytes;
  size_t unit = 0;
  while (size >= 999.95 && unit + 1 < sizeof units / sizeof units[0]) {
    size /= 1024;
    unit++;
  }
  snprintf(text, CLI_SIZE_TEXT, "%.*f %s", unit > 0, size, units[unit]);
}

void cli_format_time(uint64_t since_1970_ns, char text[CLI_SIZE_TEXT]) {
  time_t seconds = (time_t)(since_1970_ns / UINT64_C(1000000000));
  struct tm parts;
  if (!localtime_r(&seconds, &parts) || strftime(text, CLI_SIZE_TEXT, "%Y-%m-%d %H:%M:%S", &parts) == 0)
    snprintf(text, CLI_SIZE_TEXT, "?");
}

void cli_format_count(uint64_t count, const char *noun, char text[CLI_SIZE_TEXT]) {
  snprintf(text, CLI_SIZE_TEXT, "%" PRIu64 " %s%s", count, noun, count == 1 ? "" : "s");
}

const char *cli_lifetime_name(uint32_t lifetime) {
  return lifetime == CSHM_OWNER ? "owner" : lifetime == CSHM_LAST_USER ? "last-user" : "persistent";
}
