/* SPDX-License-Identifier: MIT */
#include "h5bundle.h"

#include "h5flow.h"
#include "h5mark.h"
#include "h5outside.h"
#include "h5reference.h"
#include "h5shape.h"
#include "h5source.h"
#include "h5text.h"
#include "h5value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* An attribute that is being read. */
struct bundle {
  struct h5plan *plan;
  struct h5raw *raw;
  struct h5type *type;
  struct h5column column;
  struct h5shape shape; /* of its dataspace */
  uint64_t missing;     /* references that lead nowhere */
  struct h5reason *reason;
};

bool cshm__h5_bundle_is_one(hid_t file_type, hid_t space) {
  H5T_class_t class = H5Tget_class(file_type);
  if (!cshm__h5_column_is_variable(file_type)) return false;
  if (class == H5T_COMPOUND || class == H5T_ARRAY) return true;
  if (class != H5T_VLEN) return false;
  hid_t item = H5Tget_super(file_type);
  enum h5content content = item >= 0 ? cshm__h5_raw_content(item) : H5CONTENT_FIXED;
  bool plain =
      item >= 0 && content == H5CONTENT_FIXED && !cshm__h5_column_is_variable(item) && H5Tget_class(item) != H5T_ARRAY;
  if (item >= 0) H5Tclose(item);
  return H5Sget_simple_extent_type(space) != H5S_SCALAR || !(plain || content == H5CONTENT_OBJECT);
}

/* ---- reading --------------------------------------------------------------------------------------- */

/* Makes room for what was measured. */
static bool make_room(struct bundle *bundle, struct h5column *column) {
  for (; column; column = column->next) {
    uint64_t nbytes = column->content == H5CONTENT_FIXED ? column->count * column->size : column->value_count;
    column->data = (unsigned char *)cshm__h5_plan_alloc(bundle->plan, (size_t)nbytes + 1);
    column->offset_data = (unsigned char *)cshm__h5_plan_alloc(bundle->plan, ((size_t)column->count + 1) * 8);
    if (!column->data || !column->offset_data) return cshm__h5_reason_memory(bundle->reason);
    if (!make_room(bundle, column->first)) return false;
  }
  return true;
}

static bool run(struct bundle *bundle, const unsigned char *elements, size_t size, bool in_memory) {
  struct h5stream stream = {.plan = bundle->plan, .raw = bundle->raw, .reason = bundle->reason};
  struct h5column *column = &bundle->column;
  stream.in_memory = in_memory;
  cshm_status status = cshm__h5_flow_begin(&stream, column);
  if (status == CSHM_OK) status = cshm__h5_flow_put(&stream, column, elements, size, bundle->shape.count);
  if (status == CSHM_OK && bundle->reason->text[0] == '\0') status = cshm__h5_flow_flush(&stream, column);
  if (status) cshm__h5_reason_memory(bundle->reason);
  bool good = bundle->reason->text[0] == '\0';
  if (good && !in_memory) cshm__h5_flow_measure(column);
  if (good && in_memory && !cshm__h5_flow_same(column)) {
    cshm__h5_reason(bundle->reason, "it changes while it is read");
    good = false;
  }
  cshm__h5_flow_end(column);
  bundle->missing = stream.missing;
  return good;
}

static bool read_columns(struct bundle *bundle, const struct h5source *source, hid_t memory) {
  uint64_t nbytes;
  size_t size = H5Tget_size(memory);
  if (!cshm__h5_shape_nbytes(&bundle->shape, size, &nbytes, bundle->reason) ||
      cshm__h5_value_too_large(nbytes, bundle->reason))
    return false;
  unsigned char *elements = (unsigned char *)calloc((size_t)bundle->shape.count + 1, size);
  if (!elements) return cshm__h5_reason_memory(bundle->reason);
  bool good = bundle->shape.count == 0 || cshm__h5_source_read(source, memory, elements, bundle->reason);
  good = good && run(bundle, elements, size, false) &&
         !cshm__h5_value_too_large(cshm__h5_column_nbytes(&bundle->column), bundle->reason) &&
         make_room(bundle, &bundle->column) && run(bundle, elements, size, true);
  free(elements);
  return good;
}

static bool read_bundle(struct bundle *bundle, const struct h5source *source) {
  bundle->column.name = "";
  bundle->reason->text[0] = '\0';
  hid_t memory =
      cshm__h5_column_open(bundle->plan, bundle->raw, source->type, bundle->type, &bundle->column, bundle->reason);
  if (memory < 0) return false;
  bool good =
      cshm__h5_shape(source->space, NULL, &bundle->shape, bundle->reason) && read_columns(bundle, source, memory);
  H5Tclose(memory);
  cshm__h5_column_close(&bundle->column);
  return good;
}

/* ---- values ---------------------------------------------------------------------------------------- */

/* All elements of a column, as one dtype with a size; an array type is not in it but in the column's shape. */
static bool make_value(struct bundle *bundle, struct h5column *column, struct h5value *value);

static int64_t offset_at(const struct h5column *column, uint64_t number) {
  return (int64_t)cshm__h5_heap_number(column->offset_data + 8 * number, 8);
}

static bool make_text(struct bundle *bundle, const struct h5column *column, struct h5value *value) {
  size_t count = (size_t)column->count;
  char **strings = (char **)malloc((count + 1) * sizeof *strings + (size_t)column->value_count + count);
  if (!strings) return cshm__h5_reason_memory(bundle->reason);
  char *at = (char *)(strings + count + 1);
  for (size_t i = 0; i < count; i++) {
    size_t begin = (size_t)offset_at(column, i), length = (size_t)offset_at(column, i + 1) - begin;
    strings[i] = at;
    memcpy(at, column->data + begin, length);
    at[length] = '\0';
    at += length + 1;
  }
  bool good = cshm__h5_text(bundle->plan, strings, count, H5VALUE_MAX_ATTRIBUTE, value, bundle->reason);
  free(strings);
  return good;
}

/* Writes one field of a descr list. */
static void put_field(struct h5descr *descr, const struct h5column *field, const struct h5value *value) {
  cshm__h5_descr_put(descr, descr->length > 1 ? ",[" : "[");
  cshm__h5_descr_put_string(descr, field->name);
  cshm__h5_descr_put(descr, ",");
  if (value->dtype[0] == '[')
    cshm__h5_descr_put(descr, value->dtype);
  else
    cshm__h5_descr_put_string(descr, value->dtype);
  if (field->ndim > 0) cshm__h5_descr_put_shape(descr, field->ndim, field->shape);
  cshm__h5_descr_put(descr, "]");
}

/* Puts the elements of a field between those of the others. */
static void interleave(unsigned char *data, size_t size, size_t offset, const struct h5value *field, uint64_t count) {
  size_t width = count ? (size_t)(field->nbytes / count) : 0;
  for (uint64_t i = 0; i < count; i++)
    memcpy(data + i * size + offset, (const unsigned char *)field->data + i * width, width);
}

static bool join(struct bundle *bundle, const struct h5column *column, const struct h5value *fields,
                 struct h5value *value) {
  size_t offset = 0, number = 0;
  uint64_t count = column->count;
  unsigned char *data = (unsigned char *)cshm__h5_plan_alloc(bundle->plan, (size_t)value->nbytes + 1);
  if (!data) return cshm__h5_reason_memory(bundle->reason);
  for (const struct h5column *field = column->first; field; field = field->next, number++) {
    interleave(data, count ? (size_t)(value->nbytes / count) : 0, offset, &fields[number], count);
    offset += count ? (size_t)(fields[number].nbytes / count) : 0;
  }
  value->data = data;
  return true;
}

static bool make_record(struct bundle *bundle, const struct h5column *column, struct h5value *value) {
  size_t count = 0;
  for (const struct h5column *field = column->first; field; field = field->next)
    count++;
  struct h5value *fields = (struct h5value *)calloc(count + 1, sizeof *fields);
  struct h5descr *descr = (struct h5descr *)calloc(1, sizeof *descr);
  if (!fields || !descr) {
    free(fields);
    free(descr);
    return cshm__h5_reason_memory(bundle->reason);
  }
  bool good = true;
  cshm__h5_descr_begin(descr);
  cshm__h5_descr_put(descr, "[");
  size_t number = 0;
  for (struct h5column *field = column->first; good && field; field = field->next, number++) {
    good = make_value(bundle, field, &fields[number]) && fields[number].dtype;
    if (good) put_field(descr, field, &fields[number]);
    value->nbytes += fields[number].nbytes;
  }
  if (good) cshm__h5_descr_put(descr, "]");
  if (good && descr->full) {
    cshm__h5_reason(bundle->reason, "its dtype is longer than %d bytes", CSHM_MAX_DTYPE);
    good = false;
  }
  if (good) value->dtype = cshm__h5_plan_copy(bundle->plan, descr->text);
  good = good && ((value->dtype && !cshm__h5_value_too_large(value->nbytes, bundle->reason)) ||
                  cshm__h5_reason_memory(bundle->reason));
  good = good && join(bundle, column, fields, value);
  free(fields);
  free(descr);
  return good;
}

static bool make_value(struct bundle *bundle, struct h5column *column, struct h5value *value) {
  *value = (struct h5value){0};
  switch (column->content) {
  case H5CONTENT_FIXED:
    value->dtype = column->dtype;
    value->data = column->data;
    value->nbytes = column->count * column->size;
    return true;
  case H5CONTENT_RECORD:
    return make_record(bundle, column, value);
  case H5CONTENT_SEQUENCE:
    cshm__h5_reason(bundle->reason, "an attribute with variable-length sequences inside of other types has no dtype");
    return false;
  default:
    return make_text(bundle, column, value);
  }
}

/* ---- attributes ------------------------------------------------------------------------------------ */

/* Gives a value the shape: lengths, and those of the column's array type behind them. */
static bool set_shape(struct bundle *bundle, uint32_t ndim, const int64_t *lengths, const struct h5column *column,
                      struct h5value *value) {
  int64_t *shape = (int64_t *)cshm__h5_plan_alloc(bundle->plan, (ndim + column->ndim + 1) * sizeof *shape);
  if (!shape) return cshm__h5_reason_memory(bundle->reason);
  memcpy(shape, lengths, ndim * sizeof *shape);
  memcpy(shape + ndim, column->shape, column->ndim * sizeof *shape);
  value->shape = shape;
  value->ndim = ndim + column->ndim;
  if (value->ndim <= CSHM_MAX_NDIM) return true;
  cshm__h5_reason(bundle->reason, "it has more than %d dimensions", CSHM_MAX_NDIM);
  return false;
}

static cshm_status insert(struct h5plan *plan, struct h5attribute *after, const char *mark,
                          const struct h5value *value) {
  struct h5attribute *attribute = (struct h5attribute *)cshm__h5_plan_alloc(plan, sizeof *attribute);
  if (!attribute) return CSHM_ERR_NO_MEMORY;
  attribute->name = cshm__h5_mark_name(plan, mark, after->name);
  attribute->value = *value;
  attribute->next = after->next;
  after->next = attribute;
  return attribute->name ? CSHM_OK : CSHM_ERR_NO_MEMORY;
}

/* Puts beside an attribute whose value is of all sequences where each of them begins and ends. */
static cshm_status insert_offsets(struct bundle *bundle, struct h5attribute *attribute) {
  struct h5column *column = &bundle->column;
  int64_t *lengths = (int64_t *)cshm__h5_plan_alloc(bundle->plan, (CSHM_MAX_NDIM + 2) * sizeof *lengths);
  if (!lengths) return CSHM_ERR_NO_MEMORY;
  uint32_t ndim = bundle->shape.ndim + column->ndim;
  lengths[0] = (int64_t)column->count + 1;
  lengths[1] = (int64_t)ndim;
  memcpy(lengths + 2, bundle->shape.lengths, bundle->shape.ndim * sizeof *lengths);
  memcpy(lengths + 2 + bundle->shape.ndim, column->shape, column->ndim * sizeof *lengths);
  struct h5value shape = {
      .dtype = "<i8", .shape = lengths + 1, .ndim = 1, .nbytes = (uint64_t)ndim * 8, .data = lengths + 2};
  struct h5value offsets = {.dtype = "<i8", .shape = lengths, .ndim = 1, .data = column->offset_data};
  offsets.nbytes = (column->count + 1) * 8;
  cshm_status status = ndim == 1 ? CSHM_OK : insert(bundle->plan, attribute, H5MARK_SHAPE, &shape);
  return status ? status : insert(bundle->plan, attribute, H5MARK_OFFSETS, &offsets);
}

/* Makes the value of an attribute whose columns have been read. False: see the reason. */
static bool make_attribute(struct bundle *bundle, struct h5attribute *attribute) {
  struct h5column *column = &bundle->column;
  const struct h5shape *shape = &bundle->shape;
  if (column->content != H5CONTENT_SEQUENCE)
    return make_value(bundle, column, &attribute->value) &&
           set_shape(bundle, shape->ndim, shape->lengths, column, &attribute->value);
  int64_t length = (int64_t)column->value_count;
  if (!make_value(bundle, column->first, &attribute->value) ||
      !set_shape(bundle, 1, &length, column->first, &attribute->value))
    return false;
  bool one = shape->ndim + column->ndim == 0;
  return one || insert_offsets(bundle, attribute) == CSHM_OK || cshm__h5_reason_memory(bundle->reason);
}

static bool read_attribute(struct bundle *bundle, hid_t object, struct h5attribute *attribute) {
  struct h5source source;
  hid_t id = H5Aopen(object, attribute->name, H5P_DEFAULT);
  if (id < 0) {
    cshm__h5_reason_words(bundle->reason, "it cannot be opened");
    return false;
  }
  bool good = cshm__h5_source_begin(&source, id, bundle->reason) && read_bundle(bundle, &source) &&
              make_attribute(bundle, attribute);
  cshm__h5_source_end(&source);
  H5Aclose(id);
  return good;
}

/* Reads the attribute at *place, or takes it out. */
static cshm_status take(struct bundle *bundle, hid_t object, const char *path, struct h5attribute **place) {
  struct h5attribute *attribute = *place;
  attribute->later = false;
  memset(&bundle->column, 0, sizeof bundle->column);
  bundle->missing = 0;
  if (read_attribute(bundle, object, attribute))
    return cshm__h5_reference_note(bundle->plan, path, attribute->name, bundle->missing, bundle->shape.count);
  *place = attribute->next;
  return cshm__h5_plan_skip(bundle->plan, path, attribute->name, bundle->reason->text);
}

/* Reads all of an open object. */
static cshm_status take_open(struct bundle *bundle, hid_t object, struct h5node *node) {
  cshm_status status = CSHM_OK;
  for (struct h5attribute **place = &node->attributes; status == CSHM_OK && *place;) {
    struct h5attribute *attribute = *place;
    if (attribute->later) status = take(bundle, object, node->path, place);
    if (*place == attribute) place = &attribute->next;
  }
  return status;
}

static cshm_status take_all(struct bundle *bundle, hid_t file, struct h5node *node) {
  struct h5raw *raw = bundle->raw, other;
  bool here = node->address >> H5PLAN_FILE_SHIFT == 0;
  hid_t access = here ? H5P_DEFAULT : cshm__h5_outside_access(bundle->plan, H5P_LINK_ACCESS);
  hid_t object = here ? H5Oopen_by_addr(file, (haddr_t)node->address) : H5Oopen(file, node->path, access);
  struct h5raw *of = cshm__h5_raw_of(raw, &other, object, node->address, bundle->reason);
  bundle->raw = of ? of : raw;
  cshm_status status = take_open(bundle, of ? object : H5I_INVALID_HID, node);
  bundle->raw = raw;
  if (of == &other) cshm__h5_raw_end(&other);
  if (object >= 0) H5Oclose(object);
  if (!here && access >= 0) H5Pclose(access);
  return status;
}

cshm_status cshm__h5_bundles(hid_t file, struct h5plan *plan, struct h5raw *raw, struct h5type *type) {
  struct h5reason reason;
  struct bundle *bundle = (struct bundle *)calloc(1, sizeof *bundle);
  cshm_status status = bundle ? CSHM_OK : CSHM_ERR_NO_MEMORY;
  if (bundle) *bundle = (struct bundle){.plan = plan, .raw = raw, .type = type, .reason = &reason};
  for (size_t i = 0; status == CSHM_OK && i < plan->node_count; i++)
    if (plan->nodes[i].has_later) status = take_all(bundle, file, &plan->nodes[i]);
  free(bundle);
  return status;
}
