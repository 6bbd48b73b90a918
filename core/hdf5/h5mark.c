/* SPDX-License-Identifier: MIT */
#include "h5mark.h"

#include "h5raw.h"
#include "h5text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 16 /* as deep as dtypes nest */

/* What is being marked. */
struct marking {
  struct h5plan *plan;
  size_t node;
  const char *attribute;         /* or NULL */
  char field[H5MARK_FIELD_SIZE]; /* "a.b"; "" outside of compounds */
  int depth;
};

const char *cshm__h5_mark_name(struct h5plan *plan, const char *mark, const char *attribute) {
  size_t front = strlen(mark), back = attribute ? strlen(attribute) + 1 : 0;
  char *name = (char *)cshm__h5_plan_alloc(plan, front + back + 1);
  if (!name) return NULL;
  memcpy(name, mark, front);
  if (attribute) {
    name[front] = '@';
    memcpy(name + front + 1, attribute, back - 1);
  }
  return name;
}

static const char *full_name(struct marking *marking, const char *mark) {
  const char *name = cshm__h5_mark_name(marking->plan, mark, marking->attribute);
  if (!name || marking->field[0] == '\0') return name;
  size_t size = strlen(name) + strlen(marking->field) + 2;
  char *full = (char *)cshm__h5_plan_alloc(marking->plan, size);
  if (full) snprintf(full, size, "%s:%s", name, marking->field);
  return full;
}

cshm_status cshm__h5_mark_text(struct h5plan *plan, size_t node, const char *name, const char *text) {
  struct h5value value = {0};
  struct h5reason unused;
  char *copy = cshm__h5_plan_copy(plan, text);
  if (!copy || !cshm__h5_text(plan, &copy, 1, SIZE_MAX, &value, &unused)) return CSHM_ERR_NO_MEMORY;
  return cshm__h5_plan_attribute(plan, node, name, &value);
}

cshm_status cshm__h5_mark_numbers(struct h5plan *plan, size_t node, const char *name, const int64_t *numbers,
                                  size_t count) {
  int64_t *shape = (int64_t *)cshm__h5_plan_alloc(plan, sizeof *shape);
  unsigned char *data = (unsigned char *)cshm__h5_plan_alloc(plan, count * sizeof *numbers);
  if (!shape || !data) return CSHM_ERR_NO_MEMORY;
  for (size_t i = 0; i < count * sizeof *numbers; i++)
    data[i] = (unsigned char)((uint64_t)numbers[i / sizeof *numbers] >> (8 * (i % sizeof *numbers)));
  *shape = (int64_t)count;
  struct h5value value = {.dtype = "<i8", .shape = shape, .ndim = 1, .nbytes = count * sizeof *numbers, .data = data};
  return cshm__h5_plan_attribute(plan, node, name, &value);
}

/* ---- enums ----------------------------------------------------------------------------------------- */

/* The members' names (in one block with the list of them, which the caller frees), and their values in 8 bytes each. */
static char **list_members(hid_t type, size_t count, unsigned char *values) {
  char **names = (char **)calloc(count + 1, sizeof *names);
  hid_t base = H5Tget_super(type);
  bool is_signed = base >= 0 && H5Tget_sign(base) == H5T_SGN_2;
  bool good = names && base >= 0 && H5Tget_size(base) <= 64;
  for (size_t i = 0; good && i < count; i++) {
    unsigned char value[64] = {0}; /* room for the conversion */
    names[i] = H5Tget_member_name(type, (unsigned)i);
    good = names[i] && H5Tget_member_value(type, (unsigned)i, value) >= 0 &&
           H5Tconvert(base, is_signed ? H5T_STD_I64LE : H5T_STD_U64LE, 1, value, NULL, H5P_DEFAULT) >= 0;
    memcpy(values + 8 * i, value, 8);
  }
  if (base >= 0) H5Tclose(base);
  return names;
}

static cshm_status add_members(struct marking *marking, char **names, const unsigned char *values, size_t count,
                               bool is_signed) {
  struct h5plan *plan = marking->plan;
  struct h5reason unused;
  struct h5value value = {0};
  if (!cshm__h5_text(plan, names, count, SIZE_MAX / 2, &value, &unused)) return CSHM_ERR_NO_MEMORY;
  char dtype[96];
  size_t width = (size_t)value.nbytes / count, size = width + 8;
  snprintf(dtype, sizeof dtype, "[[\"name\",\"%s\"],[\"value\",\"%s\"]]", value.dtype, is_signed ? "<i8" : "<u8");
  unsigned char *data = (unsigned char *)cshm__h5_plan_alloc(plan, count * size);
  int64_t *shape = (int64_t *)cshm__h5_plan_alloc(plan, sizeof *shape);
  const char *copy = cshm__h5_plan_copy(plan, dtype), *name = full_name(marking, H5MARK_ENUM);
  if (!data || !shape || !copy || !name) return CSHM_ERR_NO_MEMORY;
  for (size_t i = 0; i < count; i++) {
    memcpy(data + i * size, (const unsigned char *)value.data + i * width, width);
    memcpy(data + i * size + width, values + 8 * i, 8);
  }
  *shape = (int64_t)count;
  value = (struct h5value){.dtype = copy, .shape = shape, .ndim = 1, .nbytes = count * size, .data = data};
  return cshm__h5_plan_attribute(plan, marking->node, name, &value);
}

/* Whether it is one that becomes |b1. */
static bool is_bool(char **names, const unsigned char *values, size_t count) {
  if (count != 2 || !names[0] || !names[1]) return false;
  size_t no = strcmp(names[0], "FALSE") == 0 ? 0 : 1;
  if (strcmp(names[no], "FALSE") != 0 || strcmp(names[1 - no], "TRUE") != 0) return false;
  static const unsigned char zero[8] = {0}, one[8] = {1};
  return memcmp(values + 8 * no, zero, 8) == 0 && memcmp(values + 8 * (1 - no), one, 8) == 0;
}

static cshm_status mark_enum(struct marking *marking, hid_t type) {
  int members = H5Tget_nmembers(type);
  size_t count = members > 0 ? (size_t)members : 0;
  if (count == 0) return CSHM_OK;
  unsigned char *values = (unsigned char *)calloc(count, 8);
  char **names = values ? list_members(type, count, values) : NULL;
  hid_t base = H5Tget_super(type);
  cshm_status status = names && base >= 0 ? CSHM_OK : CSHM_ERR_NO_MEMORY;
  if (status == CSHM_OK && !is_bool(names, values, count))
    status = add_members(marking, names, values, count, H5Tget_sign(base) == H5T_SGN_2);
  for (size_t i = 0; names && i < count; i++)
    H5free_memory(names[i]);
  free(names);
  free(values);
  if (base >= 0) H5Tclose(base);
  return status;
}

/* ---- numbers --------------------------------------------------------------------------------------- */

static bool is_native(size_t size) { return size == 1 || size == 2 || size == 4 || size == 8; }

/* Writes what an integer or a bitfield is in the file; false: just what its dtype says. */
static bool describe_integer(hid_t type, bool bits, char *text, size_t room) {
  size_t size = H5Tget_size(type), precision = H5Tget_precision(type);
  int offset = H5Tget_offset(type);
  if (!bits && is_native(size) && precision == 8 * size && offset == 0) return false;
  const char *sign = bits ? "bitfield" : H5Tget_sign(type) == H5T_SGN_2 ? "signed integer" : "unsigned integer";
  snprintf(text, room, "%zu-bit %s in %zu byte%s, from bit %d", precision, sign, size, size == 1 ? "" : "s", offset);
  return true;
}

static bool describe_float(hid_t type, char *text, size_t room) {
  size_t sign, exponent_at, exponent, mantissa_at, mantissa, size = H5Tget_size(type);
  if (H5Tget_fields(type, &sign, &exponent_at, &exponent, &mantissa_at, &mantissa) < 0) return false;
  if ((size == 2 && exponent == 5 && mantissa == 10) || (size == 4 && exponent == 8 && mantissa == 23) ||
      (size == 8 && exponent == 11 && mantissa == 52))
    return false;
  const char *name = "";
  if (exponent == 8 && mantissa == 7) name = "bfloat16: ";
  if (exponent == 15 && mantissa == 64) name = "x86 long double: ";
  if (exponent == 15 && mantissa == 112) name = "binary128: ";
  snprintf(text, room, "%s%zu-bit float in %zu bytes (exponent %zu bits, mantissa %zu)%s", name, H5Tget_precision(type),
           size, exponent, mantissa, exponent > 11 || mantissa > 52 ? ", rounded to 64 bits" : "");
  return true;
}

static cshm_status mark_number(struct marking *marking, hid_t type, H5T_class_t class) {
  char text[160];
  bool told = class == H5T_FLOAT ? describe_float(type, text, sizeof text)
                                 : describe_integer(type, class == H5T_BITFIELD, text, sizeof text);
  if (!told) return CSHM_OK;
  const char *name = full_name(marking, H5MARK_TYPE);
  return name ? cshm__h5_mark_text(marking->plan, marking->node, name, text) : CSHM_ERR_NO_MEMORY;
}

static cshm_status mark_reference(struct marking *marking, hid_t type) {
  enum h5content content = cshm__h5_raw_content(type);
  if (content == H5CONTENT_FIXED) return CSHM_OK; /* of a kind that is not loaded */
  const char *name = full_name(marking, H5MARK_REFERENCE);
  const char *word = content == H5CONTENT_OBJECT ? H5MARK_OBJECT : "region";
  return name ? cshm__h5_mark_text(marking->plan, marking->node, name, word) : CSHM_ERR_NO_MEMORY;
}

/* ---- any type -------------------------------------------------------------------------------------- */

static cshm_status mark_type(struct marking *marking, hid_t type);

static cshm_status mark_super(struct marking *marking, hid_t type) {
  hid_t base = H5Tget_super(type);
  if (base < 0) return CSHM_OK;
  cshm_status status = mark_type(marking, base);
  H5Tclose(base);
  return status;
}

static cshm_status mark_members(struct marking *marking, hid_t type) {
  cshm_status status = CSHM_OK;
  int count = H5Tget_nmembers(type);
  size_t length = strlen(marking->field), room = sizeof marking->field - length;
  for (int i = 0; status == CSHM_OK && i < count; i++) {
    hid_t member = H5Tget_member_type(type, (unsigned)i);
    char *name = H5Tget_member_name(type, (unsigned)i);
    if (member >= 0 && name && strlen(name) + 2 < room) {
      snprintf(marking->field + length, room, "%s%s", length ? "." : "", name);
      status = mark_type(marking, member);
    }
    marking->field[length] = '\0';
    H5free_memory(name);
    if (member >= 0) H5Tclose(member);
  }
  return status;
}

static cshm_status mark_type(struct marking *marking, hid_t type) {
  H5T_class_t class = H5Tget_class(type);
  cshm_status status = CSHM_OK;
  if (marking->depth == MAX_DEPTH) return CSHM_OK;
  marking->depth++;
  if (class == H5T_INTEGER || class == H5T_FLOAT || class == H5T_BITFIELD) status = mark_number(marking, type, class);
  if (class == H5T_ENUM) status = mark_enum(marking, type);
  if (class == H5T_REFERENCE) status = mark_reference(marking, type);
  if (class == H5T_ENUM || class == H5T_ARRAY || class == H5T_VLEN)
    status = status ? status : mark_super(marking, type);
  if (class == H5T_COMPOUND) status = mark_members(marking, type);
  marking->depth--;
  return status;
}

cshm_status cshm__h5_mark(struct h5plan *plan, size_t node, const char *attribute, hid_t type, hid_t space) {
  static const unsigned char yes = 1;
  struct marking marking = {.plan = plan, .node = node, .attribute = attribute};
  cshm_status status = mark_type(&marking, type);
  if (status || space < 0 || H5Sget_simple_extent_type(space) != H5S_NULL) return status;
  const char *name = full_name(&marking, H5MARK_NULL);
  struct h5value value = {.dtype = "|b1", .nbytes = 1, .data = &yes};
  return name ? cshm__h5_plan_attribute(plan, node, name, &value) : CSHM_ERR_NO_MEMORY;
}

cshm_status cshm__h5_mark_datatype(struct h5plan *plan, size_t node, hid_t datatype, struct h5type *room) {
  struct h5reason unused;
  bool mapped = cshm__h5_type_begin(datatype, room, &unused);
  cshm_status status = cshm__h5_mark_text(plan, node, H5MARK_DATATYPE, mapped ? room->dtype.text : "");
  if (status == CSHM_OK && mapped && room->ndim > 0)
    status = cshm__h5_mark_numbers(plan, node, H5MARK_SHAPE, room->shape, room->ndim);
  if (mapped) cshm__h5_type_end(room);
  return status ? status : cshm__h5_mark(plan, node, NULL, datatype, H5I_INVALID_HID);
}
