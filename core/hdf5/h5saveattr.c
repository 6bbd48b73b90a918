/* SPDX-License-Identifier: MIT */
#include "h5saveattr.h"

#include "h5savetype.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

#define CODE_SIZE sizeof(uint32_t)

/* ---- strings of any length ------------------------------------------------------------------------- */

static uint32_t code_at(const unsigned char *bytes) {
  return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* Characters without the NULs at the end; `width` + 1 where it is no text. */
static uint64_t text_length(const unsigned char *bytes, uint64_t width) {
  uint64_t length = 0;
  while (length < width && code_at(bytes + length * CODE_SIZE) != 0) {
    uint32_t code = code_at(bytes + length * CODE_SIZE);
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return width + 1;
    length++;
  }
  for (uint64_t i = length; i < width; i++)
    if (code_at(bytes + i * CODE_SIZE) != 0) return width + 1;
  return length;
}

bool cshm__h5_saveattr_is_text(const char *dtype, const void *data, uint64_t nbytes) {
  const unsigned char *bytes = (const unsigned char *)data;
  if (strncmp(dtype, "<U", 2) != 0) return false;
  uint64_t width = strtoull(dtype + 2, NULL, 10), longest = 1;
  for (uint64_t at = 0; at < nbytes; at += width * CODE_SIZE) {
    uint64_t length = text_length(bytes + at, width);
    if (length > width) return false;
    longest = length > longest ? length : longest;
  }
  return longest == width;
}

/* UTF-8 of all strings, each with its NUL, at most 4 bytes a character. */
static void put_strings(const unsigned char *bytes, uint64_t nbytes, uint64_t width, char **strings, char *out) {
  uint64_t number = 0;
  for (uint64_t at = 0; at < nbytes; at += width * CODE_SIZE) {
    strings[number++] = out;
    for (uint64_t i = 0; i < width; i++) {
      uint32_t code = code_at(bytes + at + i * CODE_SIZE);
      if (code == 0) break;
      out += cshm__utf8_put(code, out);
    }
    *out++ = '\0';
  }
}

bool cshm__h5_saveattr_put_text(hid_t object, bool is_attribute, hid_t type, const char *dtype, const void *data,
                                uint64_t nbytes, struct h5reason *reason) {
  uint64_t width = strtoull(dtype + 2, NULL, 10), count = nbytes / (width * CODE_SIZE);
  if (count == 0) return true;
  char **strings = (char **)malloc(count * sizeof *strings + nbytes + count);
  if (!strings) return cshm__h5_reason_memory(reason);
  put_strings((const unsigned char *)data, nbytes, width, strings, (char *)(strings + count));
  herr_t result = is_attribute ? H5Awrite(object, type, (const void *)strings)
                               : H5Dwrite(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, (const void *)strings);
  if (result < 0) cshm__h5_reason_words(reason, "it cannot be written");
  free((void *)strings);
  return result >= 0;
}

/* ---- attributes ------------------------------------------------------------------------------------ */

static hid_t create(hid_t object, const char *name, hid_t type, hid_t space) {
  hid_t creation = H5Pcreate(H5P_ATTRIBUTE_CREATE), id = H5I_INVALID_HID;
  if (creation < 0) return creation;
  if (H5Pset_char_encoding(creation, H5T_CSET_UTF8) >= 0)
    id = H5Acreate2(object, name[0] ? name : H5SAVE_NAMELESS, type, space, creation, H5P_DEFAULT);
  H5Pclose(creation);
  return id;
}

static bool put_value(hid_t id, const cshm_attribute *attribute, bool is_text, hid_t type, struct h5reason *reason) {
  if (is_text)
    return cshm__h5_saveattr_put_text(id, true, type, attribute->dtype, attribute->data, attribute->nbytes, reason);
  if (attribute->nbytes == 0 || H5Awrite(id, type, attribute->data) >= 0) return true;
  cshm__h5_reason_words(reason, "it cannot be written");
  return false;
}

static bool put_attribute(hid_t object, const cshm_attribute *attribute, struct h5reason *reason) {
  uint32_t rank;
  bool is_text = cshm__h5_saveattr_is_text(attribute->dtype, attribute->data, attribute->nbytes);
  hid_t type = is_text ? cshm__h5_savetype_string(true) : cshm__h5_savetype(attribute->dtype, reason);
  hid_t space = type < 0 ? type : cshm__h5_savetype_space(attribute->ndim, attribute->shape, &type, &rank, reason);
  hid_t id = space < 0 ? space : create(object, attribute->name, type, space);
  if (space >= 0 && id < 0) cshm__h5_reason_words(reason, "it cannot be made");
  bool good = id >= 0 && put_value(id, attribute, is_text, type, reason);
  if (id >= 0) H5Aclose(id);
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  return good;
}

bool cshm__h5_saveattr(cshm_attachment attachment, const cshm_node *node, uint32_t first, hid_t object,
                       struct h5reason *reason) {
  for (uint32_t i = first; i < node->attribute_count; i++) {
    cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
    cshm_error said = CSHM_ERROR_INIT;
    if (cshm_attribute_at(attachment, node->number, i, &attribute, &said)) {
      cshm__h5_reason(reason, "%s", said.message);
      return false;
    }
    if (put_attribute(object, &attribute, reason)) continue;
    cshm__h5_reason_in(reason, "attribute \"%s\": ", attribute.name);
    return false;
  }
  return true;
}
