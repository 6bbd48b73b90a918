/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include "error.h"

#include <stdlib.h>
#include <string.h>

static cshm_status grow(struct pool *pool, size_t needed, cshm_error *err) {
  size_t capacity = pool->capacity ? pool->capacity : 256;
  while (capacity < needed)
    capacity *= 2;
  unsigned char *data = realloc(pool->data, capacity);
  if (!data) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for %zu bytes of index", capacity);
  pool->data = data;
  pool->capacity = capacity;
  return CSHM_OK;
}

cshm_status cshm__pool_add(struct pool *pool, const void *data, size_t length, size_t align, uint32_t *offset,
                           cshm_error *err) {
  size_t start = (pool->size + align - 1) & ~(align - 1);
  if (length > UINT32_MAX || start > UINT32_MAX - length)
    return cshm__fail(err, CSHM_ERR_LIMIT, 0,
                      "index too large: names, shapes and attributes are limited to 4 GiB each");
  if (start + length > pool->capacity || !pool->data) {
    cshm_status status = grow(pool, start + length, err);
    if (status) return status;
  }
  memset(pool->data + pool->size, 0, start - pool->size);
  if (data)
    memcpy(pool->data + start, data, length);
  else
    memset(pool->data + start, 0, length);
  pool->size = start + length;
  *offset = (uint32_t)start;
  return CSHM_OK;
}

void cshm__pool_free(struct pool *pool) {
  free(pool->data);
  *pool = (struct pool){NULL, 0, 0};
}
