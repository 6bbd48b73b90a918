/* SPDX-License-Identifier: MIT */
#include "h5saverefs.h"

#include <stdlib.h>

bool cshm__h5_saverefs_begin(struct h5saverefs *refs, const struct h5savetree *tree, hid_t file) {
  refs->tree = tree;
  refs->file = file;
  refs->known = (hobj_ref_t *)calloc(tree->count, sizeof *refs->known);
  return refs->known != NULL;
}

void cshm__h5_saverefs_end(struct h5saverefs *refs) {
  free(refs->known);
  refs->known = NULL;
}

bool cshm__h5_saverefs_put(struct h5saverefs *refs, const char *path, hobj_ref_t *reference, struct h5reason *reason) {
  uint32_t node;
  if (!cshm__h5_savetree_target(refs->tree, path, &node)) {
    cshm__h5_reason(reason, "it changes while it is saved");
    return false;
  }
  *reference = 0;
  if (node == H5SAVETREE_NULL) return true;
  hobj_ref_t *known = &refs->known[node];
  if (*known == 0 && H5Rcreate(known, refs->file, path, H5R_OBJECT, H5I_INVALID_HID) < 0) {
    cshm__h5_reason_words(reason, "a reference cannot be made");
    return false;
  }
  *reference = *known;
  return true;
}

bool cshm__h5_saverefs_lead(const struct h5savetree *tree, char *const *strings, uint64_t count) {
  uint32_t node;
  for (uint64_t i = 0; i < count; i++)
    if (!cshm__h5_savetree_target(tree, strings[i], &node)) return false;
  return true;
}
