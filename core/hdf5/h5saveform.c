/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* strnlen */

#include "h5saveform.h"

#include "h5savebundle.h"
#include "h5savetext.h"
#include "h5savetype.h"

#include <stdlib.h>
#include <string.h>

/* ---- as the marks say ------------------------------------------------------------------------------ */

static enum h5how choose(struct h5savemarks *marks, const cshm_attribute *attribute) {
  cshm_attribute found;
  if (cshm__h5_savemark_find(marks, H5MARK_OFFSETS, &found)) return H5HOW_SEQUENCES;
  if (cshm__h5_savebundle_has_references(marks, attribute)) return H5HOW_RECORDS;
  if (cshm__h5_savemark_is(marks, H5MARK_REFERENCE, H5MARK_OBJECT))
    return strcmp(attribute->name, "DIMENSION_LIST") == 0 ? H5HOW_DIMENSIONS : H5HOW_REFERENCES;
  return cshm__h5_savetext_is_exact(attribute->dtype, attribute->data, attribute->nbytes) ? H5HOW_TEXT : H5HOW_FIXED;
}

/* Whether all strings of one size have a NUL at their end, and nothing behind the first. */
static bool are_terminated(const cshm_attribute *attribute) {
  const char *bytes = (const char *)attribute->data;
  uint64_t size = strtoull(attribute->dtype + 2, NULL, 10);
  if (strncmp(attribute->dtype, "|S", 2) != 0 || attribute->nbytes == 0) return false;
  for (uint64_t at = 0; at < attribute->nbytes; at += size)
    for (uint64_t i = strnlen(bytes + at, (size_t)size - 1); i < size; i++)
      if (bytes[at + i] != '\0') return false;
  return true;
}

/* Some take the CLASS of a dimension scale only as a string that ends with a NUL. */
static hid_t make_fixed(const cshm_attribute *attribute, struct h5savemarks *marks, struct h5reason *reason) {
  hid_t type = cshm__h5_savetype(attribute->dtype, marks, reason);
  if (type >= 0 && are_terminated(attribute)) H5Tset_strpad(type, H5T_STR_NULLTERM);
  return type;
}

static hid_t make_references(const struct h5saveform *form, struct h5savemarks *marks, const struct h5savetree *tree,
                             const cshm_attribute *attribute) {
  if (!cshm__h5_savebundle_lead(marks, attribute->dtype, attribute->data, attribute->nbytes, tree))
    return H5I_INVALID_HID;
  return form->how == H5HOW_REFERENCES ? H5Tcopy(H5T_STD_REF_OBJ) : H5Tvlen_create(H5T_STD_REF_OBJ);
}

static bool make_type(struct h5saveform *form, struct h5savemarks *marks, const struct h5savetree *tree,
                      const cshm_attribute *attribute) {
  struct h5reason unused;
  switch (form->how) {
  case H5HOW_SEQUENCES:
    return cshm__h5_savebundle_sequences(form, marks, tree, attribute);
  case H5HOW_RECORDS:
    return cshm__h5_savebundle_records(form, marks, tree, attribute);
  case H5HOW_REFERENCES:
  case H5HOW_DIMENSIONS:
    form->has_references = true;
    form->type = make_references(form, marks, tree, attribute);
    return form->type >= 0;
  case H5HOW_TEXT:
    form->type = cshm__h5_savetype_string(true);
    return form->type >= 0;
  case H5HOW_FIXED:
    break;
  }
  form->type = make_fixed(attribute, marks, &unused);
  return form->type >= 0;
}

static bool make_space(struct h5saveform *form, const struct h5savemarks *marks, const cshm_attribute *attribute) {
  struct h5reason unused;
  cshm_attribute found;
  uint32_t rank;
  if (form->space >= 0) return true;
  bool is_null = attribute->ndim > 0 && attribute->shape[0] == 0 && cshm__h5_savemark_find(marks, H5MARK_NULL, &found);
  form->space = is_null ? cshm__h5_savetype_null(attribute->ndim, attribute->shape, &form->type, &unused)
                        : cshm__h5_savetype_space(attribute->ndim, attribute->shape, &form->type, &rank, &unused);
  return form->space >= 0;
}

static bool make_marked(struct h5saveform *form, struct h5savemarks *marks, const struct h5savetree *tree,
                        uint32_t index, const cshm_attribute *attribute) {
  form->how = choose(marks, attribute);
  if (!make_type(form, marks, tree, attribute) || !make_space(form, marks, attribute) ||
      !cshm__h5_savemark_same(marks, form->type, form->space, &form->taken))
    return false;
  form->taken += marks->at - (index + 1);
  return true;
}

/* ---- any ------------------------------------------------------------------------------------------- */

static const struct h5saveform nothing = {H5HOW_FIXED, false, H5I_INVALID_HID, H5I_INVALID_HID, NULL, 0};

static bool make_plain(struct h5saveform *form, const cshm_attribute *attribute, struct h5reason *reason) {
  uint32_t rank;
  bool is_text = cshm__h5_savetext_is_exact(attribute->dtype, attribute->data, attribute->nbytes);
  form->how = is_text ? H5HOW_TEXT : H5HOW_FIXED;
  form->type = is_text ? cshm__h5_savetype_string(true) : make_fixed(attribute, NULL, reason);
  if (form->type >= 0)
    form->space = cshm__h5_savetype_space(attribute->ndim, attribute->shape, &form->type, &rank, reason);
  return form->space >= 0;
}

bool cshm__h5_saveform_begin(struct h5saveform *form, const struct h5savetree *tree, const cshm_node *node,
                             uint32_t index, const cshm_attribute *attribute, struct h5reason *reason) {
  struct h5savemarks marks;
  *form = nothing;
  for (int i = 0; i < H5SAVEMARK_TRIES; i++) {
    if (!cshm__h5_savemark_of_attribute(&marks, tree->attachment, node, index, attribute->name)) break;
    if (make_marked(form, &marks, tree, index, attribute)) return true;
    cshm__h5_saveform_end(form);
    if (marks.no_memory) return cshm__h5_reason_memory(reason);
  }
  return make_plain(form, attribute, reason);
}

void cshm__h5_saveform_end(struct h5saveform *form) {
  if (form->type >= 0) H5Tclose(form->type);
  if (form->space >= 0) H5Sclose(form->space);
  *form = nothing;
}

/* ---- named datatypes ------------------------------------------------------------------------------- */

/* The lengths of an array type, which cute_shm.shape says. */
static bool take_lengths(const struct h5savemarks *marks, int64_t *lengths, uint32_t *ndim) {
  cshm_attribute found;
  *ndim = 0;
  if (!cshm__h5_savemark_find(marks, H5MARK_SHAPE, &found)) return true;
  if (strcmp(found.dtype, "<i8") != 0 || found.ndim != 1 || found.shape[0] > H5S_MAX_RANK) return false;
  memcpy(lengths, found.data, (size_t)found.nbytes);
  for (; *ndim < (uint32_t)found.shape[0]; ++*ndim)
    if (lengths[*ndim] < 1) return false;
  return true;
}

bool cshm__h5_saveform_datatype(struct h5savemarks *marks, hid_t *type, uint32_t *taken) {
  cshm_attribute found;
  struct h5reason unused;
  int64_t lengths[H5S_MAX_RANK];
  uint32_t ndim;
  *type = H5I_INVALID_HID;
  if (!cshm__h5_savemark_find(marks, H5MARK_DATATYPE, &found) || found.ndim != 0 ||
      !cshm__h5_savetext_is_exact(found.dtype, found.data, found.nbytes) || !take_lengths(marks, lengths, &ndim))
    return false;
  char **dtype = cshm__h5_savetext_strings(found.dtype, found.data, found.nbytes);
  if (!dtype) marks->no_memory = true;
  if (dtype) *type = cshm__h5_savetype(dtype[0], marks, &unused);
  if (*type >= 0) *type = cshm__h5_savetype_array(*type, ndim, lengths, &unused);
  free((void *)dtype);
  if (*type >= 0 && cshm__h5_savemark_same_datatype(marks, *type, taken)) return true;
  if (*type >= 0) H5Tclose(*type);
  *type = H5I_INVALID_HID;
  return false;
}

/* ---- writing --------------------------------------------------------------------------------------- */

static bool write(hid_t id, hid_t type, const void *elements, struct h5reason *reason) {
  if (H5Awrite(id, type, elements) >= 0) return true;
  cshm__h5_reason_words(reason, "it cannot be written");
  return false;
}

static bool write_text(hid_t id, hid_t type, const cshm_attribute *attribute, struct h5reason *reason) {
  char **strings = cshm__h5_savetext_strings(attribute->dtype, attribute->data, attribute->nbytes);
  bool good = strings ? write(id, type, (const void *)strings, reason) : cshm__h5_reason_memory(reason);
  free((void *)strings);
  return good;
}

/* HDF5 has what sequences are made of as not constant. NOLINTNEXTLINE(readability-non-const-parameter) */
static bool write_dimensions(const struct h5saveform *form, hid_t id, hobj_ref_t *references, uint64_t count,
                             struct h5reason *reason) {
  hvl_t *lists = (hvl_t *)calloc((size_t)count, sizeof *lists);
  if (!lists) return cshm__h5_reason_memory(reason);
  for (uint64_t i = 0; i < count; i++)
    if (references[i] != 0) lists[i] = (hvl_t){1, &references[i]};
  bool good = write(id, form->type, lists, reason);
  free(lists);
  return good;
}

static bool write_references(const struct h5saveform *form, hid_t id, const cshm_attribute *attribute,
                             struct h5saverefs *refs, struct h5reason *reason) {
  hobj_ref_t *references =
      cshm__h5_savebundle_references(attribute->dtype, attribute->data, attribute->nbytes, refs, reason);
  uint64_t count = 1;
  if (!references) return false;
  for (uint32_t i = 0; i < attribute->ndim; i++)
    count *= (uint64_t)attribute->shape[i];
  bool good = form->how == H5HOW_REFERENCES ? write(id, form->type, references, reason)
                                            : write_dimensions(form, id, references, count, reason);
  free(references);
  return good;
}

bool cshm__h5_saveform_write(const struct h5saveform *form, hid_t id, const cshm_attribute *attribute,
                             struct h5saverefs *refs, struct h5reason *reason) {
  if (H5Sget_simple_extent_npoints(form->space) == 0) return true;
  switch (form->how) {
  case H5HOW_FIXED:
    return write(id, form->type, attribute->data, reason);
  case H5HOW_TEXT:
    return write_text(id, form->type, attribute, reason);
  case H5HOW_REFERENCES:
  case H5HOW_DIMENSIONS:
    return write_references(form, id, attribute, refs, reason);
  case H5HOW_RECORDS:
    return cshm__h5_savebundle_write_records(form, id, attribute, refs, reason);
  case H5HOW_SEQUENCES:
    break;
  }
  return cshm__h5_savebundle_write_sequences(form, id, attribute, refs, reason);
}
