/* SPDX-License-Identifier: MIT */
#include "h5value.h"

#include "h5scale.h"
#include "h5shape.h"
#include "h5source.h"
#include "h5text.h"
#include "h5variable.h"

#include <inttypes.h>
#include <stdlib.h>

bool cshm__h5_value_too_large(uint64_t nbytes, struct h5reason *reason) {
  if (nbytes <= H5VALUE_MAX_ATTRIBUTE) return false;
  cshm__h5_reason(reason, "an attribute of %" PRIu64 " bytes; at most %" PRIu64 " are loaded", nbytes,
                  H5VALUE_MAX_ATTRIBUTE);
  return true;
}

/* ---- elements of one size -------------------------------------------------------------------------- */

static bool read_fixed(struct h5plan *plan, const struct h5source *source, struct h5type *type, struct h5value *value,
                       struct h5reason *reason) {
  struct h5shape shape;
  if (!cshm__h5_shape(source->space, type, &shape, reason) ||
      !cshm__h5_shape_nbytes(&shape, H5Tget_size(type->memory), &value->nbytes, reason) ||
      cshm__h5_value_too_large(value->nbytes, reason) || !cshm__h5_shape_keep(&shape, plan, value, reason))
    return false;
  void *data = cshm__h5_plan_alloc(plan, (size_t)value->nbytes);
  value->data = data;
  value->dtype = cshm__h5_plan_keep_text(plan, type->dtype.text);
  if (!data || !value->dtype) return cshm__h5_reason_memory(reason);
  return shape.count == 0 || cshm__h5_source_read(source, type->memory, data, reason);
}

/* ---- strings, sequences and references ------------------------------------------------------------- */

/* Reads the elements as they are in the file, into memory that the caller frees, and keeps the shape. NULL: see
 * `reason`. */
static unsigned char *read_elements(struct h5plan *plan, const struct h5raw *raw, const struct h5source *source,
                                    enum h5content content, struct h5value *value, size_t *count,
                                    struct h5reason *reason) {
  struct h5shape shape;
  uint64_t nbytes;
  size_t size = cshm__h5_raw_size(raw, content);
  if (!cshm__h5_shape(source->space, NULL, &shape, reason) || !cshm__h5_shape_nbytes(&shape, size, &nbytes, reason) ||
      cshm__h5_value_too_large(nbytes, reason) || !cshm__h5_shape_keep(&shape, plan, value, reason))
    return NULL;
  *count = (size_t)shape.count;
  unsigned char *elements = (unsigned char *)calloc(*count + 1, size);
  if (!elements) {
    cshm__h5_reason_memory(reason);
    return NULL;
  }
  if (*count == 0 || cshm__h5_source_read(source, cshm__h5_raw_type(raw, content), elements, reason)) return elements;
  free(elements);
  return NULL;
}

static bool read_strings(struct h5plan *plan, struct h5raw *raw, const struct h5source *source, uint64_t limit,
                         struct h5value *value, struct h5reason *reason) {
  size_t count;
  unsigned char *elements = read_elements(plan, raw, source, H5CONTENT_STRING, value, &count, reason);
  char **strings = elements ? cshm__h5_variable_strings(raw, elements, count, limit, reason) : NULL;
  bool good = strings && cshm__h5_text(plan, strings, count, limit, value, reason);
  free(strings);
  free(elements);
  return good;
}

static bool read_references(struct h5plan *plan, struct h5raw *raw, const struct h5source *source,
                            enum h5content content, struct h5value *value, struct h5reason *reason) {
  size_t count, size = cshm__h5_raw_size(raw, content);
  unsigned char *elements = read_elements(plan, raw, source, content, value, &count, reason);
  if (!elements) return false;
  struct h5targets *targets = cshm__h5_variable_targets(plan, count, reason);
  bool good = targets != NULL;
  for (size_t i = 0; good && i < count; i++)
    good = cshm__h5_raw_target(raw, content, elements + i * size, &targets->addresses[i], reason);
  value->targets = targets;
  free(elements);
  return good;
}

/* One sequence is an array; of several, each may have another length. */
static bool read_sequence(struct h5plan *plan, struct h5raw *raw, const struct h5source *source, struct h5type *type,
                          struct h5value *value, struct h5reason *reason) {
  size_t count;
  if (H5Sget_simple_extent_type(source->space) == H5S_SIMPLE) {
    cshm__h5_reason(reason, "an attribute of several variable-length sequences has no one shape");
    return false;
  }
  unsigned char *element = read_elements(plan, raw, source, H5CONTENT_SEQUENCE, value, &count, reason);
  bool good = element && cshm__h5_variable_array(plan, raw, element, source->type, type, value, reason);
  free(element);
  return good;
}

static bool read_attribute(struct h5plan *plan, struct h5raw *raw, const struct h5source *source, struct h5type *type,
                           struct h5value *value, struct h5reason *reason) {
  enum h5content content = cshm__h5_raw_content(source->type);
  switch (content) {
  case H5CONTENT_STRING:
    return read_strings(plan, raw, source, H5VALUE_MAX_ATTRIBUTE, value, reason);
  case H5CONTENT_SEQUENCE:
    return read_sequence(plan, raw, source, type, value, reason);
  case H5CONTENT_OBJECT:
  case H5CONTENT_REGION:
    return read_references(plan, raw, source, content, value, reason);
  default:
    break;
  }
  if (!cshm__h5_type_begin(source->type, type, reason)) return false;
  bool good = read_fixed(plan, source, type, value, reason);
  cshm__h5_type_end(type);
  return good;
}

bool cshm__h5_value_attribute(struct h5plan *plan, struct h5raw *raw, hid_t attribute, const char *name,
                              struct h5type *type, struct h5value *value, struct h5reason *reason) {
  struct h5source source;
  bool good = cshm__h5_source_begin(&source, attribute, reason);
  if (good)
    good = cshm__h5_scale_is_known(name, &source) ? cshm__h5_scale(plan, raw, &source, value, reason)
                                                  : read_attribute(plan, raw, &source, type, value, reason);
  cshm__h5_source_end(&source);
  return good;
}

bool cshm__h5_value_string(struct h5plan *plan, struct h5raw *raw, hid_t dataset, struct h5value *value,
                           struct h5reason *reason) {
  struct h5source source;
  bool good =
      cshm__h5_source_begin(&source, dataset, reason) && read_strings(plan, raw, &source, UINT64_MAX, value, reason);
  cshm__h5_source_end(&source);
  return good;
}
