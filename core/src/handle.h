/* SPDX-License-Identifier: MIT */
/*
 * handle: ids for the objects that callers hold. An id names a slot and the generation of its use, so that a released or
 * made-up id is told from a live one, whatever finalizers do.
 *
 * Each slot counts two things: references, which callers take and release, and pins, which calls in progress hold. The
 * object is destroyed when both are gone: so a call never loses its object, and a release too many is an error.
 */
#ifndef CUTESHM_HANDLE_H
#define CUTESHM_HANDLE_H

#include <cuteshm/cuteshm.h>
#include <stdint.h>

enum handle_kind {
  HANDLE_STORE = 1,
  HANDLE_BUILDER = 2,
  HANDLE_ATTACHMENT = 3,
  HANDLE_ARRAY = 4,
  HANDLE_LISTING = 5,
  HANDLE_MANIFEST = 6
};

/* What a handle stands for: an object and, for kinds that need no object of their own, a number beside it. */
struct handle_target {
  void *object;
  uint64_t extra;
  void (*destroy)(void *object, uint64_t extra);
};

/* A new handle with one reference, which takes the target over. On failure the caller keeps the target. */
cshm_status cshm__handle_new(enum handle_kind kind, struct handle_target target, uint64_t *id, cshm_error *err);

/* Keeps the target alive until cshm__handle_unpin(id). CSHM_ERR_STALE_HANDLE; lock-free. */
cshm_status cshm__handle_pin(uint64_t id, enum handle_kind kind, struct handle_target *target, cshm_error *err);
void cshm__handle_unpin(uint64_t id);

/* One reference more, one less. CSHM_ERR_STALE_HANDLE, CSHM_ERR_LIMIT. */
cshm_status cshm__handle_retain(uint64_t id, enum handle_kind kind, cshm_error *err);
cshm_status cshm__handle_release(uint64_t id, enum handle_kind kind, cshm_error *err);

uint64_t cshm__handle_live(void);

#endif
