/* SPDX-License-Identifier: MIT */
#include "h5raw.h"

#include "h5wide.h"

#include <inttypes.h>
#include <string.h>

#define LENGTH_SIZE 4
#define INDEX_SIZE 4
#define REFERENCE_SIZE 8 /* an address in a reference, whatever the size of addresses elsewhere */

/* ---- to HDF5, a conversion into opaque bytes ------------------------------------------------------- */

#define NAME "cute-shm: as it is"

/* Leaves all bytes as they are. The type of its functions is HDF5's. NOLINTNEXTLINE(readability-non-const-parameter) */
static herr_t keep(hid_t from, hid_t to, H5T_cdata_t *data, size_t count, size_t stride, size_t background_stride,
                   void *buffer, void *background, hid_t transfer) {
  (void)count, (void)stride, (void)background_stride, (void)buffer, (void)background, (void)transfer;
  if (data->command != H5T_CONV_INIT) return 0;
  data->need_bkg = H5T_BKG_NO;
  if (H5Tget_class(from) == H5T_STRING && H5Tis_variable_str(from) <= 0) return -1;
  return H5Tget_size(from) == H5Tget_size(to) ? 0 : -1;
}

/* Loads of other threads may run while one waits for its caller. HDF5's lock guards it. */
static unsigned users;

static bool register_conversions(hid_t opaque) {
  if (users++ > 0) return true;
  hid_t sequence = H5Tvlen_create(H5T_NATIVE_INT), string = H5Tcopy(H5T_C_S1);
  bool good = sequence >= 0 && string >= 0 && H5Tset_size(string, H5T_VARIABLE) >= 0 &&
              H5Tregister(H5T_PERS_SOFT, NAME, sequence, opaque, keep) >= 0 &&
              H5Tregister(H5T_PERS_SOFT, NAME, string, opaque, keep) >= 0 && cshm__h5_wide_register();
  if (sequence >= 0) H5Tclose(sequence);
  if (string >= 0) H5Tclose(string);
  return good;
}

static void unregister_conversions(void) {
  if (--users > 0) return;
  cshm__h5_wide_unregister();
  H5Tunregister(H5T_PERS_SOFT, NAME, H5I_INVALID_HID, H5I_INVALID_HID, keep);
}

/* ---- a file ---------------------------------------------------------------------------------------- */

static cshm_status begin_heap(struct h5raw *raw, hid_t file) {
  void *handle = NULL;
  size_t address_size = 0, length_size = 0;
  hsize_t block = 0, size = 0;
  hid_t plist = H5Fget_create_plist(file);
  bool good =
      plist >= 0 && H5Pget_sizes(plist, &address_size, &length_size) >= 0 && H5Pget_userblock(plist, &block) >= 0;
  if (plist >= 0) H5Pclose(plist);
  good = good && H5Fget_filesize(file, &size) >= 0 && H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) >= 0 && handle;
  good = good && address_size <= sizeof(uint64_t) && length_size <= sizeof(uint64_t);
  if (!good) return CSHM_ERR_HDF5;
  return cshm__h5_heap_begin(&raw->heap, *(const int *)handle, block, size, address_size, length_size);
}

bool cshm__h5_raw_begin(struct h5raw *raw, hid_t file, struct h5reason *reason) {
  memset(raw, 0, sizeof *raw);
  raw->type = H5I_INVALID_HID;
  cshm_status status = begin_heap(raw, file);
  if (status == CSHM_ERR_NO_MEMORY) return cshm__h5_reason_memory(reason);
  if (status) {
    cshm__h5_reason_words(reason, "its heaps cannot be read");
    return false;
  }
  raw->size = LENGTH_SIZE + raw->heap.address_size + INDEX_SIZE;
  raw->type = H5Tcreate(H5T_OPAQUE, raw->size);
  if (raw->type >= 0 && register_conversions(raw->type)) return true;
  cshm__h5_reason_words(reason, "HDF5 takes no conversions");
  cshm__h5_raw_end(raw);
  return false;
}

struct h5raw *cshm__h5_raw_of(struct h5raw *raw, struct h5raw *other, hid_t object, uint64_t address,
                              struct h5reason *reason) {
  other->type = H5I_INVALID_HID;
  if (address >> H5PLAN_FILE_SHIFT == 0 || address == H5PLAN_NO_ADDRESS) return raw;
  hid_t file = H5Iget_file_id(object);
  bool good = file >= 0 && cshm__h5_raw_begin(other, file, reason);
  if (file < 0) cshm__h5_reason_words(reason, "its file cannot be found");
  if (file >= 0) H5Fclose(file);
  other->base = address >> H5PLAN_FILE_SHIFT << H5PLAN_FILE_SHIFT;
  return good ? other : NULL;
}

void cshm__h5_raw_end(struct h5raw *raw) {
  if (raw->type > 0) {
    unregister_conversions();
    H5Tclose(raw->type);
  }
  raw->type = H5I_INVALID_HID;
  cshm__h5_heap_end(&raw->heap);
}

/* ---- elements -------------------------------------------------------------------------------------- */

enum h5content cshm__h5_raw_content(hid_t file_type) {
  H5T_class_t class = H5Tget_class(file_type);
  if (class == H5T_STRING) return H5Tis_variable_str(file_type) > 0 ? H5CONTENT_STRING : H5CONTENT_FIXED;
  if (class == H5T_VLEN) return H5CONTENT_SEQUENCE;
  if (class != H5T_REFERENCE) return H5CONTENT_FIXED;
  if (H5Tequal(file_type, H5T_STD_REF_OBJ) > 0) return H5CONTENT_OBJECT;
  return H5Tequal(file_type, H5T_STD_REF_DSETREG) > 0 ? H5CONTENT_REGION : H5CONTENT_FIXED;
}

hid_t cshm__h5_raw_type(const struct h5raw *raw, enum h5content content) {
  if (content == H5CONTENT_OBJECT) return H5T_STD_REF_OBJ;
  return content == H5CONTENT_REGION ? H5T_STD_REF_DSETREG : raw->type;
}

size_t cshm__h5_raw_size(const struct h5raw *raw, enum h5content content) {
  return H5Tget_size(cshm__h5_raw_type(raw, content));
}

bool cshm__h5_raw_find(struct h5raw *raw, const unsigned char *element, size_t item, struct h5object *object,
                       uint64_t *nbytes, struct h5reason *reason) {
  uint64_t length =
      (uint64_t)element[0] | (uint64_t)element[1] << 8 | (uint64_t)element[2] << 16 | (uint64_t)element[3] << 24;
  *nbytes = 0;
  *object = (struct h5object){0, 0};
  if (length == 0) return true;
  if (!cshm__h5_heap_find(&raw->heap, element + LENGTH_SIZE, object, reason)) return false;
  if (object->offset == 0) return true;
  *nbytes = length * item; /* 32 bits each: HDF5 has no larger types */
  if (*nbytes <= object->nbytes) return true;
  cshm__h5_reason(reason, "it is damaged: an element declares %" PRIu64 " bytes, and the heap has %" PRIu64, *nbytes,
                  object->nbytes);
  return false;
}

bool cshm__h5_raw_target(struct h5raw *raw, enum h5content content, const unsigned char *element, uint64_t *address,
                         struct h5reason *reason) {
  unsigned char bytes[REFERENCE_SIZE];
  struct h5object object;
  *address = 0;
  if (content == H5CONTENT_OBJECT) {
    *address = cshm__h5_heap_number(element, REFERENCE_SIZE);
    if (*address != 0) *address += raw->base;
    return true;
  }
  if (!cshm__h5_heap_find(&raw->heap, element, &object, reason)) return false;
  if (object.offset == 0) return true;
  if (!cshm__h5_heap_read(&raw->heap, &object, 0, raw->heap.address_size, bytes, reason)) return false;
  *address = cshm__h5_heap_number(bytes, raw->heap.address_size);
  if (*address != 0) *address += raw->base;
  return true;
}
