/* SPDX-License-Identifier: MIT */
#include "store_share.h"

#include "error.h"

#include <stdlib.h>
#include <string.h>

static cshm_status find_access(uint32_t access, struct platform_share *share, cshm_error *err) {
  const char *wanted = getenv("CUTE_SHM_ACCESS");
  if (access > CSHM_ACCESS_READ_WRITE)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0, "access %u is neither read (1) nor read-write (2)", access);
  share->writable = access == CSHM_ACCESS_READ_WRITE;
  if (access != CSHM_ACCESS_DEFAULT) return CSHM_OK;
  share->keeps = !wanted || wanted[0] == '\0';
  share->writable = !share->keeps && strcmp(wanted, "rw") == 0;
  if (share->keeps || share->writable || strcmp(wanted, "r") == 0) return CSHM_OK;
  return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0,
                    "the environment variable CUTE_SHM_ACCESS is \"%.40s\": set it to \"r\" or \"rw\"", wanted);
}

cshm_status cshm__store_share(const cshm_store_options *options, struct platform_share *share, cshm_error *err) {
  const char *group = options->group ? options->group : getenv("CUTE_SHM_GROUP");
  memset(share, 0, sizeof *share);
  if (!group || group[0] == '\0') return CSHM_OK;
  cshm_status status = find_access(options->access, share, err);
  if (!status) status = cshm__platform_group_find(group, &share->group, err);
  if (!status) status = cshm__platform_group_check(share->group, err);
  if (!status) share->shared = true;
  return status;
}

void cshm__store_share_settle(const char *root, struct platform_share *share) {
  if (share->shared && share->keeps) share->writable = cshm__platform_directory_group_writable(root);
}
