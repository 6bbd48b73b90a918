/* SPDX-License-Identifier: MIT */
#include "tree_table.h"

#include "error.h"

#include <stdlib.h>

#define FIRST_SLOTS 32u

uint32_t cshm__table_next(const struct tree_table *table, uint32_t hash, uint32_t *step) {
  uint32_t mask = table->slot_count - 1;
  while (table->slot_count > 0) {
    const struct tree_slot *slot = &table->slots[(hash + (*step)++) & mask];
    if (slot->number == 0) break;
    if (slot->hash == hash) return slot->number - 1;
  }
  return UINT32_MAX;
}

static void put(struct tree_table *table, struct tree_slot entry) {
  uint32_t mask = table->slot_count - 1, at = entry.hash & mask;
  while (table->slots[at].number != 0)
    at = (at + 1) & mask;
  table->slots[at] = entry;
}

/* Keeps at least half of the slots empty. */
cshm_status cshm__table_reserve(struct tree_table *table, cshm_error *err) {
  struct tree_table grown = {.used = table->used};
  if (table->used < table->slot_count / 2) return CSHM_OK;
  grown.slot_count = table->slot_count ? table->slot_count * 2 : FIRST_SLOTS;
  grown.slots = calloc(grown.slot_count, sizeof *grown.slots);
  if (!grown.slots) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for a table of %u names", table->used);
  for (uint32_t i = 0; i < table->slot_count; i++)
    if (table->slots[i].number != 0) put(&grown, table->slots[i]);
  free(table->slots);
  *table = grown;
  return CSHM_OK;
}

void cshm__table_add(struct tree_table *table, uint32_t hash, uint32_t number) {
  put(table, (struct tree_slot){hash, number + 1});
  table->used++;
}

void cshm__table_free(struct tree_table *table) {
  free(table->slots);
  *table = (struct tree_table){NULL, 0, 0};
}
