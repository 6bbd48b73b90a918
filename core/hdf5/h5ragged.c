/* SPDX-License-Identifier: MIT */
#include "h5ragged.h"

#include "h5box.h"
#include "h5reference.h"
#include "h5shape.h"
#include "h5text.h"
#include "h5values.h"
#include "h5variable.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_SIZE ((size_t)1 << 20)
/* Elements are taken in the order of the array, in which a chunk may be met many times: a row of chunks stays. */
#define CHUNK_CACHE ((size_t)16 << 20)
#define CHUNK_SLOTS 12421 /* a prime, far more than there are chunks in it as a rule */
/* Half a TiB of offsets. To go through more than that, which a small file can declare, would take hours. */
#define MAX_COUNT (UINT64_C(1) << 36)
#define OFFSET_SIZE sizeof(int64_t)

/* A dataset on one of its two passes. */
struct pass {
  struct h5ragged_work *work;
  const struct h5node *node;
  struct h5values values;
  struct h5values offsets;
  hid_t dataset;
  hid_t space;
  hid_t item; /* of sequences, in the file; else 0 */
  unsigned char *elements;
  size_t size; /* of an element as it is in the file */
  struct h5slab slab;
  uint64_t missing; /* references that lead nowhere */
  struct h5reason *reason;
};

/* ---- what it will be ------------------------------------------------------------------------------- */

bool cshm__h5_ragged_path_fits(const char *path, struct h5reason *reason) {
  size_t length = strlen(path) + sizeof "/" H5RAGGED_OFFSETS - 1;
  if (length <= CSHM_MAX_PATH) return true;
  cshm__h5_reason(reason, "the path of its " H5RAGGED_OFFSETS " has %zu bytes; at most %d are allowed", length,
                  CSHM_MAX_PATH);
  return false;
}

static bool no_memory(struct h5reason *reason) {
  cshm__h5_reason(reason, "out of memory");
  return false;
}

/* Takes dtype and size of the values. */
static bool plan_values(struct h5plan *plan, hid_t file_type, struct h5type *type, struct h5node *node,
                        struct h5reason *reason) {
  struct h5ragged *ragged = node->ragged;
  ragged->kind = "utf8";
  ragged->value_size = 1;
  node->value.dtype = "|u1";
  if (ragged->content != H5CONTENT_SEQUENCE) return true;
  hid_t item = cshm__h5_variable_item(file_type, type, reason);
  if (item < 0) return false;
  ragged->kind = "sequence";
  ragged->value_size = H5Tget_size(type->memory);
  node->value.dtype = cshm__h5_plan_copy(plan, type->dtype.text);
  cshm__h5_type_end(type);
  H5Tclose(item);
  return node->value.dtype ? true : no_memory(reason);
}

/* Whether the builder will take the dtype: where it does not, the group must not be declared. */
static bool dtype_is_good(const char *dtype, struct h5reason *reason) {
  cshm_dtype parts = CSHM_DTYPE_INIT;
  cshm_error said = CSHM_ERROR_INIT;
  if (cshm_dtype_parse(dtype, &parts, &said) == CSHM_OK) return true;
  cshm__h5_reason(reason, "%s", said.message);
  return false;
}

static bool plan_ragged(struct h5plan *plan, hid_t file_type, hid_t space, struct h5type *type, struct h5node *node,
                        struct h5reason *reason) {
  struct h5shape shape;
  if (!plan_values(plan, file_type, type, node, reason) || !dtype_is_good(node->value.dtype, reason) ||
      !cshm__h5_ragged_path_fits(node->path, reason) || !cshm__h5_shape(space, NULL, &shape, reason) ||
      !cshm__h5_shape_keep(&shape, plan, &node->value, reason))
    return false;
  node->ragged->count = shape.count;
  node->value.nbytes = (shape.count + 1) * OFFSET_SIZE;
  if (shape.count <= MAX_COUNT) return true;
  cshm__h5_reason(reason, "%" PRIu64 " elements of any length; at most %" PRIu64 " are loaded", shape.count, MAX_COUNT);
  return false;
}

bool cshm__h5_ragged(struct h5plan *plan, hid_t dataset, enum h5content content, struct h5type *type,
                     struct h5node *node, struct h5reason *reason) {
  node->ragged = (struct h5ragged *)cshm__h5_plan_alloc(plan, sizeof *node->ragged);
  if (!node->ragged) return no_memory(reason);
  node->ragged->content = content;
  hid_t file_type = H5Dget_type(dataset), space = H5Dget_space(dataset);
  bool good = file_type >= 0 && space >= 0;
  if (good)
    good = plan_ragged(plan, file_type, space, type, node, reason);
  else
    cshm__h5_reason_words(reason, "its type or shape cannot be read");
  if (file_type >= 0) H5Tclose(file_type);
  if (space >= 0) H5Sclose(space);
  return good;
}

/* ---- elements -------------------------------------------------------------------------------------- */

static cshm_status take_data(struct pass *pass, const unsigned char *element) {
  struct h5raw *raw = pass->work->raw;
  struct h5object object;
  uint64_t nbytes;
  if (!cshm__h5_raw_find(raw, element, pass->values.from_size, &object, &nbytes, pass->reason)) return CSHM_OK;
  if (pass->node->ragged->content == H5CONTENT_STRING)
    return cshm__h5_values_string(&pass->values, &raw->heap, &object, nbytes, pass->reason, pass->work->err);
  return cshm__h5_values_items(&pass->values, &raw->heap, &object, nbytes, pass->reason, pass->work->err);
}

static cshm_status take_reference(struct pass *pass, const unsigned char *element) {
  const struct h5plan *plan = pass->work->plan;
  uint64_t address;
  if (!cshm__h5_raw_target(pass->work->raw, pass->node->ragged->content, element, &address, pass->reason))
    return CSHM_OK;
  size_t node = cshm__h5_reference_node(plan, address);
  if (node == H5PLAN_NONE) {
    pass->missing += address != 0;
    return CSHM_OK;
  }
  const char *path = plan->nodes[node].path;
  cshm_status status = cshm__h5_values_bytes(&pass->values, "/", 1, pass->reason, pass->work->err);
  if (status != CSHM_OK) return status;
  return cshm__h5_values_bytes(&pass->values, path, strlen(path), pass->reason, pass->work->err);
}

/* Where the values end, up to this element. */
static cshm_status put_offset(struct pass *pass) {
  unsigned char bytes[OFFSET_SIZE];
  for (unsigned i = 0; i < sizeof bytes; i++)
    bytes[i] = (unsigned char)(pass->values.count >> (8 * i));
  return cshm__h5_values_bytes(&pass->offsets, bytes, sizeof bytes, pass->reason, pass->work->err);
}

static cshm_status take_elements(struct pass *pass) {
  enum h5content content = pass->node->ragged->content;
  bool references = content == H5CONTENT_OBJECT || content == H5CONTENT_REGION;
  for (uint64_t i = 0; i < pass->slab.run_elements; i++) {
    const unsigned char *element = pass->elements + i * pass->size;
    cshm_status status = references ? take_reference(pass, element) : take_data(pass, element);
    if (status == CSHM_OK && pass->reason->text[0] == '\0') status = put_offset(pass);
    if (status != CSHM_OK || pass->reason->text[0] != '\0') return status;
  }
  return CSHM_OK;
}

/* Cuts the dataset into boxes of one run each. */
static void cut(struct pass *pass) {
  uint64_t lengths[H5SLAB_MAX_NDIM];
  const struct h5value *value = &pass->node->value;
  for (uint32_t i = 0; i < value->ndim; i++)
    lengths[i] = (uint64_t)value->shape[i];
  cshm__h5_slab_begin(&pass->slab, value->ndim, lengths, NULL, BUFFER_SIZE / pass->size);
}

/* Whether nothing was ever written: then all elements are empty, however many the file declares. */
static bool is_unwritten(hid_t dataset) {
  H5D_fill_value_t fill = H5D_FILL_VALUE_USER_DEFINED;
  hid_t plist = H5Dget_storage_size(dataset) == 0 ? H5Dget_create_plist(dataset) : H5I_INVALID_HID;
  if (plist < 0) return false;
  bool known = H5Pfill_value_defined(plist, &fill) >= 0;
  H5Pclose(plist);
  return known && fill != H5D_FILL_VALUE_USER_DEFINED;
}

static cshm_status take_boxes(struct pass *pass) {
  struct h5ragged_work *work = pass->work;
  hid_t memory = cshm__h5_raw_type(work->raw, pass->node->ragged->content);
  cshm_status status = put_offset(pass); /* 0 */
  if (status != CSHM_OK || pass->node->ragged->count == 0 || is_unwritten(pass->dataset)) return status;
  pass->size = cshm__h5_raw_size(work->raw, pass->node->ragged->content);
  cut(pass);
  pass->elements = (unsigned char *)malloc((size_t)pass->slab.box_elements * pass->size);
  if (!pass->elements) return CSHM_ERR_NO_MEMORY;
  do {
    if (!cshm__h5_box_read(pass->dataset, memory, pass->space, &pass->slab, pass->elements, pass->reason))
      return CSHM_OK;
    status = take_elements(pass);
    if (status == CSHM_OK) status = cshm__h5_progress_wait(work->progress, work->err);
  } while (status == CSHM_OK && pass->reason->text[0] == '\0' && cshm__h5_slab_next(&pass->slab));
  return status;
}

/* ---- a pass ---------------------------------------------------------------------------------------- */

static hid_t open_dataset(const struct h5ragged_work *work, const struct h5node *node) {
  if (node->chunk_nbytes == 0) return H5Oopen_by_addr(work->file, (haddr_t)node->address);
  hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
  if (access < 0) return access;
  size_t size = node->chunk_nbytes > CHUNK_CACHE ? (size_t)node->chunk_nbytes : CHUNK_CACHE;
  H5Pset_chunk_cache(access, CHUNK_SLOTS, size, 1.0);
  hid_t dataset = H5Dopen2(work->file, node->path, access);
  H5Pclose(access);
  return dataset;
}

/* Opens the dataset, and the type of its items. */
static bool open_all(struct pass *pass) {
  pass->dataset = open_dataset(pass->work, pass->node);
  hid_t file_type = pass->dataset >= 0 ? H5Dget_type(pass->dataset) : H5I_INVALID_HID;
  bool good = file_type >= 0;
  pass->space = good ? H5Dget_space(pass->dataset) : H5I_INVALID_HID;
  if (!good || pass->space < 0)
    cshm__h5_reason_words(pass->reason, "it cannot be opened");
  else if (pass->node->ragged->content == H5CONTENT_SEQUENCE)
    pass->item = cshm__h5_variable_item(file_type, pass->work->type, pass->reason);
  if (good) H5Tclose(file_type);
  return pass->reason->text[0] == '\0';
}

static void close_all(struct pass *pass) {
  if (pass->item > 0) {
    H5Tclose(pass->item);
    cshm__h5_type_end(pass->work->type);
  }
  if (pass->space > 0) H5Sclose(pass->space);
  if (pass->dataset > 0) H5Dclose(pass->dataset);
}

static cshm_status run_open(struct pass *pass) {
  struct h5ragged_work *work = pass->work;
  cshm_status status = cshm__h5_values_begin(&pass->values, pass->item, pass->item > 0 ? work->type->memory : 0);
  if (status == CSHM_OK) status = cshm__h5_values_begin(&pass->offsets, 0, 0);
  if (status == CSHM_OK) status = take_boxes(pass);
  if (status == CSHM_OK && pass->reason->text[0] == '\0')
    status = cshm__h5_values_flush(&pass->values, pass->reason, work->err);
  if (status == CSHM_OK && pass->reason->text[0] == '\0')
    status = cshm__h5_values_flush(&pass->offsets, pass->reason, work->err);
  if (status == CSHM_ERR_NO_MEMORY)
    cshm__fail(work->err, status, 0, "out of memory: reading %s needs buffers of a few MiB", pass->node->path);
  cshm__h5_values_end(&pass->values);
  cshm__h5_values_end(&pass->offsets);
  free(pass->elements);
  return status;
}

/* Goes through all elements. An empty reason afterwards means that all went well. */
static cshm_status run(struct pass *pass) {
  pass->reason->text[0] = '\0';
  pass->reason->newer[0] = '\0';
  cshm_status status = open_all(pass) ? run_open(pass) : CSHM_OK;
  close_all(pass);
  return status;
}

/* ---- the first pass -------------------------------------------------------------------------------- */

static cshm_status add_attribute(struct h5plan *plan, struct h5node *node, const char *name,
                                 const struct h5value *value) {
  struct h5attribute *attribute = (struct h5attribute *)cshm__h5_plan_alloc(plan, sizeof *attribute);
  if (!attribute) return CSHM_ERR_NO_MEMORY;
  attribute->name = name;
  attribute->value = *value;
  attribute->next = node->attributes;
  if (!node->attributes) node->attribute_end = &attribute->next;
  node->attributes = attribute;
  return CSHM_OK;
}

/* Puts what tells a reader that the group is a ragged array before the dataset's own attributes. */
static cshm_status add_attributes(struct h5plan *plan, struct h5node *node) {
  char kind[16];
  char *kinds[1] = {kind};
  struct h5reason unused;
  struct h5value value = {0}, shape = {.dtype = "<i8", .ndim = 1, .nbytes = node->value.ndim * sizeof(int64_t)};
  int64_t *ndim = (int64_t *)cshm__h5_plan_alloc(plan, sizeof *ndim);
  if (!ndim) return CSHM_ERR_NO_MEMORY;
  *ndim = (int64_t)node->value.ndim;
  shape.shape = ndim;
  shape.data = node->value.shape;
  snprintf(kind, sizeof kind, "%s", node->ragged->kind);
  if (!cshm__h5_text(plan, kinds, 1, SIZE_MAX, &value, &unused)) return CSHM_ERR_NO_MEMORY;
  cshm_status status = add_attribute(plan, node, "cute_shm.shape", &shape);
  return status ? status : add_attribute(plan, node, "cute_shm.ragged", &value);
}

static cshm_status take_measures(struct pass *pass, struct h5node *node) {
  struct h5plan *plan = pass->work->plan;
  struct h5ragged *ragged = node->ragged;
  ragged->value_count = pass->values.count;
  if (!pass->values.is_utf8) ragged->kind = "bytes";
  node->value.nbytes = (ragged->count + 1) * OFFSET_SIZE + ragged->value_count * ragged->value_size;
  cshm_status status = add_attributes(plan, node);
  if (status != CSHM_OK) return status;
  return cshm__h5_reference_note(plan, node->path, NULL, pass->missing, ragged->count);
}

static cshm_status measure(struct h5ragged_work *work, size_t number) {
  struct h5node *node = &work->plan->nodes[number];
  struct h5reason reason;
  struct pass pass = {.work = work, .node = node, .reason = &reason};
  cshm_status status = run(&pass);
  if (status != CSHM_OK) return status;
  if (reason.text[0] != '\0') return cshm__h5_plan_drop(work->plan, number, reason.text);
  return take_measures(&pass, node);
}

cshm_status cshm__h5_ragged_measure(struct h5ragged_work *work) {
  cshm_status status = CSHM_OK;
  for (size_t i = 0; status == CSHM_OK && i < work->plan->node_count; i++)
    if (work->plan->nodes[i].kind == H5KIND_DATASET && work->plan->nodes[i].ragged) status = measure(work, i);
  return status;
}

/* ---- the second pass ------------------------------------------------------------------------------- */

cshm_status cshm__h5_ragged_fill(struct h5ragged_work *work, const struct h5node *node, struct h5reason *reason) {
  const struct h5ragged *ragged = node->ragged;
  struct pass pass = {.work = work, .node = node, .reason = reason};
  pass.values.builder = pass.offsets.builder = work->builder;
  pass.values.progress = pass.offsets.progress = work->progress;
  pass.values.array = ragged->values_array;
  pass.offsets.array = node->array;
  pass.values.room = ragged->value_count * ragged->value_size;
  pass.offsets.room = (ragged->count + 1) * OFFSET_SIZE;
  cshm_status status = run(&pass);
  if (status != CSHM_OK || reason->text[0] != '\0') return status;
  bool same = pass.values.count == ragged->value_count && (pass.values.is_utf8 || strcmp(ragged->kind, "utf8") != 0);
  if (!same) cshm__h5_reason(reason, "it changes while it is read");
  return CSHM_OK;
}
