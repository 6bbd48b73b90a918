/* SPDX-License-Identifier: MIT */
/* manifest_toml_parse: the border to toml++, which is C++. */
#ifndef CUTESHM_MANIFEST_TOML_PARSE_H
#define CUTESHM_MANIFEST_TOML_PARSE_H

#include "manifest_head.h"

/* Reads a head from its text. CSHM_ERR_CORRUPT, CSHM_ERR_VERSION. */
cshm_status cshm__toml_parse_head(const char *text, size_t length, const char *file, struct manifest_head *head,
                                  cshm_error *err);

#endif
