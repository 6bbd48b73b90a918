/* SPDX-License-Identifier: MIT */
#include "h5savetype.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static hid_t failed(struct h5reason *reason, hid_t type) {
  cshm__h5_reason_words(reason, "HDF5 has no such type");
  if (type >= 0) H5Tclose(type);
  return H5I_INVALID_HID;
}

/* ---- single values --------------------------------------------------------------------------------- */

static hid_t make_integer(uint64_t size, bool is_signed, bool big) {
  hid_t type = H5Tcopy(is_signed ? H5T_STD_I8LE : H5T_STD_U8LE);
  if (type >= 0 && (H5Tset_size(type, size) < 0 || H5Tset_precision(type, 8 * size) < 0 ||
                    H5Tset_order(type, big ? H5T_ORDER_BE : H5T_ORDER_LE) < 0)) {
    H5Tclose(type);
    return H5I_INVALID_HID;
  }
  return type;
}

static hid_t make_float(uint64_t size, bool big) {
  hid_t type = H5Tcopy(size == 8 ? H5T_IEEE_F64LE : H5T_IEEE_F32LE);
  bool good = type >= 0;
  if (size == 2) /* sign, exponent, mantissa: no HDF5 before 1.14.4 has a constant for it */
    good =
        good && H5Tset_fields(type, 15, 10, 5, 0, 10) >= 0 && H5Tset_size(type, 2) >= 0 && H5Tset_ebias(type, 15) >= 0;
  if (good && H5Tset_order(type, big ? H5T_ORDER_BE : H5T_ORDER_LE) >= 0) return type;
  if (type >= 0) H5Tclose(type);
  return H5I_INVALID_HID;
}

static hid_t make_bool(void) {
  const signed char no = 0, yes = 1;
  hid_t type = H5Tenum_create(H5T_STD_I8LE);
  if (type < 0 || (H5Tenum_insert(type, "FALSE", &no) >= 0 && H5Tenum_insert(type, "TRUE", &yes) >= 0)) return type;
  H5Tclose(type);
  return H5I_INVALID_HID;
}

static hid_t make_complex(uint64_t size, bool big) {
  hid_t part = make_float(size / 2, big), type = part < 0 ? part : H5Tcreate(H5T_COMPOUND, size);
  bool good = type >= 0 && H5Tinsert(type, "r", 0, part) >= 0 && H5Tinsert(type, "i", size / 2, part) >= 0;
  if (part >= 0) H5Tclose(part);
  if (good) return type;
  if (type >= 0) H5Tclose(type);
  return H5I_INVALID_HID;
}

hid_t cshm__h5_savetype_bytes(uint64_t size) {
  hid_t type = H5Tcopy(H5T_C_S1);
  if (type < 0 || (H5Tset_size(type, size) >= 0 && H5Tset_strpad(type, H5T_STR_NULLPAD) >= 0)) return type;
  H5Tclose(type);
  return H5I_INVALID_HID;
}

/* `dtype` NULL: bytes without a meaning. */
static hid_t make_opaque(uint64_t size, const char *dtype) {
  char tag[64];
  snprintf(tag, sizeof tag, "%s%s", dtype ? "NUMPY:" : "", dtype ? dtype : "");
  hid_t type = H5Tcreate(H5T_OPAQUE, size);
  if (type < 0 || H5Tset_tag(type, tag) >= 0) return type;
  H5Tclose(type);
  return H5I_INVALID_HID;
}

static hid_t make_marked(const cshm_dtype *parts, bool big, struct h5savemarks *marks) {
  hid_t type = make_integer(parts->itemsize, parts->kind == 'i', big);
  return type >= 0 && marks ? cshm__h5_savemark_integer(marks, type, parts->kind == 'i') : type;
}

static hid_t make_scalar(const char *dtype, const cshm_dtype *parts, struct h5savemarks *marks) {
  bool big = parts->byte_order == '>';
  switch (parts->kind) {
  case 'b':
    return make_bool();
  case 'i':
  case 'u':
    return make_marked(parts, big, marks);
  case 'f':
    return make_float(parts->itemsize, big);
  case 'c':
    return make_complex(parts->itemsize, big);
  case 'S':
    return cshm__h5_savetype_bytes(parts->itemsize);
  default:
    return make_opaque(parts->itemsize, parts->kind == 'V' ? NULL : dtype);
  }
}

hid_t cshm__h5_savetype_utf8(uint64_t size) {
  hid_t type = cshm__h5_savetype_bytes(size);
  if (type < 0 || H5Tset_cset(type, H5T_CSET_UTF8) >= 0) return type;
  H5Tclose(type);
  return H5I_INVALID_HID;
}

hid_t cshm__h5_savetype_string(bool is_utf8) {
  hid_t type = H5Tcopy(H5T_C_S1);
  if (type < 0 ||
      (H5Tset_size(type, H5T_VARIABLE) >= 0 && H5Tset_cset(type, is_utf8 ? H5T_CSET_UTF8 : H5T_CSET_ASCII) >= 0))
    return type;
  H5Tclose(type);
  return H5I_INVALID_HID;
}

/* ---- arrays and compounds -------------------------------------------------------------------------- */

hid_t cshm__h5_savetype_array(hid_t type, uint32_t ndim, const int64_t *shape, struct h5reason *reason) {
  hsize_t lengths[CSHM_MAX_NDIM];
  if (ndim == 0) return type;
  uint64_t room = UINT32_MAX / H5Tget_size(type); /* HDF5 has no larger types, and does not look */
  for (uint32_t i = 0; i < ndim; i++) {
    lengths[i] = (hsize_t)shape[i];
    if (lengths[i] == 0 || lengths[i] > room) return failed(reason, type);
    room /= lengths[i];
  }
  hid_t array = H5Tarray_create2(type, ndim, lengths);
  if (array < 0) return failed(reason, type);
  H5Tclose(type);
  return array;
}

/* Adds field `index`. Both buffers hold `size` bytes: no name and no format is longer than the dtype. */
static bool add_field(hid_t type, const char *dtype, uint32_t index, char *name, char *format, size_t size,
                      struct h5savemarks *marks, struct h5reason *reason) {
  cshm_field field = CSHM_FIELD_INIT;
  cshm_error said = CSHM_ERROR_INIT;
  size_t name_length = size, format_length = size;
  if (cshm_dtype_field(dtype, index, &field, name, &name_length, format, &format_length, &said)) {
    cshm__h5_reason(reason, "%s", said.message);
    return false;
  }
  size_t outside = marks ? cshm__h5_savemark_enter(marks, name) : 0;
  hid_t member = cshm__h5_savetype(format, marks, reason);
  if (marks) cshm__h5_savemark_leave(marks, outside);
  if (member >= 0) member = cshm__h5_savetype_array(member, field.ndim, field.shape, reason);
  bool good = member >= 0 && H5Tinsert(type, name, field.offset, member) >= 0;
  if (member >= 0 && !good) failed(reason, H5I_INVALID_HID);
  if (member >= 0) H5Tclose(member);
  return good;
}

static hid_t make_compound(const char *dtype, const cshm_dtype *parts, struct h5savemarks *marks,
                           struct h5reason *reason) {
  size_t size = strlen(dtype) + 1;
  char *buffers = (char *)malloc(2 * size);
  if (!buffers) {
    if (marks) marks->no_memory = true;
    cshm__h5_reason_memory(reason);
    return H5I_INVALID_HID;
  }
  hid_t type = H5Tcreate(H5T_COMPOUND, parts->itemsize);
  bool good = type >= 0 || failed(reason, type) >= 0;
  for (uint32_t i = 0; good && i < parts->field_count; i++)
    good = add_field(type, dtype, i, buffers, buffers + size, size, marks, reason);
  free(buffers);
  if (good || type < 0) return type;
  H5Tclose(type);
  return H5I_INVALID_HID;
}

hid_t cshm__h5_savetype(const char *dtype, struct h5savemarks *marks, struct h5reason *reason) {
  cshm_dtype parts = CSHM_DTYPE_INIT;
  cshm_error said = CSHM_ERROR_INIT;
  if (cshm_dtype_parse(dtype, &parts, &said)) {
    cshm__h5_reason(reason, "%s", said.message);
    return H5I_INVALID_HID;
  }
  if (parts.field_count > 0) return make_compound(dtype, &parts, marks, reason);
  hid_t type = make_scalar(dtype, &parts, marks);
  return type < 0 ? failed(reason, type) : type;
}

/* ---- shapes ---------------------------------------------------------------------------------------- */

hid_t cshm__h5_savetype_space(uint32_t ndim, const int64_t *shape, hid_t *type, uint32_t *rank,
                              struct h5reason *reason) {
  hsize_t lengths[H5S_MAX_RANK];
  *rank = ndim < H5S_MAX_RANK ? ndim : H5S_MAX_RANK;
  for (uint32_t i = 0; i < *rank; i++)
    lengths[i] = (hsize_t)shape[i];
  *type = cshm__h5_savetype_array(*type, ndim - *rank, shape + *rank, reason);
  if (*type < 0) return H5I_INVALID_HID;
  hid_t space = *rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple((int)*rank, lengths, NULL);
  if (space < 0) cshm__h5_reason_words(reason, "HDF5 has no such shape");
  return space;
}

hid_t cshm__h5_savetype_null(uint32_t ndim, const int64_t *shape, hid_t *type, struct h5reason *reason) {
  *type = cshm__h5_savetype_array(*type, ndim - 1, shape + 1, reason);
  hid_t space = *type < 0 ? *type : H5Screate(H5S_NULL);
  if (*type >= 0 && space < 0) cshm__h5_reason_words(reason, "HDF5 has no such shape");
  return space;
}
