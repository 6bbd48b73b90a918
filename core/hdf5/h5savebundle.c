/* SPDX-License-Identifier: MIT */
#include "h5savebundle.h"

#include "h5bundle.h"
#include "h5savetext.h"
#include "h5savetype.h"

#include <stdlib.h>
#include <string.h>

#define INVALID UINT64_MAX

/* ---- references ------------------------------------------------------------------------------------ */

bool cshm__h5_savebundle_lead(struct h5savemarks *marks, const char *dtype, const void *data, uint64_t nbytes,
                              const struct h5savetree *tree) {
  if (!cshm__h5_savetext_is_exact(dtype, data, nbytes)) return false;
  if (nbytes == 0) return true;
  char **paths = cshm__h5_savetext_strings(dtype, data, nbytes);
  if (!paths) marks->no_memory = true;
  bool lead = paths && cshm__h5_saverefs_lead(tree, paths, nbytes / (strtoull(dtype + 2, NULL, 10) * 4));
  free((void *)paths);
  return lead;
}

hobj_ref_t *cshm__h5_savebundle_references(const char *dtype, const void *data, uint64_t nbytes,
                                           struct h5saverefs *refs, struct h5reason *reason) {
  uint64_t count = nbytes / (strtoull(dtype + 2, NULL, 10) * 4);
  char **paths = cshm__h5_savetext_strings(dtype, data, nbytes);
  hobj_ref_t *references = (hobj_ref_t *)calloc((size_t)count + 1, sizeof *references);
  bool good = paths && references;
  if (!good) cshm__h5_reason_memory(reason);
  for (uint64_t i = 0; good && i < count; i++)
    good = cshm__h5_saverefs_put(refs, paths[i], &references[i], reason);
  free((void *)paths);
  if (good) return references;
  free(references);
  return NULL;
}

/* ---- compounds ------------------------------------------------------------------------------------- */

/* A field of a structured dtype. */
struct part {
  cshm_field field;
  uint64_t count; /* elements of its sub-array; 1 for a plain one */
  bool is_reference;
  char *name;   /* both have room for the dtype */
  char *format; /* of an element */
  size_t room;
};

static bool begin_part(struct part *part, const char *dtype) {
  part->room = strlen(dtype) + 1;
  part->name = (char *)malloc(2 * part->room);
  part->format = part->name ? part->name + part->room : NULL;
  return part->name != NULL;
}

static bool take_part(struct part *part, const char *dtype, uint32_t index, struct h5savemarks *marks) {
  size_t name_room = part->room, format_room = part->room;
  part->field = (cshm_field)CSHM_FIELD_INIT;
  if (cshm_dtype_field(dtype, index, &part->field, part->name, &name_room, part->format, &format_room, NULL))
    return false;
  part->count = 1;
  for (uint32_t i = 0; i < part->field.ndim; i++)
    part->count *= (uint64_t)part->field.shape[i];
  if (!marks) return true;
  size_t outside = cshm__h5_savemark_enter(marks, part->name);
  part->is_reference = cshm__h5_savemark_is(marks, H5MARK_REFERENCE, H5MARK_OBJECT);
  cshm__h5_savemark_leave(marks, outside);
  return true;
}

bool cshm__h5_savebundle_has_references(struct h5savemarks *marks, const cshm_attribute *attribute) {
  cshm_dtype parts = CSHM_DTYPE_INIT;
  struct part part = {.is_reference = false};
  if (attribute->dtype[0] != '[' || cshm_dtype_parse(attribute->dtype, &parts, NULL)) return false;
  if (!begin_part(&part, attribute->dtype)) {
    marks->no_memory = true;
    return false;
  }
  for (uint32_t i = 0; !part.is_reference && i < parts.field_count; i++)
    if (!take_part(&part, attribute->dtype, i, marks)) break;
  free(part.name);
  return part.is_reference;
}

/* The strings of a field, one after the other; the caller frees them. NULL: out of memory. */
static unsigned char *gather(const cshm_attribute *attribute, uint64_t size, const struct part *part, uint64_t count) {
  const unsigned char *data = (const unsigned char *)attribute->data + part->field.offset;
  unsigned char *strings = (unsigned char *)malloc((size_t)(count * part->field.nbytes) + 1);
  for (uint64_t i = 0; strings && i < count; i++)
    memcpy(strings + i * part->field.nbytes, data + i * size, (size_t)part->field.nbytes);
  return strings;
}

static bool column_leads(struct h5savemarks *marks, const cshm_attribute *attribute, uint64_t size,
                         const struct part *part, const struct h5savetree *tree) {
  uint64_t count = attribute->nbytes / size;
  unsigned char *strings = gather(attribute, size, part, count);
  if (!strings) marks->no_memory = true;
  bool leads = strings && cshm__h5_savebundle_lead(marks, part->format, strings, count * part->field.nbytes, tree);
  free(strings);
  return leads;
}

/* As h5bundle wants it: what it cannot load must not be saved. */
static bool is_good_name(const char *name) {
  return name[0] != '\0' && !strchr(name, '/') && strcmp(name, ".") != 0 && strlen(name) <= CSHM_MAX_NAME;
}

static hid_t make_member(const struct part *part, struct h5savemarks *marks) {
  struct h5reason unused;
  size_t outside = cshm__h5_savemark_enter(marks, part->name);
  hid_t member = part->is_reference ? H5Tcopy(H5T_STD_REF_OBJ) : cshm__h5_savetype(part->format, marks, &unused);
  cshm__h5_savemark_leave(marks, outside);
  return member < 0 ? member : cshm__h5_savetype_array(member, part->field.ndim, part->field.shape, &unused);
}

/* Puts a member behind the others; *type is made where there is none. */
static bool add_part(hid_t *type, const struct part *part, struct h5savemarks *marks) {
  hid_t member = make_member(part, marks);
  size_t at = *type >= 0 ? H5Tget_size(*type) : 0, end = at + (member >= 0 ? H5Tget_size(member) : 0);
  if (member >= 0 && *type < 0) *type = H5Tcreate(H5T_COMPOUND, end);
  bool good = member >= 0 && *type >= 0 && (at == 0 || H5Tset_size(*type, end) >= 0) &&
              H5Tinsert(*type, part->name, at, member) >= 0;
  if (member >= 0) H5Tclose(member);
  return good;
}

/* Loading gives a REFERENCE_LIST one dtype, whatever the type of its dimensions. HDF5 makes it of 16 bytes. */
static bool fit_reference_list(const struct h5saveform *form, const cshm_attribute *attribute) {
  const char *dtype = strstr(attribute->dtype, "\"],[\"dimension\",");
  if (strcmp(attribute->name, "REFERENCE_LIST") != 0) return true;
  if (strncmp(attribute->dtype, "[[\"dataset\",\"<U", 15) != 0 || !dtype ||
      strcmp(dtype, "\"],[\"dimension\",\"<i4\"]]") != 0)
    return strstr(attribute->dtype, "\"dataset\"") == NULL || strstr(attribute->dtype, "\"dimension\"") == NULL;
  return H5Tset_size(form->type, 16) >= 0;
}

bool cshm__h5_savebundle_records(struct h5saveform *form, struct h5savemarks *marks, const struct h5savetree *tree,
                                 const cshm_attribute *attribute) {
  cshm_dtype parts = CSHM_DTYPE_INIT;
  struct part part = {.is_reference = false};
  uint64_t end = 0;
  bool good = cshm_dtype_parse(attribute->dtype, &parts, NULL) == CSHM_OK;
  if (!begin_part(&part, attribute->dtype)) {
    marks->no_memory = true;
    return false;
  }
  for (uint32_t i = 0; good && i < parts.field_count; i++) {
    good = take_part(&part, attribute->dtype, i, marks) && is_good_name(part.name) && part.field.offset == end;
    good = good && (!part.is_reference || column_leads(marks, attribute, parts.itemsize, &part, tree));
    good = good && add_part(&form->type, &part, marks);
    end += part.field.nbytes;
  }
  free(part.name);
  form->has_references = true;
  return good && end == parts.itemsize && fit_reference_list(form, attribute);
}

/* Puts the values of one field between those of the others. */
static bool put_part(const struct part *part, const cshm_attribute *attribute, uint64_t size, unsigned char *out,
                     size_t out_size, struct h5saverefs *refs, struct h5reason *reason) {
  uint64_t count = attribute->nbytes / size;
  size_t width = part->is_reference ? (size_t)part->count * sizeof(hobj_ref_t) : (size_t)part->field.nbytes;
  unsigned char *column = gather(attribute, size, part, count);
  hobj_ref_t *references = NULL;
  if (!column) return cshm__h5_reason_memory(reason);
  if (part->is_reference)
    references = cshm__h5_savebundle_references(part->format, column, count * part->field.nbytes, refs, reason);
  const unsigned char *from = references ? (const unsigned char *)references : column;
  bool good = !part->is_reference || references;
  for (uint64_t i = 0; good && i < count; i++)
    memcpy(out + i * out_size, from + i * width, width);
  free(references);
  free(column);
  return good;
}

static bool put_parts(const struct h5saveform *form, const cshm_attribute *attribute, const cshm_dtype *parts,
                      struct part *part, unsigned char *out, struct h5saverefs *refs, struct h5reason *reason) {
  size_t size = H5Tget_size(form->type);
  for (uint32_t i = 0; i < parts->field_count; i++) {
    if (!take_part(part, attribute->dtype, i, NULL)) return false;
    hid_t member = H5Tget_member_type(form->type, i);
    part->is_reference = member >= 0 && H5Tdetect_class(member, H5T_REFERENCE) > 0;
    if (member >= 0) H5Tclose(member);
    if (!put_part(part, attribute, parts->itemsize, out + H5Tget_member_offset(form->type, i), size, refs, reason))
      return false;
  }
  return true;
}

bool cshm__h5_savebundle_write_records(const struct h5saveform *form, hid_t id, const cshm_attribute *attribute,
                                       struct h5saverefs *refs, struct h5reason *reason) {
  cshm_dtype parts = CSHM_DTYPE_INIT;
  struct part part = {.is_reference = false};
  cshm__h5_reason(reason, "it changes while it is saved");
  if (cshm_dtype_parse(attribute->dtype, &parts, NULL)) return false;
  size_t count = (size_t)(attribute->nbytes / parts.itemsize);
  unsigned char *out = (unsigned char *)calloc(count + 1, H5Tget_size(form->type));
  bool good = out && begin_part(&part, attribute->dtype);
  if (good)
    good = put_parts(form, attribute, &parts, &part, out, refs, reason);
  else
    cshm__h5_reason_memory(reason);
  if (good && H5Awrite(id, form->type, out) < 0) {
    cshm__h5_reason_words(reason, "it cannot be written");
    good = false;
  }
  free(part.name);
  free(out);
  return good;
}

/* ---- sequences ------------------------------------------------------------------------------------- */

static uint64_t number_at(const void *data, uint64_t i) {
  const unsigned char *bytes = (const unsigned char *)data + 8 * i;
  uint64_t number = 0;
  for (int byte = 7; byte >= 0; byte--)
    number = number << 8 | bytes[byte];
  return number;
}

/* The mark at `at`, where it is this one, and whole numbers in one dimension. */
static bool take_numbers(struct h5savemarks *marks, const char *mark, cshm_attribute *found) {
  cshm_attribute here = CSHM_ATTRIBUTE_INIT;
  if (!cshm__h5_savemark_find(marks, mark, found) ||
      cshm_attribute_at(marks->attachment, marks->node, marks->at, &here, NULL) || strcmp(here.name, found->name) != 0)
    return false;
  marks->at++;
  return strcmp(found->dtype, "<i8") == 0 && found->ndim == 1;
}

/* How many sequences a shape makes; INVALID where it is none. */
static uint64_t count_of(const cshm_attribute *shape, int64_t *lengths) {
  uint64_t count = 1;
  if (shape->shape[0] < 2 || shape->shape[0] > H5S_MAX_RANK) return INVALID;
  for (uint64_t i = 0; i < (uint64_t)shape->shape[0]; i++) {
    uint64_t length = number_at(shape->data, i);
    if (length > INT64_MAX || (length > 0 && count > INT64_MAX / length)) return INVALID;
    lengths[i] = (int64_t)length;
    count *= length;
  }
  return count;
}

static bool are_offsets(const cshm_attribute *offsets, uint64_t count, uint64_t items) {
  uint64_t last = 0;
  if ((uint64_t)offsets->shape[0] != count + 1 || number_at(offsets->data, 0) != 0) return false;
  for (uint64_t i = 1; i <= count; i++) {
    uint64_t next = number_at(offsets->data, i);
    if (next < last) return false;
    last = next;
  }
  return last == items;
}

static bool make_space(struct h5saveform *form, struct h5savemarks *marks, const cshm_attribute *attribute) {
  cshm_attribute offsets, shape, found;
  int64_t lengths[H5S_MAX_RANK];
  struct h5reason unused;
  uint32_t rank, ndim = 1;
  if (attribute->ndim == 0 || !take_numbers(marks, H5MARK_OFFSETS, &offsets) || offsets.shape[0] < 1) return false;
  lengths[0] = offsets.shape[0] - 1;
  uint64_t count = (uint64_t)lengths[0];
  if (cshm__h5_savemark_find(marks, H5MARK_SHAPE, &shape)) {
    if (!take_numbers(marks, H5MARK_SHAPE, &shape)) return false;
    count = count_of(&shape, lengths);
    ndim = (uint32_t)shape.shape[0];
  }
  if (count == INVALID || !are_offsets(&offsets, count, (uint64_t)attribute->shape[0])) return false;
  form->offsets = (const unsigned char *)offsets.data;
  bool is_null = ndim == 1 && count == 0 && cshm__h5_savemark_find(marks, H5MARK_NULL, &found);
  form->space = is_null ? H5Screate(H5S_NULL) : cshm__h5_savetype_space(ndim, lengths, &form->type, &rank, &unused);
  return form->space >= 0;
}

/* Loading makes sequences of a DIMENSION_LIST only where a dimension has several scales. */
static bool has_several(struct h5savemarks *marks) {
  cshm_attribute offsets;
  if (!cshm__h5_savemark_find(marks, H5MARK_OFFSETS, &offsets) || strcmp(offsets.dtype, "<i8") != 0) return false;
  for (uint64_t i = 1; i < offsets.nbytes / 8; i++)
    if (number_at(offsets.data, i) - number_at(offsets.data, i - 1) > 1) return true;
  return false;
}

static hid_t make_item(struct h5saveform *form, struct h5savemarks *marks, const struct h5savetree *tree,
                       const cshm_attribute *attribute) {
  struct h5reason unused;
  if (attribute->ndim == 1 && cshm__h5_savemark_is(marks, H5MARK_REFERENCE, H5MARK_OBJECT)) {
    form->has_references = true;
    bool known = strcmp(attribute->name, "DIMENSION_LIST") != 0 || has_several(marks);
    bool good = known && cshm__h5_savebundle_lead(marks, attribute->dtype, attribute->data, attribute->nbytes, tree);
    return good ? H5Tcopy(H5T_STD_REF_OBJ) : H5I_INVALID_HID;
  }
  if (attribute->ndim == 1 && cshm__h5_savetext_is_exact(attribute->dtype, attribute->data, attribute->nbytes))
    return cshm__h5_savetype_string(true);
  hid_t item = cshm__h5_savetype(attribute->dtype, marks, &unused);
  return item < 0 ? item : cshm__h5_savetype_array(item, attribute->ndim - 1, attribute->shape + 1, &unused);
}

bool cshm__h5_savebundle_sequences(struct h5saveform *form, struct h5savemarks *marks, const struct h5savetree *tree,
                                   const cshm_attribute *attribute) {
  if (attribute->ndim == 0) return false;
  hid_t item = make_item(form, marks, tree, attribute);
  form->type = item < 0 ? item : H5Tvlen_create(item);
  if (item >= 0) H5Tclose(item);
  return form->type >= 0 && make_space(form, marks, attribute) && cshm__h5_bundle_is_one(form->type, form->space);
}

/* Elements of a size at an address, which sequences are made of. HDF5 has them as not constant.
 * NOLINTNEXTLINE(readability-non-const-parameter) */
static bool write_lists(const struct h5saveform *form, hid_t id, unsigned char *items, size_t size,
                        struct h5reason *reason) {
  hssize_t count = H5Sget_simple_extent_npoints(form->space);
  hvl_t *lists = (hvl_t *)calloc((size_t)count, sizeof *lists);
  if (!lists) return cshm__h5_reason_memory(reason);
  for (hssize_t i = 0; i < count; i++) {
    uint64_t begin = number_at(form->offsets, (uint64_t)i), end = number_at(form->offsets, (uint64_t)i + 1);
    lists[i] = (hvl_t){(size_t)(end - begin), items + begin * size};
  }
  bool good = H5Awrite(id, form->type, lists) >= 0;
  if (!good) cshm__h5_reason_words(reason, "it cannot be written");
  free(lists);
  return good;
}

bool cshm__h5_savebundle_write_sequences(const struct h5saveform *form, hid_t id, const cshm_attribute *attribute,
                                         struct h5saverefs *refs, struct h5reason *reason) {
  hid_t item = H5Tget_super(form->type);
  size_t size = item >= 0 ? H5Tget_size(item) : 0;
  bool is_text = item >= 0 && H5Tis_variable_str(item) > 0;
  void *made = NULL;
  if (item >= 0) H5Tclose(item);
  if (form->has_references) {
    made = cshm__h5_savebundle_references(attribute->dtype, attribute->data, attribute->nbytes, refs, reason);
    if (!made) return false;
  } else if (is_text) {
    made = (void *)cshm__h5_savetext_strings(attribute->dtype, attribute->data, attribute->nbytes);
    if (!made) return cshm__h5_reason_memory(reason);
  }
  /* HDF5 only reads what its interface has as no constant. */
  union {
    const void *read;
    unsigned char *items;
  } data = {.read = made ? made : attribute->data};
  bool good = write_lists(form, id, data.items, size, reason);
  free(made);
  return good;
}
