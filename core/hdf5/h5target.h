/* SPDX-License-Identifier: MIT */
/* h5target: the project that a load makes. */
#ifndef CUTESHM_H5TARGET_H
#define CUTESHM_H5TARGET_H

#include <cuteshm/hdf5.h>

struct h5target {
  cshm_store store;
  const char *project;
  const cshm_hdf5_options *options;
};

/* A new builder for it, in place of *builder. What cshm_builder_open may give. */
cshm_status cshm__h5_target_open(const struct h5target *target, cshm_builder *builder, cshm_error *err);

/* Aborts what is not published, and sets the id to 0. Twice is fine. */
void cshm__h5_target_close(cshm_builder *builder);

/* Options that begin with all there is here, as far as the caller of `function` has them; NULL: the defaults.
 * CSHM_ERR_INVALID_ARGUMENT. */
cshm_status cshm__h5_target_options(const char *function, const cshm_hdf5_options *given, cshm_hdf5_options *options,
                                    cshm_error *err);

#endif
