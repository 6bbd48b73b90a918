/* SPDX-License-Identifier: MIT */
/* Manifests and layouts as text. */
#include "api_struct.h"
#include "error.h"
#include "handle.h"
#include "manifest_open.h"
#include "mapping.h"

#include <stdlib.h>

static void destroy(void *object, uint64_t extra) {
  (void)extra;
  cshm__manifest_close(object);
}

/* Hands a document over to a new handle, or ends it. */
static cshm_status hand_out(struct document *document, cshm_manifest *manifest, cshm_error *err) {
  struct handle_target target = {.object = document, .destroy = destroy};
  cshm_status status = cshm__handle_new(HANDLE_MANIFEST, target, &manifest->id, err);
  if (status) cshm__manifest_close(document);
  return status;
}

/* NULL: no such format. */
static const struct manifest_syntax *syntax_of(uint32_t format, cshm_error *err) {
  if (format == CSHM_MANIFEST_DEFAULT) return &cshm__manifest_yaml;
  if (format <= MANIFEST_SYNTAXES) return cshm__manifest_syntaxes[format - 1];
  cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0, "format %u is not one of default (0), YAML (1), TOML (2)", format);
  return NULL;
}

cshm_status cshm_manifest_read(const char *file, cshm_manifest *manifest, cshm_error *err) {
  struct document *document;
  if (!file || !manifest) return cshm__null_argument(file ? "manifest" : "file", err);
  cshm_status status = cshm__manifest_open(file, &document, err);
  return status ? status : hand_out(document, manifest, err);
}

cshm_status cshm_manifest_parse(const char *text, size_t nbytes, uint32_t format, const char *name,
                                cshm_manifest *manifest, cshm_error *err) {
  const struct manifest_syntax *syntax = syntax_of(format, err);
  struct document *document;
  if (!syntax) return CSHM_ERR_INVALID_ARGUMENT;
  if ((!text && nbytes > 0) || !manifest) return cshm__null_argument(manifest ? "text" : "manifest", err);
  struct document_source source = {text ? text : "", nbytes, name ? name : "manifest"};
  cshm_status status = cshm__manifest_parse(syntax, &source, &document, err);
  return status ? status : hand_out(document, manifest, err);
}

cshm_status cshm_manifest_close(cshm_manifest manifest, cshm_error *err) {
  return cshm__handle_release(manifest.id, HANDLE_MANIFEST, err);
}

static cshm_status text_out(cshm_status status, const struct text *text, char *buffer, size_t *length,
                            cshm_error *err) {
  if (!status) status = cshm__bytes_out(text->data, text->length, buffer, length, err);
  free(text->data);
  return status;
}

cshm_status cshm_manifest_text(cshm_manifest manifest, uint32_t format, char *buffer, size_t *length, cshm_error *err) {
  const struct manifest_syntax *syntax = syntax_of(format, err);
  struct handle_target target;
  struct text text = {.data = NULL};
  if (!syntax) return CSHM_ERR_INVALID_ARGUMENT;
  cshm_status status = cshm__handle_pin(manifest.id, HANDLE_MANIFEST, &target, err);
  if (status) return status;
  status = syntax->write_document(target.object, &text, err);
  cshm__handle_unpin(manifest.id);
  return text_out(status, &text, buffer, length, err);
}

cshm_status cshm_attachment_manifest(cshm_attachment attachment, uint32_t format, char *buffer, size_t *length,
                                     cshm_error *err) {
  const struct manifest_syntax *syntax = syntax_of(format, err);
  struct handle_target target;
  struct text text = {.data = NULL};
  if (!syntax) return CSHM_ERR_INVALID_ARGUMENT;
  cshm_status status = cshm__handle_pin(attachment.id, HANDLE_ATTACHMENT, &target, err);
  if (status) return status;
  const struct mapping *mapping = target.object;
  if (cshm__mapping_is_published(mapping))
    status = syntax->write(&mapping->index, mapping->segment, &text, err);
  else
    status = cshm__fail(err, CSHM_ERR_STATE, 0, "project '%s' is not published yet, and has no manifest",
                        mapping->index.header->project);
  cshm__handle_unpin(attachment.id);
  return text_out(status, &text, buffer, length, err);
}
