/* SPDX-License-Identifier: MIT */
/* builder_sealed: the last steps of a project that is to be sealed, and gets neither a name nor a manifest. */
#ifndef CUTESHM_BUILDER_SEALED_H
#define CUTESHM_BUILDER_SEALED_H

#include "builder.h"

/* As cshm__builder_map_published and cshm__builder_publish. */
cshm_status cshm__builder_sealed_map(struct builder *builder, struct mapping **mapping, cshm_error *err);
cshm_status cshm__builder_sealed_publish(struct builder *builder, struct mapping *mapping, bool attached,
                                         cshm_error *err);

#endif
