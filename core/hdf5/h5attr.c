/* SPDX-License-Identifier: MIT */
#include "h5attr.h"

#include "h5bundle.h"
#include "h5mark.h"
#include "h5saveattr.h"
#include "h5scale.h"
#include "h5value.h"
#include "h5wide.h"
#include "utf8.h"

#include <string.h>

struct reading {
  struct h5plan *plan;
  struct h5raw *raw;
  struct h5type *type;
  size_t node;
  cshm_status status;
};

/* Enters an attribute that can only be read when all objects are known. */
static cshm_status enter_later(struct reading *reading, const char *name) {
  const struct h5value none = {0};
  struct h5node *node = &reading->plan->nodes[reading->node];
  cshm_status status = cshm__h5_plan_attribute(reading->plan, reading->node, name, &none);
  if (status) return status;
  struct h5attribute *attribute = node->attributes;
  while (attribute->next)
    attribute = attribute->next;
  attribute->later = node->has_later = true;
  return CSHM_OK;
}

/* Enters an open attribute and its marks. An empty reason afterwards: it is in the plan. */
static cshm_status enter(struct reading *reading, hid_t attribute, const char *name, const struct h5source *source,
                         struct h5reason *reason) {
  struct h5value value = {0};
  cshm_status status = CSHM_OK;
  if (!cshm__h5_scale_is_known(name, source) && cshm__h5_bundle_is_one(source->type, source->space))
    status = enter_later(reading, name);
  else if (cshm__h5_value_attribute(reading->plan, reading->raw, attribute, name, reading->type, &value, reason))
    status = value.targets && value.targets->several
                 ? enter_later(reading, name)
                 : cshm__h5_plan_attribute(reading->plan, reading->node, name, &value);
  else
    return CSHM_OK;
  reason->text[0] = '\0';
  return status ? status : cshm__h5_mark(reading->plan, reading->node, name, source->type, source->space);
}

static cshm_status read_one(struct reading *reading, hid_t object, const char *name, struct h5reason *reason) {
  struct h5source source;
  reason->text[0] = '\0';
  if (!cshm__utf8_valid(name, strlen(name))) {
    cshm__h5_reason(reason, "its name is not UTF-8");
    return CSHM_OK;
  }
  if (strcmp(name, H5WIDE_DTYPE) == 0 && cshm__h5_wide_is(object)) return CSHM_OK;
  hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  if (attribute < 0) {
    cshm__h5_reason_words(reason, "it cannot be opened");
    return CSHM_OK;
  }
  bool good = cshm__h5_source_begin(&source, attribute, reason);
  const char *ours = strcmp(name, H5SAVE_NAMELESS) == 0 ? "" : name;
  cshm_status status = good ? enter(reading, attribute, ours, &source, reason) : CSHM_OK;
  cshm__h5_source_end(&source);
  H5Aclose(attribute);
  return status;
}

static herr_t take_attribute(hid_t object, const char *name, const H5A_info_t *info, void *user) {
  struct reading *reading = (struct reading *)user;
  struct h5reason reason;
  (void)info;
  reading->status = read_one(reading, object, name, &reason);
  if (reading->status == CSHM_OK && reason.text[0] != '\0')
    reading->status = cshm__h5_plan_skip(reading->plan, reading->plan->nodes[reading->node].path, name, reason.text);
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
