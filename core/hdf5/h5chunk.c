/* SPDX-License-Identifier: MIT */
#include "h5chunk.h"

#include "h5copy.h"
#include "h5lzf.h"
#include "h5place.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs shorter than this cost more than putting chunks side by side does. */
#define SHORT_RUN 4096
/* Rows of a chunk that are longer are copied as fast as they are read; to put shorter ones into place takes longer. */
#define LONG_ROW 512
#define SMALL_BOX ((uint64_t)256 << 10)
#define LARGE_BOX ((uint64_t)8 << 20)
/* What a chunk may have in the file beyond its bytes in memory: filters that made it longer have not been applied. */
#define MAX_EXCESS(nbytes) ((nbytes) / 8 + 4096)

struct chunking {
  struct h5hands *hands;
  struct h5crew *crew;
  const struct h5chunked *from;
  struct h5pipeline pipeline;
  bool plain_edges; /* chunks at the far edges have no filters */
  size_t size;      /* bytes of an element */
  size_t nbytes;    /* of a chunk */
  uint64_t chunk[H5SLAB_MAX_NDIM];
  unsigned char *fill; /* the value of elements that were never written, or NULL: zero */
  struct h5slab slab;
  struct h5reason *reason;
  cshm_error *err;
};

/* A chunk as it is in the file. */
struct piece {
  size_t offset; /* in the job's raw bytes */
  size_t size;   /* 0: there is none */
  uint32_t mask;
};

/* The chunks of a box. */
struct box_job {
  struct h5job job;
  const struct chunking *chunking;
  struct h5slab slab;
  unsigned char *raw;
  size_t used, capacity;
  struct piece *pieces;
  uint64_t count, piece_capacity;
};

/* ---- what the dataset is --------------------------------------------------------------------------- */

static bool take_filter(hid_t plist, unsigned number, struct h5pipeline *pipeline) {
  unsigned flags, config, values[1] = {0};
  size_t count = 1;
  char name[1] = "";
  switch (H5Pget_filter2(plist, number, &flags, &count, values, sizeof name, name, &config)) {
  case H5Z_FILTER_DEFLATE:
    pipeline->kinds[number] = H5FILTER_DEFLATE;
    return true;
  case H5LZF_FILTER:
    pipeline->kinds[number] = H5FILTER_LZF;
    return true;
  case H5Z_FILTER_FLETCHER32:
    pipeline->kinds[number] = H5FILTER_FLETCHER32;
    return true;
  case H5Z_FILTER_SHUFFLE:
    if (pipeline->element != 0 || count == 0) return false;
    pipeline->kinds[number] = H5FILTER_SHUFFLE;
    pipeline->element = values[0];
    return true;
  default:
    return false;
  }
}

static bool take_pipeline(hid_t plist, struct h5pipeline *pipeline) {
  int count = H5Pget_nfilters(plist);
  memset(pipeline, 0, sizeof *pipeline);
  if (count < 0 || count > H5PIPELINE_MAX) return false;
  pipeline->count = (uint32_t)count;
  for (unsigned i = 0; i < pipeline->count; i++)
    if (!take_filter(plist, i, pipeline)) return false;
  return cshm__h5_unfold_knows(pipeline);
}

bool cshm__h5_chunk_suits(const struct h5chunked *chunked) {
  struct h5pipeline pipeline;
  return chunked->node->chunk_nbytes > 0 && cshm__h5_copy_is_same(chunked->file_type, chunked->memory) &&
         take_pipeline(chunked->plist, &pipeline);
}

/* Reads the fill value where HDF5 would give it for what was never written, and it is not zero. */
static bool take_fill(struct chunking *chunking) {
  hid_t plist = chunking->from->plist;
  H5D_fill_value_t defined;
  H5D_fill_time_t when;
  if (H5Pfill_value_defined(plist, &defined) < 0 || H5Pget_fill_time(plist, &when) < 0) return false;
  if (defined != H5D_FILL_VALUE_USER_DEFINED || when == H5D_FILL_TIME_NEVER) return true;
  chunking->fill = (unsigned char *)calloc(1, chunking->size);
  if (!chunking->fill) return cshm__h5_reason_memory(chunking->reason);
  if (H5Pget_fill_value(plist, chunking->from->memory, chunking->fill) < 0) return false;
  bool zero = true;
  for (size_t i = 0; i < chunking->size; i++)
    zero = zero && chunking->fill[i] == 0;
  if (zero) {
    free(chunking->fill);
    chunking->fill = NULL;
  }
  return true;
}

static bool take_layout(struct chunking *chunking, uint64_t *lengths, int *ndim) {
  hsize_t dims[H5S_MAX_RANK], chunk[H5S_MAX_RANK];
  unsigned options = 0;
  hid_t plist = chunking->from->plist;
  *ndim = H5Sget_simple_extent_dims(chunking->from->space, dims, NULL);
  if (*ndim < 1 || H5Pget_chunk(plist, *ndim, chunk) != *ndim || H5Pget_chunk_opts(plist, &options) < 0) return false;
  for (int i = 0; i < *ndim; i++) {
    lengths[i] = dims[i];
    chunking->chunk[i] = chunk[i];
  }
  chunking->plain_edges = (options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) != 0;
  chunking->size = H5Tget_size(chunking->from->memory);
  chunking->nbytes = (size_t)chunking->from->node->chunk_nbytes;
  return true;
}

/* A box is one chunk where that has long runs, else several side by side. */
static void cut(struct chunking *chunking, int ndim, const uint64_t *lengths) {
  struct h5slab *slab = &chunking->slab;
  uint64_t share = H5HANDS_MEMORY / (3 * (uint64_t)chunking->hands->threads);
  uint64_t small = share < SMALL_BOX ? share : SMALL_BOX, large = share < LARGE_BOX ? share : LARGE_BOX;
  cshm__h5_slab_begin(slab, (uint32_t)ndim, lengths, chunking->chunk, small / chunking->size);
  if (slab->run_count > 1 && slab->run_elements * chunking->size < SHORT_RUN)
    cshm__h5_slab_begin(slab, (uint32_t)ndim, lengths, chunking->chunk, large / chunking->size);
}

static bool measure(struct chunking *chunking) {
  uint64_t lengths[H5SLAB_MAX_NDIM];
  int ndim;
  if (!take_layout(chunking, lengths, &ndim) || !take_pipeline(chunking->from->plist, &chunking->pipeline) ||
      !take_fill(chunking)) {
    if (chunking->reason->text[0] == '\0') cshm__h5_reason_words(chunking->reason, "its layout cannot be read");
    return false;
  }
  cut(chunking, ndim, lengths);
  return true;
}

/* ---- reading, by the one who hands out ------------------------------------------------------------- */

/* Puts "its chunk at [3, 0] is damaged: " before a reason. */
static void blame(const struct chunking *chunking, const uint64_t *start, struct h5reason *reason) {
  char place[200] = "";
  size_t length = 0;
  for (uint32_t i = 0; i < chunking->slab.ndim && length < sizeof place - 24; i++)
    length += (size_t)snprintf(place + length, sizeof place - length, "%s%" PRIu64, i ? ", " : "", start[i]);
  if (!cshm__h5_reason_is_memory(reason->text)) cshm__h5_reason_in(reason, "its chunk at [%s] is damaged: ", place);
}

static bool make_pieces(struct box_job *job) {
  job->used = 0;
  job->count = cshm__h5_place_count(&job->slab, job->chunking->chunk);
  if (job->count <= job->piece_capacity) return true;
  free(job->pieces);
  job->pieces = (struct piece *)calloc((size_t)job->count, sizeof *job->pieces);
  job->piece_capacity = job->pieces ? job->count : 0;
  return job->pieces != NULL;
}

static bool make_raw(struct box_job *job, size_t more) {
  size_t wanted = job->used + more;
  if (wanted <= job->capacity) return true;
  unsigned char *raw = (unsigned char *)realloc(job->raw, wanted);
  if (!raw) return false;
  job->raw = raw;
  job->capacity = wanted;
  return true;
}

static bool is_cut_off(const struct h5slab *slab, const uint64_t *chunk, const uint64_t *start) {
  for (uint32_t i = 0; i < slab->ndim; i++)
    if (slab->lengths[i] - start[i] < chunk[i]) return true;
  return false;
}

/* After HDF5 has failed: whether that is because the chunk was never written. Its words say so at once, where asking for the
 * address goes through all chunks. */
static bool is_missing(hid_t dataset, const hsize_t *at) {
  char words[128];
  unsigned mask;
  haddr_t address = 0;
  hsize_t size;
  cshm__h5_words(words, sizeof words);
  return strstr(words, "not allocated") ||
         (H5Dget_chunk_info_by_coord(dataset, at, &mask, &address, &size) >= 0 && address == HADDR_UNDEF);
}

/* The bytes of a chunk in the file, or 0: it was never written. */
static bool find_piece(const struct chunking *chunking, const hsize_t *at, hsize_t *size, struct h5reason *reason) {
  hid_t dataset = chunking->from->dataset;
  if (H5Dget_chunk_storage_size(dataset, at, size) < 0) {
    cshm__h5_reason_words(reason, "it cannot be read");
    if (!is_missing(dataset, at)) return false;
    reason->text[0] = '\0';
    *size = 0;
  }
  if (*size <= chunking->nbytes + MAX_EXCESS(chunking->nbytes)) return true;
  cshm__h5_reason(reason, "it is damaged: a chunk of %zu bytes has %" PRIu64 " in the file", chunking->nbytes,
                  (uint64_t)*size);
  return false;
}

/* Reads one chunk as it is in the file. */
static bool read_piece(struct box_job *job, const uint64_t *start, struct piece *piece, struct h5reason *reason) {
  const struct chunking *chunking = job->chunking;
  hsize_t at[H5S_MAX_RANK], size = 0;
  for (uint32_t i = 0; i < job->slab.ndim; i++)
    at[i] = start[i];
  if (!find_piece(chunking, at, &size, reason)) return false;
  *piece = (struct piece){job->used, (size_t)size, 0};
  if (size == 0) return true;
  if (!make_raw(job, piece->size)) return cshm__h5_reason_memory(reason);
  if (H5Dread_chunk(chunking->from->dataset, H5P_DEFAULT, at, &piece->mask, job->raw + job->used) < 0) {
    cshm__h5_reason_words(reason, "it cannot be read");
    return false;
  }
  if (chunking->plain_edges && is_cut_off(&job->slab, chunking->chunk, start)) piece->mask = UINT32_MAX;
  job->used += piece->size;
  return true;
}

/* Reads the chunks of the box. False: see the reason. */
static bool read_box(struct box_job *job, struct h5reason *reason) {
  if (!make_pieces(job)) return cshm__h5_reason_memory(reason);
  for (uint64_t i = 0; i < job->count; i++) {
    uint64_t start[H5SLAB_MAX_NDIM];
    cshm__h5_place_start(&job->slab, job->chunking->chunk, i, start);
    if (!read_piece(job, start, &job->pieces[i], reason)) return false;
  }
  return true;
}

/* ---- unfolding, by any thread ---------------------------------------------------------------------- */

static uint64_t box_elements(const struct h5slab *slab) { return slab->run_count * slab->run_elements; }

static bool unfold_piece(const struct box_job *job, uint64_t number, struct h5worker *worker, unsigned char *box,
                         const unsigned char **data, struct h5reason *reason) {
  const struct chunking *chunking = job->chunking;
  const struct piece *piece = &job->pieces[number];
  uint64_t start[H5SLAB_MAX_NDIM];
  cshm__h5_place_start(&job->slab, chunking->chunk, number, start);
  if (piece->size == 0) {
    cshm__h5_place_fill(&job->slab, chunking->chunk, start, chunking->size, chunking->fill, box);
    return true;
  }
  if (!cshm__h5_unfold(&worker->unfold, &chunking->pipeline, piece->mask, job->raw + piece->offset, piece->size,
                       chunking->nbytes, data, reason)) {
    blame(chunking, start, reason);
    return false;
  }
  if (box) cshm__h5_place(&job->slab, chunking->chunk, start, chunking->size, *data, box);
  return true;
}

/* What the box holds; NULL: see the reason. */
static const unsigned char *unfold_box(const struct box_job *job, struct h5worker *worker, struct h5reason *reason) {
  const struct chunking *chunking = job->chunking;
  const unsigned char *data = NULL;
  unsigned char *box = NULL;
  if (job->pieces[0].size == 0 || !cshm__h5_place_is_box(&job->slab, chunking->chunk)) {
    box = cshm__h5_worker_buffer(worker, (size_t)box_elements(&job->slab) * chunking->size);
    if (!box) cshm__h5_reason_memory(reason);
    if (!box) return NULL;
  }
  for (uint64_t i = 0; i < job->count; i++)
    if (!unfold_piece(job, i, worker, box, &data, reason)) return NULL;
  return box ? box : data;
}

static void fill_box(struct h5job *given, struct h5worker *worker, struct h5outcome *outcome) {
  const struct box_job *job = (const struct box_job *)given;
  const struct h5node *node = job->chunking->from->node;
  const unsigned char *data = unfold_box(job, worker, &outcome->reason);
  if (!data && cshm__h5_reason_is_memory(outcome->reason.text))
    outcome->status = cshm__fail(&outcome->err, CSHM_ERR_NO_MEMORY, 0, "out of memory: reading %s", node->path);
  if (!data) return;
  uint64_t nbytes = job->slab.run_elements * job->chunking->size;
  for (uint64_t run = 0; run < job->slab.run_count && outcome->status == CSHM_OK; run++)
    outcome->status = cshm_builder_write(job->chunking->hands->builder, node->array,
                                         cshm__h5_slab_run(&job->slab, run) * job->chunking->size, data + run * nbytes,
                                         nbytes, &outcome->err);
}

/* ---- all of them ----------------------------------------------------------------------------------- */

/* Reads the box that the slab is at, and hands it out. What was never written is zero already. */
static cshm_status post_box(struct chunking *chunking, struct box_job *job) {
  bool empty = chunking->fill == NULL;
  job->chunking = chunking;
  job->slab = chunking->slab;
  job->job.work = fill_box;
  job->job.nbytes = box_elements(&job->slab) * chunking->size;
  if (!read_box(job, chunking->reason)) {
    cshm__h5_crew_add(chunking->crew, &job->job);
    if (!cshm__h5_reason_is_memory(chunking->reason->text)) return CSHM_OK;
    return cshm__fail(chunking->err, CSHM_ERR_NO_MEMORY, 0, "out of memory: reading %s", chunking->from->node->path);
  }
  for (uint64_t i = 0; empty && i < job->count; i++)
    empty = job->pieces[i].size == 0;
  if (!empty) {
    cshm__h5_crew_post(chunking->crew, &job->job);
    return CSHM_OK;
  }
  cshm__h5_crew_add(chunking->crew, &job->job);
  return cshm__h5_progress_add(chunking->hands->progress, job->job.nbytes, chunking->err);
}

static cshm_status post_boxes(struct chunking *chunking) {
  do {
    struct h5job *job;
    cshm_status status = cshm__h5_hands_free(chunking->hands, chunking->crew, &job, chunking->err);
    if (!job) return status;
    status = post_box(chunking, (struct box_job *)job);
    if (status || chunking->reason->text[0] != '\0') return status;
  } while (cshm__h5_slab_next(&chunking->slab));
  return CSHM_OK;
}

/* What is only copied is copied fastest by the one who has read it: it is in the cache there, and writers to one segment wait
 * for each other. */
static struct h5crew *choose_crew(const struct chunking *chunking) {
  uint64_t box = chunking->slab.box_elements * chunking->size;
  uint64_t row = chunking->chunk[chunking->slab.ndim - 1] * chunking->size;
  if (chunking->pipeline.count == 0 && row >= LONG_ROW) return &chunking->hands->alone;
  return cshm__h5_hands_crew(chunking->hands, chunking->from->node->value.nbytes,
                             box > chunking->nbytes ? box : chunking->nbytes);
}

static cshm_status fill_chunks(struct chunking *chunking) {
  chunking->crew = choose_crew(chunking);
  size_t count = chunking->crew ? cshm__h5_hands_jobs(chunking->crew) : 0;
  struct box_job *jobs = count > 0 ? (struct box_job *)calloc(count, sizeof *jobs) : NULL;
  if (!jobs)
    return cshm__fail(chunking->err, CSHM_ERR_NO_MEMORY, 0, "out of memory: reading %s", chunking->from->node->path);
  for (size_t i = 0; i < count; i++)
    cshm__h5_crew_add(chunking->crew, &jobs[i].job);
  cshm_status status = post_boxes(chunking);
  status = cshm__h5_hands_finish(chunking->hands, chunking->crew, status, chunking->reason, chunking->err);
  for (size_t i = 0; i < count; i++) {
    free(jobs[i].raw);
    free(jobs[i].pieces);
  }
  free(jobs);
  return status;
}

cshm_status cshm__h5_chunks(struct h5hands *hands, const struct h5chunked *chunked, struct h5reason *reason,
                            cshm_error *err) {
  struct chunking *chunking = (struct chunking *)calloc(1, sizeof *chunking);
  if (!chunking) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "out of memory: reading %s", chunked->node->path);
  chunking->hands = hands;
  chunking->from = chunked;
  chunking->reason = reason;
  chunking->err = err;
  cshm_status status = measure(chunking) ? fill_chunks(chunking) : CSHM_OK;
  if (status == CSHM_OK && cshm__h5_reason_is_memory(reason->text))
    status = cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "out of memory: reading %s", chunked->node->path);
  free(chunking->fill);
  free(chunking);
  return status;
}
