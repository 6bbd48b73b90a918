/* SPDX-License-Identifier: MIT */
/* tree_private: what tree.c and tree_content.c share. */
#ifndef CUTESHM_TREE_PRIVATE_H
#define CUTESHM_TREE_PRIVATE_H

#include "tree.h"

/* Appends a record of `size` bytes; *number tells which it is. */
cshm_status cshm__tree_record(struct records *records, const void *record, size_t size, uint32_t *number,
                              cshm_error *err);

/* Adds a string and its NUL. */
cshm_status cshm__tree_string(struct tree *tree, const char *text, size_t length, uint32_t *offset, cshm_error *err);

/* Adds an array node without an array yet, and the groups above it. CSHM_ERR_EXISTS, CSHM_ERR_BAD_NAME. */
cshm_status cshm__tree_leaf(struct tree *tree, const char *path, uint32_t *number, cshm_error *err);

#endif
