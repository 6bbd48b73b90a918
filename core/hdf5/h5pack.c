/* SPDX-License-Identifier: MIT */
#include "h5pack.h"

#include "h5descr.h"
#include "h5heap.h"
#include "h5mark.h"
#include "h5text.h"
#include "h5value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OFFSET_SIZE sizeof(int64_t)

void cshm__h5_pack_begin(struct h5pack *pack, struct h5plan *plan, const char *name, struct h5reason *reason) {
  *pack = (struct h5pack){.plan = plan, .name = name, .reason = reason};
  pack->more_end = &pack->more;
}

/* `path`.`name`, or `name` where that is no field of anything. NULL: out of memory. */
static const char *join_path(struct h5pack *pack, const char *path, const char *name) {
  size_t size = strlen(path) + strlen(name) + 2;
  char *joined = (char *)cshm__h5_plan_alloc(pack->plan, size);
  if (joined) snprintf(joined, size, "%s%s%s", path, path[0] != '\0' ? "." : "", name);
  return joined;
}

/* ---- shapes and further attributes ----------------------------------------------------------------- */

static bool has_room(struct h5pack *pack, uint32_t ndim) {
  if (ndim <= CSHM_MAX_NDIM) return true;
  cshm__h5_reason(pack->reason, "it has more than %d dimensions", CSHM_MAX_NDIM);
  return false;
}

bool cshm__h5_pack_shape(struct h5pack *pack, uint32_t ndim, const int64_t *lengths, const struct h5column *column,
                         struct h5value *value) {
  uint32_t front = ndim + column->ndim, all = front + value->ndim;
  if (!has_room(pack, all)) return false;
  int64_t *shape = (int64_t *)cshm__h5_plan_alloc(pack->plan, (all + 1) * sizeof *shape);
  if (!shape) return cshm__h5_reason_memory(pack->reason);
  memcpy(shape, lengths, ndim * sizeof *shape);
  memcpy(shape + ndim, column->shape, column->ndim * sizeof *shape);
  if (value->ndim > 0) memcpy(shape + front, value->shape, value->ndim * sizeof *shape);
  value->shape = shape;
  value->ndim = all;
  return true;
}

bool cshm__h5_pack_more(struct h5pack *pack, const char *mark, const char *path, const struct h5value *value) {
  struct h5attribute *attribute = (struct h5attribute *)cshm__h5_plan_alloc(pack->plan, sizeof *attribute);
  const char *name = attribute ? cshm__h5_mark_name(pack->plan, mark, pack->name) : NULL;
  if (name && path[0] != '\0') {
    size_t size = strlen(name) + strlen(path) + 2;
    char *full = (char *)cshm__h5_plan_alloc(pack->plan, size);
    if (full) snprintf(full, size, "%s:%s", name, path);
    name = full;
  }
  if (!name) return cshm__h5_reason_memory(pack->reason);
  attribute->name = name;
  attribute->value = *value;
  *pack->more_end = attribute;
  pack->more_end = &attribute->next;
  return true;
}

/* ---- text ------------------------------------------------------------------------------------------ */

static size_t offset_at(const struct h5column *column, uint64_t number) {
  return (size_t)cshm__h5_heap_number(column->offset_data + OFFSET_SIZE * number, OFFSET_SIZE);
}

static bool pack_text(struct h5pack *pack, const struct h5column *column, struct h5value *value) {
  size_t count = (size_t)column->count;
  char **strings = (char **)malloc((count + 1) * sizeof *strings + (size_t)column->value_count + count);
  if (!strings) return cshm__h5_reason_memory(pack->reason);
  char *at = (char *)(strings + count + 1);
  for (size_t i = 0; i < count; i++) {
    size_t begin = offset_at(column, i), length = offset_at(column, i + 1) - begin;
    strings[i] = at;
    memcpy(at, column->data + begin, length);
    at[length] = '\0';
    at += length + 1;
  }
  bool good = cshm__h5_text(pack->plan, strings, count, H5VALUE_MAX_ATTRIBUTE, value, pack->reason);
  free(strings);
  return good;
}

/* ---- sequences ------------------------------------------------------------------------------------- */

/* Packs the items of all sequences into an attribute of their own. */
static bool pack_items(struct h5pack *pack, const struct h5column *column, const char *path) {
  const struct h5column *items = column->first;
  const int64_t length = (int64_t)column->value_count;
  const char *below = items->content == H5CONTENT_SEQUENCE ? join_path(pack, path, "values") : path;
  struct h5value value = {0};
  if (!below) return cshm__h5_reason_memory(pack->reason);
  return cshm__h5_pack(pack, items, below, &value) && cshm__h5_pack_shape(pack, 1, &length, items, &value) &&
         cshm__h5_pack_more(pack, H5MARK_VALUES, path, &value);
}

static bool pack_sequences(struct h5pack *pack, const struct h5column *column, const char *path,
                           struct h5value *value) {
  static const int64_t two[] = {2};
  unsigned char *pairs = (unsigned char *)cshm__h5_plan_alloc(pack->plan, 2 * OFFSET_SIZE * (size_t)column->count + 1);
  if (!pairs) return cshm__h5_reason_memory(pack->reason);
  for (size_t i = 0; i < column->count; i++)
    memcpy(pairs + 2 * OFFSET_SIZE * i, column->offset_data + OFFSET_SIZE * i, 2 * OFFSET_SIZE);
  *value = (struct h5value){.dtype = "<i8", .shape = two, .ndim = 1, .data = pairs};
  value->nbytes = 2 * OFFSET_SIZE * column->count;
  return pack_items(pack, column, path);
}

/* ---- records --------------------------------------------------------------------------------------- */

/* Writes one field of a descr list. */
static bool put_field(struct h5pack *pack, struct h5descr *descr, const struct h5column *field,
                      const struct h5value *value) {
  struct h5value one = *value;
  cshm__h5_descr_put(descr, descr->length > 1 ? ",[" : "[");
  cshm__h5_descr_put_string(descr, field->name);
  cshm__h5_descr_put(descr, ",");
  if (value->dtype[0] == '[')
    cshm__h5_descr_put(descr, value->dtype);
  else
    cshm__h5_descr_put_string(descr, value->dtype);
  if (!cshm__h5_pack_shape(pack, 0, field->shape, field, &one)) return false;
  if (one.ndim > 0) cshm__h5_descr_put_shape(descr, one.ndim, one.shape);
  cshm__h5_descr_put(descr, "]");
  return true;
}

/* Puts the elements of a field between those of the others. */
static void interleave(unsigned char *data, size_t size, size_t offset, const struct h5value *field, uint64_t count) {
  size_t width = count ? (size_t)(field->nbytes / count) : 0;
  if (!field->data) return; /* there is nothing of it */
  for (uint64_t i = 0; i < count; i++)
    memcpy(data + i * size + offset, (const unsigned char *)field->data + i * width, width);
}

static bool join_fields(struct h5pack *pack, const struct h5column *column, const struct h5value *fields,
                        struct h5value *value) {
  size_t offset = 0, number = 0;
  uint64_t count = column->count;
  unsigned char *data = (unsigned char *)cshm__h5_plan_alloc(pack->plan, (size_t)value->nbytes + 1);
  if (!data) return cshm__h5_reason_memory(pack->reason);
  for (const struct h5column *field = column->first; field; field = field->next, number++) {
    interleave(data, count ? (size_t)(value->nbytes / count) : 0, offset, &fields[number], count);
    offset += count ? (size_t)(fields[number].nbytes / count) : 0;
  }
  value->data = data;
  return true;
}

/* Packs each field, and writes the dtype of all. */
static bool pack_fields(struct h5pack *pack, const struct h5column *column, const char *path, struct h5descr *descr,
                        struct h5value *fields, struct h5value *value) {
  cshm__h5_descr_begin(descr);
  cshm__h5_descr_put(descr, "[");
  for (const struct h5column *field = column->first; field; field = field->next, fields++) {
    const char *below = join_path(pack, path, field->name);
    if (!below) return cshm__h5_reason_memory(pack->reason);
    if (!cshm__h5_pack(pack, field, below, fields) || !put_field(pack, descr, field, fields)) return false;
    value->nbytes += fields->nbytes;
  }
  cshm__h5_descr_put(descr, "]");
  if (!descr->full) return true;
  cshm__h5_reason(pack->reason, "its dtype is longer than %d bytes", CSHM_MAX_DTYPE);
  return false;
}

static bool pack_record(struct h5pack *pack, const struct h5column *column, const char *path, struct h5value *value) {
  size_t count = 0;
  for (const struct h5column *field = column->first; field; field = field->next)
    count++;
  struct h5value *fields = (struct h5value *)calloc(count + 1, sizeof *fields);
  struct h5descr *descr = (struct h5descr *)calloc(1, sizeof *descr);
  bool good = fields && descr;
  if (!good) cshm__h5_reason_memory(pack->reason);
  good = good && pack_fields(pack, column, path, descr, fields, value) &&
         !cshm__h5_value_too_large(value->nbytes, pack->reason);
  if (good) value->dtype = cshm__h5_plan_copy(pack->plan, descr->text);
  good = good && (value->dtype || cshm__h5_reason_memory(pack->reason)) && join_fields(pack, column, fields, value);
  free(fields);
  free(descr);
  return good;
}

/* ---- any ------------------------------------------------------------------------------------------- */

bool cshm__h5_pack(struct h5pack *pack, const struct h5column *column, const char *path, struct h5value *value) {
  *value = (struct h5value){0};
  switch (column->content) {
  case H5CONTENT_FIXED:
    value->dtype = column->dtype;
    value->data = column->data;
    value->nbytes = column->count * column->size;
    return true;
  case H5CONTENT_RECORD:
    return pack_record(pack, column, path, value);
  case H5CONTENT_SEQUENCE:
    return pack_sequences(pack, column, path, value);
  default:
    return pack_text(pack, column, value);
  }
}
