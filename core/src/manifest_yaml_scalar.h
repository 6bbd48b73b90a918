/* SPDX-License-Identifier: MIT */
/* manifest_yaml_scalar: what a plain scalar of YAML is, after the core schema of YAML 1.2. */
#ifndef CUTESHM_MANIFEST_YAML_SCALAR_H
#define CUTESHM_MANIFEST_YAML_SCALAR_H

#include "document.h"

/* Fills kind and value of *node. Returns NULL; or, where it is a number that no reader could hold, what is wanted instead. */
const char *cshm__yaml_scalar(const char *text, size_t length, struct document_node *node);

#endif
