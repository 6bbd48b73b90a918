/* SPDX-License-Identifier: MIT */
/* store_share: the group that a store is shared with, from options and environment. */
#ifndef CUTESHM_STORE_SHARE_H
#define CUTESHM_STORE_SHARE_H

#include "platform.h"

#include <cuteshm/cuteshm.h>

/* What options and environment say of the group. Where they do not say what its users may do, *share has `keeps`: see
 * cshm__store_share_settle. CSHM_ERR_INVALID_ARGUMENT, CSHM_ERR_NOT_FOUND, CSHM_ERR_PERMISSION: not a member. */
cshm_status cshm__store_share(const cshm_store_options *options, struct platform_share *share, cshm_error *err);

/* Where nobody said what the group may do, the store's directory does: what a store has, all that is put into it gets. */
void cshm__store_share_settle(const char *root, struct platform_share *share);

#endif
