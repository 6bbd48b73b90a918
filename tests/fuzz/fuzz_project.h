/* SPDX-License-Identifier: MIT */
/* fuzz_project: what must hold of any project, and of two that are the same. */
#ifndef CUTESHM_FUZZ_PROJECT_H
#define CUTESHM_FUZZ_PROJECT_H

#include <cuteshm/cuteshm.h>

/* Reads all arrays, attributes and notes, whose dtypes and shapes must go with their bytes. */
void fuzz_read_project(cshm_attachment attachment);

/* That one has the arrays of the other, with the same elements, and the same groups and attributes' names. */
void fuzz_same_project(cshm_attachment one, cshm_attachment other);

#endif
