/* SPDX-License-Identifier: MIT */
#include "h5plan.h"

#include "h5words.h"
#include "utf8.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)64 << 10)
#define MAX_NODES ((size_t)1 << 31) /* which take hundreds of GiB */

/* Memory is taken from blocks and given back with the plan: nobody has to free a single string. */
struct h5block {
  struct h5block *next;
  size_t used;
  size_t size;
  max_align_t data[];
};

void cshm__h5_plan_begin(struct h5plan *plan) {
  memset(plan, 0, sizeof *plan);
  plan->skip_end = &plan->skips;
}

void cshm__h5_plan_end(struct h5plan *plan) {
  while (plan->blocks) {
    struct h5block *block = plan->blocks;
    plan->blocks = block->next;
    free(block);
  }
  free(plan->nodes);
  free(plan->slots);
  cshm__h5_plan_begin(plan);
}

static struct h5block *add_block(struct h5plan *plan, size_t size) {
  if (size > SIZE_MAX / 2) return NULL;
  struct h5block *block = (struct h5block *)calloc(1, sizeof *block + size);
  if (!block) return NULL;
  block->size = size;
  /* A block made for one large thing is full: it goes behind the one that still has room. */
  struct h5block **place = size > BLOCK_SIZE && plan->blocks ? &plan->blocks->next : &plan->blocks;
  block->next = *place;
  *place = block;
  return block;
}

void *cshm__h5_plan_alloc(struct h5plan *plan, size_t size) {
  size_t step = alignof(max_align_t);
  if (size > SIZE_MAX / 2) return NULL;
  size_t wanted = (size + step - 1) / step * step;
  struct h5block *block = plan->blocks;
  if (!block || block->size - block->used < wanted) block = add_block(plan, wanted > BLOCK_SIZE ? wanted : BLOCK_SIZE);
  if (!block) return NULL;
  void *memory = (char *)block->data + block->used;
  block->used += wanted;
  return memory;
}

char *cshm__h5_plan_copy(struct h5plan *plan, const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = (char *)cshm__h5_plan_alloc(plan, size);
  if (copy) memcpy(copy, text, size);
  return copy;
}

static struct h5kept *find_kept(struct h5plan *plan, const unsigned char *bytes, size_t size) {
  uint32_t hash = 2166136261;
  for (size_t i = 0; i < size; i++)
    hash = (hash ^ bytes[i]) * 16777619;
  return &plan->kept[(hash ^ hash >> 16) % H5PLAN_KEPT];
}

const void *cshm__h5_plan_keep(struct h5plan *plan, const void *bytes, size_t size) {
  struct h5kept *kept = find_kept(plan, (const unsigned char *)bytes, size);
  if (kept->bytes && kept->size == size && memcmp(kept->bytes, bytes, size) == 0) return kept->bytes;
  void *copy = cshm__h5_plan_alloc(plan, size);
  if (!copy) return NULL;
  if (size > 0) memcpy(copy, bytes, size);
  *kept = (struct h5kept){copy, size};
  return copy;
}

const char *cshm__h5_plan_keep_text(struct h5plan *plan, const char *text) {
  return (const char *)cshm__h5_plan_keep(plan, text, strlen(text) + 1);
}

char *cshm__h5_plan_join(struct h5plan *plan, const char *group, const char *name) {
  size_t front = strlen(group), back = strlen(name);
  size_t slash = front > 0;
  char *path = (char *)cshm__h5_plan_alloc(plan, front + slash + back + 1);
  if (!path) return NULL;
  memcpy(path, group, front);
  memcpy(path + front, "/", slash);
  memcpy(path + front + slash, name, back + 1);
  return path;
}

cshm_status cshm__h5_plan_node(struct h5plan *plan, const char *path, uint64_t address, size_t *number) {
  if (plan->node_count >= MAX_NODES) return CSHM_ERR_NO_MEMORY;
  if (plan->node_count == plan->node_capacity) {
    size_t capacity = plan->node_capacity ? 2 * plan->node_capacity : 64;
    struct h5node *nodes = (struct h5node *)realloc(plan->nodes, capacity * sizeof *nodes);
    if (!nodes) return CSHM_ERR_NO_MEMORY;
    plan->nodes = nodes;
    plan->node_capacity = capacity;
  }
  struct h5node *node = &plan->nodes[plan->node_count];
  memset(node, 0, sizeof *node);
  node->kind = H5KIND_HARD;
  node->path = path;
  node->address = address;
  node->array = UINT32_MAX;
  *number = plan->node_count++;
  return CSHM_OK;
}

static uint32_t *find_slot(const struct h5plan *plan, uint64_t address) {
  size_t mask = plan->slot_count - 1;
  uint64_t hash = address * UINT64_C(0x9E3779B97F4A7C15);
  size_t at = (size_t)(hash >> 32) & mask;
  while (plan->slots[at] != 0 && plan->nodes[plan->slots[at] - 1].address != address)
    at = (at + 1) & mask;
  return &plan->slots[at];
}

size_t cshm__h5_plan_at(const struct h5plan *plan, uint64_t address) {
  if (plan->slot_count == 0) return H5PLAN_NONE;
  size_t slot = *find_slot(plan, address);
  return slot == 0 ? H5PLAN_NONE : slot - 1;
}

static cshm_status grow_slots(struct h5plan *plan) {
  uint32_t *old = plan->slots;
  size_t old_count = plan->slot_count;
  size_t count = old_count ? 2 * old_count : 64;
  uint32_t *slots = (uint32_t *)calloc(count, sizeof *slots);
  if (!slots) return CSHM_ERR_NO_MEMORY;
  plan->slots = slots;
  plan->slot_count = count;
  for (size_t i = 0; i < old_count; i++)
    if (old[i] != 0) *find_slot(plan, plan->nodes[old[i] - 1].address) = old[i];
  free(old);
  return CSHM_OK;
}

cshm_status cshm__h5_plan_enter(struct h5plan *plan, uint64_t address, size_t node) {
  cshm_status status = 2 * (plan->slot_used + 1) > plan->slot_count ? grow_slots(plan) : CSHM_OK;
  if (status != CSHM_OK) return status;
  plan->nodes[node].address = address;
  *find_slot(plan, address) = (uint32_t)node + 1;
  plan->slot_used++;
  return CSHM_OK;
}

cshm_status cshm__h5_plan_attribute(struct h5plan *plan, size_t node, const char *name, const struct h5value *value) {
  struct h5attribute *attribute = (struct h5attribute *)cshm__h5_plan_alloc(plan, sizeof *attribute);
  if (!attribute) return CSHM_ERR_NO_MEMORY;
  attribute->name = cshm__h5_plan_keep_text(plan, name);
  if (!attribute->name) return CSHM_ERR_NO_MEMORY;
  attribute->value = *value;
  struct h5node *owner = &plan->nodes[node];
  if (owner->attributes)
    *owner->attribute_end = attribute;
  else
    owner->attributes = attribute;
  owner->attribute_end = &attribute->next;
  return CSHM_OK;
}

/* Writes one byte that is not UTF-8, and returns the end. */
static char *put_escape(char *out, unsigned char byte) {
  static const char hex[] = "0123456789abcdef";
  *out++ = '\\';
  *out++ = 'x';
  *out++ = hex[byte >> 4];
  *out++ = hex[byte & 15];
  return out;
}

char *cshm__h5_plan_printable(struct h5plan *plan, const char *text) {
  size_t length = strlen(text);
  char *printable = (char *)cshm__h5_plan_alloc(plan, 4 * length + 1);
  char *out = printable;
  for (size_t step; out && length > 0; text += step, length -= step) {
    uint32_t code;
    step = cshm__utf8_next(text, length, &code);
    if (step == 0) {
      out = put_escape(out, (unsigned char)*text);
      step = 1;
    } else {
      memcpy(out, text, step);
      out += step;
    }
  }
  return printable;
}

cshm_status cshm__h5_plan_skip(struct h5plan *plan, const char *path, const char *attribute, const char *reason) {
  if (cshm__h5_reason_is_memory(reason)) return CSHM_ERR_NO_MEMORY; /* which says nothing against the file */
  struct h5skip *skip = (struct h5skip *)cshm__h5_plan_alloc(plan, sizeof *skip);
  size_t front = strlen(path), back = attribute ? strlen(attribute) + 1 : 0;
  char *name = (char *)cshm__h5_plan_alloc(plan, front + back + 1);
  if (!skip || !name) return CSHM_ERR_NO_MEMORY;
  memcpy(name, path, front);
  if (attribute) {
    name[front] = '@';
    memcpy(name + front + 1, attribute, back - 1);
  }
  skip->of = path;
  skip->path = cshm__h5_plan_printable(plan, name);
  skip->reason = cshm__h5_plan_printable(plan, reason);
  if (!skip->path || !skip->reason) return CSHM_ERR_NO_MEMORY;
  *plan->skip_end = skip;
  plan->skip_end = &skip->next;
  plan->skip_count++;
  return CSHM_OK;
}

cshm_status cshm__h5_plan_drop(struct h5plan *plan, size_t node, const char *reason) {
  plan->nodes[node].kind = H5KIND_SKIPPED;
  return cshm__h5_plan_skip(plan, plan->nodes[node].path, NULL, reason);
}

uint64_t cshm__h5_plan_nbytes(const struct h5plan *plan) {
  uint64_t sum = 0;
  for (size_t i = 0; i < plan->node_count; i++) {
    uint64_t more = plan->nodes[i].kind == H5KIND_DATASET ? plan->nodes[i].value.nbytes : 0;
    sum = more > UINT64_MAX - sum ? UINT64_MAX : sum + more; /* a small file can declare any size */
  }
  return sum;
}
