/* SPDX-License-Identifier: MIT */
#include "h5variable.h"

#include "h5value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool no_memory(struct h5reason *reason) {
  cshm__h5_reason(reason, "out of memory");
  return false;
}

hid_t cshm__h5_variable_item(hid_t sequence, struct h5type *type, struct h5reason *reason) {
  hid_t item = H5Tget_super(sequence);
  type->memory = H5I_INVALID_HID;
  if (item < 0)
    cshm__h5_reason_words(reason, "its type cannot be read");
  else if (cshm__h5_type_begin(item, type, reason)) {
    if (type->ndim == 0) return item;
    cshm__h5_reason(reason, "variable-length sequences of arrays are not supported yet");
    cshm__h5_type_end(type);
  } else {
    cshm__h5_reason_in(reason, "in its variable-length sequences: ");
  }
  if (item >= 0) H5Tclose(item);
  return H5I_INVALID_HID;
}

/* ---- strings --------------------------------------------------------------------------------------- */

/* The bytes of all of them, with their NULs. */
static bool measure(struct h5raw *raw, const unsigned char *elements, size_t count, uint64_t limit, uint64_t *total,
                    struct h5reason *reason) {
  *total = count;
  for (size_t i = 0; i < count; i++) {
    struct h5object object;
    uint64_t nbytes;
    if (!cshm__h5_raw_find(raw, elements + i * raw->size, 1, &object, &nbytes, reason)) return false;
    *total += nbytes; /* 32 bits each, of no more than 2^62 / 16 elements */
  }
  if (*total <= limit + count && *total <= SIZE_MAX / 2) return true;
  cshm__h5_reason(reason, "its strings have %" PRIu64 " bytes; at most %" PRIu64 " are loaded", *total - count, limit);
  return false;
}

char **cshm__h5_variable_strings(struct h5raw *raw, const unsigned char *elements, size_t count, uint64_t limit,
                                 struct h5reason *reason) {
  uint64_t total;
  if (!measure(raw, elements, count, limit, &total, reason)) return NULL;
  char **strings = (char **)malloc((count + 1) * sizeof *strings + (size_t)total);
  if (!strings) {
    no_memory(reason);
    return NULL;
  }
  char *at = (char *)(strings + count + 1), *end = at + total;
  for (size_t i = 0; i < count; i++) {
    struct h5object object;
    uint64_t nbytes;
    bool good = cshm__h5_raw_find(raw, elements + i * raw->size, 1, &object, &nbytes, reason);
    if (good && nbytes >= (size_t)(end - at)) { /* not what was measured */
      cshm__h5_reason(reason, "it changes while it is read");
      good = false;
    }
    if (!good || !cshm__h5_heap_read(&raw->heap, &object, 0, (size_t)nbytes, at, reason)) {
      free(strings);
      return NULL;
    }
    strings[i] = at;
    at[nbytes] = '\0';
    at += nbytes + 1;
  }
  return strings;
}

/* ---- sequences ------------------------------------------------------------------------------------- */

struct h5targets *cshm__h5_variable_targets(struct h5plan *plan, size_t count, struct h5reason *reason) {
  struct h5targets *targets = (struct h5targets *)cshm__h5_plan_alloc(plan, sizeof *targets);
  if (targets) {
    targets->count = count;
    targets->addresses = (uint64_t *)cshm__h5_plan_alloc(plan, count * sizeof *targets->addresses);
  }
  if (targets && targets->addresses) return targets;
  no_memory(reason);
  return NULL;
}

bool cshm__h5_variable_addresses(struct h5raw *raw, const struct h5object *object, size_t count, uint64_t *addresses,
                                 struct h5reason *reason) {
  unsigned char element[sizeof(uint64_t)];
  for (size_t i = 0; i < count; i++)
    if (!cshm__h5_heap_read(&raw->heap, object, i * sizeof element, sizeof element, element, reason) ||
        !cshm__h5_raw_target(raw, H5CONTENT_OBJECT, element, &addresses[i], reason))
      return false;
  return true;
}

/* Reads `count` items, as `type` has them, into the plan's memory. */
static bool read_items(struct h5plan *plan, struct h5raw *raw, const struct h5object *object, hid_t item, size_t count,
                       const struct h5type *type, struct h5value *value, struct h5reason *reason) {
  size_t from = H5Tget_size(item), to = H5Tget_size(type->memory), larger = from > to ? from : to;
  unsigned char *data = (unsigned char *)cshm__h5_plan_alloc(plan, count * larger);
  void *background = calloc(count + 1, to); /* what is between fields */
  bool good = data && background ? cshm__h5_heap_read(&raw->heap, object, 0, count * from, data, reason)
                                 : no_memory(reason);
  if (good && H5Tconvert(item, type->memory, count, data, background, H5P_DEFAULT) < 0) {
    cshm__h5_reason_words(reason, "it cannot be converted");
    good = false;
  }
  free(background);
  value->data = data;
  value->nbytes = count * to;
  return good;
}

static bool keep_length(struct h5plan *plan, uint64_t length, struct h5value *value, struct h5reason *reason) {
  int64_t *shape = (int64_t *)cshm__h5_plan_alloc(plan, sizeof *shape);
  if (!shape) return no_memory(reason);
  *shape = (int64_t)length;
  value->shape = shape;
  value->ndim = 1;
  return true;
}

static bool take_items(struct h5plan *plan, struct h5raw *raw, const unsigned char *element, hid_t item,
                       struct h5type *type, struct h5value *value, struct h5reason *reason) {
  struct h5object object;
  uint64_t nbytes, size = H5Tget_size(item);
  if (!cshm__h5_raw_find(raw, element, (size_t)size, &object, &nbytes, reason) ||
      cshm__h5_value_too_large(nbytes, reason) || !keep_length(plan, nbytes / size, value, reason))
    return false;
  size_t count = (size_t)(nbytes / size);
  if (cshm__h5_raw_content(item) == H5CONTENT_OBJECT) {
    struct h5targets *targets = cshm__h5_variable_targets(plan, count, reason);
    value->targets = targets;
    return targets && cshm__h5_variable_addresses(raw, &object, count, targets->addresses, reason);
  }
  value->dtype = cshm__h5_plan_copy(plan, type->dtype.text);
  return value->dtype ? read_items(plan, raw, &object, item, count, type, value, reason) : no_memory(reason);
}

bool cshm__h5_variable_array(struct h5plan *plan, struct h5raw *raw, const unsigned char *element, hid_t sequence,
                             struct h5type *type, struct h5value *value, struct h5reason *reason) {
  hid_t item = H5Tget_super(sequence);
  bool references = item >= 0 && cshm__h5_raw_content(item) == H5CONTENT_OBJECT;
  if (!references) {
    if (item >= 0) H5Tclose(item);
    item = cshm__h5_variable_item(sequence, type, reason);
  }
  bool good = item >= 0 && take_items(plan, raw, element, item, type, value, reason);
  if (!references) cshm__h5_type_end(type);
  if (item >= 0) H5Tclose(item);
  return good;
}
