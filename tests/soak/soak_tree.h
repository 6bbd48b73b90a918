/* SPDX-License-Identifier: MIT */
/* The tree that all workers of the soak make: every element of every array, and an attribute, are the number of its generation, on
 * which a shape depends, too. So a torn tree shows, and one that is mixed from two generations. */
#ifndef CUTESHM_SOAK_TREE_H
#define CUTESHM_SOAK_TREE_H

#include <cuteshm/cuteshm.h>
#include <stdbool.h>

/* Creates a project of this number, and attaches it. */
cshm_status soak_tree_publish(cshm_store store, const char *project, int64_t number, bool overwrite, uint32_t lifetime,
                              cshm_attachment *attachment, cshm_error *err);

/* The number of what is attached, or -1 where anything in it is not of that number. */
int64_t soak_tree_number(cshm_attachment attachment);

#endif
