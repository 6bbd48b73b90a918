/* SPDX-License-Identifier: MIT */
/* h5scale: the attributes by which HDF5's dimension scales and the datasets that use them know each other. */
#ifndef CUTESHM_H5SCALE_H
#define CUTESHM_H5SCALE_H

#include "h5raw.h"
#include "h5source.h"

/*
 *     DIMENSION_LIST   of a dataset: for each dimension a sequence of references to its scales. Becomes the path of its
 *                      scale, "" where it has none; where one has several, the caller has to read the sequences
 *     REFERENCE_LIST   of a scale: pairs of a reference to a dataset and a dimension of it. Becomes pairs of its path and
 *                      the dimension
 */
bool cshm__h5_scale_is_known(const char *name, const struct h5source *source);

/* Reads one that is known, its targets only. False: see `reason`. */
bool cshm__h5_scale(struct h5plan *plan, struct h5raw *raw, const struct h5source *source, struct h5value *value,
                    struct h5reason *reason);

#endif
