/* SPDX-License-Identifier: MIT */
#include "api_struct.h"

#include "error.h"

#include <string.h>

#define SMALLEST 8u /* the size itself and one more field: what the first version of every struct had at least */
#define LARGEST 4096u

cshm_status cshm__null_argument(const char *what, cshm_error *err) {
  return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0, "%s is NULL", what);
}

static cshm_status check_size(const void *theirs, const char *name, uint32_t *size, cshm_error *err) {
  memcpy(size, theirs, sizeof *size);
  if (*size >= SMALLEST && *size <= LARGEST) return CSHM_OK;
  return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0, "%s says that its size is %u: set it up with its _INIT macro",
                    name, *size);
}

cshm_status cshm__struct_in(void *ours, size_t size, const void *theirs, const char *name, cshm_error *err) {
  uint32_t their_size;
  if (!theirs) return CSHM_OK;
  cshm_status status = check_size(theirs, name, &their_size, err);
  if (!status) memcpy(ours, theirs, their_size < size ? their_size : size);
  return status;
}

cshm_status cshm__struct_out(void *theirs, const void *ours, size_t size, const char *name, cshm_error *err) {
  uint32_t their_size;
  if (!theirs) return cshm__null_argument(name, err);
  cshm_status status = check_size(theirs, name, &their_size, err);
  if (status) return status;
  memcpy((unsigned char *)theirs + sizeof their_size, (const unsigned char *)ours + sizeof their_size,
         (their_size < size ? their_size : size) - sizeof their_size);
  return CSHM_OK;
}

cshm_status cshm__bytes_out(const char *text, size_t wanted, char *buffer, size_t *length, cshm_error *err) {
  if (!length) return cshm__null_argument("length", err);
  size_t given = *length;
  *length = wanted;
  if (!buffer || given <= wanted)
    return cshm__fail(err, CSHM_ERR_BUFFER_TOO_SMALL, 0, "the buffer has %zu bytes, and %zu are wanted",
                      buffer ? given : 0, wanted + 1);
  if (wanted > 0) memcpy(buffer, text, wanted);
  buffer[wanted] = '\0';
  return CSHM_OK;
}

cshm_status cshm__string_out(const char *text, char *buffer, size_t *length, cshm_error *err) {
  return cshm__bytes_out(text, strlen(text), buffer, length, err);
}
