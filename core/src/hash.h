/* SPDX-License-Identifier: MIT */
/* hash: XXH3-64, as docs/format.md promises it for checksums and paths. */
#ifndef CUTESHM_HASH_H
#define CUTESHM_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t cshm__hash_bytes(const void *data, uint64_t size);

/* The low half, for tables of paths. */
uint32_t cshm__hash_path(const char *path, size_t length);

#endif
