/* SPDX-License-Identifier: MIT */
#include "manifest_open.h"

#include "error.h"
#include "manifest_check.h"
#include "platform.h"

#include <stdlib.h>
#include <string.h>

cshm_status cshm__manifest_parse(const struct manifest_syntax *syntax, const struct document_source *source,
                                 struct document **document, cshm_error *err) {
  struct document *made = malloc(sizeof *made);
  if (!made) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "%s: no memory to read it", source->name);
  cshm__document_init(made, source->name);
  cshm_status status = syntax->parse(source, made, err);
  if (!status) status = cshm__manifest_check(made, err);
  if (status)
    cshm__manifest_close(made);
  else
    *document = made;
  return status;
}

void cshm__manifest_close(struct document *document) {
  cshm__document_free(document);
  free(document);
}

/* ---- files ---- */

static const struct manifest_syntax *syntax_of(const char *path) {
  const char *dot = strrchr(path, '.');
  for (size_t i = 0; dot && i < MANIFEST_SYNTAXES; i++)
    if (strcmp(dot + 1, cshm__manifest_syntaxes[i]->extension) == 0) return cshm__manifest_syntaxes[i];
  return &cshm__manifest_yaml;
}

/* All of a file, and of one that is too large one byte more than it may have: the parser refuses it then. */
static cshm_status read_all(int file, const char *path, struct text *text, cshm_error *err) {
  const size_t limit = MANIFEST_MAX_SIZE + 1;
  size_t piece = 4096, length = 1;
  while (length > 0 && text->length < limit) {
    size_t wanted = piece < limit - text->length ? piece : limit - text->length;
    char *room = cshm__text_room(text, wanted);
    if (!room) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "%s: no memory to read it", path);
    cshm_status status = cshm__platform_file_read(file, room, wanted, &length, err);
    if (status) return cshm__fail_about(err, status, "%s", path);
    text->length += length;
    piece += piece / 2;
  }
  return CSHM_OK;
}

cshm_status cshm__manifest_open(const char *path, struct document **document, cshm_error *err) {
  struct text text = {.data = NULL};
  int file;
  cshm_status status = cshm__platform_path_open(path, &file, err);
  if (status) return status;
  status = read_all(file, path, &text, err);
  cshm__platform_close(file);
  struct document_source source = {text.data, text.length, path};
  if (!status) status = cshm__manifest_parse(syntax_of(path), &source, document, err);
  free(text.data);
  return status;
}
