/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* pread */

#include "h5copy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Small enough to stay in the cache between reading and writing, large enough that calls cost nothing. */
#define PIECE ((size_t)256 << 10)
#define PIECES_OF_A_JOB 8

/* ---- whether ---------------------------------------------------------------------------------------- */

bool cshm__h5_copy_is_same(hid_t file_type, hid_t memory) {
  if (H5Tequal(file_type, memory) > 0) return true;
  if (H5Tget_class(file_type) != H5T_ENUM) return false;
  hid_t base = H5Tget_super(file_type);
  bool same = base >= 0 && H5Tequal(base, memory) > 0;
  if (base >= 0) H5Tclose(base);
  return same;
}

const struct h5extent *cshm__h5_copy_find(struct h5plan *plan, const struct h5raw *raw, hid_t dataset, hid_t plist,
                                          hid_t file_type, hid_t memory, uint64_t nbytes) {
  if (nbytes == 0 || H5Pget_layout(plist) != H5D_CONTIGUOUS || !cshm__h5_copy_is_same(file_type, memory)) return NULL;
  haddr_t offset = H5Dget_offset(dataset); /* of the file, a user block included */
  if (offset == HADDR_UNDEF || H5Dget_storage_size(dataset) != nbytes) return NULL;
  if (offset > raw->heap.file_size || nbytes > raw->heap.file_size - offset) return NULL;
  struct h5extent *extent = (struct h5extent *)cshm__h5_plan_alloc(plan, sizeof *extent);
  if (extent) *extent = (struct h5extent){raw->heap.fd, (uint64_t)offset};
  return extent;
}

/* ---- how -------------------------------------------------------------------------------------------- */

struct copy_job {
  struct h5job job;
  cshm_builder builder;
  const struct h5node *node;
  uint64_t from; /* bytes of the dataset */
  uint64_t nbytes;
};

static bool read_piece(const struct h5extent *extent, uint64_t at, unsigned char *buffer, size_t size,
                       struct h5reason *reason) {
  while (size > 0) {
    ssize_t got = pread(extent->fd, buffer, size, (off_t)(extent->offset + at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      cshm__h5_reason(reason, "it cannot be read (%s)", got < 0 ? strerror(errno) : "the file has become shorter");
      return false;
    }
    buffer += got;
    at += (uint64_t)got;
    size -= (size_t)got;
  }
  return true;
}

static void copy(struct h5job *job, struct h5worker *worker, struct h5outcome *outcome) {
  const struct copy_job *task = (const struct copy_job *)job;
  unsigned char *buffer = cshm__h5_worker_buffer(worker, task->nbytes < PIECE ? (size_t)task->nbytes : PIECE);
  if (!buffer) {
    outcome->status = cshm__fail(&outcome->err, CSHM_ERR_NO_MEMORY, 0, "out of memory: reading %s", task->node->path);
    return;
  }
  for (uint64_t done = 0; done < task->nbytes;) {
    uint64_t left = task->nbytes - done, at = task->from + done;
    size_t size = left < PIECE ? (size_t)left : PIECE;
    if (!read_piece(task->node->extent, at, buffer, size, &outcome->reason)) return;
    outcome->status = cshm_builder_write(task->builder, task->node->array, at, buffer, size, &outcome->err);
    if (outcome->status) return;
    done += size;
  }
}

static cshm_status copy_parts(struct h5hands *hands, struct h5crew *crew, const struct h5node *node,
                              struct copy_job *jobs, struct h5reason *reason, cshm_error *err) {
  cshm_status status = CSHM_OK;
  uint64_t step = crew->thread_count > 0 ? PIECE * PIECES_OF_A_JOB : PIECE;
  for (size_t i = 0; i < cshm__h5_hands_jobs(crew); i++)
    cshm__h5_crew_add(crew, &jobs[i].job);
  for (uint64_t at = 0; at < node->value.nbytes; at += step) {
    struct h5job *free_job;
    status = cshm__h5_hands_free(hands, crew, &free_job, err);
    if (!free_job) break;
    uint64_t left = node->value.nbytes - at, nbytes = left < step ? left : step;
    struct copy_job *job = (struct copy_job *)free_job;
    *job = (struct copy_job){{.work = copy, .nbytes = nbytes}, hands->builder, node, at, nbytes};
    cshm__h5_crew_post(crew, free_job);
  }
  return cshm__h5_hands_finish(hands, crew, status, reason, err);
}

cshm_status cshm__h5_copy(struct h5hands *hands, const struct h5node *node, struct h5reason *reason, cshm_error *err) {
  struct h5crew *crew = cshm__h5_hands_crew(hands, node->value.nbytes, PIECE);
  struct copy_job *jobs = crew ? (struct copy_job *)calloc(cshm__h5_hands_jobs(crew), sizeof *jobs) : NULL;
  if (!jobs) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "out of memory: reading %s", node->path);
  cshm_status status = copy_parts(hands, crew, node, jobs, reason, err);
  free(jobs);
  return status;
}
