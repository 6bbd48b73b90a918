/* SPDX-License-Identifier: MIT */
#include "builder_fill.h"

#include "error.h"
#include "platform.h"

#include <stdlib.h>
#include <string.h>

#define PIECE (128u << 10)

/* As many of the element as a piece holds, at least one; ended by free(). */
static unsigned char *repeat(const unsigned char *element, uint32_t nbytes, uint64_t total, uint64_t *length) {
  uint64_t count = nbytes < PIECE ? PIECE / nbytes : 1;
  if (count > total / nbytes) count = total / nbytes;
  unsigned char *piece = count > 0 ? malloc((size_t)(count * nbytes)) : NULL;
  for (uint64_t i = 0; piece && i < count; i++)
    memcpy(piece + i * nbytes, element, nbytes);
  *length = count * nbytes;
  return piece;
}

static cshm_status fill_array(int segment, const struct format_array *array, const unsigned char *element,
                              uint32_t nbytes, cshm_error *err) {
  uint64_t length;
  if (array->nbytes == 0) return CSHM_OK;
  unsigned char *piece = repeat(element, nbytes, array->nbytes, &length);
  if (!piece) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for a fill value of %u bytes", nbytes);
  cshm_status status = CSHM_OK;
  for (uint64_t at = 0; at < array->nbytes && !status; at += length) {
    if (length > array->nbytes - at) length = array->nbytes - at;
    status = cshm__platform_segment_write(segment, array->offset + at, piece, length, err);
  }
  free(piece);
  return status;
}

cshm_status cshm__builder_fill(const struct builder *builder, const struct layout *layout, int segment,
                               cshm_error *err) {
  const unsigned char *index = layout->head + FORMAT_PAGE;
  const struct format_index *tables = (const struct format_index *)(const void *)index;
  const struct format_array *arrays = (const struct format_array *)(const void *)(index + tables->arrays.offset);
  const struct manifest_fill *fills = (const struct manifest_fill *)(const void *)builder->fills.records.pool.data;
  cshm_status status = CSHM_OK;
  for (uint32_t i = 0; i < builder->fills.records.count && !status; i++)
    status =
        fill_array(segment, &arrays[fills[i].array], builder->fills.bytes.data + fills[i].bytes, fills[i].nbytes, err);
  return status;
}
