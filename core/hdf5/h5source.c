/* SPDX-License-Identifier: MIT */
#include "h5source.h"

static bool is_dataset(hid_t object) { return H5Iget_type(object) == H5I_DATASET; }

bool cshm__h5_source_begin(struct h5source *source, hid_t object, struct h5reason *reason) {
  source->object = object;
  source->type = is_dataset(object) ? H5Dget_type(object) : H5Aget_type(object);
  source->space = is_dataset(object) ? H5Dget_space(object) : H5Aget_space(object);
  if (source->type >= 0 && source->space >= 0) return true;
  cshm__h5_reason_words(reason, "its type or shape cannot be read");
  return false;
}

void cshm__h5_source_end(struct h5source *source) {
  if (source->type >= 0) H5Tclose(source->type);
  if (source->space >= 0) H5Sclose(source->space);
}

bool cshm__h5_source_read(const struct h5source *source, hid_t memory, void *data, struct h5reason *reason) {
  herr_t result = is_dataset(source->object) ? H5Dread(source->object, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data)
                                             : H5Aread(source->object, memory, data);
  if (result >= 0) return true;
  cshm__h5_reason_words(reason, "it cannot be read");
  return false;
}
