/* SPDX-License-Identifier: MIT */
#define XXH_INLINE_ALL
#include "hash.h"

#include <xxhash.h>

uint64_t cshm__hash_bytes(const void *data, uint64_t size) { return XXH3_64bits(data, (size_t)size); }

uint32_t cshm__hash_path(const char *path, size_t length) { return (uint32_t)XXH3_64bits(path, length); }
