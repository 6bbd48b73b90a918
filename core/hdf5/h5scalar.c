/* SPDX-License-Identifier: MIT */
#include "h5scalar.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static bool type_failed(struct h5reason *reason) {
  cshm__h5_reason_words(reason, "its type cannot be read");
  return false;
}

/* Ends a mapping: true when there is a type to read with. */
static bool have_memory(struct h5scalar *scalar, hid_t memory, struct h5reason *reason) {
  scalar->memory = memory;
  return memory >= 0 || type_failed(reason);
}

/* '<' or '>'; 0 for an order that only history knows. */
static char order_letter(hid_t type, bool native) {
  H5T_order_t order = H5Tget_order(type);
  if (native && (order == H5T_ORDER_LE || order == H5T_ORDER_BE)) order = H5Tget_order(H5T_NATIVE_INT);
  switch (order) {
  case H5T_ORDER_LE:
    return '<';
  case H5T_ORDER_BE:
    return '>';
  default:
    return 0;
  }
}

static void write_number(struct h5scalar *scalar, char order, char kind, size_t size) {
  snprintf(scalar->dtype, sizeof scalar->dtype, "%c%c%zu", size == 1 ? '|' : order, kind, size);
}

/* The native size that holds `size` bytes: 1, 2, 4, 8, or 0. */
static size_t native_size(size_t size) {
  size_t native = 1;
  while (native < size && native < 8)
    native *= 2;
  return native < size ? 0 : native;
}

/* ---- integers and bitfields ------------------------------------------------------------------------ */

static hid_t standard_integer(size_t size, bool is_signed, bool big) {
  const hid_t types[4][2][2] = {{{H5T_STD_U8LE, H5T_STD_U8BE}, {H5T_STD_I8LE, H5T_STD_I8BE}},
                                {{H5T_STD_U16LE, H5T_STD_U16BE}, {H5T_STD_I16LE, H5T_STD_I16BE}},
                                {{H5T_STD_U32LE, H5T_STD_U32BE}, {H5T_STD_I32LE, H5T_STD_I32BE}},
                                {{H5T_STD_U64LE, H5T_STD_U64BE}, {H5T_STD_I64LE, H5T_STD_I64BE}}};
  size_t row = size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3;
  return types[row][is_signed][big];
}

static hid_t standard_bitfield(size_t size, bool big) {
  const hid_t types[4][2] = {{H5T_STD_B8LE, H5T_STD_B8BE},
                             {H5T_STD_B16LE, H5T_STD_B16BE},
                             {H5T_STD_B32LE, H5T_STD_B32BE},
                             {H5T_STD_B64LE, H5T_STD_B64BE}};
  size_t row = size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3;
  return types[row][big];
}

/* Integers (`bits` false) and bitfields. */
static bool map_integer(hid_t type, bool bits, bool native_order, struct h5scalar *scalar, struct h5reason *reason) {
  size_t size = H5Tget_size(type), native = native_size(size);
  char order = order_letter(type, native_order);
  if (size == 0) return type_failed(reason);
  if (order == 0 || native == 0) {
    cshm__h5_reason(reason, "integers of %zu bytes%s have no dtype", size, order == 0 ? " in mixed byte order" : "");
    return false;
  }
  bool is_signed = !bits && H5Tget_sign(type) == H5T_SGN_2, big = order == '>';
  bool exact = size == native && H5Tget_precision(type) == 8 * size && H5Tget_offset(type) == 0;
  write_number(scalar, order, is_signed ? 'i' : 'u', native);
  exact = exact && (size == 1 || big == (H5Tget_order(type) == H5T_ORDER_BE));
  hid_t standard = bits ? standard_bitfield(native, big) : standard_integer(native, is_signed, big);
  return have_memory(scalar, H5Tcopy(exact ? type : standard), reason);
}

/* ---- floats ---------------------------------------------------------------------------------------- */

struct layout { size_t size, exponent, mantissa; /* bytes, bits, bits */ };

static const struct layout ieee[3] = {{2, 5, 10}, {4, 8, 23}, {8, 11, 52}};

/* HDF5 has no constant for IEEE's half precision before 1.14.4: it is made here, as h5py makes it. */
static hid_t standard_float(size_t size, bool big) {
  if (size == 8) return H5Tcopy(big ? H5T_IEEE_F64BE : H5T_IEEE_F64LE);
  hid_t type = H5Tcopy(big ? H5T_IEEE_F32BE : H5T_IEEE_F32LE);
  if (size == 4 || type < 0) return type;
  if (H5Tset_fields(type, 15, 10, 5, 0, 10) < 0 || H5Tset_size(type, 2) < 0 || H5Tset_ebias(type, 15) < 0) {
    H5Tclose(type);
    return H5I_INVALID_HID;
  }
  return type;
}

static bool map_float(hid_t type, bool native, struct h5scalar *scalar, struct h5reason *reason) {
  size_t sign, exponent_at, exponent, mantissa_at, mantissa;
  char order = order_letter(type, native);
  if (H5Tget_fields(type, &sign, &exponent_at, &exponent, &mantissa_at, &mantissa) < 0) return type_failed(reason);
  if (order == 0) {
    cshm__h5_reason(reason, "floats in VAX byte order have no dtype");
    return false;
  }
  size_t i = 0;
  while (i < 2 && (exponent > ieee[i].exponent || mantissa > ieee[i].mantissa))
    i++;
  write_number(scalar, order, 'f', ieee[i].size);
  return have_memory(scalar, standard_float(ieee[i].size, order == '>'), reason);
}

/* ---- enums ----------------------------------------------------------------------------------------- */

/* Whether the enum has this member. Values are compared in native form. */
static bool has_member(hid_t type, hid_t base, const char *name, int64_t wanted) {
  union {
    int64_t value;
    unsigned char bytes[64]; /* room for the conversion */
  } member = {0};
  if (H5Tget_size(base) > sizeof member || H5Tenum_valueof(type, name, member.bytes) < 0) return false;
  return H5Tconvert(base, H5T_NATIVE_INT64, 1, member.bytes, NULL, H5P_DEFAULT) >= 0 && member.value == wanted;
}

static hid_t make_bool(void) {
  const signed char no = 0, yes = 1;
  hid_t type = H5Tenum_create(H5T_NATIVE_SCHAR);
  if (type >= 0 && (H5Tenum_insert(type, "FALSE", &no) < 0 || H5Tenum_insert(type, "TRUE", &yes) < 0)) {
    H5Tclose(type);
    return H5I_INVALID_HID;
  }
  return type;
}

static bool map_enum(hid_t type, bool native, struct h5scalar *scalar, struct h5reason *reason) {
  hid_t base = H5Tget_super(type);
  if (base < 0) return type_failed(reason);
  bool is_bool = H5Tget_nmembers(type) == 2 && has_member(type, base, "FALSE", 0) && has_member(type, base, "TRUE", 1);
  bool good;
  if (is_bool) {
    snprintf(scalar->dtype, sizeof scalar->dtype, "|b1");
    good = have_memory(scalar, H5Tget_size(type) == 1 ? H5Tcopy(type) : make_bool(), reason);
  } else {
    good = map_integer(base, false, native, scalar, reason);
    /* Where the integers are plain ones, the enum is read as it is: nothing to convert, and no member to look up. */
    if (good && H5Tequal(scalar->memory, base) > 0) {
      H5Tclose(scalar->memory);
      good = have_memory(scalar, H5Tcopy(type), reason);
    }
  }
  H5Tclose(base);
  return good;
}

/* ---- strings and opaque bytes ---------------------------------------------------------------------- */

static bool map_string(hid_t type, struct h5scalar *scalar, struct h5reason *reason) {
  if (H5Tis_variable_str(type) > 0) {
    cshm__h5_reason(reason, "variable-length strings inside of other types are not supported yet");
    return false;
  }
  size_t size = H5Tget_size(type);
  if (size == 0) return type_failed(reason);
  snprintf(scalar->dtype, sizeof scalar->dtype, "|S%zu", size);
  hid_t memory = H5Tcopy(type);
  if (memory >= 0 && H5Tset_strpad(memory, H5T_STR_NULLPAD) < 0) {
    H5Tclose(memory);
    memory = H5I_INVALID_HID;
  }
  return have_memory(scalar, memory, reason);
}

/* h5py's way to keep dates: opaque bytes with numpy's name for them as the tag. */
static bool take_numpy_tag(hid_t type, struct h5scalar *scalar) {
  static const char prefix[] = "NUMPY:";
  char *tag = H5Tget_tag(type);
  bool taken = false;
  if (tag && strncmp(tag, prefix, sizeof prefix - 1) == 0) {
    const char *dtype = tag + sizeof prefix - 1;
    cshm_dtype parts = CSHM_DTYPE_INIT;
    taken = strlen(dtype) < sizeof scalar->dtype && dtype[0] != '[' &&
            cshm_dtype_parse(dtype, &parts, NULL) == CSHM_OK && parts.itemsize == H5Tget_size(type);
    if (taken) snprintf(scalar->dtype, sizeof scalar->dtype, "%s", dtype);
  }
  H5free_memory(tag);
  return taken;
}

static bool map_opaque(hid_t type, struct h5scalar *scalar, struct h5reason *reason) {
  if (!take_numpy_tag(type, scalar)) snprintf(scalar->dtype, sizeof scalar->dtype, "|V%zu", H5Tget_size(type));
  return have_memory(scalar, H5Tcopy(type), reason);
}

/* Of one of the two kinds that there were before HDF5 1.12. */
static bool is_old_reference(hid_t type) {
  return H5Tequal(type, H5T_STD_REF_OBJ) > 0 || H5Tequal(type, H5T_STD_REF_DSETREG) > 0;
}

bool cshm__h5_scalar(hid_t type, bool native, struct h5scalar *scalar, struct h5reason *reason) {
  H5T_class_t class = H5Tget_class(type);
  switch (class) {
  case H5T_INTEGER:
  case H5T_BITFIELD:
    return map_integer(type, class == H5T_BITFIELD, native, scalar, reason);
  case H5T_FLOAT:
    return map_float(type, native, scalar, reason);
  case H5T_ENUM:
    return map_enum(type, native, scalar, reason);
  case H5T_STRING:
    return map_string(type, scalar, reason);
  case H5T_OPAQUE:
    return map_opaque(type, scalar, reason);
  case H5T_VLEN:
    cshm__h5_reason(reason, "variable-length sequences inside of other types are not supported yet");
    return false;
  case H5T_REFERENCE:
    cshm__h5_reason(reason, "references %s are not supported yet",
                    is_old_reference(type) ? "inside of other types"
                                           : "of the kind that came with HDF5 1.12, or to addresses of few bytes,");
    return false;
  case H5T_TIME:
    cshm__h5_reason(reason, "HDF5's time type has no dtype");
    return false;
  default:
    cshm__h5_reason(reason, "HDF5 type class %d is not known", (int)class);
    return false;
  }
}
