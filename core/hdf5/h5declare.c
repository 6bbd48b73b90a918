/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* gmtime_r */

#include "h5declare.h"

#include "h5ragged.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct declaring {
  struct h5plan *plan;
  cshm_builder builder;
  cshm_error *err;
};

/* The plan's memory is used up while something is noted. */
static cshm_status noted(struct declaring *declaring, cshm_status status) {
  return status ? cshm__fail(declaring->err, status, 0, "out of memory while declaring the arrays") : CSHM_OK;
}

/* Passes on a failure that means more than this one object. */
static cshm_status failed(struct declaring *declaring, cshm_status status, const cshm_error *said) {
  return cshm__fail(declaring->err, status, said->sys_errno, "%s", said->message);
}

/* Names were checked when the file was read: what a builder can still refuse for itself is a dtype or a size. */
static bool is_refusal(cshm_status status) { return status == CSHM_ERR_BAD_TYPE || status == CSHM_ERR_LIMIT; }

/* An attribute can also have the name of one that a ragged array has from us. */
static bool is_attribute_refusal(cshm_status status) { return is_refusal(status) || status == CSHM_ERR_EXISTS; }

static cshm_status declare_attributes(struct declaring *declaring, const char *path, struct h5attribute **place) {
  while (*place) {
    const struct h5attribute *attribute = *place;
    const struct h5value *value = &attribute->value;
    cshm_error said = CSHM_ERROR_INIT;
    cshm_status status = cshm_builder_attribute(declaring->builder, path, attribute->name, value->dtype, value->ndim,
                                                value->shape, value->data, value->nbytes, &said);
    if (status == CSHM_OK) {
      place = &(*place)->next;
      continue;
    }
    if (!is_attribute_refusal(status)) return failed(declaring, status, &said);
    *place = attribute->next;
    status = noted(declaring, cshm__h5_plan_skip(declaring->plan, path, attribute->name, said.message));
    if (status) return status;
  }
  return CSHM_OK;
}

static cshm_status declare_group(struct declaring *declaring, struct h5node *node) {
  cshm_status status = cshm_builder_group(declaring->builder, node->path, declaring->err);
  return status ? status : declare_attributes(declaring, node->path, &node->attributes);
}

static cshm_status drop_again(struct declaring *declaring, size_t node, size_t object) {
  struct h5reason reason;
  cshm__h5_reason(&reason, "it is '%s' again, which was skipped", declaring->plan->nodes[object].path);
  return noted(declaring, cshm__h5_plan_drop(declaring->plan, node, reason.text));
}

/* One of the two arrays of a ragged array, *array; or, without a length, a further path to it. */
static cshm_status declare_part(struct declaring *declaring, const char *path, const char *name, const char *dtype,
                                const int64_t *length, uint32_t *array) {
  const char *joined = cshm__h5_plan_join(declaring->plan, path, name);
  if (!joined) return noted(declaring, CSHM_ERR_NO_MEMORY);
  if (!length) return cshm_builder_alias(declaring->builder, joined, *array, declaring->err);
  return cshm_builder_array(declaring->builder, joined, dtype, 1, length, CSHM_ORDER_C, array, declaring->err);
}

/* A group is no array: at a second path it is declared again, and only what is in it is an alias. */
static cshm_status declare_ragged(struct declaring *declaring, size_t number, struct h5node *dataset) {
  const struct h5node *node = &declaring->plan->nodes[number];
  struct h5ragged *ragged = dataset->ragged;
  bool again = dataset->array != UINT32_MAX;
  const int64_t lengths[2] = {(int64_t)ragged->count + 1, (int64_t)ragged->value_count};
  struct h5reason reason;
  if (!cshm__h5_ragged_path_fits(node->path, &reason))
    return noted(declaring, cshm__h5_plan_drop(declaring->plan, number, reason.text));
  cshm_status status = cshm_builder_group(declaring->builder, node->path, declaring->err);
  if (status == CSHM_OK) status = declare_attributes(declaring, node->path, &dataset->attributes);
  if (status == CSHM_OK)
    status = declare_part(declaring, node->path, H5RAGGED_OFFSETS, "<i8", again ? NULL : &lengths[0], &dataset->array);
  if (status == CSHM_OK)
    status = declare_part(declaring, node->path, H5RAGGED_VALUES, dataset->value.dtype, again ? NULL : &lengths[1],
                          &ragged->values_array);
  return status;
}

/* The first path to a dataset, in the order of the file, declares the array; those that follow are aliases. */
static cshm_status declare_dataset(struct declaring *declaring, size_t number, size_t object) {
  struct h5plan *plan = declaring->plan;
  struct h5node *node = &plan->nodes[number], *dataset = &plan->nodes[object];
  if (dataset->kind == H5KIND_SKIPPED) return drop_again(declaring, number, object);
  if (dataset->ragged) return declare_ragged(declaring, number, dataset);
  if (dataset->array != UINT32_MAX)
    return cshm_builder_alias(declaring->builder, node->path, dataset->array, declaring->err);
  const struct h5value *value = &dataset->value;
  cshm_error said = CSHM_ERROR_INIT;
  cshm_status status = cshm_builder_array(declaring->builder, node->path, value->dtype, value->ndim, value->shape,
                                          CSHM_ORDER_C, &dataset->array, &said);
  if (status == CSHM_OK) return declare_attributes(declaring, node->path, &dataset->attributes);
  if (!is_refusal(status)) return failed(declaring, status, &said);
  status = noted(declaring, cshm__h5_plan_drop(plan, object, said.message));
  if (status == CSHM_OK && number != object) status = drop_again(declaring, number, object);
  return status;
}

static cshm_status declare_nodes(struct declaring *declaring) {
  struct h5plan *plan = declaring->plan;
  cshm_status status = CSHM_OK;
  for (size_t i = 0; i < plan->node_count; i++)
    plan->nodes[i].array = UINT32_MAX;
  for (size_t i = 0; status == CSHM_OK && i < plan->node_count; i++) {
    struct h5node *node = &plan->nodes[i];
    if (node->kind == H5KIND_GROUP)
      status = declare_group(declaring, node);
    else if (node->kind == H5KIND_DATASET || node->kind == H5KIND_ALIAS)
      status = declare_dataset(declaring, i, node->kind == H5KIND_ALIAS ? node->target : i);
  }
  return status;
}

static cshm_status note_origin(struct declaring *declaring, const char *key, const char *text) {
  return cshm_builder_note(declaring->builder, CSHM_NOTE_ORIGIN, key, text, declaring->err);
}

static cshm_status note_origins(struct declaring *declaring, const struct h5file *file) {
  char size[32], day[32] = "", mtime[64];
  struct tm parts;
  time_t seconds = (time_t)file->mtime;
  if (gmtime_r(&seconds, &parts)) strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
  snprintf(mtime, sizeof mtime, "%s.%09" PRId64 "Z", day, file->mtime_ns);
  snprintf(size, sizeof size, "%" PRIu64, file->size);
  const char *path = cshm__h5_plan_printable(declaring->plan, file->path);
  cshm_status status = noted(declaring, path ? CSHM_OK : CSHM_ERR_NO_MEMORY);
  if (status == CSHM_OK) status = note_origin(declaring, "hdf5.path", path);
  if (status == CSHM_OK) status = note_origin(declaring, "hdf5.size", size);
  if (status == CSHM_OK) status = note_origin(declaring, "hdf5.mtime", mtime);
  if (status == CSHM_OK) status = note_origin(declaring, "hdf5.library", cshm__h5_version());
  return status;
}

cshm_status cshm__h5_declare(struct h5plan *plan, const struct h5file *file, cshm_builder builder, cshm_error *err) {
  struct declaring declaring = {plan, builder, err};
  cshm_status status = declare_nodes(&declaring);
  if (status == CSHM_OK) status = note_origins(&declaring, file);
  for (const struct h5skip *skip = plan->skips; status == CSHM_OK && skip; skip = skip->next)
    status = cshm_builder_note(builder, CSHM_NOTE_SKIPPED, skip->path, skip->reason, err);
  return status;
}
