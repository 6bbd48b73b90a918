/* SPDX-License-Identifier: MIT */
#include "h5saveattr.h"

#include "h5saveform.h"

static const char *name_of(const cshm_attribute *attribute) {
  return attribute->name[0] ? attribute->name : H5SAVE_NAMELESS;
}

static hid_t create(hid_t object, const cshm_attribute *attribute, const struct h5saveform *form) {
  hid_t creation = H5Pcreate(H5P_ATTRIBUTE_CREATE), id = H5I_INVALID_HID;
  if (creation < 0) return creation;
  if (H5Pset_char_encoding(creation, H5T_CSET_UTF8) >= 0)
    id = H5Acreate2(object, name_of(attribute), form->type, form->space, creation, H5P_DEFAULT);
  H5Pclose(creation);
  return id;
}

/* Without `refs` the attribute is made, and written unless it needs them; with them it is written only if it does. */
static bool put(const struct h5saveattrs *attrs, const cshm_attribute *attribute, const struct h5saveform *form,
                struct h5saverefs *refs, struct h5reason *reason) {
  if (refs && !form->has_references) return true;
  hid_t id = refs ? H5Aopen(attrs->object, name_of(attribute), H5P_DEFAULT) : create(attrs->object, attribute, form);
  if (id < 0) {
    cshm__h5_reason_words(reason, "it cannot be made");
    return false;
  }
  bool good = (form->has_references && !refs) || cshm__h5_saveform_write(form, id, attribute, refs, reason);
  H5Aclose(id);
  return good;
}

/* Goes through all of them. */
static bool put_all(const struct h5saveattrs *attrs, struct h5saverefs *refs, bool *has_references,
                    struct h5reason *reason) {
  bool good = true;
  for (uint32_t i = attrs->first; good && i < attrs->end; i++) {
    cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
    cshm_error said = CSHM_ERROR_INIT;
    struct h5saveform form;
    if (cshm_attribute_at(attrs->tree->attachment, attrs->node->number, i, &attribute, &said)) {
      cshm__h5_reason(reason, "%s", said.message);
      return false;
    }
    good = cshm__h5_saveform_begin(&form, attrs->tree, attrs->node, i, &attribute, reason) &&
           put(attrs, &attribute, &form, refs, reason);
    if (form.has_references) *has_references = true;
    i += form.taken;
    cshm__h5_saveform_end(&form);
    if (!good) cshm__h5_reason_in(reason, "attribute \"%s\": ", attribute.name);
  }
  return good;
}

bool cshm__h5_saveattr(const struct h5saveattrs *attrs, bool *has_references, struct h5reason *reason) {
  return put_all(attrs, NULL, has_references, reason);
}

bool cshm__h5_saveattr_references(const struct h5saveattrs *attrs, struct h5saverefs *refs, struct h5reason *reason) {
  bool unused = false;
  return put_all(attrs, refs, &unused, reason);
}
