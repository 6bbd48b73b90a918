/* SPDX-License-Identifier: MIT */
/* Manifests and layouts as text. */
#include "error.h"

#include <cuteshm/cuteshm.h>

#define PENDING(name) cshm__fail(err, CSHM_ERR_UNSUPPORTED, 0, name " is not built yet")

cshm_status cshm_manifest_read(const char *file, cshm_manifest *manifest, cshm_error *err) {
  (void)file, (void)manifest;
  return PENDING("cshm_manifest_read");
}

cshm_status cshm_manifest_parse(const char *text, size_t nbytes, uint32_t format, const char *name,
                                cshm_manifest *manifest, cshm_error *err) {
  (void)text, (void)nbytes, (void)format, (void)name, (void)manifest;
  return PENDING("cshm_manifest_parse");
}

cshm_status cshm_manifest_close(cshm_manifest manifest, cshm_error *err) {
  (void)manifest;
  return PENDING("cshm_manifest_close");
}

cshm_status cshm_manifest_text(cshm_manifest manifest, uint32_t format, char *buffer, size_t *length, cshm_error *err) {
  (void)manifest, (void)format, (void)buffer, (void)length;
  return PENDING("cshm_manifest_text");
}

cshm_status cshm_attachment_manifest(cshm_attachment attachment, uint32_t format, char *buffer, size_t *length,
                                     cshm_error *err) {
  (void)attachment, (void)format, (void)buffer, (void)length;
  return PENDING("cshm_attachment_manifest");
}
