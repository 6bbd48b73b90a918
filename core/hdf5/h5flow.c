/* SPDX-License-Identifier: MIT */
#include "h5flow.h"

#include "h5reference.h"

#include <stdlib.h>
#include <string.h>

#define BUFFER_SIZE ((size_t)1 << 20)
#define ITEMS_SIZE ((size_t)64 << 10)
#define OFFSET_SIZE sizeof(int64_t)

static bool counts_only(const struct h5stream *stream) { return stream->builder.id == 0 && !stream->in_memory; }

static bool is_well(const struct h5stream *stream, cshm_status status) {
  return status == CSHM_OK && stream->reason->text[0] == '\0';
}

/* ---- beginning and end ----------------------------------------------------------------------------- */

static cshm_status put_offset(struct h5stream *stream, struct h5column *column) {
  unsigned char bytes[OFFSET_SIZE];
  for (unsigned i = 0; i < sizeof bytes; i++)
    bytes[i] = (unsigned char)(column->flow->value_count >> (8 * i));
  return cshm__h5_values_bytes(&column->flow->offsets, bytes, sizeof bytes, stream->reason, stream->err);
}

/* A writer for one of the column's arrays, of `room` bytes. */
static cshm_status begin_values(struct h5stream *stream, struct h5values *values, uint32_t array, uint64_t room,
                                size_t budget, hid_t from, hid_t to) {
  if (stream->in_memory && room < budget) budget = (size_t)room + 1;
  values->builder = stream->builder;
  values->progress = stream->progress;
  values->array = array;
  values->room = room;
  values->budget = budget;
  return cshm__h5_values_begin(values, from, to);
}

static cshm_status begin_items(struct h5column *column) {
  struct h5flow *flow = column->flow;
  size_t from = H5Tget_size(column->from), to = H5Tget_size(column->to), larger = from > to ? from : to;
  flow->capacity = larger < ITEMS_SIZE ? ITEMS_SIZE / larger : 1;
  flow->items = (unsigned char *)malloc(flow->capacity * larger);
  flow->background = (unsigned char *)malloc(flow->capacity * to);
  return flow->items && flow->background ? CSHM_OK : CSHM_ERR_NO_MEMORY;
}

/* `in_sequence`: its elements come as they are in the file, from a heap. */
static cshm_status begin_column(struct h5stream *stream, struct h5column *column, size_t budget, bool in_sequence) {
  struct h5flow *flow = column->flow = (struct h5flow *)calloc(1, sizeof *column->flow);
  if (!flow) return CSHM_ERR_NO_MEMORY;
  if (stream->in_memory) {
    flow->values.memory = column->data;
    flow->offsets.memory = column->offset_data;
  }
  if (column->content == H5CONTENT_FIXED)
    return begin_values(stream, &flow->values, column->array, column->count * column->size, budget,
                        in_sequence ? column->from : 0, in_sequence ? column->to : 0);
  if (column->content == H5CONTENT_RECORD) return CSHM_OK;
  cshm_status status =
      begin_values(stream, &flow->offsets, column->array, (column->count + 1) * OFFSET_SIZE, budget, 0, 0);
  if (status == CSHM_OK) status = put_offset(stream, column);
  if (status) return status;
  if (column->content != H5CONTENT_SEQUENCE)
    return begin_values(stream, &flow->values, column->values_array, column->value_count, budget, 0, 0);
  return column->first->content == H5CONTENT_FIXED ? CSHM_OK : begin_items(column);
}

static cshm_status begin_all(struct h5stream *stream, struct h5column *column, size_t budget, bool in_sequence) {
  cshm_status status = CSHM_OK;
  for (; status == CSHM_OK && column; column = column->next) {
    status = begin_column(stream, column, budget, in_sequence);
    if (status == CSHM_OK) status = begin_all(stream, column->first, budget, column->content == H5CONTENT_SEQUENCE);
  }
  return status;
}

cshm_status cshm__h5_flow_begin(struct h5stream *stream, struct h5column *column) {
  size_t budget = 2 * BUFFER_SIZE / cshm__h5_column_total(column);
  return begin_all(stream, column, budget < BUFFER_SIZE ? budget : BUFFER_SIZE, false);
}

void cshm__h5_flow_end(struct h5column *column) {
  for (; column; column = column->next) {
    cshm__h5_flow_end(column->first);
    if (!column->flow) continue;
    cshm__h5_values_end(&column->flow->values);
    cshm__h5_values_end(&column->flow->offsets);
    free(column->flow->items);
    free(column->flow->background);
    free(column->flow);
    column->flow = NULL;
  }
}

/* ---- elements -------------------------------------------------------------------------------------- */

static cshm_status put_string(struct h5stream *stream, struct h5column *column, const unsigned char *element) {
  struct h5object object;
  uint64_t nbytes;
  if (!cshm__h5_raw_find(stream->raw, element, 1, &object, &nbytes, stream->reason)) return CSHM_OK;
  return cshm__h5_values_string(&column->flow->values, &stream->raw->heap, &object, nbytes, stream->reason,
                                stream->err);
}

static cshm_status put_path(struct h5stream *stream, struct h5column *column, const unsigned char *element) {
  uint64_t address;
  if (!cshm__h5_raw_target(stream->raw, column->content, element, &address, stream->reason)) return CSHM_OK;
  size_t node = cshm__h5_reference_node(stream->plan, address);
  if (node == H5PLAN_NONE) {
    stream->missing += address != 0;
    return CSHM_OK;
  }
  const char *path = stream->plan->nodes[node].path;
  cshm_status status = cshm__h5_values_bytes(&column->flow->values, "/", 1, stream->reason, stream->err);
  if (status != CSHM_OK) return status;
  return cshm__h5_values_bytes(&column->flow->values, path, strlen(path), stream->reason, stream->err);
}

static bool convert(const struct h5stream *stream, const struct h5column *column, size_t count) {
  struct h5flow *flow = column->flow;
  if (H5Tequal(column->from, column->to) > 0) return true;
  memset(flow->background, 0, count * H5Tget_size(column->to)); /* what is between fields */
  if (H5Tconvert(column->from, column->to, count, flow->items, flow->background, H5P_DEFAULT) >= 0) return true;
  cshm__h5_reason_words(stream->reason, "it cannot be converted");
  return false;
}

/* Reads the items of one sequence, a few at a time, and puts them into their own column. */
static cshm_status put_items(struct h5stream *stream, struct h5column *column, const struct h5object *object,
                             uint64_t nbytes) {
  struct h5flow *flow = column->flow;
  size_t from = H5Tget_size(column->from), to = H5Tget_size(column->to);
  cshm_status status = CSHM_OK;
  for (uint64_t at = 0; at < nbytes && is_well(stream, status);) {
    uint64_t left = (nbytes - at) / from;
    size_t count = left < flow->capacity ? (size_t)left : flow->capacity;
    if (!cshm__h5_heap_read(&stream->raw->heap, object, at, count * from, flow->items, stream->reason) ||
        !convert(stream, column, count))
      return CSHM_OK;
    at += count * from;
    status = cshm__h5_flow_put(stream, column->first, flow->items, to, count);
  }
  return status;
}

static cshm_status put_sequence(struct h5stream *stream, struct h5column *column, const unsigned char *element) {
  struct h5object object;
  uint64_t nbytes;
  size_t size = H5Tget_size(column->from);
  struct h5column *items = column->first;
  if (!cshm__h5_raw_find(stream->raw, element, size, &object, &nbytes, stream->reason)) return CSHM_OK;
  column->flow->value_count += nbytes / size;
  if (items->content != H5CONTENT_FIXED) return put_items(stream, column, &object, nbytes);
  items->flow->count += nbytes / size;
  return cshm__h5_values_items(&items->flow->values, &stream->raw->heap, &object, nbytes, stream->reason, stream->err);
}

static cshm_status put_fields(struct h5stream *stream, struct h5column *column, const unsigned char *element) {
  cshm_status status = CSHM_OK;
  for (struct h5column *field = column->first; field && is_well(stream, status); field = field->next)
    status = cshm__h5_flow_put(stream, field, element, 0, 1);
  return status;
}

static cshm_status put_one(struct h5stream *stream, struct h5column *column, const unsigned char *element) {
  cshm_status status;
  switch (column->content) {
  case H5CONTENT_FIXED:
    return cshm__h5_values_bytes(&column->flow->values, element, column->size, stream->reason, stream->err);
  case H5CONTENT_RECORD:
    return put_fields(stream, column, element);
  case H5CONTENT_SEQUENCE:
    status = put_sequence(stream, column, element);
    break;
  case H5CONTENT_STRING:
    status = put_string(stream, column, element);
    column->flow->value_count = column->flow->values.count;
    break;
  default:
    status = put_path(stream, column, element);
    column->flow->value_count = column->flow->values.count;
  }
  return is_well(stream, status) ? put_offset(stream, column) : status;
}

cshm_status cshm__h5_flow_put(struct h5stream *stream, struct h5column *column, const unsigned char *elements,
                              size_t stride, uint64_t count) {
  cshm_status status = CSHM_OK;
  column->flow->count += count * column->times;
  if (column->content == H5CONTENT_FIXED && counts_only(stream)) return CSHM_OK;
  for (uint64_t i = 0; i < count && is_well(stream, status); i++) {
    const unsigned char *element = elements + i * stride + column->offset;
    for (uint64_t j = 0; j < column->times && is_well(stream, status); j++)
      status = put_one(stream, column, element + j * column->size);
  }
  return status;
}

void cshm__h5_flow_nothing(struct h5column *column, uint64_t count) {
  column->flow->count += count * column->times;
  if (column->content != H5CONTENT_RECORD) return;
  for (struct h5column *field = column->first; field; field = field->next)
    cshm__h5_flow_nothing(field, count * column->times);
}

cshm_status cshm__h5_flow_flush(struct h5stream *stream, struct h5column *column) {
  cshm_status status = CSHM_OK;
  for (; column && is_well(stream, status); column = column->next) {
    status = cshm__h5_values_flush(&column->flow->values, stream->reason, stream->err);
    if (is_well(stream, status)) status = cshm__h5_values_flush(&column->flow->offsets, stream->reason, stream->err);
    if (is_well(stream, status)) status = cshm__h5_flow_flush(stream, column->first);
  }
  return status;
}

/* ---- what came of it ------------------------------------------------------------------------------- */

static bool is_text(const struct h5column *column) {
  return column->content != H5CONTENT_FIXED && column->content != H5CONTENT_RECORD &&
         column->content != H5CONTENT_SEQUENCE;
}

void cshm__h5_flow_measure(struct h5column *column) {
  for (; column; column = column->next) {
    column->count = column->flow->count;
    column->value_count = column->flow->value_count;
    if (is_text(column) && !column->flow->values.is_utf8) column->kind = "bytes";
    cshm__h5_flow_measure(column->first);
  }
}

bool cshm__h5_flow_same(const struct h5column *column) {
  for (; column; column = column->next) {
    bool same = column->count == column->flow->count && column->value_count == column->flow->value_count;
    bool text = is_text(column) && strcmp(column->kind, "utf8") == 0;
    if (!same || (text && !column->flow->values.is_utf8) || !cshm__h5_flow_same(column->first)) return false;
  }
  return true;
}
