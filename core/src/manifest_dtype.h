/* SPDX-License-Identifier: MIT */
/* manifest_dtype: a dtype as a document has it: a typestring, a list of fields in JSON, or, in a layout, numpy's name of it or a
 * list of fields as lists. */
#ifndef CUTESHM_MANIFEST_DTYPE_H
#define CUTESHM_MANIFEST_DTYPE_H

#include "document.h"
#include "text.h"

/* Sets *text to it as one string with a NUL at its end, one that cshm__dtype_parse accepts, and *parts; `by_hand` allows what
 * only a layout may have. CSHM_ERR_BAD_TYPE, CSHM_ERR_CORRUPT, with line and column; CSHM_ERR_NO_MEMORY. */
cshm_status cshm__manifest_dtype(const struct document *document, uint32_t node, bool by_hand, struct text *text,
                                 cshm_dtype *parts, cshm_error *err);

#endif
