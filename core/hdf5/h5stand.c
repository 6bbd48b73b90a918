/* SPDX-License-Identifier: MIT */
#include "h5stand.h"

#include "builder_window.h"
#include "error.h"
#include "h5isolate.h"
#include "h5process.h"
#include "h5wire.h"
#include "platform.h"
#include "tree.h"

#include <stdlib.h>
#include <string.h>

#define FULL ((size_t)64 << 10) /* declarations are sent when there are so many */

struct place {
  uint64_t offset;
  uint64_t nbytes;
};

/* The one builder of this program. What may be declared is found out here; the other process looks again. */
static struct {
  bool opened;
  struct tree tree;
  struct h5wire out;
  struct h5inbox in;
  int segment;
  uint64_t segment_size;
  struct place *places;
  uint32_t place_count;
  struct builder_window window;
} stand = {.segment = -1};

/* ---- the socket ------------------------------------------------------------------------------------ */

/* Without the other process there is nothing left to do. */
static cshm_status flush(cshm_error *err) {
  if (stand.out.no_memory) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "out of memory while declaring the arrays");
  for (size_t sent = 0; sent < stand.out.used;) {
    ptrdiff_t more = cshm__h5_socket_send(H5PROCESS_SOCKET, stand.out.data + sent, stand.out.used - sent, -1);
    if (more < 0) return cshm__fail(err, CSHM_ERR_CANCELLED, 0, "nobody waits for the file any more");
    sent += (size_t)more;
    if (more == 0) cshm__h5_socket_wait(H5PROCESS_SOCKET, true, -1);
  }
  stand.out.used = 0;
  return CSHM_OK;
}

/* The next message, with its descriptor or -1. */
static bool receive(struct h5letter *letter, int *descriptor) {
  bool bad = false;
  *descriptor = -1;
  while (!cshm__h5_inbox_next(&stand.in, letter, &bad)) {
    size_t room;
    void *at = bad ? NULL : cshm__h5_inbox_room(&stand.in, &room);
    ptrdiff_t got = at ? cshm__h5_socket_receive(H5PROCESS_SOCKET, at, room, descriptor) : 0;
    if (got <= 0) return false;
    cshm__h5_inbox_add(&stand.in, (size_t)got);
  }
  return true;
}

static cshm_status declared(cshm_error *err) {
  cshm__h5_wire_end(&stand.out);
  return stand.out.used >= FULL || stand.out.no_memory ? flush(err) : CSHM_OK;
}

/* ---- beginning and end ----------------------------------------------------------------------------- */

/* Called while data is read. The other process ends this one when it wants no more. */
static int32_t tell(void *user, uint64_t done, uint64_t total) {
  (void)user;
  cshm__h5_at_on();
  cshm__h5_wire_begin(&stand.out, H5WIRE_PROGRESS);
  cshm__h5_wire_u64(&stand.out, done);
  cshm__h5_wire_u64(&stand.out, total);
  cshm__h5_wire_end(&stand.out);
  return flush(NULL) != CSHM_OK;
}

bool cshm__h5_stand_begin(struct h5order *order) {
  struct h5letter letter;
  int page;
  cshm__h5_process_alone();
  if (!receive(&letter, &page) || letter.kind != H5WIRE_START) return false;
  int64_t parent = (int64_t)cshm__h5_letter_u64(&letter);
  uint64_t memory = cshm__h5_letter_u64(&letter);
  uint32_t seconds = cshm__h5_letter_u32(&letter);
  order->options = (cshm_hdf5_options)CSHM_HDF5_OPTIONS_INIT;
  order->options.strict = cshm__h5_letter_u32(&letter);
  order->options.threads = cshm__h5_letter_u32(&letter);
  order->options.native_endian = cshm__h5_letter_u32(&letter);
  order->options.external_links = cshm__h5_letter_u32(&letter);
  order->options.max_bytes_per_dataset = cshm__h5_letter_u64(&letter);
  order->options.select = cshm__h5_letter_text(&letter);
  order->options.exclude = cshm__h5_letter_text(&letter);
  order->project = cshm__h5_letter_text(&letter);
  order->file = cshm__h5_letter_text(&letter);
  order->options.progress = tell;
  stand.in = (struct h5inbox){0}; /* the texts stay where they are */
  struct h5at *at = cshm__h5_process_page(page);
  if (!cshm__h5_letter_good(&letter) || !at) return false;
  cshm__h5_process_limit(parent, memory);
  cshm__h5_at_begin(at, seconds);
  return true;
}

void cshm__h5_stand_end(cshm_status status, const cshm_error *err) {
  cshm__h5_wire_free(&stand.out); /* what was not sent yet, is for nothing now; and there may be no memory */
  cshm__h5_wire_begin(&stand.out, H5WIRE_DONE);
  cshm__h5_wire_u32(&stand.out, (uint32_t)status);
  cshm__h5_wire_u32(&stand.out, (uint32_t)err->sys_errno);
  cshm__h5_wire_text(&stand.out, err->message);
  cshm__h5_wire_end(&stand.out);
  flush(NULL);
}

/* ---- the builder: declarations ----------------------------------------------------------------------- */

cshm_status cshm_builder_open(cshm_store store, const char *project, const cshm_builder_options *options,
                              cshm_builder *builder, cshm_error *err) {
  (void)store, (void)project, (void)options;
  if (stand.opened) {
    cshm__h5_wire_begin(&stand.out, H5WIRE_AGAIN);
    cshm__h5_wire_end(&stand.out);
  }
  stand.opened = true;
  builder->id = 1;
  return cshm__tree_init(&stand.tree, err);
}

cshm_status cshm_builder_abort(cshm_builder builder, cshm_error *err) {
  (void)builder, (void)err;
  cshm__builder_window_close(&stand.window);
  stand.window = (struct builder_window){0};
  cshm__platform_close(stand.segment);
  stand.segment = -1;
  cshm__tree_free(&stand.tree);
  free(stand.places);
  stand.places = NULL;
  stand.place_count = 0;
  return CSHM_OK;
}

cshm_status cshm_builder_group(cshm_builder builder, const char *path, cshm_error *err) {
  (void)builder;
  cshm_status status = cshm__tree_group(&stand.tree, path, err);
  if (status) return status;
  cshm__h5_wire_begin(&stand.out, H5WIRE_GROUP);
  cshm__h5_wire_text(&stand.out, path);
  return declared(err);
}

static void put_shape(uint32_t ndim, const int64_t *shape) {
  cshm__h5_wire_u32(&stand.out, ndim);
  for (uint32_t i = 0; i < ndim; i++)
    cshm__h5_wire_u64(&stand.out, (uint64_t)shape[i]);
}

cshm_status cshm_builder_array(cshm_builder builder, const char *path, const char *dtype, uint32_t ndim,
                               const int64_t *shape, uint32_t order, uint32_t *array, cshm_error *err) {
  (void)builder;
  cshm_status status = cshm__tree_array(&stand.tree, path, dtype, ndim, shape, order, array, err);
  if (status) return status;
  cshm__h5_wire_begin(&stand.out, H5WIRE_ARRAY);
  cshm__h5_wire_text(&stand.out, path);
  cshm__h5_wire_text(&stand.out, dtype);
  cshm__h5_wire_u32(&stand.out, order);
  put_shape(ndim, shape);
  return declared(err);
}

cshm_status cshm_builder_alias(cshm_builder builder, const char *path, uint32_t array, cshm_error *err) {
  (void)builder;
  cshm_status status = cshm__tree_alias(&stand.tree, path, array, err);
  if (status) return status;
  cshm__h5_wire_begin(&stand.out, H5WIRE_ALIAS);
  cshm__h5_wire_text(&stand.out, path);
  cshm__h5_wire_u32(&stand.out, array);
  return declared(err);
}

cshm_status cshm_builder_attribute(cshm_builder builder, const char *path, const char *name, const char *dtype,
                                   uint32_t ndim, const int64_t *shape, const void *data, uint64_t nbytes,
                                   cshm_error *err) {
  (void)builder;
  struct tree_value value = {dtype, ndim, shape, data, nbytes};
  cshm_status status = cshm__tree_attribute(&stand.tree, path, name, &value, err);
  if (status) return status;
  cshm__h5_wire_begin(&stand.out, H5WIRE_ATTRIBUTE);
  cshm__h5_wire_text(&stand.out, path);
  cshm__h5_wire_text(&stand.out, name);
  cshm__h5_wire_text(&stand.out, dtype);
  put_shape(ndim, shape);
  cshm__h5_wire_bytes(&stand.out, data, (size_t)nbytes);
  return declared(err);
}

cshm_status cshm_builder_note(cshm_builder builder, uint32_t kind, const char *key, const char *text, cshm_error *err) {
  (void)builder;
  cshm_status status = cshm__tree_note(&stand.tree, kind, key, text, err);
  if (status) return status;
  cshm__h5_wire_begin(&stand.out, H5WIRE_NOTE);
  cshm__h5_wire_u32(&stand.out, kind);
  cshm__h5_wire_text(&stand.out, key);
  cshm__h5_wire_text(&stand.out, text);
  return declared(err);
}

/* ---- the builder: data -------------------------------------------------------------------------------- */

static cshm_status take_places(struct h5letter *letter, int segment, cshm_error *err) {
  stand.segment = segment;
  stand.place_count = cshm__h5_letter_u32(letter);
  stand.places = (struct place *)malloc((stand.place_count + (size_t)1) * sizeof *stand.places);
  if (!stand.places) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "out of memory before the first dataset");
  for (uint32_t i = 0; i < stand.place_count; i++) {
    stand.places[i].offset = cshm__h5_letter_u64(letter);
    stand.places[i].nbytes = cshm__h5_letter_u64(letter);
  }
  if (stand.place_count == 0 || cshm__h5_process_allow(segment, &stand.segment_size)) return CSHM_OK;
  return cshm__fail(err, CSHM_ERR_SYSTEM, 0, "the segment was not handed over");
}

cshm_status cshm_builder_allocate(cshm_builder builder, cshm_error *err) {
  (void)builder;
  struct h5letter letter;
  int segment;
  cshm__h5_wire_begin(&stand.out, H5WIRE_ALLOCATE);
  cshm__h5_wire_end(&stand.out);
  cshm_status status = flush(err);
  if (status) return status;
  if (!receive(&letter, &segment)) return cshm__fail(err, CSHM_ERR_CANCELLED, 0, "nobody waits for the file any more");
  status = (cshm_status)cshm__h5_letter_u32(&letter);
  int sys_errno = (int)cshm__h5_letter_u32(&letter);
  const char *message = cshm__h5_letter_text(&letter);
  if (status) return cshm__fail(err, status, sys_errno, "%s", message ? message : "");
  return take_places(&letter, segment, err);
}

static cshm_status find_place(uint32_t array, const struct place **place, cshm_error *err) {
  if (array >= stand.place_count)
    return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0, "there is no array number %u, only %u", array, stand.place_count);
  *place = &stand.places[array];
  return CSHM_OK;
}

cshm_status cshm_builder_place(cshm_builder builder, uint32_t array, int32_t *descriptor, uint64_t *offset,
                               uint64_t *nbytes, cshm_error *err) {
  (void)builder;
  const struct place *place = NULL;
  cshm_status status = find_place(array, &place, err);
  if (status) return status;
  *descriptor = stand.segment;
  *offset = place->offset;
  if (nbytes) *nbytes = place->nbytes;
  return CSHM_OK;
}

cshm_status cshm_builder_write(cshm_builder builder, uint32_t array, uint64_t offset, const void *data, uint64_t nbytes,
                               cshm_error *err) {
  (void)builder;
  const struct place *place = NULL;
  cshm_status status = find_place(array, &place, err);
  if (status) return status;
  if (offset > place->nbytes || nbytes > place->nbytes - offset)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0, "array number %u has %llu bytes: %llu at %llu do not fit",
                      array, (unsigned long long)place->nbytes, (unsigned long long)nbytes, (unsigned long long)offset);
  cshm__h5_at_on();
  offset += place->offset;
  if (nbytes <= BUILDER_SMALL)
    return cshm__builder_window_write(&stand.window, stand.segment, stand.segment_size, offset, data, nbytes, err);
  return cshm__platform_segment_write(stand.segment, offset, data, nbytes, err);
}

/* The other process publishes. */
cshm_status cshm_builder_publish(cshm_builder builder, cshm_attachment *attachment, cshm_error *err) {
  (void)builder, (void)attachment, (void)err;
  return CSHM_OK;
}

/* The loader has it in place of the one that would start this program. */
cshm_status cshm__h5_isolate(cshm_store store, const char *project, const char *file, const cshm_hdf5_options *options,
                             cshm_attachment *attachment, cshm_error *err) {
  (void)store, (void)project, (void)options, (void)attachment;
  return cshm__fail(err, CSHM_ERR_STATE, 0, "%s is read in isolation already", file);
}
