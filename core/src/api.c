/* SPDX-License-Identifier: MIT */
/* The library as a whole, handles and dtypes. The api_*.c files define what is exported, and nothing else is. */
#include "api_struct.h"
#include "dtype.h"
#include "error.h"
#include "handle.h"

#include <string.h>

const char *cshm_version(void) { return CSHM_VERSION_STRING; }

uint32_t cshm_abi_version(void) { return CSHM_ABI_VERSION; }

const char *cshm_status_name(int32_t status) {
  static const char *const names[] = {"CSHM_OK",
                                      "CSHM_ERR_INVALID_ARGUMENT",
                                      "CSHM_ERR_STALE_HANDLE",
                                      "CSHM_ERR_STATE",
                                      "CSHM_ERR_NOT_FOUND",
                                      "CSHM_ERR_EXISTS",
                                      "CSHM_ERR_BAD_NAME",
                                      "CSHM_ERR_BAD_TYPE",
                                      "CSHM_ERR_NO_SPACE",
                                      "CSHM_ERR_NO_MEMORY",
                                      "CSHM_ERR_PERMISSION",
                                      "CSHM_ERR_CORRUPT",
                                      "CSHM_ERR_VERSION",
                                      "CSHM_ERR_GENERATION",
                                      "CSHM_ERR_UNSUPPORTED",
                                      "CSHM_ERR_CANCELLED",
                                      "CSHM_ERR_BUFFER_TOO_SMALL",
                                      "CSHM_ERR_SYSTEM",
                                      "CSHM_ERR_HDF5",
                                      "CSHM_ERR_LIMIT",
                                      "CSHM_ERR_TIMEOUT"};
  if (status < 0 || status >= (int32_t)(sizeof names / sizeof names[0])) return "CSHM_ERR_UNKNOWN";
  return names[status];
}

uint64_t cshm_live_handles(void) { return cshm__handle_live(); }

cshm_status cshm_dtype_parse(const char *dtype, cshm_dtype *parts, cshm_error *err) {
  cshm_dtype ours = CSHM_DTYPE_INIT;
  if (!dtype) return cshm__null_argument("dtype", err);
  cshm_status status = cshm__dtype_parse(dtype, strlen(dtype), &ours, NULL, err);
  return status ? status : cshm__struct_out(parts, &ours, sizeof ours, "cshm_dtype", err);
}

/* Both lengths are asked for first, so that the caller learns both, and nothing is written unless both fit. */
static cshm_status field_strings(const struct dtype_field *field, char *name, size_t *name_length, char *format,
                                 size_t *format_length, cshm_error *err) {
  size_t name_size = name ? *name_length : 0, format_size = format ? *format_length : 0;
  *name_length = 0;
  *format_length = 0;
  cshm__json_string(field->name, field->name_length, NULL, name_length, NULL);
  cshm__dtype_format(field, NULL, format_length, NULL);
  if (name_size <= *name_length || format_size <= *format_length)
    return cshm__fail(err, CSHM_ERR_BUFFER_TOO_SMALL, 0,
                      "the buffers have %zu and %zu bytes, and %zu and %zu are wanted", name_size, format_size,
                      *name_length + 1, *format_length + 1);
  *name_length = name_size;
  *format_length = format_size;
  cshm_status status = cshm__json_string(field->name, field->name_length, name, name_length, err);
  return status ? status : cshm__dtype_format(field, format, format_length, err);
}

cshm_status cshm_dtype_field(const char *dtype, uint32_t index, cshm_field *field, char *name, size_t *name_length,
                             char *format, size_t *format_length, cshm_error *err) {
  cshm_dtype parts = CSHM_DTYPE_INIT;
  cshm_field ours = CSHM_FIELD_INIT;
  struct dtype_field found;
  if (!dtype) return cshm__null_argument("dtype", err);
  if (!name_length || !format_length) return cshm__null_argument("a length", err);
  cshm_status status = cshm__dtype_parse(dtype, strlen(dtype), &parts, NULL, err);
  if (!status) status = cshm__dtype_field(dtype, strlen(dtype), index, &found, err);
  if (!status) status = field_strings(&found, name, name_length, format, format_length, err);
  if (status) return status;
  ours.ndim = found.ndim;
  ours.offset = found.offset;
  ours.nbytes = found.nbytes;
  memcpy(ours.shape, found.shape, found.ndim * sizeof found.shape[0]);
  return cshm__struct_out(field, &ours, sizeof ours, "cshm_field", err);
}
