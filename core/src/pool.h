/* SPDX-License-Identifier: MIT */
/* pool: bytes that grow; what lies in it is named by its offset, since growing moves it. */
#ifndef CUTESHM_POOL_H
#define CUTESHM_POOL_H

#include <cuteshm/cuteshm.h>
#include <stddef.h>

struct pool {
  unsigned char *data;
  size_t size;
  size_t capacity;
};

/* Appends `length` bytes, or as many zeros when `data` is NULL, at the next multiple of `align` (a power of two); *offset
 * tells where. CSHM_ERR_NO_MEMORY, CSHM_ERR_LIMIT above 4 GiB - 1; the pool is then as it was. */
cshm_status cshm__pool_add(struct pool *pool, const void *data, size_t length, size_t align, uint32_t *offset,
                           cshm_error *err);

void cshm__pool_free(struct pool *pool);

#endif
