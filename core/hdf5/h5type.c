/* SPDX-License-Identifier: MIT */
#include "h5type.h"

#include "h5scalar.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 16 /* of compounds in compounds; dtypes nest no deeper */

/* What is being written, and how deep we are. */
struct mapping {
  struct h5descr *dtype;
  struct h5reason *reason;
  bool native;
  int depth;
};

/* Writes the format of `type`, as a part of a descr list, and returns the type to read it with; or a negative number. */
static hid_t map_type(struct mapping *mapping, hid_t type);

static hid_t type_failed(struct mapping *mapping) {
  cshm__h5_reason_words(mapping->reason, "its type cannot be read");
  return H5I_INVALID_HID;
}

static hid_t close_all(hid_t first, hid_t second, hid_t result) {
  if (first >= 0) H5Tclose(first);
  if (second >= 0) H5Tclose(second);
  return result;
}

/* ---- arrays ---------------------------------------------------------------------------------------- */

/* Writes the format of an array's elements, gathers its lengths behind the *ndim that are there, and returns the type
 * to read it with. An array of arrays has the lengths of both. */
static hid_t map_elements(struct mapping *mapping, hid_t type, uint32_t *ndim, int64_t *shape) {
  if (H5Tget_class(type) != H5T_ARRAY) return map_type(mapping, type);
  hsize_t lengths[H5S_MAX_RANK];
  int rank = H5Tget_array_ndims(type);
  if (rank < 1 || rank > H5S_MAX_RANK || H5Tget_array_dims2(type, lengths) < 0) return type_failed(mapping);
  if (*ndim + (uint32_t)rank > CSHM_MAX_NDIM) {
    cshm__h5_reason(mapping->reason, "it has more than %d dimensions", CSHM_MAX_NDIM);
    return H5I_INVALID_HID;
  }
  for (int i = 0; i < rank; i++)
    shape[(*ndim)++] = (int64_t)lengths[i];
  hid_t base = H5Tget_super(type);
  if (base < 0) return type_failed(mapping);
  hid_t element = map_elements(mapping, base, ndim, shape);
  hid_t memory = element < 0 ? element : H5Tarray_create2(element, (unsigned)rank, lengths);
  if (element >= 0 && memory < 0) type_failed(mapping);
  return close_all(base, element, memory);
}

/* ---- compounds ------------------------------------------------------------------------------------- */

/* h5py's complex numbers: {r, i}, two floats of one type. Returns that type, or a negative number. */
static hid_t complex_part(hid_t type) {
  bool named = false;
  if (H5Tget_nmembers(type) == 2) {
    char *first = H5Tget_member_name(type, 0), *second = H5Tget_member_name(type, 1);
    named = first && second && strcmp(first, "r") == 0 && strcmp(second, "i") == 0;
    H5free_memory(first);
    H5free_memory(second);
  }
  if (!named || H5Tget_member_class(type, 0) != H5T_FLOAT || H5Tget_member_class(type, 1) != H5T_FLOAT)
    return H5I_INVALID_HID;
  hid_t real = H5Tget_member_type(type, 0), imaginary = H5Tget_member_type(type, 1);
  bool equal = real >= 0 && imaginary >= 0 && H5Tequal(real, imaginary) > 0;
  return close_all(imaginary, equal ? H5I_INVALID_HID : real, equal ? real : H5I_INVALID_HID);
}

/* Complex of `part`, or a negative number where there is no such dtype (of half precision, say). */
static hid_t map_complex(struct mapping *mapping, hid_t part) {
  struct h5scalar scalar;
  struct h5reason unused;
  if (!cshm__h5_scalar(part, mapping->native, &scalar, &unused)) return H5I_INVALID_HID;
  size_t size = H5Tget_size(scalar.memory);
  hid_t memory = size == 4 || size == 8 ? H5Tcreate(H5T_COMPOUND, 2 * size) : H5I_INVALID_HID;
  if (memory >= 0) {
    const char dtype[] = {'"', scalar.dtype[0], 'c', '\0'};
    H5Tinsert(memory, "r", 0, scalar.memory);
    H5Tinsert(memory, "i", size, scalar.memory);
    cshm__h5_descr_put(mapping->dtype, dtype);
    cshm__h5_descr_put(mapping->dtype, size == 4 ? "8\"" : "16\"");
  }
  return close_all(scalar.memory, H5I_INVALID_HID, memory);
}

/* A field's place in the file's type; sorted by offset, as a descr list is. */
struct place {
  size_t offset;
  unsigned member;
};

static int compare_places(const void *left, const void *right) {
  const struct place *a = (const struct place *)left, *b = (const struct place *)right;
  return (a->offset > b->offset) - (a->offset < b->offset);
}

static struct place *sort_members(hid_t type, int count) {
  struct place *places = (struct place *)malloc((size_t)count * sizeof *places);
  for (int i = 0; places && i < count; i++)
    places[i] = (struct place){H5Tget_member_offset(type, (unsigned)i), (unsigned)i};
  if (places) qsort(places, (size_t)count, sizeof *places, compare_places);
  return places;
}

static bool name_is_good(struct mapping *mapping, const char *name) {
  if (name && name[0] != '\0' && cshm__utf8_valid(name, strlen(name))) return true;
  cshm__h5_reason(mapping->reason, "it has a field whose name is %s", name && name[0] != '\0' ? "not UTF-8" : "empty");
  return false;
}

/* Writes one field, ["name",format] or ["name",format,[lengths]], and returns the type to read it with. */
static hid_t map_field(struct mapping *mapping, hid_t type, const char *name) {
  uint32_t ndim = 0;
  int64_t shape[CSHM_MAX_NDIM];
  cshm__h5_descr_put(mapping->dtype, "[");
  cshm__h5_descr_put_string(mapping->dtype, name);
  cshm__h5_descr_put(mapping->dtype, ",");
  hid_t memory = map_elements(mapping, type, &ndim, shape);
  if (memory < 0)
    cshm__h5_reason_in(mapping->reason, "field '%s': ", name);
  else if (ndim > 0)
    cshm__h5_descr_put_shape(mapping->dtype, ndim, shape);
  cshm__h5_descr_put(mapping->dtype, "]");
  return memory;
}

/* Inserts a field at *end, and moves that behind it. A compound whose fields have grown grows, too. */
static bool insert_field(struct mapping *mapping, hid_t memory, const char *name, hid_t field, size_t *end) {
  size_t next = *end + H5Tget_size(field);
  if ((next > H5Tget_size(memory) && H5Tset_size(memory, next) < 0) || H5Tinsert(memory, name, *end, field) < 0) {
    type_failed(mapping);
    return false;
  }
  *end = next;
  return true;
}

/* Puts one member into `memory` at its offset in the file, or behind the field before it (which may have grown) at *end. */
static bool add_member(struct mapping *mapping, hid_t type, struct place place, hid_t memory, size_t *end) {
  char *name = H5Tget_member_name(type, place.member);
  hid_t member = H5Tget_member_type(type, place.member);
  bool good = name_is_good(mapping, name);
  if (good && member < 0) good = type_failed(mapping) >= 0;
  if (good && *end > 0) cshm__h5_descr_put(mapping->dtype, ",");
  if (good && place.offset > *end) {
    cshm__h5_descr_put_padding(mapping->dtype, place.offset - *end);
    cshm__h5_descr_put(mapping->dtype, ",");
    *end = place.offset;
  }
  hid_t field = good ? map_field(mapping, member, name) : H5I_INVALID_HID;
  good = field >= 0 && insert_field(mapping, memory, name, field, end);
  H5free_memory(name);
  close_all(member, field, H5I_INVALID_HID);
  return good;
}

static bool map_members(struct mapping *mapping, hid_t type, hid_t memory) {
  int count = H5Tget_nmembers(type);
  struct place *places = count > 0 ? sort_members(type, count) : NULL;
  if (!places) {
    if (count > 0) return cshm__h5_reason_memory(mapping->reason);
    cshm__h5_reason(mapping->reason, "it is a compound without fields");
    return false;
  }
  bool good = true;
  size_t end = 0;
  cshm__h5_descr_put(mapping->dtype, "[");
  for (int i = 0; good && i < count; i++)
    good = add_member(mapping, type, places[i], memory, &end);
  size_t total = H5Tget_size(memory);
  if (good && total > end) {
    cshm__h5_descr_put(mapping->dtype, ",");
    cshm__h5_descr_put_padding(mapping->dtype, total - end);
  }
  cshm__h5_descr_put(mapping->dtype, "]");
  free(places);
  return good;
}

static hid_t map_compound(struct mapping *mapping, hid_t type) {
  hid_t part = complex_part(type);
  if (part >= 0) {
    hid_t memory = map_complex(mapping, part);
    H5Tclose(part);
    if (memory >= 0) return memory;
  }
  if (mapping->depth == MAX_DEPTH) {
    cshm__h5_reason(mapping->reason, "its compounds nest deeper than %d", MAX_DEPTH);
    return H5I_INVALID_HID;
  }
  hid_t memory = H5Tcreate(H5T_COMPOUND, H5Tget_size(type));
  if (memory < 0) return type_failed(mapping);
  mapping->depth++;
  bool good = map_members(mapping, type, memory);
  mapping->depth--;
  return good ? memory : close_all(memory, H5I_INVALID_HID, H5I_INVALID_HID);
}

/* ---- any type -------------------------------------------------------------------------------------- */

static hid_t map_type(struct mapping *mapping, hid_t type) {
  if (H5Tget_class(type) == H5T_COMPOUND) return map_compound(mapping, type);
  struct h5scalar scalar;
  if (!cshm__h5_scalar(type, mapping->native, &scalar, mapping->reason)) return H5I_INVALID_HID;
  cshm__h5_descr_put_string(mapping->dtype, scalar.dtype);
  return scalar.memory;
}

/* A typestring stands for itself: the quotes it has in a list are taken off. */
static void unquote(struct h5descr *dtype) {
  if (dtype->length < 2 || dtype->text[0] != '"') return;
  dtype->length -= 2;
  memmove(dtype->text, dtype->text + 1, dtype->length);
  dtype->text[dtype->length] = '\0';
}

struct h5type *cshm__h5_type_room(bool native) {
  struct h5type *type = (struct h5type *)calloc(1, sizeof *type);
  if (type) {
    type->native = native;
    type->memory = H5I_INVALID_HID;
  }
  return type;
}

bool cshm__h5_type_begin(hid_t file_type, struct h5type *type, struct h5reason *reason) {
  struct mapping mapping = {&type->dtype, reason, type->native, 0};
  cshm__h5_descr_begin(&type->dtype);
  type->ndim = 0;
  type->memory = map_elements(&mapping, file_type, &type->ndim, type->shape);
  if (type->memory < 0) return false;
  if (type->dtype.full) {
    cshm__h5_reason(reason, "its dtype is longer than %d bytes", CSHM_MAX_DTYPE);
    cshm__h5_type_end(type);
    return false;
  }
  unquote(&type->dtype);
  return true;
}

void cshm__h5_type_end(struct h5type *type) {
  if (type->memory >= 0) H5Tclose(type->memory);
  type->memory = H5I_INVALID_HID;
}
