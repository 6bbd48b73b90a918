/* SPDX-License-Identifier: MIT */
/*
 * h5stand: stands in for libcuteshm's builders in the program that reads a file for another process. The functions of
 * <cuteshm/cuteshm.h> that are defined here declare a project to that process, which makes it, and write into its segment.
 */
#ifndef CUTESHM_H5STAND_H
#define CUTESHM_H5STAND_H

#include <cuteshm/hdf5.h>
#include <stdbool.h>

/* What the other process wants. The texts last as long as the program. */
struct h5order {
  cshm_hdf5_options options;
  const char *project; /* NULL where the file is only measured */
  const char *file;
  bool measure;
};

/* Receives it, and limits this process as it says. False: the other process is gone. */
bool cshm__h5_stand_begin(struct h5order *order);

/* Tells how much there is in a file that was measured. */
void cshm__h5_stand_measured(uint64_t nbytes);

/* Tells how it went. */
void cshm__h5_stand_end(cshm_status status, const cshm_error *err);

#endif
