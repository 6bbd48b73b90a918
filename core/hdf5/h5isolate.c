/* SPDX-License-Identifier: MIT */
#include "h5isolate.h"

#include "error.h"
#include "h5process.h"
#include "h5target.h"
#include "h5wire.h"
#include "utf8.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECONDS 4u
#define PAUSE_MS 50 /* so often a caller is asked whether to go on while nothing comes */

struct isolating {
  struct h5target target;
  const char *file;
  const cshm_hdf5_options *options;
  cshm_builder builder; /* id 0: there is none */
  struct h5process process;
  struct h5inbox inbox;
  uint32_t arrays;
  bool allocated;
  uint64_t *nbytes; /* not NULL: the file is only measured, and there is no project */
  bool measured;
  bool done;
  uint64_t told;
  uint64_t total;
  cshm_error *err;
};

/* ---- what can go wrong ----------------------------------------------------------------------------- */

/* What it sent is not what that program sends: HDF5 has written where it should not. */
static cshm_status nonsense(const struct isolating *isolating) {
  return cshm__fail(isolating->err, CSHM_ERR_HDF5, 0,
                    "%s: HDF5 got out of hand (what the process that reads the file sends makes no sense); the file is "
                    "damaged, and nothing was created",
                    isolating->file);
}

static cshm_status no_memory(const struct isolating *isolating) {
  return cshm__fail(isolating->err, CSHM_ERR_NO_MEMORY, 0, "out of memory while loading %s", isolating->file);
}

static const char *work_words(uint32_t work) {
  switch (work) {
  case H5AT_LOOKING:
    return "while it looked at";
  case H5AT_READING:
    return "while it read";
  default:
    return "while it opened the file";
  }
}

/* The process is gone, and what it shared was copied before. */
static cshm_status died(const struct isolating *isolating, const struct h5at *at, const struct h5process_fate *fate) {
  static const char *const ends[] = {"ended", "crashed", "came to no end", "was killed"};
  const char *path = !cshm__utf8_valid(at->path, strlen(at->path)) ? "(an object whose name is garbled)"
                     : at->path[0] != '\0'                         ? at->path
                                                                   : "/";
  bool named = at->work == H5AT_LOOKING || at->work == H5AT_READING;
  return cshm__fail(isolating->err, CSHM_ERR_HDF5, 0,
                    "%s: HDF5 %s %s%s%s%s (%s); the file may be damaged; nothing was created%s", isolating->file,
                    ends[fate->end], work_words(at->work), named ? " '" : "", named ? path : "", named ? "'" : "",
                    fate->words, named ? ": try to exclude that object" : "");
}

/* It has closed its end before it was done; or, with another `error`, the socket cannot be used. */
static cshm_status gone(struct isolating *isolating, int error) {
  struct h5process_fate fate;
  if (error && error != EPIPE && error != ECONNRESET)
    return cshm__fail_errno(isolating->err, error, "talking to the process that reads %s", isolating->file);
  struct h5at at = *isolating->process.at;
  at.path[sizeof at.path - 1] = '\0';
  cshm__h5_process_end(&isolating->process, &fate);
  return died(isolating, &at, &fate);
}

/* ---- what is told to the process ------------------------------------------------------------------- */

/* Asks the caller whether to go on. */
static cshm_status tell(const struct isolating *isolating) {
  const cshm_hdf5_options *options = isolating->options;
  if (!options->progress || options->progress(options->user, isolating->told, isolating->total) == 0) return CSHM_OK;
  return cshm__fail(isolating->err, CSHM_ERR_CANCELLED, 0, "cancelled; nothing was created");
}

static cshm_status wait_for(const struct isolating *isolating, bool to_send) {
  int timeout = isolating->options->progress ? PAUSE_MS : -1;
  for (;;) {
    int ready = cshm__h5_socket_wait(isolating->process.socket, to_send, timeout);
    if (ready > 0) return CSHM_OK;
    if (ready < 0)
      return cshm__fail_errno(isolating->err, errno, "waiting for the process that reads %s", isolating->file);
    cshm_status status = tell(isolating);
    if (status) return status;
  }
}

static cshm_status send_all(struct isolating *isolating, const struct h5wire *wire, int descriptor) {
  cshm_status status = wire->no_memory ? no_memory(isolating) : CSHM_OK;
  for (size_t sent = 0; !status && sent < wire->used;) {
    ptrdiff_t more =
        cshm__h5_socket_send(isolating->process.socket, wire->data + sent, wire->used - sent, sent ? -1 : descriptor);
    if (more < 0) return gone(isolating, errno);
    sent += (size_t)more;
    if (sent < wire->used) status = wait_for(isolating, true);
  }
  return status;
}

static cshm_status send_start(struct isolating *isolating) {
  const cshm_hdf5_options *options = isolating->options;
  struct h5wire wire = {0};
  cshm__h5_wire_begin(&wire, H5WIRE_START);
  cshm__h5_wire_u32(&wire, isolating->nbytes != NULL);
  cshm__h5_wire_u64(&wire, (uint64_t)getpid());
  cshm__h5_wire_u64(&wire, options->isolate_memory);
  cshm__h5_wire_u32(&wire, options->isolate_seconds ? options->isolate_seconds : SECONDS);
  cshm__h5_wire_u32(&wire, options->strict);
  cshm__h5_wire_u32(&wire, options->threads);
  cshm__h5_wire_u32(&wire, options->native_endian);
  cshm__h5_wire_u32(&wire, options->external_links);
  cshm__h5_wire_u64(&wire, options->max_bytes_per_dataset);
  cshm__h5_wire_text(&wire, options->select);
  cshm__h5_wire_text(&wire, options->exclude);
  cshm__h5_wire_text(&wire, isolating->target.project);
  cshm__h5_wire_text(&wire, isolating->file);
  cshm__h5_wire_end(&wire);
  cshm_status status = send_all(isolating, &wire, isolating->process.page);
  cshm__h5_wire_free(&wire);
  return status;
}

static void put_places(const struct isolating *isolating, struct h5wire *wire, int *descriptor) {
  cshm__h5_wire_u32(wire, isolating->arrays);
  for (uint32_t array = 0; array < isolating->arrays; array++) {
    uint64_t offset = 0, nbytes = 0;
    cshm_builder_place(isolating->builder, array, descriptor, &offset, &nbytes, NULL);
    cshm__h5_wire_u64(wire, offset);
    cshm__h5_wire_u64(wire, nbytes);
  }
}

/* A failure is told, too: it may have more to say about it, and says so when it is done. */
static cshm_status allocate(struct isolating *isolating) {
  cshm_error said = CSHM_ERROR_INIT;
  struct h5wire wire = {0};
  int descriptor = -1;
  cshm_status status = cshm_builder_allocate(isolating->builder, &said);
  isolating->allocated = status == CSHM_OK;
  cshm__h5_wire_begin(&wire, H5WIRE_ALLOCATED);
  cshm__h5_wire_u32(&wire, (uint32_t)status);
  cshm__h5_wire_u32(&wire, (uint32_t)said.sys_errno);
  cshm__h5_wire_text(&wire, said.message);
  if (!status) put_places(isolating, &wire, &descriptor);
  cshm__h5_wire_end(&wire);
  status = send_all(isolating, &wire, descriptor);
  cshm__h5_wire_free(&wire);
  return status;
}

/* ---- what it tells --------------------------------------------------------------------------------- */

static cshm_status take_group(struct isolating *isolating, struct h5letter *letter) {
  const char *path = cshm__h5_letter_text(letter);
  if (!cshm__h5_letter_good(letter)) return nonsense(isolating);
  return cshm_builder_group(isolating->builder, path, isolating->err);
}

/* Lengths of dimensions, `ndim` of them. */
static void take_shape(struct h5letter *letter, uint32_t *ndim, int64_t shape[CSHM_MAX_NDIM]) {
  *ndim = cshm__h5_letter_u32(letter);
  if (*ndim > CSHM_MAX_NDIM) letter->bad = true;
  if (letter->bad) *ndim = 0;
  for (uint32_t i = 0; i < *ndim; i++)
    shape[i] = (int64_t)cshm__h5_letter_u64(letter);
}

static cshm_status take_array(struct isolating *isolating, struct h5letter *letter) {
  int64_t shape[CSHM_MAX_NDIM];
  uint32_t ndim, array = 0;
  const char *path = cshm__h5_letter_text(letter), *dtype = cshm__h5_letter_text(letter);
  uint32_t order = cshm__h5_letter_u32(letter);
  take_shape(letter, &ndim, shape);
  if (!cshm__h5_letter_good(letter)) return nonsense(isolating);
  cshm_status status = cshm_builder_array(isolating->builder, path, dtype, ndim, shape, order, &array, isolating->err);
  if (status) return status;
  if (array != isolating->arrays) return nonsense(isolating);
  isolating->arrays++;
  return CSHM_OK;
}

static cshm_status take_alias(struct isolating *isolating, struct h5letter *letter) {
  const char *path = cshm__h5_letter_text(letter);
  uint32_t array = cshm__h5_letter_u32(letter);
  if (!cshm__h5_letter_good(letter)) return nonsense(isolating);
  return cshm_builder_alias(isolating->builder, path, array, isolating->err);
}

static cshm_status take_attribute(struct isolating *isolating, struct h5letter *letter) {
  int64_t shape[CSHM_MAX_NDIM];
  uint32_t ndim;
  const char *path = cshm__h5_letter_text(letter), *name = cshm__h5_letter_text(letter);
  const char *dtype = cshm__h5_letter_text(letter);
  take_shape(letter, &ndim, shape);
  uint64_t nbytes = letter->left;
  const void *data = cshm__h5_letter_bytes(letter, nbytes);
  if (!cshm__h5_letter_good(letter)) return nonsense(isolating);
  return cshm_builder_attribute(isolating->builder, path, name, dtype, ndim, shape, data, nbytes, isolating->err);
}

static cshm_status take_note(struct isolating *isolating, struct h5letter *letter) {
  uint32_t kind = cshm__h5_letter_u32(letter);
  const char *key = cshm__h5_letter_text(letter), *text = cshm__h5_letter_text(letter);
  if (!cshm__h5_letter_good(letter)) return nonsense(isolating);
  return cshm_builder_note(isolating->builder, kind, key, text, isolating->err);
}

static cshm_status take_progress(struct isolating *isolating, struct h5letter *letter) {
  uint64_t told = cshm__h5_letter_u64(letter), total = cshm__h5_letter_u64(letter);
  if (!cshm__h5_letter_good(letter) || told > total) return nonsense(isolating);
  isolating->told = told;
  isolating->total = total;
  return tell(isolating);
}

static cshm_status take_nbytes(struct isolating *isolating, struct h5letter *letter) {
  uint64_t nbytes = cshm__h5_letter_u64(letter);
  if (!isolating->nbytes || !cshm__h5_letter_good(letter)) return nonsense(isolating);
  *isolating->nbytes = nbytes;
  isolating->measured = true;
  return CSHM_OK;
}

static cshm_status take_done(struct isolating *isolating, struct h5letter *letter) {
  uint32_t status = cshm__h5_letter_u32(letter), sys_errno = cshm__h5_letter_u32(letter);
  const char *message = cshm__h5_letter_text(letter);
  bool good = cshm__h5_letter_good(letter) && message && status <= CSHM_ERR_TIMEOUT;
  if (!good || !cshm__utf8_valid(message, strlen(message))) return nonsense(isolating);
  isolating->done = true;
  if (status) return cshm__fail(isolating->err, (cshm_status)status, (int)sys_errno, "%s", message);
  return (isolating->nbytes ? isolating->measured : isolating->allocated) ? CSHM_OK : nonsense(isolating);
}

static cshm_status begin_again(struct isolating *isolating) {
  isolating->arrays = 0;
  isolating->allocated = false;
  return cshm__h5_target_open(&isolating->target, &isolating->builder, isolating->err);
}

/* What makes the project. */
static cshm_status take_declaration(struct isolating *isolating, struct h5letter *letter) {
  if (isolating->nbytes) return nonsense(isolating);
  switch (letter->kind) {
  case H5WIRE_AGAIN:
    return begin_again(isolating);
  case H5WIRE_GROUP:
    return take_group(isolating, letter);
  case H5WIRE_ARRAY:
    return take_array(isolating, letter);
  case H5WIRE_ALIAS:
    return take_alias(isolating, letter);
  case H5WIRE_ATTRIBUTE:
    return take_attribute(isolating, letter);
  case H5WIRE_NOTE:
    return take_note(isolating, letter);
  case H5WIRE_ALLOCATE:
    return allocate(isolating);
  default:
    return nonsense(isolating);
  }
}

static cshm_status take(struct isolating *isolating, struct h5letter *letter) {
  switch (letter->kind) {
  case H5WIRE_PROGRESS:
    return take_progress(isolating, letter);
  case H5WIRE_NBYTES:
    return take_nbytes(isolating, letter);
  case H5WIRE_DONE:
    return take_done(isolating, letter);
  default:
    return take_declaration(isolating, letter);
  }
}

static cshm_status receive(struct isolating *isolating) {
  size_t room;
  void *at = cshm__h5_inbox_room(&isolating->inbox, &room);
  if (!at) return no_memory(isolating);
  cshm_status status = wait_for(isolating, false);
  if (status) return status;
  ptrdiff_t got = cshm__h5_socket_receive(isolating->process.socket, at, room, NULL);
  if (got <= 0) return gone(isolating, got < 0 ? errno : 0);
  cshm__h5_inbox_add(&isolating->inbox, (size_t)got);
  return CSHM_OK;
}

static cshm_status converse(struct isolating *isolating) {
  cshm_status status = send_start(isolating);
  while (!status && !isolating->done) {
    struct h5letter letter;
    bool bad;
    if (cshm__h5_inbox_next(&isolating->inbox, &letter, &bad))
      status = take(isolating, &letter);
    else
      status = bad ? nonsense(isolating) : receive(isolating);
  }
  return status;
}

cshm_status cshm__h5_isolate_nbytes(const char *file, const cshm_hdf5_options *options, uint64_t *nbytes,
                                    cshm_error *err) {
  uint64_t measured = 0;
  struct isolating isolating = {.file = file, .options = options, .nbytes = &measured, .err = err};
  cshm_status status = cshm__h5_process_begin(&isolating.process, err);
  if (!status) status = converse(&isolating);
  cshm__h5_process_end(&isolating.process, NULL);
  cshm__h5_inbox_free(&isolating.inbox);
  if (!status) *nbytes = measured;
  return status;
}

cshm_status cshm__h5_isolate(cshm_store store, const char *project, const char *file, const cshm_hdf5_options *options,
                             cshm_attachment *attachment, cshm_error *err) {
  struct isolating isolating = {.target = {store, project, options}, .file = file, .options = options, .err = err};
  isolating.process = (struct h5process)H5PROCESS_INIT;
  /* First: a project that is there already costs no process. */
  cshm_status status = cshm__h5_target_open(&isolating.target, &isolating.builder, err);
  if (!status) status = cshm__h5_process_begin(&isolating.process, err);
  if (!status) status = converse(&isolating);
  cshm__h5_process_end(&isolating.process, NULL); /* from here on nobody else writes to the segment */
  if (!status) status = cshm_builder_publish(isolating.builder, attachment, err);
  if (status) cshm__h5_target_close(&isolating.builder);
  cshm__h5_inbox_free(&isolating.inbox);
  return status;
}
