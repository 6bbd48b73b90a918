/* SPDX-License-Identifier: MIT */
#include "h5attr.h"

#include "h5mark.h"
#include "h5value.h"
#include "utf8.h"

#include <string.h>

struct reading {
  struct h5plan *plan;
  struct h5raw *raw;
  struct h5type *type;
  size_t node;
  cshm_status status;
};

static bool read_one(struct reading *reading, hid_t object, const char *name, struct h5value *value,
                     struct h5reason *reason) {
  if (!cshm__utf8_valid(name, strlen(name))) {
    cshm__h5_reason(reason, "its name is not UTF-8");
    return false;
  }
  hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  if (attribute < 0) {
    cshm__h5_reason_words(reason, "it cannot be opened");
    return false;
  }
  bool good = cshm__h5_value_attribute(reading->plan, reading->raw, attribute, name, reading->type, value, reason);
  H5Aclose(attribute);
  return good;
}

static cshm_status mark(struct reading *reading, hid_t object, const char *name) {
  hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  hid_t type = attribute >= 0 ? H5Aget_type(attribute) : H5I_INVALID_HID;
  hid_t space = attribute >= 0 ? H5Aget_space(attribute) : H5I_INVALID_HID;
  cshm_status status = type >= 0 ? cshm__h5_mark(reading->plan, reading->node, name, type, space) : CSHM_OK;
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  if (attribute >= 0) H5Aclose(attribute);
  return status;
}

static herr_t take_attribute(hid_t object, const char *name, const H5A_info_t *info, void *user) {
  struct reading *reading = (struct reading *)user;
  struct h5value value = {0};
  struct h5reason reason;
  (void)info;
  if (read_one(reading, object, name, &value, &reason)) {
    reading->status = cshm__h5_plan_attribute(reading->plan, reading->node, name, &value);
    if (reading->status == CSHM_OK) reading->status = mark(reading, object, name);
  } else {
    reading->status = cshm__h5_plan_skip(reading->plan, reading->plan->nodes[reading->node].path, name, reason.text);
  }
  return reading->status == CSHM_OK ? 0 : -1;
}

cshm_status cshm__h5_attributes(struct h5plan *plan, struct h5raw *raw, size_t node, hid_t object, bool by_creation,
                                struct h5type *type) {
  struct reading reading = {plan, raw, type, node, CSHM_OK};
  H5_index_t index = by_creation ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
  herr_t result = H5Aiterate2(object, index, H5_ITER_INC, NULL, take_attribute, &reading);
  if (result >= 0 || reading.status != CSHM_OK) return reading.status;
  struct h5reason reason;
  cshm__h5_reason_words(&reason, "some of its attributes cannot be read");
  return cshm__h5_plan_skip(plan, plan->nodes[node].path, "", reason.text);
}
