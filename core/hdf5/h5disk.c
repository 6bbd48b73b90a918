/* SPDX-License-Identifier: MIT */
#include "h5disk.h"

#include <stdlib.h>

static hid_t array_type(const struct h5raw *raw, hid_t type) {
  hsize_t lengths[H5S_MAX_RANK];
  int rank = H5Tget_array_ndims(type);
  hid_t base = H5Tget_super(type), disk = H5I_INVALID_HID, result = H5I_INVALID_HID;
  if (base >= 0 && rank > 0 && rank <= H5S_MAX_RANK && H5Tget_array_dims2(type, lengths) >= 0)
    disk = cshm__h5_disk_type(raw, base);
  if (disk >= 0) {
    result = H5Tarray_create2(disk, (unsigned)rank, lengths);
    H5Tclose(disk);
  }
  if (base >= 0) H5Tclose(base);
  return result;
}

/* A field on disk, while its compound is put together. */
struct place {
  size_t offset; /* in memory */
  size_t size;
  hid_t disk;
  unsigned member;
};

static int compare_places(const void *left, const void *right) {
  const struct place *a = (const struct place *)left, *b = (const struct place *)right;
  return (a->offset > b->offset) - (a->offset < b->offset);
}

static bool list_places(const struct h5raw *raw, hid_t type, struct place *places, size_t count) {
  bool good = true;
  for (size_t i = 0; i < count; i++) {
    hid_t member = H5Tget_member_type(type, (unsigned)i);
    places[i].member = (unsigned)i;
    places[i].offset = H5Tget_member_offset(type, (unsigned)i);
    places[i].size = member >= 0 ? H5Tget_size(member) : 0;
    places[i].disk = member >= 0 ? cshm__h5_disk_type(raw, member) : H5I_INVALID_HID;
    good = good && places[i].disk >= 0;
    if (member >= 0) H5Tclose(member);
  }
  qsort(places, count, sizeof *places, compare_places);
  return good;
}

/* HDF5 moves each field by what those before it have grown or shrunk. */
static hid_t join_places(hid_t type, const struct place *places, size_t count) {
  size_t size = H5Tget_size(type), grown = 0; /* modulo SIZE_MAX + 1, where they have shrunk */
  for (size_t i = 0; i < count; i++)
    grown += H5Tget_size(places[i].disk) - places[i].size;
  hid_t result = H5Tcreate(H5T_COMPOUND, size + grown);
  grown = 0;
  for (size_t i = 0; result >= 0 && i < count; i++) {
    char *name = H5Tget_member_name(type, places[i].member);
    if (!name || H5Tinsert(result, name, places[i].offset + grown, places[i].disk) < 0) {
      H5Tclose(result);
      result = H5I_INVALID_HID;
    }
    H5free_memory(name);
    grown += H5Tget_size(places[i].disk) - places[i].size;
  }
  return result;
}

static hid_t compound_type(const struct h5raw *raw, hid_t type) {
  int members = H5Tget_nmembers(type);
  size_t count = members > 0 ? (size_t)members : 0;
  struct place *places = (struct place *)calloc(count + 1, sizeof *places);
  if (!places) return H5I_INVALID_HID;
  hid_t result = list_places(raw, type, places, count) ? join_places(type, places, count) : H5I_INVALID_HID;
  for (size_t i = 0; i < count; i++)
    if (places[i].disk >= 0) H5Tclose(places[i].disk);
  free(places);
  return result;
}

hid_t cshm__h5_disk_type(const struct h5raw *raw, hid_t type) {
  switch (H5Tget_class(type)) {
  case H5T_ARRAY:
    return array_type(raw, type);
  case H5T_COMPOUND:
    return compound_type(raw, type);
  default:
    break;
  }
  enum h5content content = cshm__h5_raw_content(type);
  return H5Tcopy(content == H5CONTENT_FIXED ? type : cshm__h5_raw_type(raw, content));
}
