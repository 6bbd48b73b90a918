/* SPDX-License-Identifier: MIT */
/* manifest_check: what a document must mean to be a manifest, or a layout. */
#ifndef CUTESHM_MANIFEST_CHECK_H
#define CUTESHM_MANIFEST_CHECK_H

#include "document.h"

/* Of a manifest: the head; every path, dtype, shape and order; attributes; arrays that lie inside of the segment and do not overlap.
 * Unknown keys are passed over. Of a layout (a document that has the key "cute-shm-layout"): that it can be declared, and that it has
 * no other keys than these. CSHM_ERR_CORRUPT, CSHM_ERR_VERSION, CSHM_ERR_BAD_TYPE, CSHM_ERR_BAD_NAME, CSHM_ERR_LIMIT, all with file,
 * line and column; CSHM_ERR_NO_MEMORY. */
cshm_status cshm__manifest_check(const struct document *document, cshm_error *err);

#endif
