/* SPDX-License-Identifier: MIT */
#include "h5ragged.h"

#include "h5at.h"
#include "h5box.h"
#include "h5flow.h"
#include "h5outside.h"
#include "h5reference.h"
#include "h5shape.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_SIZE ((size_t)1 << 20)
/* Elements are taken in the order of the array, in which a chunk may be met many times: a row of chunks stays. */
#define CHUNK_CACHE ((size_t)16 << 20)
#define CHUNK_SLOTS 12421 /* a prime, far more than there are chunks in it as a rule */
/* Half a TiB of offsets. To go through more than that, which a small file can declare, would take hours. */
#define MAX_COUNT (UINT64_C(1) << 36)

/* A dataset on one of its two passes. */
struct pass {
  struct h5ragged_work *work;
  const struct h5node *node;
  struct h5raw *raw;  /* of the file that the dataset is in */
  struct h5raw other; /* where it is another one */
  struct h5stream stream;
  hid_t dataset;
  hid_t space;
  hid_t memory; /* to read elements with */
  unsigned char *elements;
  size_t size; /* of an element as it is read */
  struct h5slab slab;
};

/* ---- what it will be ------------------------------------------------------------------------------- */

bool cshm__h5_ragged_path_fits(const char *path, const struct h5column *column, struct h5reason *reason) {
  size_t length = strlen(path) + cshm__h5_column_path_length(column);
  if (length <= CSHM_MAX_PATH) return true;
  cshm__h5_reason(reason, "the paths of its parts have up to %zu bytes; at most %d are allowed", length, CSHM_MAX_PATH);
  return false;
}

static bool plan_ragged(struct h5plan *plan, hid_t space, struct h5node *node, struct h5reason *reason) {
  struct h5shape shape;
  if (!cshm__h5_ragged_path_fits(node->path, node->ragged->column, reason) ||
      !cshm__h5_shape(space, NULL, &shape, reason) || !cshm__h5_shape_keep(&shape, plan, &node->value, reason))
    return false;
  const struct h5column *column = node->ragged->column;
  if (shape.ndim + column->ndim > CSHM_MAX_NDIM) {
    cshm__h5_reason(reason, "it has more than %d dimensions", CSHM_MAX_NDIM);
    return false;
  }
  node->ragged->count = shape.count;
  node->value.nbytes = (shape.count + 1) * sizeof(int64_t);
  if (shape.count <= MAX_COUNT / column->times) return true;
  cshm__h5_reason(reason, "%" PRIu64 " elements of any length; at most %" PRIu64 " are loaded", shape.count,
                  MAX_COUNT / column->times);
  return false;
}

bool cshm__h5_ragged(struct h5plan *plan, const struct h5raw *raw, hid_t file_type, hid_t space, struct h5type *type,
                     struct h5node *node, struct h5reason *reason) {
  node->ragged = (struct h5ragged *)cshm__h5_plan_alloc(plan, sizeof *node->ragged);
  struct h5column *column = (struct h5column *)cshm__h5_plan_alloc(plan, sizeof *column);
  if (!node->ragged || !column) return cshm__h5_reason_memory(reason);
  node->ragged->column = column;
  column->name = column->part = "";
  column->array = column->values_array = UINT32_MAX;
  hid_t memory = cshm__h5_column_open(plan, raw, file_type, type, column, reason);
  if (memory < 0) return false;
  H5Tclose(memory);
  cshm__h5_column_close(column);
  return plan_ragged(plan, space, node, reason);
}

/* ---- elements -------------------------------------------------------------------------------------- */

/* Cuts the dataset into boxes of one run each. */
static void cut(struct pass *pass) {
  uint64_t lengths[H5SLAB_MAX_NDIM], limit = pass->size < BUFFER_SIZE ? BUFFER_SIZE / pass->size : 1;
  const struct h5value *value = &pass->node->value;
  for (uint32_t i = 0; i < value->ndim; i++)
    lengths[i] = (uint64_t)value->shape[i];
  cshm__h5_slab_begin(&pass->slab, value->ndim, lengths, NULL, limit);
}

/* Whether nothing was ever written: then all elements are empty, however many the file declares. */
static bool is_unwritten(hid_t dataset) {
  H5D_fill_value_t fill = H5D_FILL_VALUE_USER_DEFINED;
  hid_t plist = H5Dget_storage_size(dataset) == 0 ? H5Dget_create_plist(dataset) : H5I_INVALID_HID;
  if (plist < 0) return false;
  bool known = H5Pfill_value_defined(plist, &fill) >= 0 && H5Pget_layout(plist) != H5D_VIRTUAL &&
               H5Pget_external_count(plist) == 0;
  H5Pclose(plist);
  return known && fill != H5D_FILL_VALUE_USER_DEFINED;
}

static cshm_status take_boxes(struct pass *pass) {
  struct h5ragged_work *work = pass->work;
  struct h5ragged *ragged = pass->node->ragged;
  struct h5reason *reason = pass->stream.reason;
  cshm_status status;
  if (ragged->count == 0 || is_unwritten(pass->dataset)) {
    cshm__h5_flow_nothing(ragged->column, ragged->count);
    return CSHM_OK;
  }
  pass->size = H5Tget_size(pass->memory);
  cut(pass);
  pass->elements = (unsigned char *)calloc((size_t)pass->slab.box_elements, pass->size);
  if (!pass->elements) return CSHM_ERR_NO_MEMORY;
  do {
    if (!cshm__h5_box_read(pass->dataset, pass->memory, pass->space, &pass->slab, pass->elements, reason))
      return CSHM_OK;
    status = cshm__h5_flow_put(&pass->stream, ragged->column, pass->elements, pass->size, pass->slab.run_elements);
    if (status == CSHM_OK) status = cshm__h5_progress_wait(work->progress, work->err);
  } while (status == CSHM_OK && reason->text[0] == '\0' && cshm__h5_slab_next(&pass->slab));
  return status;
}

/* ---- a pass ---------------------------------------------------------------------------------------- */

static hid_t open_dataset(const struct h5ragged_work *work, const struct h5node *node) {
  if (node->outside) return cshm__h5_outside_open(work->plan, work->file, node->path);
  if (node->chunk_nbytes == 0) return H5Oopen_by_addr(work->file, (haddr_t)node->address);
  hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
  if (access < 0) return access;
  size_t size = node->chunk_nbytes > CHUNK_CACHE ? (size_t)node->chunk_nbytes : CHUNK_CACHE;
  H5Pset_chunk_cache(access, CHUNK_SLOTS, size, 1.0);
  hid_t dataset = H5Dopen2(work->file, node->path, access);
  H5Pclose(access);
  return dataset;
}

/* Opens the dataset and its columns. */
static bool open_all(struct pass *pass) {
  struct h5ragged_work *work = pass->work;
  pass->memory = pass->space = H5I_INVALID_HID;
  pass->dataset = open_dataset(work, pass->node);
  hid_t file_type = pass->dataset >= 0 ? H5Dget_type(pass->dataset) : H5I_INVALID_HID;
  pass->space = file_type >= 0 ? H5Dget_space(pass->dataset) : H5I_INVALID_HID;
  if (file_type < 0 || pass->space < 0)
    cshm__h5_reason_words(pass->stream.reason, "it cannot be opened");
  else
    pass->raw = cshm__h5_raw_of(work->raw, &pass->other, pass->dataset, pass->node->address, pass->stream.reason);
  pass->stream.raw = pass->raw;
  if (pass->raw)
    pass->memory = cshm__h5_column_open(work->plan, pass->raw, file_type, work->type, pass->node->ragged->column,
                                        pass->stream.reason);
  if (file_type >= 0) H5Tclose(file_type);
  return pass->memory >= 0;
}

static void close_all(struct pass *pass) {
  if (pass->memory >= 0) {
    H5Tclose(pass->memory);
    cshm__h5_column_close(pass->node->ragged->column);
  }
  if (pass->raw == &pass->other) cshm__h5_raw_end(&pass->other);
  if (pass->space >= 0) H5Sclose(pass->space);
  if (pass->dataset >= 0) H5Dclose(pass->dataset);
}

static cshm_status run_open(struct pass *pass) {
  struct h5column *column = pass->node->ragged->column;
  cshm_status status = cshm__h5_flow_begin(&pass->stream, column);
  if (status == CSHM_OK) status = take_boxes(pass);
  if (status == CSHM_OK && pass->stream.reason->text[0] == '\0') status = cshm__h5_flow_flush(&pass->stream, column);
  if (status == CSHM_ERR_NO_MEMORY)
    cshm__fail(pass->work->err, status, 0, "out of memory: reading %s needs buffers of a few MiB", pass->node->path);
  free(pass->elements);
  return status;
}

/* Goes through all elements. An empty reason afterwards means that all went well. The caller ends the flow. */
static cshm_status run(struct pass *pass, cshm_builder builder, struct h5reason *reason) {
  struct h5ragged_work *work = pass->work;
  pass->stream = (struct h5stream){.plan = work->plan, .raw = work->raw, .progress = work->progress, .reason = reason};
  pass->stream.builder = builder;
  pass->stream.err = work->err;
  reason->text[0] = '\0';
  reason->newer[0] = '\0';
  cshm_status status = open_all(pass) ? run_open(pass) : CSHM_OK;
  close_all(pass);
  return status;
}

/* ---- the first pass -------------------------------------------------------------------------------- */

static cshm_status measure(struct h5ragged_work *work, size_t number) {
  struct h5node *node = &work->plan->nodes[number];
  struct h5column *column = node->ragged->column;
  struct h5reason reason;
  struct pass pass = {.work = work, .node = node};
  cshm__h5_at(H5AT_LOOKING, node->path);
  cshm_status status = run(&pass, (cshm_builder){0}, &reason);
  bool good = status == CSHM_OK && reason.text[0] == '\0';
  if (good) cshm__h5_flow_measure(column);
  cshm__h5_flow_end(column);
  if (status != CSHM_OK) return status;
  if (!good) return cshm__h5_plan_drop(work->plan, number, reason.text);
  node->value.nbytes = cshm__h5_column_nbytes(column);
  return cshm__h5_reference_note(work->plan, node->path, NULL, pass.stream.missing, node->ragged->count);
}

cshm_status cshm__h5_ragged_measure(struct h5ragged_work *work) {
  cshm_status status = CSHM_OK;
  for (size_t i = 0; status == CSHM_OK && i < work->plan->node_count; i++)
    if (work->plan->nodes[i].kind == H5KIND_DATASET && work->plan->nodes[i].ragged) status = measure(work, i);
  return status;
}

/* ---- the second pass ------------------------------------------------------------------------------- */

cshm_status cshm__h5_ragged_fill(struct h5ragged_work *work, const struct h5node *node, struct h5reason *reason) {
  struct pass pass = {.work = work, .node = node};
  struct h5column *column = node->ragged->column;
  cshm_status status = run(&pass, work->builder, reason);
  if (status == CSHM_OK && reason->text[0] == '\0' && !cshm__h5_flow_same(column))
    cshm__h5_reason(reason, "it changes while it is read");
  cshm__h5_flow_end(column);
  return status;
}
