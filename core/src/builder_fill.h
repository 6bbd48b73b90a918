/* SPDX-License-Identifier: MIT */
/* builder_fill: writes the elements that a layout fills its arrays with. */
#ifndef CUTESHM_BUILDER_FILL_H
#define CUTESHM_BUILDER_FILL_H

#include "builder.h"

/* Into a segment that is zero so far, in pieces that fit in the cache. */
cshm_status cshm__builder_fill(const struct builder *builder, const struct layout *layout, int segment,
                               cshm_error *err);

#endif
