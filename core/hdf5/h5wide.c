/* SPDX-License-Identifier: MIT */
#include "h5wide.h"

#include "utf8.h"

#include <stdlib.h>
#include <string.h>

#define CODE_SIZE sizeof(uint32_t)
#define TAG "NUMPY:"

/* ---- which they are -------------------------------------------------------------------------------- */

static bool is_utf8_string(hid_t type) {
  return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 && H5Tget_cset(type) == H5T_CSET_UTF8;
}

/* The bytes of one string where `dtype` is of those of h5savetype; else 0. */
static uint64_t size_of(const char *dtype) {
  cshm_dtype parts = CSHM_DTYPE_INIT;
  bool good = cshm_dtype_parse(dtype, &parts, NULL) == CSHM_OK && parts.kind == 'U' && dtype[0] != '[';
  return good && parts.itemsize <= H5WIDE_MAX ? parts.itemsize : 0;
}

/* Reads the attribute. False: it is none of ours. */
static bool read_dtype(hid_t dataset, char *dtype, size_t size) {
  if (H5Aexists(dataset, H5WIDE_DTYPE) <= 0) return false;
  hid_t attribute = H5Aopen(dataset, H5WIDE_DTYPE, H5P_DEFAULT);
  hid_t type = attribute >= 0 ? H5Aget_type(attribute) : H5I_INVALID_HID;
  hid_t space = attribute >= 0 ? H5Aget_space(attribute) : H5I_INVALID_HID;
  bool good = type >= 0 && space >= 0 && H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 &&
              H5Tget_size(type) < size && H5Sget_simple_extent_type(space) == H5S_SCALAR;
  memset(dtype, 0, size);
  good = good && H5Aread(attribute, type, dtype) >= 0 && size_of(dtype) > 0;
  if (type >= 0) H5Tclose(type);
  if (space >= 0) H5Sclose(space);
  if (attribute >= 0) H5Aclose(attribute);
  return good;
}

bool cshm__h5_wide_is(hid_t dataset) {
  char dtype[32];
  hid_t type = H5Iget_type(dataset) == H5I_DATASET ? H5Dget_type(dataset) : H5I_INVALID_HID;
  bool is = type >= 0 && is_utf8_string(type) && read_dtype(dataset, dtype, sizeof dtype);
  if (type >= 0) H5Tclose(type);
  return is;
}

bool cshm__h5_wide_type(hid_t dataset, hid_t file_type, struct h5type *type, struct h5reason *reason) {
  char dtype[32], tag[sizeof TAG + sizeof dtype] = TAG;
  if (!is_utf8_string(file_type) || !read_dtype(dataset, dtype, sizeof dtype)) return true;
  memcpy(tag + sizeof TAG - 1, dtype, sizeof dtype);
  hid_t memory = H5Tcreate(H5T_OPAQUE, (size_t)size_of(dtype));
  if (memory >= 0 && H5Tset_tag(memory, tag) >= 0) {
    H5Tclose(type->memory);
    type->memory = memory;
    cshm__h5_descr_begin(&type->dtype);
    cshm__h5_descr_put(&type->dtype, dtype);
    return true;
  }
  cshm__h5_reason_words(reason, "its type cannot be made");
  if (memory >= 0) H5Tclose(memory);
  cshm__h5_type_end(type);
  return false;
}

/* ---- to HDF5, a conversion into opaque bytes ------------------------------------------------------- */

#define NAME "cute-shm: wide characters"

static void put_code(uint32_t code, bool big, unsigned char *out) {
  for (unsigned byte = 0; byte < CODE_SIZE; byte++)
    out[byte] = (unsigned char)(code >> 8 * (big ? CODE_SIZE - 1 - byte : byte));
}

/* One string, without the NULs at its end. False: it is not UTF-8, or too long. */
static bool widen(const char *text, size_t length, unsigned char *out, size_t size, bool big) {
  size_t at = 0;
  while (length > 0 && text[length - 1] == '\0')
    length--;
  memset(out, 0, size);
  for (size_t step; length > 0; text += step, length -= step, at += CODE_SIZE) {
    uint32_t code;
    step = cshm__utf8_next(text, length, &code);
    if (step == 0 || at == size) return false;
    put_code(code, big, out + at);
  }
  return true;
}

/* Whether elements go from such strings to what the tag says. */
static bool fits(hid_t from, hid_t to, bool *big) {
  char *tag = H5Tget_tag(to);
  bool good = is_utf8_string(from) && tag && strncmp(tag, TAG, sizeof TAG - 1) == 0;
  good = good && size_of(tag + sizeof TAG - 1) == H5Tget_size(to);
  *big = good && tag[sizeof TAG - 1] == '>';
  H5free_memory(tag);
  return good;
}

static herr_t tell(void) {
  H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_DATATYPE, H5E_CANTCONVERT,
           "a string is not UTF-8, or longer than " H5WIDE_DTYPE " says");
  return -1;
}

/* In place: where strings grow, from the last one on. */
static bool widen_all(unsigned char *buffer, size_t count, size_t stride, size_t from, size_t to, bool big) {
  char *text = (char *)malloc(from);
  bool good = text != NULL, backwards = stride == 0 && to > from;
  for (size_t i = 0; good && i < count; i++) {
    size_t at = backwards ? count - 1 - i : i;
    memcpy(text, buffer + at * (stride ? stride : from), from);
    good = widen(text, from, buffer + at * (stride ? stride : to), to, big);
  }
  free(text);
  return good;
}

static herr_t convert(hid_t from, hid_t to, H5T_cdata_t *data, size_t count, size_t stride, size_t background_stride,
                      void *buffer, void *background, hid_t transfer) {
  bool big;
  (void)background_stride, (void)background, (void)transfer;
  if (data->command == H5T_CONV_FREE) return 0;
  if (!fits(from, to, &big)) return -1;
  data->need_bkg = H5T_BKG_NO;
  if (data->command == H5T_CONV_INIT) return 0;
  bool good = widen_all((unsigned char *)buffer, count, stride, H5Tget_size(from), H5Tget_size(to), big);
  return good ? 0 : tell();
}

bool cshm__h5_wide_register(void) {
  hid_t string = H5Tcopy(H5T_C_S1), opaque = H5Tcreate(H5T_OPAQUE, CODE_SIZE);
  bool good = string >= 0 && opaque >= 0 && H5Tregister(H5T_PERS_SOFT, NAME, string, opaque, convert) >= 0;
  if (string >= 0) H5Tclose(string);
  if (opaque >= 0) H5Tclose(opaque);
  return good;
}

void cshm__h5_wide_unregister(void) { H5Tunregister(H5T_PERS_SOFT, NAME, H5I_INVALID_HID, H5I_INVALID_HID, convert); }
