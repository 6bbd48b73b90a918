/* SPDX-License-Identifier: MIT */
#include "h5bundle.h"

#include "h5flow.h"
#include "h5mark.h"
#include "h5outside.h"
#include "h5pack.h"
#include "h5reference.h"
#include "h5shape.h"
#include "h5source.h"
#include "h5value.h"

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
  bundle->column.name = bundle->column.part = "";
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

/* ---- attributes ------------------------------------------------------------------------------------ */

/* Tells of an attribute whose value is of all sequences where each of them begins and ends. */
static bool add_offsets(struct bundle *bundle, struct h5pack *pack) {
  const struct h5column *column = &bundle->column;
  const int64_t *lengths = bundle->shape.lengths;
  const int64_t length = (int64_t)column->count + 1;
  struct h5value grid = {0}, shape = {.dtype = "<i8"};
  struct h5value offsets = {.dtype = "<i8", .nbytes = (uint64_t)length * 8, .data = column->offset_data};
  static const struct h5column none;
  if (!cshm__h5_pack_shape(pack, bundle->shape.ndim, lengths, column, &grid) ||
      !cshm__h5_pack_shape(pack, 1, &length, &none, &offsets))
    return false;
  const int64_t ndim = grid.ndim;
  shape.nbytes = (uint64_t)ndim * 8;
  shape.data = grid.shape;
  if (!cshm__h5_pack_shape(pack, 1, &ndim, &none, &shape)) return false;
  return cshm__h5_pack_more(pack, H5MARK_OFFSETS, "", &offsets) &&
         (ndim == 1 || cshm__h5_pack_more(pack, H5MARK_SHAPE, "", &shape));
}

/* Packs the columns that have been read. Of sequences the value is all their items. */
static bool pack_columns(struct bundle *bundle, struct h5pack *pack, struct h5value *value) {
  const struct h5column *column = &bundle->column;
  const struct h5shape *shape = &bundle->shape;
  if (column->content != H5CONTENT_SEQUENCE)
    return cshm__h5_pack(pack, column, "", value) &&
           cshm__h5_pack_shape(pack, shape->ndim, shape->lengths, column, value);
  const int64_t length = (int64_t)column->value_count;
  bool one = shape->ndim + column->ndim == 0;
  return (one || add_offsets(bundle, pack)) && cshm__h5_pack(pack, column->first, "", value) &&
         cshm__h5_pack_shape(pack, 1, &length, column->first, value);
}

/* Makes the value of an attribute, and those that go with it, which follow it. False: see the reason. */
static bool make_attribute(struct bundle *bundle, struct h5attribute *attribute) {
  struct h5pack pack;
  cshm__h5_pack_begin(&pack, bundle->plan, attribute->name, bundle->reason);
  if (!pack_columns(bundle, &pack, &attribute->value)) return false;
  *pack.more_end = attribute->next;
  if (pack.more) attribute->next = pack.more;
  return true;
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
