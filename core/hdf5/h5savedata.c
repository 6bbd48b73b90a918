/* SPDX-License-Identifier: MIT */
#include "h5savedata.h"

#include "h5savetext.h"
#include "h5savetype.h"
#include "h5slab.h"
#include "h5wide.h"

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
  hid_t space;
  bool is_text;                    /* one string, of any length in the file */
  struct h5pack pack;              /* of strings of one size */
  uint64_t chunk[H5SLAB_MAX_NDIM]; /* chunk[0] is 0 where there are none */
  struct h5reason *reason;
  cshm_error *err;
};

static cshm_status failed(const struct saving_array *saving, const char *what) {
  cshm__h5_reason_words(saving->reason, what);
  return CSHM_ERR_HDF5;
}

/* ---- type and space -------------------------------------------------------------------------------- */

static void close_type(struct saving_array *saving) {
  if (saving->type >= 0) H5Tclose(saving->type);
  if (saving->space >= 0) H5Sclose(saving->space);
  saving->type = saving->space = H5I_INVALID_HID;
}

/* As the marks say. False: they do not say what they should. */
static bool make_marked(struct saving_array *saving, struct h5savemarks *marks, uint32_t *taken) {
  const cshm_array_view *view = saving->view;
  cshm_attribute found;
  struct h5reason unused;
  uint32_t rank;
  saving->type = cshm__h5_savetype(view->dtype, marks, &unused);
  if (saving->type < 0) return false;
  bool is_null = view->ndim > 0 && view->shape[0] == 0 && cshm__h5_savemark_find(marks, H5MARK_NULL, &found);
  saving->space = is_null ? cshm__h5_savetype_null(view->ndim, view->shape, &saving->type, &unused)
                          : cshm__h5_savetype_space(view->ndim, view->shape, &saving->type, &rank, &unused);
  if (saving->space >= 0 && cshm__h5_savemark_same(marks, saving->type, saving->space, taken) && *taken > 0)
    return true;
  close_type(saving);
  return false;
}

/* Strings of one size in UTF-8. False: they are not such. */
static bool make_packed(struct saving_array *saving) {
  const cshm_array_view *view = saving->view;
  const char *dtype = view->dtype;
  if (!saving->target->may_pack || dtype[0] == '[' || dtype[1] != 'U' || view->ndim > H5S_MAX_RANK) return false;
  size_t size = cshm__h5_savetext_packed(dtype, view->data, view->nbytes);
  if (size == 0 || size > view->itemsize || view->itemsize > H5WIDE_MAX) return false;
  saving->type = cshm__h5_savetype_utf8(size);
  saving->pack = (struct h5pack){(size_t)view->itemsize, size, dtype[0] == '>'};
  return true;
}

static bool make_type(struct saving_array *saving, struct h5savemarks *marks, uint32_t *taken) {
  const cshm_array_view *view = saving->view;
  uint32_t rank;
  for (int i = 0; marks && i < H5SAVEMARK_TRIES; i++) {
    *taken = 0;
    if (make_marked(saving, marks, taken)) return true;
    if (marks->no_memory) return cshm__h5_reason_memory(saving->reason);
  }
  *taken = 0;
  saving->is_text = view->ndim == 0 && cshm__h5_savetext_is_exact(view->dtype, view->data, view->nbytes);
  if (saving->is_text)
    saving->type = cshm__h5_savetype_string(true);
  else if (!make_packed(saving))
    saving->type = cshm__h5_savetype(view->dtype, NULL, saving->reason);
  if (saving->type < 0 && (saving->is_text || saving->pack.from > 0))
    cshm__h5_reason_words(saving->reason, "HDF5 has no such type");
  if (saving->type >= 0)
    saving->space = cshm__h5_savetype_space(view->ndim, view->shape, &saving->type, &rank, saving->reason);
  return saving->space >= 0;
}

/* ---- the dataset ----------------------------------------------------------------------------------- */

static uint64_t size_in_file(const struct saving_array *saving) {
  return saving->pack.from > 0 ? saving->pack.to : saving->view->itemsize;
}

/* Chunks are runs of the array in C order, so whole in all but the first dimensions. */
static void choose_chunk(struct saving_array *saving) {
  const struct h5savestyle *style = saving->style;
  const cshm_array_view *view = saving->view;
  uint64_t room = style->chunk ? style->chunk : H5SAVE_CHUNK, size = size_in_file(saving);
  if ((style->chunk == 0 && style->deflate == 0) || view->nbytes / view->itemsize * size < H5SAVE_MIN_CHUNKED) return;
  if (view->ndim == 0 || view->ndim > H5S_MAX_RANK) return;
  room = room / size;
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

/* What strings in UTF-8 are in the project. */
static cshm_status put_dtype(const struct saving_array *saving) {
  hid_t type = cshm__h5_savetype_bytes(strlen(saving->view->dtype)), space = H5Screate(H5S_SCALAR);
  hid_t id = type < 0 || space < 0 ? H5I_INVALID_HID
                                   : H5Acreate2(saving->dataset, H5WIDE_DTYPE, type, space, H5P_DEFAULT, H5P_DEFAULT);
  bool good = id >= 0 && H5Awrite(id, type, saving->view->dtype) >= 0;
  cshm_status status = good ? CSHM_OK : failed(saving, "its dtype cannot be written");
  if (id >= 0) H5Aclose(id);
  if (type >= 0) H5Tclose(type);
  if (space >= 0) H5Sclose(space);
  return status;
}

static cshm_status create(struct saving_array *saving) {
  choose_chunk(saving);
  hid_t creation = H5Pcopy(saving->target->creation);
  if (creation >= 0 && set_layout(saving, creation))
    saving->dataset = H5Dcreate2(saving->target->group, saving->target->name, saving->type, saving->space,
                                 saving->target->link, creation, H5P_DEFAULT);
  cshm_status status = saving->dataset >= 0 ? CSHM_OK : failed(saving, "it cannot be made");
  if (creation >= 0) H5Pclose(creation);
  return status == CSHM_OK && saving->pack.from > 0 ? put_dtype(saving) : status;
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
    if (saving->pack.from > 0) cshm__h5_savetext_pack(&saving->pack, buffer, (size_t)slab.run_elements);
    cshm__h5_savefile_write(saving->target->file, address, buffer, slab.run_elements * size_in_file(saving));
    address += slab.run_elements * size_in_file(saving);
    status = advance(saving, nbytes);
  } while (status == CSHM_OK && cshm__h5_slab_next(&slab));
  return status;
}

/* Fortran's order becomes C's, and strings are packed. */
static cshm_status write_made(const struct saving_array *saving, uint64_t address) {
  struct h5gather gather;
  int64_t strides[H5SLAB_MAX_NDIM];
  uint64_t lengths[H5SLAB_MAX_NDIM], budget = PIECE / saving->view->itemsize;
  if (!squeeze(saving->view, &gather, strides, lengths)) {
    cshm__h5_reason(saving->reason, "it has to be turned, and has more than %d dimensions that are longer than 1",
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
  bool made = saving->pack.from > 0 || (saving->view->order == CSHM_ORDER_FORTRAN && saving->view->ndim > 1);
  return made ? write_made(saving, address) : write_as_it_is(saving, address);
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
  if (!cshm__h5_deflate_style(saving->style->workers, saving->style->deflate, saving->style->shuffle, (size_t)nbytes,
                              &saving->pack))
    return cshm__h5_reason_memory(saving->reason) ? CSHM_OK : CSHM_ERR_NO_MEMORY;
  return write_chunks(saving, nbytes);
}

/* ---- one string ------------------------------------------------------------------------------------ */

static cshm_status write_text(const struct saving_array *saving) {
  const cshm_array_view *view = saving->view;
  char **string = cshm__h5_savetext_strings(view->dtype, view->data, view->nbytes);
  if (!string) return cshm__h5_reason_memory(saving->reason) ? CSHM_OK : CSHM_ERR_NO_MEMORY;
  herr_t result = H5Dwrite(saving->dataset, saving->type, H5S_ALL, H5S_ALL, H5P_DEFAULT, (const void *)string);
  cshm_status status = result < 0 ? failed(saving, "it cannot be written") : advance(saving, view->nbytes);
  free((void *)string);
  return status;
}

/* ---- any array ------------------------------------------------------------------------------------- */

static cshm_status write_array(const struct saving_array *saving) {
  const cshm_array_view *view = saving->view;
  if (view->nbytes == 0) return CSHM_OK;
  if (saving->chunk[0] > 0) return write_chunked(saving);
  return saving->is_text ? write_text(saving) : write_contiguous(saving);
}

cshm_status cshm__h5_savedata(const struct h5savetarget *target, const struct h5savestyle *style,
                              const cshm_array_view *view, struct h5savemarks *marks, uint32_t *taken, hid_t *dataset,
                              struct h5reason *reason, cshm_error *err) {
  struct saving_array saving = {.target = target, .style = style, .view = view, .reason = reason, .err = err};
  saving.dataset = saving.type = saving.space = H5I_INVALID_HID;
  cshm_status status = make_type(&saving, marks, taken) ? create(&saving) : CSHM_ERR_HDF5;
  if (status == CSHM_OK) status = write_array(&saving);
  close_type(&saving);
  *dataset = saving.dataset;
  return status;
}
