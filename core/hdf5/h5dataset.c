/* SPDX-License-Identifier: MIT */
#include "h5dataset.h"

#include "h5copy.h"
#include "h5lzf.h"
#include "h5ragged.h"
#include "h5shape.h"
#include "h5value.h"
#include "h5wide.h"

/* Names of filters for files that do not tell them. */
static const char *filter_name(H5Z_filter_t filter) {
  static const struct {
    H5Z_filter_t filter;
    const char *name;
  } known[] = {{H5Z_FILTER_SZIP, "szip"}, {305, "lzo"},   {307, "bzip2"},  {32001, "blosc"}, {32004, "lz4"},
               {32008, "bitshuffle"},     {32013, "zfp"}, {32015, "zstd"}, {32017, "sz"},    {32026, "blosc2"}};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (known[i].filter == filter) return known[i].name;
  return "unknown";
}

/* Whether HDF5 has a filter, or can be given it. */
static bool is_there(H5Z_filter_t filter) {
  return H5Zfilter_avail(filter) > 0 || (filter == H5LZF_FILTER && cshm__h5_lzf_register());
}

#define MAX_ASKED 10000 /* chunks: to ask HDF5 for each takes longer than for the one before */

/* Whether there is a chunk to which filter `number` of the pipeline was applied: each may have gone without. */
static bool is_used(hid_t dataset, int number) {
  hid_t space = H5Dget_space(dataset);
  hsize_t count = 0, offset[H5S_MAX_RANK], size;
  bool used = space < 0 || H5Dget_num_chunks(dataset, space, &count) < 0 || count > MAX_ASKED;
  for (hsize_t i = 0; !used && i < count; i++) {
    unsigned mask = 0;
    haddr_t address;
    used = H5Dget_chunk_info(dataset, space, i, offset, &mask, &address, &size) < 0 || !(mask >> number & 1);
  }
  if (space >= 0) H5Sclose(space);
  return used;
}

static bool filters_are_there(hid_t dataset, hid_t plist, struct h5reason *reason) {
  int count = H5Pget_nfilters(plist);
  for (int i = 0; i < count; i++) {
    char name[64] = "";
    unsigned flags, config;
    size_t values = 0;
    H5Z_filter_t filter = H5Pget_filter2(plist, (unsigned)i, &flags, &values, NULL, sizeof name - 1, name, &config);
    if (filter < 0) {
      cshm__h5_reason_words(reason, "its filters cannot be read");
      return false;
    }
    if (!is_there(filter) && is_used(dataset, i)) {
      cshm__h5_reason(reason, "it needs filter %d (%s), which HDF5 %s does not find (HDF5_PLUGIN_PATH)", (int)filter,
                      name[0] != '\0' ? name : filter_name(filter), cshm__h5_version());
      return false;
    }
  }
  return true;
}

/* What a dataset is made of. */
struct parts {
  hid_t dataset;
  hid_t plist;
  hid_t type;
  hid_t space;
};

static bool take_array(struct h5plan *plan, const struct h5raw *raw, const struct parts *parts, struct h5type *type,
                       struct h5node *node, struct h5reason *reason) {
  struct h5value *value = &node->value;
  struct h5shape shape;
  if (!cshm__h5_type_begin(parts->type, type, reason) || !cshm__h5_wide_type(parts->dataset, parts->type, type, reason))
    return false;
  bool good = cshm__h5_shape(parts->space, type, &shape, reason) &&
              cshm__h5_shape_nbytes(&shape, H5Tget_size(type->memory), &value->nbytes, reason) &&
              cshm__h5_shape_keep(&shape, plan, value, reason);
  if (good && !node->outside)
    node->extent =
        cshm__h5_copy_find(plan, raw, parts->dataset, parts->plist, parts->type, type->memory, value->nbytes);
  cshm__h5_type_end(type);
  value->dtype = good ? cshm__h5_plan_copy(plan, type->dtype.text) : NULL;
  if (good && !value->dtype) cshm__h5_reason_memory(reason);
  return value->dtype != NULL;
}

/* Larger chunks are read piece by piece, unless a filter has to undo them. */
#define LARGE_CHUNK (UINT64_C(8) << 20)

/* Bytes of a chunk in memory, where it is to be read as a whole. */
static uint64_t chunk_nbytes(hid_t plist, hid_t file_type) {
  hsize_t lengths[H5S_MAX_RANK];
  int ndim = H5Pget_layout(plist) == H5D_CHUNKED ? H5Pget_chunk(plist, H5S_MAX_RANK, lengths) : 0;
  uint64_t nbytes = ndim > 0 ? H5Tget_size(file_type) : 0; /* HDF5 allows no chunk of 4 GiB or more */
  for (int i = 0; i < ndim; i++)
    nbytes *= lengths[i];
  return nbytes <= LARGE_CHUNK || H5Pget_nfilters(plist) > 0 ? nbytes : 0;
}

/* Whether elements of any length, and references, can be followed: they lead to the heaps and the objects of one file. */
static bool is_of_one_file(const struct h5node *node, struct h5reason *reason) {
  if (node->in_files)
    cshm__h5_reason(reason,
                    "it is a virtual dataset of strings, sequences or references in other files, which are not read");
  return !node->in_files;
}

bool cshm__h5_dataset(struct h5plan *plan, struct h5raw *raw, hid_t dataset, hid_t plist, struct h5type *type,
                      struct h5node *node, struct h5reason *reason) {
  hid_t file_type = H5Dget_type(dataset), space = H5Dget_space(dataset);
  bool good = plist >= 0 && file_type >= 0 && space >= 0;
  if (!good) cshm__h5_reason_words(reason, "its type or shape cannot be read");
  good = good && filters_are_there(dataset, plist, reason);
  enum h5content content = good ? cshm__h5_raw_content(file_type) : H5CONTENT_FIXED;
  bool variable = good && cshm__h5_column_is_variable(file_type);
  good = good && (!variable || is_of_one_file(node, reason));
  if (good && content == H5CONTENT_STRING && H5Sget_simple_extent_type(space) == H5S_SCALAR)
    good = cshm__h5_value_string(plan, raw, dataset, &node->value, reason);
  else if (good && variable)
    good = cshm__h5_ragged(plan, raw, file_type, space, type, node, reason);
  else if (good)
    good = take_array(plan, raw, &(struct parts){dataset, plist, file_type, space}, type, node, reason);
  if (good) node->chunk_nbytes = chunk_nbytes(plist, file_type);
  if (file_type >= 0) H5Tclose(file_type);
  if (space >= 0) H5Sclose(space);
  return good;
}
