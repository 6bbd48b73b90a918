/* SPDX-License-Identifier: MIT */
/* manifest_write: a project's index as a manifest, in every syntax. */
#ifndef CUTESHM_MANIFEST_WRITE_H
#define CUTESHM_MANIFEST_WRITE_H

#include "manifest.h"
#include "manifest_emit.h"

/* Adds the whole manifest. CSHM_ERR_NO_MEMORY. */
cshm_status cshm__manifest_write(const struct manifest_dialect *dialect, const struct index *index, const char *segment,
                                 struct text *text, cshm_error *err);

#endif
