/* SPDX-License-Identifier: MIT */
/* h5declare: tells a builder what is in a plan. */
#ifndef CUTESHM_H5DECLARE_H
#define CUTESHM_H5DECLARE_H

#include "h5file.h"
#include "h5plan.h"

/* Declares all groups, datasets, aliases and attributes of a plan in a new builder, and the notes. What the builder refuses
 * for itself (a dtype, a name, a limit) is dropped from the plan. Can be repeated with another builder.
 * Returns what the builder may give for other reasons, and CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_declare(struct h5plan *plan, const struct h5file *file, cshm_builder builder, cshm_error *err);

#endif
