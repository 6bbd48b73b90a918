/* SPDX-License-Identifier: MIT */
/*
 * api_struct: structs that cross the border. Each begins with its own size, as its user was compiled; the library copies the
 * smaller of the two sizes, so that older and newer programs both fit.
 */
#ifndef CUTESHM_API_STRUCT_H
#define CUTESHM_API_STRUCT_H

#include <cuteshm/cuteshm.h>
#include <stddef.h>

/* Copies what the caller gave over our defaults in *ours (`size` bytes). NULL leaves the defaults. `name` is for messages.
 * CSHM_ERR_INVALID_ARGUMENT: a size that no version of the struct had. */
cshm_status cshm__struct_in(void *ours, size_t size, const void *theirs, const char *name, cshm_error *err);

/* Copies ours to the caller, whose own size stays. */
cshm_status cshm__struct_out(void *theirs, const void *ours, size_t size, const char *name, cshm_error *err);

/* A string out, as the rules on top of cuteshm.h say. */
cshm_status cshm__string_out(const char *text, char *buffer, size_t *length, cshm_error *err);

/* The same of one that does not end with a NUL. */
cshm_status cshm__bytes_out(const char *text, size_t wanted, char *buffer, size_t *length, cshm_error *err);

/* CSHM_ERR_INVALID_ARGUMENT: `what` is NULL. */
cshm_status cshm__null_argument(const char *what, cshm_error *err);

#endif
