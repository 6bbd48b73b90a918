/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* gmtime_r */

#include "h5declare.h"

#include "h5mark.h"
#include "h5ragged.h"
#include "h5select.h"
#include "h5text.h"

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

/* A shape, and room for more dimensions. */
struct shape {
  uint32_t ndim;
  int64_t lengths[CSHM_MAX_NDIM];
};

/* A group is no array: at a second path it is declared again, and only what is in it is an alias. */
struct part {
  const char *path;
  bool again;
  struct h5attribute **attributes; /* of the dataset; NULL further below */
};

/* An array of a ragged array, *array; or, again, a further path to it. */
static cshm_status declare_array(struct declaring *declaring, const char *path, bool again, const char *dtype,
                                 const struct shape *shape, uint32_t *array) {
  if (again) return cshm_builder_alias(declaring->builder, path, *array, declaring->err);
  return cshm_builder_array(declaring->builder, path, dtype, shape->ndim, shape->lengths, CSHM_ORDER_C, array,
                            declaring->err);
}

static cshm_status declare_line(struct declaring *declaring, const struct part *part, const char *name,
                                const char *dtype, uint64_t length, uint32_t *array) {
  const char *path = cshm__h5_plan_join(declaring->plan, part->path, name);
  struct shape shape = {.ndim = 1, .lengths = {(int64_t)length}};
  if (!path) return noted(declaring, CSHM_ERR_NO_MEMORY);
  return declare_array(declaring, path, part->again, dtype, &shape, array);
}

/* What tells a reader that a group is a ragged array. */
static cshm_status declare_markers(struct declaring *declaring, const char *path, const char *kind,
                                   const struct shape *shape) {
  unsigned char text[4 * 16] = {0}, lengths[CSHM_MAX_NDIM * sizeof(int64_t)];
  char dtype[24];
  size_t length = strlen(kind), nbytes = shape->ndim * sizeof(int64_t);
  const int64_t ndim = (int64_t)shape->ndim;
  for (size_t i = 0; i < length; i++)
    text[4 * i] = (unsigned char)kind[i];
  for (size_t i = 0; i < nbytes; i++)
    lengths[i] = (unsigned char)((uint64_t)shape->lengths[i / 8] >> (8 * (i % 8)));
  snprintf(dtype, sizeof dtype, "<U%zu", length);
  cshm_status status = cshm_builder_attribute(declaring->builder, path, "cute_shm.ragged", dtype, 0, NULL, text,
                                              4 * length, declaring->err);
  if (status) return status;
  return cshm_builder_attribute(declaring->builder, path, H5MARK_SHAPE, "<i8", 1, &ndim, lengths, nbytes,
                                declaring->err);
}

/* A field that has another name in the file: it is told. */
static cshm_status declare_name(struct declaring *declaring, const char *path, const struct h5column *column) {
  struct h5value value = {0};
  struct h5reason unused;
  char *name = (char *)column->name; /* only read */
  if (column->part == column->name) return CSHM_OK;
  if (!cshm__h5_text(declaring->plan, &name, 1, SIZE_MAX, &value, &unused)) return noted(declaring, CSHM_ERR_NO_MEMORY);
  return cshm_builder_attribute(declaring->builder, path, "cute_shm.field", value.dtype, 0, NULL, value.data,
                                value.nbytes, declaring->err);
}

static cshm_status declare_column(struct declaring *declaring, const struct part *part, struct h5column *column,
                                  const struct shape *outer);

static cshm_status declare_below(struct declaring *declaring, const struct part *part, struct h5column *column,
                                 const struct shape *shape) {
  struct part below = {.path = cshm__h5_plan_join(declaring->plan, part->path, column->part), .again = part->again};
  return below.path ? declare_column(declaring, &below, column, shape) : noted(declaring, CSHM_ERR_NO_MEMORY);
}

static cshm_status declare_content(struct declaring *declaring, const struct part *part, struct h5column *column,
                                   const struct shape *shape) {
  cshm_status status = CSHM_OK;
  if (column->content == H5CONTENT_RECORD) {
    for (struct h5column *field = column->first; status == CSHM_OK && field; field = field->next)
      status = declare_below(declaring, part, field, shape);
    return status;
  }
  status = declare_line(declaring, part, H5RAGGED_OFFSETS, "<i8", column->count + 1, &column->array);
  if (status) return status;
  struct shape line = {.ndim = 1, .lengths = {(int64_t)column->value_count}};
  if (column->content == H5CONTENT_SEQUENCE) return declare_below(declaring, part, column->first, &line);
  return declare_line(declaring, part, H5RAGGED_VALUES, column->dtype, column->value_count, &column->values_array);
}

static cshm_status declare_column(struct declaring *declaring, const struct part *part, struct h5column *column,
                                  const struct shape *outer) {
  struct shape shape = *outer;
  for (uint32_t i = 0; i < column->ndim && shape.ndim < CSHM_MAX_NDIM; i++)
    shape.lengths[shape.ndim++] = column->shape[i];
  if (column->content == H5CONTENT_FIXED) {
    cshm_status status = declare_array(declaring, part->path, part->again, column->dtype, &shape, &column->array);
    return status || part->again ? status : declare_name(declaring, part->path, column);
  }
  cshm_status status = cshm_builder_group(declaring->builder, part->path, declaring->err);
  if (status == CSHM_OK) status = declare_markers(declaring, part->path, column->kind, &shape);
  if (status == CSHM_OK) status = declare_name(declaring, part->path, column);
  if (status == CSHM_OK && part->attributes) status = declare_attributes(declaring, part->path, part->attributes);
  return status ? status : declare_content(declaring, part, column, &shape);
}

static cshm_status declare_ragged(struct declaring *declaring, size_t number, struct h5node *dataset) {
  const struct h5node *node = &declaring->plan->nodes[number];
  struct h5column *column = dataset->ragged->column;
  struct part part = {node->path, dataset->array != UINT32_MAX, &dataset->attributes};
  struct shape shape = {.ndim = dataset->value.ndim};
  struct h5reason reason;
  if (!cshm__h5_ragged_path_fits(node->path, column, &reason))
    return noted(declaring, cshm__h5_plan_drop(declaring->plan, number, reason.text));
  memcpy(shape.lengths, dataset->value.shape, shape.ndim * sizeof *shape.lengths);
  dataset->array = 0; /* some array, see `again` */
  return declare_column(declaring, &part, column, &shape);
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

/* What was asked for, and how many objects were not. */
static cshm_status note_selection(struct declaring *declaring) {
  const struct h5select *select = declaring->plan->select;
  char number[32];
  cshm_status status = CSHM_OK;
  if (!select || (!select->select && !select->exclude && select->max_nbytes == 0)) return CSHM_OK;
  if (select->select) status = note_origin(declaring, "hdf5.select", select->select);
  if (status == CSHM_OK && select->exclude) status = note_origin(declaring, "hdf5.exclude", select->exclude);
  snprintf(number, sizeof number, "%" PRIu64, select->max_nbytes);
  if (status == CSHM_OK && select->max_nbytes > 0)
    status = note_origin(declaring, "hdf5.max_bytes_per_dataset", number);
  snprintf(number, sizeof number, "%zu", declaring->plan->left_out);
  return status ? status : note_origin(declaring, "hdf5.left_out", number);
}

cshm_status cshm__h5_declare(struct h5plan *plan, const struct h5file *file, cshm_builder builder, cshm_error *err) {
  struct declaring declaring = {plan, builder, err};
  cshm_status status = declare_nodes(&declaring);
  if (status == CSHM_OK) status = note_origins(&declaring, file);
  if (status == CSHM_OK) status = note_selection(&declaring);
  for (const struct h5skip *skip = plan->skips; status == CSHM_OK && skip; skip = skip->next)
    status = cshm_builder_note(builder, CSHM_NOTE_SKIPPED, skip->path, skip->reason, err);
  return status;
}
