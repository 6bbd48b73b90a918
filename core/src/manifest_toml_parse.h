/* SPDX-License-Identifier: MIT */
/* manifest_toml_parse: the border to toml++, which is C++. */
#ifndef CUTESHM_MANIFEST_TOML_PARSE_H
#define CUTESHM_MANIFEST_TOML_PARSE_H

#include "manifest_head.h"

/* Reads a head from its text. CSHM_ERR_CORRUPT, CSHM_ERR_VERSION. */
cshm_status cshm__toml_parse_head(const char *text, size_t length, const char *file, struct manifest_head *head,
                                  cshm_error *err);

/* Reads a whole text, of bounded size, depth and number of values, into a document that is empty. CSHM_ERR_CORRUPT,
 * CSHM_ERR_LIMIT, CSHM_ERR_NO_MEMORY. */
cshm_status cshm__toml_parse_document(const char *text, size_t length, struct document *document, cshm_error *err);

#endif
