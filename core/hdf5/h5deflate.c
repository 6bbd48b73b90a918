/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* pthread, sysconf */

#include "h5deflate.h"

#include <libdeflate.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_THREADS 64
#define SLOTS_PER_THREAD 2

/* A chunk on its way. The one it is gathered into and the one it is deflated into change places when it is shuffled. */
struct slot {
  struct h5gather chunk;
  unsigned char *buffers[2];
  const unsigned char *data; /* what came out */
  size_t nbytes;
  bool stored;
  bool no_memory;
  bool done;
};

/* What a thread keeps. */
struct packer {
  struct libdeflate_compressor *compressor; /* of this level; NULL for 0, or where there was no memory for it */
  int level;
};

struct h5deflate {
  pthread_mutex_t lock;
  pthread_cond_t work; /* there is some, or the end has come */
  pthread_cond_t done;
  pthread_t threads[MAX_THREADS];
  uint32_t thread_count;
  uint32_t slot_count;
  struct slot *slots; /* chunk i is in slot i % slot_count */
  uint64_t put;       /* chunks so far */
  uint64_t begun;
  uint64_t taken;
  bool ending;
  struct packer own; /* where there are no threads */
  bool shuffle;
  int level;
  struct h5pack pack;
  size_t nbytes;   /* of a chunk */
  size_t capacity; /* of a buffer */
};

/* ---- one chunk ------------------------------------------------------------------------------------- */

/* HDF5's shuffle: first byte of all elements, then the second ... What is left of the last element is copied. */
static void shuffle_bytes(const unsigned char *in, unsigned char *out, size_t nbytes, size_t itemsize) {
  size_t count = nbytes / itemsize;
  for (size_t byte = 0; byte < itemsize; byte++)
    for (size_t i = 0; i < count; i++)
      *out++ = in[i * itemsize + byte];
}

/* A compressor is kept for as long as its level is wanted. */
static void renew(struct packer *packer, int level) {
  if (packer->level == level && (packer->compressor || level == 0)) return;
  libdeflate_free_compressor(packer->compressor);
  packer->compressor = level > 0 ? libdeflate_alloc_compressor(level) : NULL;
  packer->level = level;
}

static void make(const struct h5deflate *workers, struct slot *slot, struct packer *packer) {
  unsigned char *in = slot->buffers[0], *out = slot->buffers[1];
  size_t raw = workers->nbytes, itemsize = slot->chunk.itemsize, nbytes = 0;
  cshm__h5_gather(&slot->chunk, in);
  if (workers->pack.from > 0) {
    cshm__h5_savetext_pack(&workers->pack, in, raw / itemsize);
    raw = raw / itemsize * workers->pack.to;
    itemsize = workers->pack.to;
  }
  if (workers->shuffle && itemsize > 1) {
    shuffle_bytes(in, out, raw, itemsize);
    in = slot->buffers[1];
    out = slot->buffers[0];
  }
  renew(packer, workers->level);
  slot->no_memory = workers->level > 0 && !packer->compressor;
  if (packer->compressor) nbytes = libdeflate_zlib_compress(packer->compressor, in, raw, out, raw - 1);
  slot->stored = nbytes == 0;
  slot->data = slot->stored ? in : out;
  slot->nbytes = slot->stored ? raw : nbytes;
}

/* ---- threads --------------------------------------------------------------------------------------- */

static void *run(void *user) {
  struct h5deflate *workers = (struct h5deflate *)user;
  struct packer packer = {NULL, 0};
  pthread_mutex_lock(&workers->lock);
  for (;;) {
    while (!workers->ending && workers->begun == workers->put)
      pthread_cond_wait(&workers->work, &workers->lock);
    if (workers->ending) break;
    struct slot *slot = &workers->slots[workers->begun++ % workers->slot_count];
    pthread_mutex_unlock(&workers->lock);
    make(workers, slot, &packer);
    pthread_mutex_lock(&workers->lock);
    slot->done = true;
    pthread_cond_signal(&workers->done);
  }
  pthread_mutex_unlock(&workers->lock);
  libdeflate_free_compressor(packer.compressor);
  return NULL;
}

static uint32_t count_cores(void) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  return cores > 0 ? (uint32_t)cores : 1;
}

cshm_status cshm__h5_deflate_begin(struct h5deflate **workers, uint32_t threads, cshm_error *err) {
  struct h5deflate *made = (struct h5deflate *)calloc(1, sizeof *made);
  uint32_t wanted = threads ? threads : count_cores();
  int failed = 0;
  if (wanted > MAX_THREADS) wanted = MAX_THREADS;
  if (made) made->slots = (struct slot *)calloc((size_t)wanted * SLOTS_PER_THREAD, sizeof *made->slots);
  if (!made || !made->slots) {
    free(made);
    return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "out of memory for %u threads", wanted);
  }
  pthread_mutex_init(&made->lock, NULL);
  pthread_cond_init(&made->work, NULL);
  pthread_cond_init(&made->done, NULL);
  while (wanted > 1 && made->thread_count < wanted && failed == 0) {
    failed = pthread_create(&made->threads[made->thread_count], NULL, run, made);
    made->thread_count += failed == 0;
  }
  made->slot_count = made->thread_count > 0 ? made->thread_count * SLOTS_PER_THREAD : 1;
  *workers = made;
  return CSHM_OK;
}

bool cshm__h5_deflate_style(struct h5deflate *workers, uint32_t level, bool shuffle, size_t nbytes,
                            const struct h5pack *pack) {
  workers->pack = *pack;
  workers->level = (int)level;
  workers->shuffle = shuffle;
  workers->nbytes = nbytes;
  if (nbytes <= workers->capacity) return true;
  workers->capacity = 0;
  for (uint32_t i = 0; i < 2 * workers->slot_count; i++) {
    unsigned char **buffer = &workers->slots[i / 2].buffers[i % 2];
    free(*buffer);
    *buffer = (unsigned char *)malloc(nbytes);
    if (!*buffer) return false;
  }
  workers->capacity = nbytes;
  return true;
}

bool cshm__h5_deflate_has_room(const struct h5deflate *workers) {
  return workers->put - workers->taken < workers->slot_count;
}

void cshm__h5_deflate_put(struct h5deflate *workers, const struct h5gather *chunk) {
  struct slot *slot = &workers->slots[workers->put % workers->slot_count];
  slot->chunk = *chunk;
  slot->done = workers->thread_count == 0;
  if (slot->done) make(workers, slot, &workers->own);
  pthread_mutex_lock(&workers->lock);
  workers->put++;
  pthread_cond_signal(&workers->work);
  pthread_mutex_unlock(&workers->lock);
}

bool cshm__h5_deflate_take(struct h5deflate *workers, struct h5deflated *chunk) {
  if (workers->taken == workers->put) return false;
  struct slot *slot = &workers->slots[workers->taken % workers->slot_count];
  pthread_mutex_lock(&workers->lock);
  while (!slot->done)
    pthread_cond_wait(&workers->done, &workers->lock);
  workers->taken++;
  pthread_mutex_unlock(&workers->lock);
  chunk->data = slot->data;
  chunk->nbytes = slot->nbytes;
  chunk->stored = slot->stored;
  chunk->no_memory = slot->no_memory;
  memcpy(chunk->start, slot->chunk.start, sizeof chunk->start);
  return true;
}

void cshm__h5_deflate_end(struct h5deflate *workers) {
  if (!workers) return;
  pthread_mutex_lock(&workers->lock);
  workers->ending = true;
  pthread_cond_broadcast(&workers->work);
  pthread_mutex_unlock(&workers->lock);
  for (uint32_t i = 0; i < workers->thread_count; i++)
    pthread_join(workers->threads[i], NULL);
  for (uint32_t i = 0; workers->slots && i < 2 * workers->slot_count; i++)
    free(workers->slots[i / 2].buffers[i % 2]);
  pthread_cond_destroy(&workers->done);
  pthread_cond_destroy(&workers->work);
  pthread_mutex_destroy(&workers->lock);
  libdeflate_free_compressor(workers->own.compressor);
  free(workers->slots);
  free(workers);
}
