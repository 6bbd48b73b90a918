/* SPDX-License-Identifier: MIT */
#include "h5value.h"

#include "h5shape.h"
#include "h5text.h"

#include <inttypes.h>
#include <stdlib.h>

/* An attribute or a dataset, opened, with what is said about it. */
struct source {
  hid_t object;
  hid_t type;
  hid_t space;
  bool is_dataset;
};

static bool open_source(struct source *source, struct h5reason *reason) {
  source->type = source->is_dataset ? H5Dget_type(source->object) : H5Aget_type(source->object);
  source->space = source->is_dataset ? H5Dget_space(source->object) : H5Aget_space(source->object);
  if (source->type >= 0 && source->space >= 0) return true;
  cshm__h5_reason_words(reason, "its type or shape cannot be read");
  return false;
}

static void close_source(struct source *source) {
  if (source->type >= 0) H5Tclose(source->type);
  if (source->space >= 0) H5Sclose(source->space);
}

static bool read_source(const struct source *source, hid_t memory, void *data, struct h5reason *reason) {
  herr_t result = source->is_dataset ? H5Dread(source->object, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data)
                                     : H5Aread(source->object, memory, data);
  if (result >= 0) return true;
  cshm__h5_reason_words(reason, "it cannot be read");
  return false;
}

static bool too_large(uint64_t nbytes, struct h5reason *reason) {
  if (nbytes <= H5VALUE_MAX_ATTRIBUTE) return false;
  cshm__h5_reason(reason, "an attribute of %" PRIu64 " bytes; at most %" PRIu64 " are loaded", nbytes,
                  H5VALUE_MAX_ATTRIBUTE);
  return true;
}

/* Variable-length strings: HDF5 allocates each, we copy them side by side. */
static bool read_strings(struct h5plan *plan, const struct source *source, uint64_t limit, struct h5value *value,
                         struct h5reason *reason) {
  struct h5shape shape;
  uint64_t nbytes;
  if (!cshm__h5_shape(source->space, NULL, &shape, reason) ||
      !cshm__h5_shape_nbytes(&shape, sizeof(char *), &nbytes, reason) || too_large(nbytes, reason) ||
      !cshm__h5_shape_keep(&shape, plan, value, reason))
    return false;
  size_t count = (size_t)shape.count;
  char **strings = (char **)calloc(count + 1, sizeof *strings);
  if (!strings) {
    cshm__h5_reason(reason, "out of memory");
    return false;
  }
  bool good = count == 0 || read_source(source, source->type, strings, reason);
  if (good) good = cshm__h5_text(plan, strings, count, limit, value, reason);
  if (count > 0) H5Dvlen_reclaim(source->type, source->space, H5P_DEFAULT, strings);
  free(strings);
  return good;
}

static bool read_fixed(struct h5plan *plan, const struct source *source, struct h5type *type, struct h5value *value,
                       struct h5reason *reason) {
  struct h5shape shape;
  if (!cshm__h5_shape(source->space, type, &shape, reason) ||
      !cshm__h5_shape_nbytes(&shape, H5Tget_size(type->memory), &value->nbytes, reason) ||
      too_large(value->nbytes, reason) || !cshm__h5_shape_keep(&shape, plan, value, reason))
    return false;
  void *data = cshm__h5_plan_alloc(plan, (size_t)value->nbytes);
  value->data = data;
  value->dtype = cshm__h5_plan_copy(plan, type->dtype.text);
  if (!data || !value->dtype) {
    cshm__h5_reason(reason, "out of memory");
    return false;
  }
  return shape.count == 0 || read_source(source, type->memory, data, reason);
}

bool cshm__h5_value_attribute(struct h5plan *plan, hid_t attribute, struct h5type *type, struct h5value *value,
                              struct h5reason *reason) {
  struct source source = {attribute, H5I_INVALID_HID, H5I_INVALID_HID, false};
  bool good = open_source(&source, reason);
  if (good && H5Tis_variable_str(source.type) > 0) {
    good = read_strings(plan, &source, H5VALUE_MAX_ATTRIBUTE, value, reason);
  } else if (good) {
    good = cshm__h5_type_begin(source.type, type, reason) && read_fixed(plan, &source, type, value, reason);
    cshm__h5_type_end(type);
  }
  close_source(&source);
  return good;
}

bool cshm__h5_value_string(struct h5plan *plan, hid_t dataset, struct h5value *value, struct h5reason *reason) {
  struct source source = {dataset, H5I_INVALID_HID, H5I_INVALID_HID, true};
  bool good = open_source(&source, reason) && read_strings(plan, &source, UINT64_MAX, value, reason);
  close_source(&source);
  return good;
}
