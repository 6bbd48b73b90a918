/* SPDX-License-Identifier: MIT */
#include "json.h"

#include "error.h"
#include "utf8.h"

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool cshm__json_peek(struct json *in, char *next) {
  while (in->at < in->length && is_space(in->text[in->at]))
    in->at++;
  if (in->at == in->length) return false;
  *next = in->text[in->at];
  return true;
}

bool cshm__json_take(struct json *in, char wanted) {
  char next;
  if (!cshm__json_peek(in, &next) || next != wanted) return false;
  in->at++;
  return true;
}

static bool hex_digit(char c, uint32_t *value) {
  if (is_digit(c))
    *value = (uint32_t)(c - '0');
  else if (c >= 'a' && c <= 'f')
    *value = (uint32_t)(c - 'a') + 10;
  else if (c >= 'A' && c <= 'F')
    *value = (uint32_t)(c - 'A') + 10;
  else
    return false;
  return true;
}

/* The XXXX of a \uXXXX that begins at `at`. */
static bool unicode_escape(const struct json *in, size_t at, uint32_t *unit) {
  if (in->length - at < 6 || in->text[at] != '\\' || in->text[at + 1] != 'u') return false;
  *unit = 0;
  for (size_t i = at + 2; i < at + 6; i++) {
    uint32_t digit;
    if (!hex_digit(in->text[i], &digit)) return false;
    *unit = *unit << 4 | digit;
  }
  return true;
}

static bool unicode_char(struct json *in, uint32_t *code) {
  uint32_t high, low;
  if (!unicode_escape(in, in->at, &high)) return false;
  if (high < 0xD800 || high > 0xDFFF) {
    *code = high;
    in->at += 6;
    return true;
  }
  if (high > 0xDBFF || !unicode_escape(in, in->at + 6, &low) || low < 0xDC00 || low > 0xDFFF) return false;
  *code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
  in->at += 12;
  return true;
}

static bool escaped_char(struct json *in, uint32_t *code) {
  static const char letters[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  if (in->length - in->at < 2) return false;
  for (size_t i = 0; letters[i]; i++) {
    if (in->text[in->at + 1] == letters[i]) {
      *code = (uint32_t)meanings[i];
      in->at += 2;
      return true;
    }
  }
  return unicode_char(in, code);
}

bool cshm__json_char(struct json *in, uint32_t *code) {
  if (in->at == in->length || in->text[in->at] == '"') return false;
  if (in->text[in->at] == '\\') return escaped_char(in, code);
  size_t count = cshm__utf8_next(in->text + in->at, in->length - in->at, code);
  if (count == 0 || *code < 0x20) return false;
  in->at += count;
  return true;
}

bool cshm__json_take_string(struct json *in, const char **string, size_t *length) {
  uint32_t code;
  if (!cshm__json_take(in, '"')) return false;
  size_t start = in->at - 1;
  while (cshm__json_char(in, &code))
    continue;
  if (in->at == in->length || in->text[in->at] != '"') return false;
  in->at++;
  *string = in->text + start;
  *length = in->at - start;
  return true;
}

bool cshm__json_take_count(struct json *in, int64_t *count) {
  char next;
  if (!cshm__json_peek(in, &next) || next < '1' || next > '9') return false;
  *count = 0;
  while (in->at < in->length && is_digit(in->text[in->at])) {
    *count = *count * 10 + (in->text[in->at] - '0');
    if (*count > INT32_MAX) return false;
    in->at++;
  }
  return true;
}

/* Decodes into `out`, or only counts where it is NULL. */
static bool decode(const char *text, size_t length, char *out, size_t *decoded) {
  struct json in = {text, length, 0};
  size_t size = 0;
  uint32_t code;
  if (!cshm__json_take(&in, '"')) return false;
  while (cshm__json_char(&in, &code)) {
    char bytes[4];
    size += cshm__utf8_put(code, out ? out + size : bytes);
  }
  *decoded = size;
  return in.at + 1 == length && text[in.at] == '"';
}

cshm_status cshm__json_string(const char *text, size_t length, char *buffer, size_t *buffer_length, cshm_error *err) {
  size_t decoded;
  if (!decode(text, length, NULL, &decoded))
    return cshm__fail(err, CSHM_ERR_BAD_TYPE, 0, "not a JSON string: %.*s", (int)(length < 200 ? length : 200), text);
  size_t room = *buffer_length;
  *buffer_length = decoded;
  if (decoded >= room)
    return cshm__fail(err, CSHM_ERR_BUFFER_TOO_SMALL, 0, "a string of %zu bytes does not fit in a buffer of %zu",
                      decoded, room);
  decode(text, length, buffer, &decoded);
  buffer[decoded] = '\0';
  return CSHM_OK;
}
