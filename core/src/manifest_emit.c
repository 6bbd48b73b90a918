/* SPDX-License-Identifier: MIT */
#include "manifest_emit.h"

#include <string.h>

static void add(const struct emitter *emitter, const char *word) { cshm__text_add_word(emitter->text, word); }

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static bool is_bare_letter(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

/* Whether some YAML takes it for another thing than a string, in any case of its letters. */
static bool is_reserved(const char *key, size_t length) {
  static const char *const words[] = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    size_t same = 0;
    if (strlen(words[i]) != length) continue;
    while (same < length && (key[same] | 0x20) == words[i][same])
      same++;
    if (same == length) return true;
  }
  return false;
}

bool cshm__emit_is_bare(const char *key, size_t length) {
  bool bare = length > 0 && length <= EMIT_LONG_KEY && is_letter(key[0]);
  for (size_t i = 1; i < length && bare; i++)
    bare = is_bare_letter(key[i]);
  return bare && !is_reserved(key, length);
}

void cshm__emit_key(const struct emitter *emitter, const char *key) {
  add(emitter, key);
  add(emitter, emitter->dialect->assign);
}

void cshm__emit_quoted_key(const struct emitter *emitter, const char *key, size_t length) {
  add(emitter, length > EMIT_LONG_KEY ? emitter->dialect->long_key : "");
  cshm__text_add_quoted(emitter->text, key, length);
  add(emitter, emitter->dialect->assign);
}

void cshm__emit_list_open(const struct emitter *emitter, const char *list, size_t length) {
  if (!emitter->dialect->list_open) return;
  cshm__text_add(emitter->text, list, length);
  add(emitter, emitter->dialect->list_open);
}

void cshm__emit_item_open(const struct emitter *emitter, const char *list, size_t length) {
  add(emitter, emitter->dialect->item_open);
  if (emitter->dialect->list_open) return;
  cshm__text_add(emitter->text, list, length);
  add(emitter, "]]\n");
}

void cshm__emit_item_next(const struct emitter *emitter) { add(emitter, emitter->dialect->item_next); }

void cshm__emit_item_close(const struct emitter *emitter) { add(emitter, emitter->dialect->item_close); }

void cshm__emit_map_next(const struct emitter *emitter, const char *map, size_t length, bool first) {
  const struct manifest_dialect *dialect = emitter->dialect;
  if (!first) add(emitter, dialect->map_next ? dialect->map_next : dialect->item_next);
  if (!first && dialect->map_next) return;
  cshm__text_add(emitter->text, map, length);
  add(emitter, dialect->map_open);
}

void cshm__emit_map_close(const struct emitter *emitter) { add(emitter, emitter->dialect->map_close); }
