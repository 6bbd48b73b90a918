/* SPDX-License-Identifier: MIT */
/* h5link: the links of a group, before what they lead to is looked at. */
#ifndef CUTESHM_H5LINK_H
#define CUTESHM_H5LINK_H

#include "h5plan.h"
#include "h5words.h"

/* Whether a link's name can be that of a node at `path`. False: see `reason`. */
bool cshm__h5_link_name(const char *path, const char *name, struct h5reason *reason);

/* Whether a link can be followed at all. A soft one, or one into another file where that is allowed, becomes H5KIND_SOFT.
 * False: see `reason`. */
bool cshm__h5_link(struct h5plan *plan, hid_t group, const char *name, const H5L_info_t *info, struct h5node *node,
                   struct h5reason *reason);

#endif
