/* SPDX-License-Identifier: MIT */
/* Declared, and being built: each goes where it belongs as it is. */
#include "error.h"

#include <cuteshm/cuteshm.h>

static cshm_status pending(cshm_error *err) { return cshm__fail(err, CSHM_ERR_UNSUPPORTED, 0, "not built yet"); }

cshm_status cshm_attachment_export_fd(cshm_attachment attachment, int32_t *fd, cshm_error *err) {
  (void)attachment;
  (void)fd;
  return pending(err);
}

cshm_status cshm_attach_fd(int32_t fd, const cshm_attach_options *options, cshm_attachment *attachment,
                           cshm_error *err) {
  (void)fd;
  (void)options;
  (void)attachment;
  return pending(err);
}
