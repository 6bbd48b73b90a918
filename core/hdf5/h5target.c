/* SPDX-License-Identifier: MIT */
#include "h5target.h"

#include "error.h"

#include <string.h>

void cshm__h5_target_close(cshm_builder *builder) {
  if (builder->id != 0) cshm_builder_abort(*builder, NULL);
  builder->id = 0;
}

cshm_status cshm__h5_target_open(const struct h5target *target, cshm_builder *builder, cshm_error *err) {
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  options.overwrite = target->options->overwrite;
  options.lifetime = target->options->lifetime;
  options.sealed = target->options->sealed;
  options.producer = target->options->producer;
  cshm__h5_target_close(builder);
  return cshm_builder_open(target->store, target->project, &options, builder, err);
}

cshm_status cshm__h5_target_options(const char *function, const cshm_hdf5_options *given, cshm_hdf5_options *options,
                                    cshm_error *err) {
  *options = (cshm_hdf5_options)CSHM_HDF5_OPTIONS_INIT;
  if (!given) return CSHM_OK;
  if (given->size < sizeof given->size)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0, "%s: options: set up with CSHM_HDF5_OPTIONS_INIT", function);
  memcpy(options, given, given->size < sizeof *options ? given->size : sizeof *options);
  return CSHM_OK;
}
