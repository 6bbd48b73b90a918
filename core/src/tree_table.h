/* SPDX-License-Identifier: MIT */
/* tree_table: numbers by hash, so that what is there already is found in time that does not grow with the tree. */
#ifndef CUTESHM_TREE_TABLE_H
#define CUTESHM_TREE_TABLE_H

#include <cuteshm/cuteshm.h>
#include <stdint.h>

struct tree_slot {
  uint32_t hash;
  uint32_t number; /* + 1; 0: empty */
};

/* Begins as {0}. */
struct tree_table {
  struct tree_slot *slots;
  uint32_t slot_count; /* a power of two, or 0 */
  uint32_t used;
};

/* The next number under a hash, UINT32_MAX past the last; *step is 0 before the first. The caller tells the right one. */
uint32_t cshm__table_next(const struct tree_table *table, uint32_t hash, uint32_t *step);

/* Makes room for one number more, so that adding it, once all else went well, cannot fail. CSHM_ERR_NO_MEMORY. */
cshm_status cshm__table_reserve(struct tree_table *table, cshm_error *err);
void cshm__table_add(struct tree_table *table, uint32_t hash, uint32_t number);

void cshm__table_free(struct tree_table *table);

#endif
