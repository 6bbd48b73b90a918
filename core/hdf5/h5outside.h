/* SPDX-License-Identifier: MIT */
/* h5outside: what lies in other files: sources of virtual datasets, raw files. Which of them are read is not left to whoever
 * wrote the file. */
#ifndef CUTESHM_H5OUTSIDE_H
#define CUTESHM_H5OUTSIDE_H

#include "h5plan.h"
#include "h5words.h"

/* Whether a dataset with this creation property list has data in other files, or in other datasets. */
bool cshm__h5_outside_is(hid_t plist);

/* Whether the raw files of a dataset with this creation property list are there, and may be read: they lie in the folder of the
 * plan's file, or below it, unless the plan says that any will do. False: see `reason`. */
bool cshm__h5_outside_raw_allowed(const struct h5plan *plan, hid_t plist, struct h5reason *reason);

/* Opens a dataset so that names of other files count from the folder of the plan's file. Negative: HDF5 cannot. */
hid_t cshm__h5_outside_open(const struct h5plan *plan, hid_t file, const char *path);

/* An access property list to follow links with: those into other files where the plan allows it. The plan must live as long.
 * Negative: HDF5 cannot. */
hid_t cshm__h5_outside_access(const struct h5plan *plan, hid_t class);

/* For H5Pset_elink_cb, with the plan. */
herr_t cshm__h5_outside_follow(const char *group, const char *name, const char *file, const char *object,
                               unsigned *flags, hid_t access, void *user);

/* Whether the file that an open object is in may be read. False: see `reason`. */
bool cshm__h5_outside_has(const struct h5plan *plan, hid_t object, struct h5reason *reason);

/* The absolute path of the file that `name` means in `folder`, which the caller frees. NULL: it is not there (*absent is then
 * true; `absent` may be NULL), or it may not be read; see `reason`. */
char *cshm__h5_outside_find(const struct h5plan *plan, const char *folder, const char *name, bool *absent,
                            struct h5reason *reason);

#endif
