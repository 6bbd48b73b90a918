/* SPDX-License-Identifier: MIT */
#include "h5scale.h"

#include "h5shape.h"
#include "h5value.h"
#include "h5variable.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* What an item of a REFERENCE_LIST is read into. */
struct use {
  hobj_ref_t dataset;
  int32_t dimension;
};

static bool has_references(hid_t sequence) {
  hid_t item = H5Tget_super(sequence);
  bool has = item >= 0 && cshm__h5_raw_content(item) == H5CONTENT_OBJECT;
  if (item >= 0) H5Tclose(item);
  return has;
}

static bool has_uses(hid_t compound) {
  if (H5Tget_class(compound) != H5T_COMPOUND || H5Tget_nmembers(compound) != 2) return false;
  int dataset = H5Tget_member_index(compound, "dataset"), dimension = H5Tget_member_index(compound, "dimension");
  if (dataset < 0 || dimension < 0 || H5Tget_member_class(compound, (unsigned)dimension) != H5T_INTEGER) return false;
  hid_t reference = H5Tget_member_type(compound, (unsigned)dataset);
  bool has = reference >= 0 && cshm__h5_raw_content(reference) == H5CONTENT_OBJECT;
  if (reference >= 0) H5Tclose(reference);
  return has;
}

bool cshm__h5_scale_is_known(const char *name, const struct h5source *source) {
  if (strcmp(name, "DIMENSION_LIST") == 0)
    return cshm__h5_raw_content(source->type) == H5CONTENT_SEQUENCE && has_references(source->type);
  return strcmp(name, "REFERENCE_LIST") == 0 && has_uses(source->type);
}

/* Keeps the shape, and makes room for the targets. NULL: see `reason`. */
static struct h5targets *begin(struct h5plan *plan, const struct h5source *source, size_t size, struct h5value *value,
                               struct h5reason *reason) {
  struct h5shape shape;
  uint64_t nbytes;
  if (!cshm__h5_shape(source->space, NULL, &shape, reason) || !cshm__h5_shape_nbytes(&shape, size, &nbytes, reason) ||
      cshm__h5_value_too_large(nbytes, reason) || !cshm__h5_shape_keep(&shape, plan, value, reason))
    return NULL;
  struct h5targets *targets = cshm__h5_variable_targets(plan, (size_t)shape.count, reason);
  value->targets = targets;
  return targets;
}

/* Takes the scale of dimension `i`, the first of several. */
static bool take_first(struct h5raw *raw, const unsigned char *element, struct h5targets *targets, size_t i,
                       struct h5reason *reason) {
  struct h5object object;
  uint64_t nbytes;
  if (!cshm__h5_raw_find(raw, element, sizeof(uint64_t), &object, &nbytes, reason)) return false;
  if (nbytes == 0) return true;
  targets->several = targets->several || nbytes > sizeof(uint64_t);
  return cshm__h5_variable_addresses(raw, &object, 1, &targets->addresses[i], reason);
}

static bool read_dimensions(struct h5plan *plan, struct h5raw *raw, const struct h5source *source,
                            struct h5value *value, struct h5reason *reason) {
  struct h5targets *targets = begin(plan, source, raw->size, value, reason);
  if (!targets) return false;
  unsigned char *elements = (unsigned char *)calloc(targets->count + 1, raw->size);
  bool good = elements ? targets->count == 0 || cshm__h5_source_read(source, raw->type, elements, reason)
                       : cshm__h5_reason_memory(reason);
  for (size_t i = 0; good && i < targets->count; i++)
    good = take_first(raw, elements + i * raw->size, targets, i, reason);
  free(elements);
  return good;
}

/* The type to read items with. */
static hid_t make_use(void) {
  hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(struct use));
  if (type >= 0 && (H5Tinsert(type, "dataset", offsetof(struct use, dataset), H5T_STD_REF_OBJ) < 0 ||
                    H5Tinsert(type, "dimension", offsetof(struct use, dimension), H5T_NATIVE_INT32) < 0)) {
    H5Tclose(type);
    return H5I_INVALID_HID;
  }
  return type;
}

static bool read_uses(struct h5plan *plan, struct h5raw *raw, const struct h5source *source, struct h5value *value,
                      struct h5reason *reason) {
  struct h5targets *targets = begin(plan, source, sizeof(struct use), value, reason);
  if (!targets) return false;
  targets->dimensions = (int32_t *)cshm__h5_plan_alloc(plan, targets->count * sizeof *targets->dimensions);
  struct use *uses = (struct use *)calloc(targets->count + 1, sizeof *uses);
  hid_t type = make_use();
  bool good = targets->dimensions && uses && type >= 0;
  if (good)
    good = cshm__h5_source_read(source, type, uses, reason);
  else
    cshm__h5_reason_memory(reason);
  for (size_t i = 0; good && i < targets->count; i++) {
    targets->dimensions[i] = uses[i].dimension;
    good = cshm__h5_raw_target(raw, H5CONTENT_OBJECT, (const unsigned char *)&uses[i].dataset, &targets->addresses[i],
                               reason);
  }
  if (type >= 0) H5Tclose(type);
  free(uses);
  return good;
}

bool cshm__h5_scale(struct h5plan *plan, struct h5raw *raw, const struct h5source *source, struct h5value *value,
                    struct h5reason *reason) {
  if (H5Tget_class(source->type) == H5T_COMPOUND) return read_uses(plan, raw, source, value, reason);
  return read_dimensions(plan, raw, source, value, reason);
}
