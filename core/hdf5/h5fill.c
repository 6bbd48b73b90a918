/* SPDX-License-Identifier: MIT */
#include "h5fill.h"

#include "h5at.h"
#include "h5box.h"
#include "h5chunk.h"
#include "h5copy.h"
#include "h5outside.h"
#include "h5ragged.h"
#include "h5type.h"
#include "h5wide.h"

#include <stdlib.h>
#include <string.h>

/* Small enough to stay in the cache between reading and writing, large enough that calls cost nothing. */
#define BUFFER_SIZE ((size_t)1 << 20)
/* For chunks that are tall and narrow, of which a box has short runs only: more of them side by side make longer ones. */
#define LARGE_BUFFER_SIZE ((size_t)16 << 20)
#define SHORT_RUN 4096

struct filling {
  hid_t file;
  struct h5plan *plan;
  struct h5raw *raw;
  cshm_builder builder;
  struct h5progress *progress;
  struct h5hands hands;
  struct h5type *type; /* room to work in */
  unsigned char *buffer;
  size_t capacity;
  cshm_error *err;
};

/* A dataset that is being read. */
struct reading {
  const struct h5node *node;
  hid_t dataset;
  hid_t space;
  size_t size; /* bytes of an element */
  bool padded; /* its fields may leave gaps */
  struct h5slab slab;
  struct h5reason *reason; /* why it cannot be read; empty while all is well */
};

static cshm_status no_memory(struct filling *filling, const struct reading *reading, size_t size) {
  return cshm__fail(filling->err, CSHM_ERR_NO_MEMORY, 0, "out of memory: reading %s needs a buffer of %zu bytes",
                    reading->node->path, size);
}

/* Opens a dataset. One with chunks gets a cache for just one of them: each is read once, as a whole. */
static hid_t open_dataset(struct filling *filling, const struct h5node *node) {
  if (node->outside) return cshm__h5_outside_open(filling->plan, filling->file, node->path);
  if (node->chunk_nbytes == 0) return H5Oopen_by_addr(filling->file, (haddr_t)node->address);
  hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
  if (access < 0) return access;
  H5Pset_chunk_cache(access, 1, (size_t)node->chunk_nbytes, 1.0);
  hid_t dataset = H5Dopen2(filling->file, node->path, access);
  H5Pclose(access);
  return dataset;
}

/* The chunks that boxes are made of; false: there are none, or they do not matter. */
static bool take_chunk(const struct reading *reading, int ndim, uint64_t *chunk) {
  hsize_t lengths[H5S_MAX_RANK];
  if (reading->node->chunk_nbytes == 0) return false;
  hid_t plist = H5Dget_create_plist(reading->dataset);
  if (plist < 0) return false;
  bool good = H5Pget_chunk(plist, ndim, lengths) == ndim;
  for (int i = 0; good && i < ndim; i++)
    chunk[i] = lengths[i];
  H5Pclose(plist);
  return good;
}

/* Cuts the dataset into boxes. */
static bool cut(struct reading *reading) {
  uint64_t lengths[H5SLAB_MAX_NDIM], chunk[H5SLAB_MAX_NDIM];
  hsize_t dims[H5S_MAX_RANK];
  int ndim = H5Sget_simple_extent_dims(reading->space, dims, NULL);
  if (ndim < 0) return false;
  for (int i = 0; i < ndim; i++)
    lengths[i] = dims[i];
  bool chunked = take_chunk(reading, ndim, chunk);
  struct h5slab *slab = &reading->slab;
  cshm__h5_slab_begin(slab, (uint32_t)ndim, lengths, chunked ? chunk : NULL, BUFFER_SIZE / reading->size);
  if (slab->run_count > 1 && slab->run_elements * reading->size < SHORT_RUN)
    cshm__h5_slab_begin(slab, (uint32_t)ndim, lengths, chunk, LARGE_BUFFER_SIZE / reading->size);
  return true;
}

static cshm_status make_room(struct filling *filling, const struct reading *reading) {
  size_t wanted = (size_t)reading->slab.box_elements * reading->size;
  if (wanted <= filling->capacity) return CSHM_OK;
  free(filling->buffer);
  filling->capacity = 0;
  filling->buffer = (unsigned char *)malloc(wanted);
  if (!filling->buffer) return no_memory(filling, reading, wanted);
  filling->capacity = wanted;
  return CSHM_OK;
}

/* Reads one box into the buffer. False: see the reason. */
static bool read_box(struct filling *filling, struct reading *reading) {
  const struct h5slab *slab = &reading->slab;
  /* HDF5 leaves what is between fields as it was. */
  if (reading->padded) memset(filling->buffer, 0, (size_t)(slab->run_count * slab->run_elements) * reading->size);
  return cshm__h5_box_read(reading->dataset, filling->type->memory, reading->space, slab, filling->buffer,
                           reading->reason);
}

/* Writes the box that is in the buffer, run by run. */
static cshm_status write_box(struct filling *filling, const struct reading *reading) {
  const struct h5slab *slab = &reading->slab;
  uint64_t nbytes = slab->run_elements * reading->size;
  cshm_status status = CSHM_OK;
  for (uint64_t run = 0; status == CSHM_OK && run < slab->run_count; run++) {
    uint64_t offset = cshm__h5_slab_run(slab, run) * reading->size;
    status = cshm_builder_write(filling->builder, reading->node->array, offset, filling->buffer + run * nbytes, nbytes,
                                filling->err);
  }
  if (status == CSHM_OK) status = cshm__h5_progress_add(filling->progress, slab->run_count * nbytes, filling->err);
  return status;
}

static cshm_status copy_boxes(struct filling *filling, struct reading *reading) {
  cshm_status status = make_room(filling, reading);
  if (status != CSHM_OK) return status;
  do {
    if (!read_box(filling, reading)) return CSHM_OK;
    status = write_box(filling, reading);
  } while (status == CSHM_OK && cshm__h5_slab_next(&reading->slab));
  return status;
}

/* Copies a dataset box by box, as HDF5 reads it. */
static cshm_status copy_by_hdf5(struct filling *filling, struct reading *reading) {
  reading->size = H5Tget_size(filling->type->memory);
  reading->padded = H5Tdetect_class(filling->type->memory, H5T_COMPOUND) > 0;
  if (cut(reading)) return copy_boxes(filling, reading);
  cshm__h5_reason_words(reading->reason, "its layout cannot be read");
  return CSHM_OK;
}

/* Copies a dataset of chunks without HDF5's filters, where that is possible, else by HDF5. */
static cshm_status copy_known(struct filling *filling, struct reading *reading, hid_t file_type) {
  struct h5chunked chunked = {reading->node,  reading->dataset, H5Dget_create_plist(reading->dataset),
                              reading->space, file_type,        filling->type->memory};
  bool suits = chunked.plist >= 0 && cshm__h5_chunk_suits(&chunked);
  cshm_status status = suits ? cshm__h5_chunks(&filling->hands, &chunked, reading->reason, filling->err)
                             : copy_by_hdf5(filling, reading);
  if (chunked.plist >= 0) H5Pclose(chunked.plist);
  return status;
}

static cshm_status copy_open(struct filling *filling, struct reading *reading) {
  hid_t file_type = H5Dget_type(reading->dataset);
  cshm_status status = CSHM_OK;
  reading->space = H5Dget_space(reading->dataset);
  bool good = file_type >= 0 && reading->space >= 0;
  if (!good)
    cshm__h5_reason_words(reading->reason, "its type or shape cannot be read");
  else if (cshm__h5_type_begin(file_type, filling->type, reading->reason) &&
           cshm__h5_wide_type(reading->dataset, file_type, filling->type, reading->reason)) {
    status = copy_known(filling, reading, file_type);
    cshm__h5_type_end(filling->type);
  }
  if (file_type >= 0) H5Tclose(file_type);
  if (reading->space >= 0) H5Sclose(reading->space);
  return status;
}

static cshm_status copy_ragged(const struct filling *filling, const struct h5node *node, struct h5reason *reason) {
  struct h5ragged_work work = {
      .file = filling->file, .plan = filling->plan, .raw = filling->raw, .type = filling->type};
  work.builder = filling->builder;
  work.progress = filling->progress;
  work.err = filling->err;
  return cshm__h5_ragged_fill(&work, node, reason);
}

/* Copies one dataset. An empty reason afterwards means that it is whole. */
static cshm_status copy_dataset(struct filling *filling, const struct h5node *node, struct h5reason *reason) {
  struct reading reading = {.node = node, .reason = reason};
  reason->text[0] = '\0';
  if (node->value.nbytes == 0) return CSHM_OK;
  if (node->ragged) return copy_ragged(filling, node, reason);
  if (node->extent) return cshm__h5_copy(&filling->hands, filling->raw->heap.fd, node, reason, filling->err);
  if (node->value.data) {
    cshm_status status =
        cshm_builder_write(filling->builder, node->array, 0, node->value.data, node->value.nbytes, filling->err);
    return status ? status : cshm__h5_progress_add(filling->progress, node->value.nbytes, filling->err);
  }
  reading.dataset = open_dataset(filling, node);
  if (reading.dataset < 0) {
    cshm__h5_reason_words(reason, "it cannot be opened");
    return CSHM_OK;
  }
  cshm_status status = copy_open(filling, &reading);
  H5Dclose(reading.dataset);
  return status;
}

static cshm_status fill_all(struct filling *filling, bool *unreadable) {
  cshm_status status = CSHM_OK;
  for (size_t i = 0; status == CSHM_OK && i < filling->plan->node_count; i++) {
    const struct h5node *node = &filling->plan->nodes[i];
    struct h5reason reason;
    if (node->kind != H5KIND_DATASET || node->array == UINT32_MAX) continue;
    cshm__h5_at(H5AT_READING, node->path);
    status = copy_dataset(filling, node, &reason);
    if (status != CSHM_OK || reason.text[0] == '\0') continue;
    *unreadable = true;
    status = cshm__h5_plan_drop(filling->plan, i, reason.text);
    if (status) return cshm__fail(filling->err, status, 0, "out of memory while reading %s", node->path);
  }
  return status;
}

cshm_status cshm__h5_fill(hid_t file, struct h5plan *plan, struct h5raw *raw, cshm_builder builder,
                          struct h5progress *progress, unsigned threads, bool *unreadable, cshm_error *err) {
  struct filling filling = {
      .file = file, .plan = plan, .raw = raw, .builder = builder, .progress = progress, .err = err};
  *unreadable = false;
  filling.type = cshm__h5_type_room(plan->native_endian);
  cshm_status status = cshm__h5_hands_begin(&filling.hands, threads, builder, progress);
  if (status || !filling.type) {
    if (status == CSHM_OK) cshm__h5_hands_end(&filling.hands);
    free(filling.type);
    return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "out of memory before the first dataset");
  }
  status = cshm__h5_progress_begin(progress, cshm__h5_plan_nbytes(plan), err);
  if (status == CSHM_OK) status = fill_all(&filling, unreadable);
  if (status == CSHM_OK && !*unreadable) status = cshm__h5_progress_end(progress, err);
  cshm__h5_hands_end(&filling.hands);
  free(filling.buffer);
  free(filling.type);
  return status;
}
