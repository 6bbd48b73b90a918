/* SPDX-License-Identifier: MIT */
#include "h5savedata.h"

#include "h5saveattr.h"
#include "h5savetype.h"
#include "h5slab.h"

#include <stdlib.h>
#include <string.h>

#define PIECE (UINT64_C(8) << 20) /* bytes that are written between two looks at the progress */

/* An array on its way. */
struct saving_array {
  const struct h5savetarget *target;
  const struct h5savestyle *style;
  const cshm_array_view *view;
  hid_t dataset;
  hid_t type;
  bool is_text;                    /* one string, of any length in the file */
  uint64_t chunk[H5SLAB_MAX_NDIM]; /* chunk[0] is 0 where there are none */
  struct h5reason *reason;
  cshm_error *err;
};

static cshm_status failed(const struct saving_array *saving, const char *what) {
  cshm__h5_reason_words(saving->reason, what);
  return CSHM_ERR_HDF5;
}

/* ---- the dataset ----------------------------------------------------------------------------------- */

/* Chunks are runs of the array in C order, so whole in all but the first dimensions. */
static void choose_chunk(struct saving_array *saving) {
  const struct h5savestyle *style = saving->style;
  const cshm_array_view *view = saving->view;
  uint64_t room = style->chunk ? style->chunk : H5SAVE_CHUNK;
  if ((style->chunk == 0 && style->deflate == 0) || view->nbytes < H5SAVE_MIN_CHUNKED) return;
  if (view->ndim == 0 || view->ndim > H5S_MAX_RANK) return;
  room = room / view->itemsize;
  for (uint32_t i = view->ndim; i-- > 0;) {
    uint64_t length = (uint64_t)view->shape[i];
    saving->chunk[i] = room < 1 ? 1 : room < length ? room : length;
    room /= length;
  }
}

static bool set_layout(const struct saving_array *saving, hid_t creation) {
  const struct h5savestyle *style = saving->style;
  hsize_t chunk[H5SLAB_MAX_NDIM];
  if (saving->is_text) return true;
  if (H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER) < 0) return false;
  if (saving->chunk[0] == 0) return H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY) >= 0;
  for (uint32_t i = 0; i < saving->view->ndim; i++)
    chunk[i] = saving->chunk[i];
  if (H5Pset_chunk(creation, (int)saving->view->ndim, chunk) < 0) return false;
  if (style->deflate == 0) return true;
  if (style->shuffle && H5Pset_shuffle(creation) < 0) return false;
  return H5Pset_deflate(creation, style->deflate) >= 0;
}

static cshm_status create(struct saving_array *saving) {
  const cshm_array_view *view = saving->view;
  uint32_t rank;
  hid_t space = cshm__h5_savetype_space(view->ndim, view->shape, &saving->type, &rank, saving->reason);
  if (space < 0) return CSHM_ERR_HDF5;
  choose_chunk(saving);
  hid_t creation = H5Pcopy(saving->target->creation);
  if (creation >= 0 && set_layout(saving, creation))
    saving->dataset = H5Dcreate2(saving->target->group, saving->target->name, saving->type, space, saving->target->link,
                                 creation, H5P_DEFAULT);
  cshm_status status = saving->dataset >= 0 ? CSHM_OK : failed(saving, "it cannot be made");
  if (creation >= 0) H5Pclose(creation);
  H5Sclose(space);
  return status;
}

/* ---- without chunks -------------------------------------------------------------------------------- */

static cshm_status advance(const struct saving_array *saving, uint64_t nbytes) {
  cshm_status status = cshm__h5_savefile_check(saving->target->file, saving->err);
  return status ? status : cshm__h5_progress_add(saving->target->progress, nbytes, saving->err);
}

/* Straight from the mapping. */
static cshm_status write_as_it_is(const struct saving_array *saving, uint64_t address) {
  const cshm_array_view *view = saving->view;
  cshm_status status = CSHM_OK;
  for (uint64_t at = 0; status == CSHM_OK && at < view->nbytes;) {
    uint64_t nbytes = view->nbytes - at < PIECE ? view->nbytes - at : PIECE;
    cshm__h5_savefile_write(saving->target->file, address + at, (const unsigned char *)view->data + at, nbytes);
    at += nbytes;
    status = advance(saving, nbytes);
  }
  return status;
}

/* Dimensions of length 1 make no difference to where elements lie. False: more than HDF5's are left. */
static bool squeeze(const cshm_array_view *view, struct h5gather *gather, int64_t *strides, uint64_t *lengths) {
  gather->ndim = 0;
  for (uint32_t i = 0; i < view->ndim; i++) {
    if (view->shape[i] == 1) continue;
    if (gather->ndim == H5SLAB_MAX_NDIM) return false;
    lengths[gather->ndim] = (uint64_t)view->shape[i];
    strides[gather->ndim++] = view->strides[i];
  }
  gather->itemsize = (size_t)view->itemsize;
  gather->data = (const unsigned char *)view->data;
  gather->strides = strides;
  return true;
}

static cshm_status write_boxes(const struct saving_array *saving, uint64_t address, struct h5gather *gather,
                               const uint64_t *lengths, unsigned char *buffer, uint64_t budget) {
  struct h5slab slab;
  cshm_status status = CSHM_OK;
  cshm__h5_slab_begin(&slab, gather->ndim, lengths, NULL, budget);
  do {
    uint64_t nbytes = slab.run_elements * gather->itemsize; /* without chunks, a box is one run */
    memcpy(gather->start, slab.start, gather->ndim * sizeof *slab.start);
    memcpy(gather->count, slab.count, gather->ndim * sizeof *slab.count);
    memcpy(gather->lengths, slab.count, gather->ndim * sizeof *slab.count);
    cshm__h5_gather(gather, buffer);
    cshm__h5_savefile_write(saving->target->file, address, buffer, nbytes);
    address += nbytes;
    status = advance(saving, nbytes);
  } while (status == CSHM_OK && cshm__h5_slab_next(&slab));
  return status;
}

/* Fortran's order becomes C's. */
static cshm_status write_turned(const struct saving_array *saving, uint64_t address) {
  struct h5gather gather;
  int64_t strides[H5SLAB_MAX_NDIM];
  uint64_t lengths[H5SLAB_MAX_NDIM], budget = PIECE / saving->view->itemsize;
  if (!squeeze(saving->view, &gather, strides, lengths)) {
    cshm__h5_reason(saving->reason, "it is in Fortran's order, and has more than %d dimensions that are longer than 1",
                    H5SLAB_MAX_NDIM);
    return CSHM_ERR_HDF5;
  }
  if (budget < 1) budget = 1;
  unsigned char *buffer = (unsigned char *)malloc((size_t)(budget * saving->view->itemsize));
  if (!buffer) return cshm__h5_reason_memory(saving->reason) ? CSHM_OK : CSHM_ERR_NO_MEMORY;
  cshm_status status = write_boxes(saving, address, &gather, lengths, buffer, budget);
  free(buffer);
  return status;
}

static cshm_status write_contiguous(const struct saving_array *saving) {
  haddr_t address = H5Dget_offset(saving->dataset);
  if (address == HADDR_UNDEF) return failed(saving, "it has no place in the file");
  return saving->view->order == CSHM_ORDER_FORTRAN && saving->view->ndim > 1 ? write_turned(saving, address)
                                                                             : write_as_it_is(saving, address);
}

/* ---- with chunks ----------------------------------------------------------------------------------- */

static cshm_status take_chunk(const struct saving_array *saving, uint64_t nbytes) {
  struct h5deflated chunk;
  hsize_t start[H5SLAB_MAX_NDIM];
  cshm__h5_deflate_take(saving->style->workers, &chunk);
  if (chunk.no_memory) return cshm__h5_reason_memory(saving->reason) ? CSHM_OK : CSHM_ERR_NO_MEMORY;
  for (uint32_t i = 0; i < saving->view->ndim; i++)
    start[i] = chunk.start[i];
  /* Deflate is the last filter; a chunk that has been left out of it says so by that filter's bit. */
  uint32_t left_out = saving->style->deflate == 0 || !chunk.stored ? 0 : saving->style->shuffle ? 2 : 1;
  if (H5Dwrite_chunk(saving->dataset, H5P_DEFAULT, left_out, start, chunk.nbytes, chunk.data) < 0)
    return failed(saving, "a chunk of it cannot be written");
  return advance(saving, nbytes);
}

static void put_chunk(const struct saving_array *saving, const struct h5slab *slab) {
  const cshm_array_view *view = saving->view;
  struct h5gather gather = {.ndim = view->ndim, .itemsize = (size_t)view->itemsize};
  gather.data = (const unsigned char *)view->data;
  gather.strides = view->strides;
  memcpy(gather.start, slab->start, view->ndim * sizeof *slab->start);
  memcpy(gather.count, slab->count, view->ndim * sizeof *slab->count);
  for (uint32_t i = 0; i < view->ndim; i++)
    gather.lengths[i] = saving->chunk[i];
  cshm__h5_deflate_put(saving->style->workers, &gather);
}

/* Chunks differ in size where they stick out of the array: what is told of the progress is their share of it. */
static cshm_status write_chunks(const struct saving_array *saving, uint64_t chunk_nbytes) {
  struct h5deflate *workers = saving->style->workers;
  const cshm_array_view *view = saving->view;
  uint64_t lengths[H5SLAB_MAX_NDIM], left = view->nbytes;
  struct h5slab slab;
  cshm_status status = CSHM_OK;
  bool more = true;
  for (uint32_t i = 0; i < view->ndim; i++)
    lengths[i] = (uint64_t)view->shape[i];
  cshm__h5_slab_begin(&slab, view->ndim, lengths, saving->chunk, 1);
  for (uint64_t in_work = 0; status == CSHM_OK && (more || in_work > 0);) {
    while (more && cshm__h5_deflate_has_room(workers)) {
      put_chunk(saving, &slab);
      in_work++;
      more = cshm__h5_slab_next(&slab);
    }
    in_work--;
    uint64_t nbytes = (more || in_work > 0) && chunk_nbytes < left ? chunk_nbytes : left;
    left -= nbytes;
    status = take_chunk(saving, nbytes);
  }
  struct h5deflated unwanted;
  while (cshm__h5_deflate_take(workers, &unwanted)) {
  }
  return status;
}

static cshm_status write_chunked(const struct saving_array *saving) {
  uint64_t nbytes = saving->view->itemsize;
  for (uint32_t i = 0; i < saving->view->ndim; i++)
    nbytes *= saving->chunk[i];
  if (!cshm__h5_deflate_style(saving->style->workers, saving->style->deflate, saving->style->shuffle, (size_t)nbytes))
    return cshm__h5_reason_memory(saving->reason) ? CSHM_OK : CSHM_ERR_NO_MEMORY;
  return write_chunks(saving, nbytes);
}

/* ---- any array ------------------------------------------------------------------------------------- */

static cshm_status write_array(const struct saving_array *saving) {
  const cshm_array_view *view = saving->view;
  if (view->nbytes == 0) return CSHM_OK;
  if (saving->chunk[0] > 0) return write_chunked(saving);
  if (!saving->is_text) return write_contiguous(saving);
  if (!cshm__h5_saveattr_put_text(saving->dataset, false, saving->type, view->dtype, view->data, view->nbytes,
                                  saving->reason))
    return CSHM_ERR_HDF5;
  return advance(saving, view->nbytes);
}

cshm_status cshm__h5_savedata(const struct h5savetarget *target, const struct h5savestyle *style,
                              const cshm_array_view *view, hid_t *dataset, struct h5reason *reason, cshm_error *err) {
  struct saving_array saving = {.target = target, .style = style, .view = view, .reason = reason, .err = err};
  saving.dataset = H5I_INVALID_HID;
  saving.is_text = view->ndim == 0 && cshm__h5_saveattr_is_text(view->dtype, view->data, view->nbytes);
  saving.type = saving.is_text ? cshm__h5_savetype_string(true) : cshm__h5_savetype(view->dtype, reason);
  cshm_status status = saving.type >= 0 ? create(&saving) : CSHM_ERR_HDF5;
  if (status == CSHM_OK) status = write_array(&saving);
  if (saving.type >= 0) H5Tclose(saving.type);
  *dataset = saving.dataset;
  return status;
}
