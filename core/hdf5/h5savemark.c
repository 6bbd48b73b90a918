/* SPDX-License-Identifier: MIT */
#include "h5savemark.h"

#include "h5savetext.h"
#include "h5scalar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "cute_shm."
#define VALUE_SIZE 8 /* of a member of an enum */

/* ---- finding them ---------------------------------------------------------------------------------- */

static bool is_mark(const cshm_attribute *attribute) {
  return strncmp(attribute->name, PREFIX, sizeof PREFIX - 1) == 0;
}

static void begin(struct h5savemarks *marks, cshm_attachment attachment, const cshm_node *node, const char *attribute,
                  uint32_t at) {
  marks->attachment = attachment;
  marks->node = node->number;
  marks->attribute = attribute;
  marks->at = at;
  marks->count = node->attribute_count;
  marks->field[0] = '\0';
  marks->no_memory = false;
}

bool cshm__h5_savemark_of_node(struct h5savemarks *marks, cshm_attachment attachment, const cshm_node *node,
                               uint32_t first) {
  cshm_attribute last = CSHM_ATTRIBUTE_INIT;
  begin(marks, attachment, node, NULL, first);
  return first < marks->count &&
         cshm_attribute_at(attachment, node->number, marks->count - 1, &last, NULL) == CSHM_OK && is_mark(&last);
}

bool cshm__h5_savemark_of_attribute(struct h5savemarks *marks, cshm_attachment attachment, const cshm_node *node,
                                    uint32_t index, const char *name) {
  cshm_attribute next = CSHM_ATTRIBUTE_INIT;
  begin(marks, attachment, node, name, index + 1);
  return cshm_attribute_at(attachment, node->number, index + 1, &next, NULL) == CSHM_OK && is_mark(&next) &&
         strchr(next.name, '@') != NULL;
}

bool cshm__h5_savemark_find(const struct h5savemarks *marks, const char *mark, cshm_attribute *found) {
  char name[2 * H5MARK_FIELD_SIZE + CSHM_MAX_NAME]; /* what is longer has no marks */
  const char *attribute = marks->attribute ? marks->attribute : "";
  int length = snprintf(name, sizeof name, "%s%s%s%s%s", mark, marks->attribute ? "@" : "", attribute,
                        marks->field[0] ? ":" : "", marks->field);
  *found = (cshm_attribute)CSHM_ATTRIBUTE_INIT;
  return length > 0 && (size_t)length < sizeof name &&
         cshm_attribute_find(marks->attachment, marks->node, name, found, NULL) == CSHM_OK;
}

bool cshm__h5_savemark_is(const struct h5savemarks *marks, const char *mark, const char *word) {
  cshm_attribute found;
  return cshm__h5_savemark_find(marks, mark, &found) && cshm__h5_savetext_is(&found, word);
}

size_t cshm__h5_savemark_enter(struct h5savemarks *marks, const char *field) {
  size_t length = strlen(marks->field), room = sizeof marks->field - length;
  if (strlen(field) + 2 < room) snprintf(marks->field + length, room, "%s%s", length ? "." : "", field);
  return length;
}

void cshm__h5_savemark_leave(struct h5savemarks *marks, size_t length) { marks->field[length] = '\0'; }

/* ---- enums and bitfields --------------------------------------------------------------------------- */

/* The type of the names, and the bytes of a member: [["name","<U3"],["value","<i8"]]. */
static bool find_names(const cshm_attribute *members, char *dtype, size_t room, uint64_t *size) {
  cshm_dtype parts = CSHM_DTYPE_INIT;
  cshm_field field = CSHM_FIELD_INIT;
  char name[8];
  size_t name_room = sizeof name;
  if (members->ndim != 1 || members->nbytes == 0 || members->dtype[0] != '[' ||
      cshm_dtype_parse(members->dtype, &parts, NULL) ||
      cshm_dtype_field(members->dtype, 0, &field, name, &name_room, dtype, &room, NULL))
    return false;
  *size = parts.itemsize;
  return field.ndim == 0 && field.nbytes + VALUE_SIZE == parts.itemsize && dtype[0] != '[';
}

/* Adds a member whose value is the lowest bytes of eight. What does not fit is found out when the marks are held against those
 * of the type. */
static bool add_member(hid_t type, size_t size, bool big, const char *name, const unsigned char *value) {
  unsigned char bytes[VALUE_SIZE];
  for (size_t i = 0; i < size; i++)
    bytes[i] = value[big ? size - 1 - i : i];
  return H5Tenum_insert(type, name, bytes) >= 0;
}

static bool add_members(struct h5savemarks *marks, hid_t type, hid_t base, const cshm_attribute *members,
                        const char *dtype, uint64_t step) {
  uint64_t count = members->nbytes / step, width = step - VALUE_SIZE;
  size_t size = H5Tget_size(base);
  bool big = H5Tget_order(base) == H5T_ORDER_BE, good = size <= VALUE_SIZE;
  const unsigned char *bytes = (const unsigned char *)members->data;
  char *name = (char *)malloc((size_t)width + 1);
  if (!name) marks->no_memory = true;
  for (uint64_t i = 0; name && good && i < count; i++, bytes += step)
    good = cshm__h5_savetext_put(dtype, bytes, width, name) && add_member(type, size, big, name, bytes + width);
  free(name);
  return name && good;
}

/* Whether loading makes integers of it: of {FALSE = 0, TRUE = 1} it makes a bool, which has no mark. */
static bool is_integers(hid_t type) {
  struct h5scalar scalar;
  struct h5reason unused;
  if (!cshm__h5_scalar(type, false, &scalar, &unused)) return false;
  H5Tclose(scalar.memory);
  return scalar.dtype[1] != 'b';
}

/* Takes `base`. */
static hid_t make_enum(struct h5savemarks *marks, hid_t base, const cshm_attribute *members) {
  char dtype[32];
  uint64_t step;
  hid_t type = find_names(members, dtype, sizeof dtype, &step) ? H5Tenum_create(base) : H5I_INVALID_HID;
  bool good = type >= 0 && add_members(marks, type, base, members, dtype, step) && is_integers(type);
  H5Tclose(base);
  if (good || type < 0) return type;
  H5Tclose(type);
  return H5I_INVALID_HID;
}

static hid_t make_bitfield(hid_t base) {
  const hid_t types[4] = {H5T_STD_B8LE, H5T_STD_B16LE, H5T_STD_B32LE, H5T_STD_B64LE};
  size_t size = H5Tget_size(base);
  hid_t type = H5Tcopy(types[size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3]);
  if (type >= 0) H5Tset_order(type, H5Tget_order(base));
  H5Tclose(base);
  return type;
}

hid_t cshm__h5_savemark_integer(struct h5savemarks *marks, hid_t base, bool is_signed) {
  cshm_attribute found;
  if (cshm__h5_savemark_find(marks, H5MARK_ENUM, &found)) return make_enum(marks, base, &found);
  if (!is_signed && cshm__h5_savemark_find(marks, H5MARK_TYPE, &found)) return make_bitfield(base);
  return base;
}

/* ---- held against those of the type ---------------------------------------------------------------- */

static bool is_same(const struct h5attribute *made, const cshm_attribute *found) {
  const struct h5value *value = &made->value;
  return strcmp(made->name, found->name) == 0 && strcmp(value->dtype, found->dtype) == 0 &&
         value->ndim == found->ndim && value->nbytes == found->nbytes &&
         (value->ndim == 0 || memcmp(value->shape, found->shape, value->ndim * sizeof *value->shape) == 0) &&
         (value->nbytes == 0 || memcmp(value->data, found->data, (size_t)value->nbytes) == 0);
}

static bool are_same(const struct h5savemarks *marks, const struct h5attribute *made, uint32_t *taken) {
  uint32_t count = 0;
  for (const struct h5attribute *one = made; one; one = one->next)
    count++;
  if (count > marks->count - marks->at) return false;
  uint32_t at = marks->attribute ? marks->at : marks->count - count;
  for (; made; made = made->next, at++) {
    cshm_attribute found = CSHM_ATTRIBUTE_INIT;
    if (cshm_attribute_at(marks->attachment, marks->node, at, &found, NULL) || !is_same(made, &found)) return false;
  }
  *taken = count;
  return true;
}

/* What came of making marks. */
static bool hold_against(struct h5savemarks *marks, const struct h5plan *plan, cshm_status status, uint32_t *taken) {
  if (status) marks->no_memory = true;
  return status == CSHM_OK && are_same(marks, plan->nodes[0].attributes, taken);
}

bool cshm__h5_savemark_same(struct h5savemarks *marks, hid_t type, hid_t space, uint32_t *taken) {
  struct h5plan plan;
  size_t node;
  cshm__h5_plan_begin(&plan);
  cshm_status status = cshm__h5_plan_node(&plan, "", 0, &node);
  if (!status) status = cshm__h5_mark(&plan, node, marks->attribute, type, space);
  bool same = hold_against(marks, &plan, status, taken);
  cshm__h5_plan_end(&plan);
  return same;
}

bool cshm__h5_savemark_same_datatype(struct h5savemarks *marks, hid_t type, uint32_t *taken) {
  struct h5plan plan;
  size_t node;
  struct h5type *room = cshm__h5_type_room(false);
  cshm__h5_plan_begin(&plan);
  cshm_status status = room ? cshm__h5_plan_node(&plan, "", 0, &node) : CSHM_ERR_NO_MEMORY;
  if (!status) status = cshm__h5_mark_datatype(&plan, node, type, room);
  bool same = hold_against(marks, &plan, status, taken);
  cshm__h5_plan_end(&plan);
  free(room);
  return same;
}
