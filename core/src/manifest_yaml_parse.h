/* SPDX-License-Identifier: MIT */
/* manifest_yaml_parse: a whole text in YAML, by libyaml's events. */
#ifndef CUTESHM_MANIFEST_YAML_PARSE_H
#define CUTESHM_MANIFEST_YAML_PARSE_H

#include "document.h"

/* See struct manifest_syntax. Beyond what the head refuses: more than one document, keys that are no single values, merge keys,
 * and numbers that 64 bits do not hold. */
cshm_status cshm__yaml_parse(const struct document_source *source, struct document *document, cshm_error *err);

#endif
