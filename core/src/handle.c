/* SPDX-License-Identifier: MIT */
#include "handle.h"

#include "error.h"
#include "platform.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/* An id is kind (8 bits), slot (24), generation (32). A slot's word is generation (32), references (16), pins (16). */
#define CHUNK_BITS 12
#define CHUNK_SIZE (1u << CHUNK_BITS)
#define CHUNK_COUNT (1u << (24 - CHUNK_BITS))
#define ONE_REFERENCE ((uint64_t)1 << 16)
#define ONE_PIN ((uint64_t)1)
#define COUNT_MAX 0xFFFFu
#define NO_SLOT UINT32_MAX

struct slot {
  _Atomic uint64_t word;
  uint32_t kind;
  uint32_t next_free;
  struct handle_target target;
};

/* Chunks are made when needed and stay: a slot's address never changes, so pins need no lock. The first costs nothing. */
static struct slot first_chunk[CHUNK_SIZE];
static _Atomic(struct slot *) chunks[CHUNK_COUNT];
static uint32_t slot_count;                                /* ever used */
static uint32_t first_free = NO_SLOT, last_free = NO_SLOT; /* a queue: an id stays stale as long as can be */
static _Atomic uint64_t live;

static uint32_t word_generation(uint64_t word) { return (uint32_t)(word >> 32); }
static uint32_t word_references(uint64_t word) { return (uint32_t)(word >> 16) & COUNT_MAX; }
static uint32_t word_pins(uint64_t word) { return (uint32_t)word & COUNT_MAX; }

static struct slot *slot_at(uint32_t number) {
  struct slot *chunk = atomic_load_explicit(&chunks[number >> CHUNK_BITS], memory_order_acquire);
  return chunk ? &chunk[number & (CHUNK_SIZE - 1)] : NULL;
}

static cshm_status stale(uint64_t id, cshm_error *err) {
  return cshm__fail(err, CSHM_ERR_STALE_HANDLE, 0,
                    "handle %#llx is not live: it was released, is of another kind, or never was",
                    (unsigned long long)id);
}

/* The slot of an id of that kind, or NULL. What the slot holds must still be compared with the generation. */
static struct slot *slot_of(uint64_t id, enum handle_kind kind) {
  if (id >> 56 != (uint64_t)kind) return NULL;
  return slot_at((uint32_t)(id >> 32) & 0xFFFFFFu);
}

/* Changes the counts by `step` if the id is live and the counts allow it. The kind was in the id when it was given out, and
 * the generation tells uses of a slot apart, but a made-up id may name another kind's slot: so the caller checks. */
static cshm_status change(struct slot *slot, uint64_t id, uint64_t step, bool up, cshm_error *err) {
  uint64_t word = atomic_load_explicit(&slot->word, memory_order_acquire), next;
  do {
    if (word_generation(word) != (uint32_t)id || word_references(word) == 0) return stale(id, err);
    if (up && (step == ONE_PIN ? word_pins(word) : word_references(word)) == COUNT_MAX)
      return cshm__fail(err, CSHM_ERR_LIMIT, 0, "handle %#llx has %u references, the most there can be",
                        (unsigned long long)id, COUNT_MAX);
    next = up ? word + step : word - step;
  } while (
      !atomic_compare_exchange_weak_explicit(&slot->word, &word, next, memory_order_acq_rel, memory_order_acquire));
  return CSHM_OK;
}

/* Called by the one whose step took the last reference or pin away. */
static void retire(struct slot *slot, uint32_t number) {
  struct handle_target target = slot->target;
  uint32_t generation = word_generation(atomic_load_explicit(&slot->word, memory_order_relaxed)) + 1;
  atomic_store_explicit(&slot->word, (uint64_t)generation << 32, memory_order_release);
  atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
  if (generation != 0) { /* a slot that has run through all generations is not used again */
    cshm__platform_lock(PLATFORM_LOCK_HANDLES);
    slot->next_free = NO_SLOT;
    if (last_free == NO_SLOT)
      first_free = number;
    else
      slot_at(last_free)->next_free = number;
    last_free = number;
    cshm__platform_unlock(PLATFORM_LOCK_HANDLES);
  }
  if (target.destroy) target.destroy(target.object, target.extra);
}

static bool is_last(uint64_t word) { return word_references(word) == 0 && word_pins(word) == 0; }

/* A slot never used, or NO_SLOT when memory or numbers have run out. Called with the lock held. */
static uint32_t new_slot(void) {
  if (slot_count == CHUNK_COUNT * CHUNK_SIZE) return NO_SLOT;
  if ((slot_count & (CHUNK_SIZE - 1)) == 0) {
    struct slot *chunk = slot_count == 0 ? first_chunk : calloc(CHUNK_SIZE, sizeof *chunk); /* zero, untouched pages */
    if (!chunk) return NO_SLOT;
    atomic_store_explicit(&chunks[slot_count >> CHUNK_BITS], chunk, memory_order_release);
  }
  return slot_count++;
}

static uint32_t take_slot(void) {
  cshm__platform_lock(PLATFORM_LOCK_HANDLES);
  uint32_t number = first_free;
  if (number == NO_SLOT) {
    number = new_slot();
  } else {
    first_free = slot_at(number)->next_free;
    if (first_free == NO_SLOT) last_free = NO_SLOT;
  }
  cshm__platform_unlock(PLATFORM_LOCK_HANDLES);
  return number;
}

cshm_status cshm__handle_new(enum handle_kind kind, struct handle_target target, uint64_t *id, cshm_error *err) {
  uint32_t number = take_slot();
  if (number == NO_SLOT) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for one more handle");
  struct slot *slot = slot_at(number);
  slot->kind = (uint32_t)kind; /* written before it is read: of a new page, either way round costs a fault */
  slot->target = target;
  uint64_t word = atomic_load_explicit(&slot->word, memory_order_relaxed);
  atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
  atomic_store_explicit(&slot->word, word | ONE_REFERENCE, memory_order_release);
  *id = (uint64_t)kind << 56 | (uint64_t)number << 32 | word_generation(word);
  return CSHM_OK;
}

void cshm__handle_unpin(uint64_t id) {
  uint32_t number = (uint32_t)(id >> 32) & 0xFFFFFFu;
  struct slot *slot = slot_at(number);
  uint64_t before = atomic_fetch_sub_explicit(&slot->word, ONE_PIN, memory_order_acq_rel);
  if (is_last(before - ONE_PIN)) retire(slot, number);
}

cshm_status cshm__handle_pin(uint64_t id, enum handle_kind kind, struct handle_target *target, cshm_error *err) {
  struct slot *slot = slot_of(id, kind);
  if (!slot) return stale(id, err);
  cshm_status status = change(slot, id, ONE_PIN, true, err);
  if (status) return status;
  if (slot->kind != (uint32_t)kind) {
    cshm__handle_unpin(id);
    return stale(id, err);
  }
  *target = slot->target;
  return CSHM_OK;
}

/* The pin makes sure of the kind, and that the slot is not used anew between the check and the step. */
static cshm_status count_reference(uint64_t id, enum handle_kind kind, bool up, cshm_error *err) {
  struct handle_target target;
  cshm_status status = cshm__handle_pin(id, kind, &target, err);
  if (status) return status;
  status = change(slot_of(id, kind), id, ONE_REFERENCE, up, err);
  cshm__handle_unpin(id);
  return status;
}

cshm_status cshm__handle_retain(uint64_t id, enum handle_kind kind, cshm_error *err) {
  return count_reference(id, kind, true, err);
}

cshm_status cshm__handle_release(uint64_t id, enum handle_kind kind, cshm_error *err) {
  return count_reference(id, kind, false, err);
}

uint64_t cshm__handle_live(void) { return atomic_load_explicit(&live, memory_order_relaxed); }
