/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* strerror_r */

#include "error.h"

#include "utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HEAD_SIZE offsetof(cshm_error, message)

/* Copies one line of UTF-8 into `out` (`capacity` bytes, at least 1): what would break a terminal or a decoder becomes
 * '?', since names of other people's files end up here. `cut` says that `text` is not whole, so that half a character
 * at its end is no fault. */
static void copy_line(char *out, size_t capacity, const char *text, bool cut) {
  size_t length = strlen(text), from = 0, to = 0;
  while (from < length) {
    uint32_t code;
    size_t count = cshm__utf8_next(text + from, length - from, &code);
    if (count == 0 && cut && length - from < 4) break;
    bool plain = count > 0 && code >= 0x20 && (code < 0x7F || code > 0x9F);
    size_t step = plain ? count : 1;
    if (to + step >= capacity) break;
    memcpy(out + to, plain ? text + from : "?", step);
    to += step;
    from += count > 0 ? count : 1;
  }
  out[to] = '\0';
}

static void fill(cshm_error *err, cshm_status status, int sys_errno, const char *text, bool cut) {
  size_t size = err->size < sizeof *err ? err->size : sizeof *err;
  if (size < HEAD_SIZE) return;
  err->status = (int32_t)status;
  err->sys_errno = (int32_t)sys_errno;
  err->reserved = 0;
  if (size > HEAD_SIZE) copy_line(err->message, size - HEAD_SIZE, text, cut);
}

cshm_status(cshm__fail)(cshm_error *err, cshm_status status, int sys_errno, const char *format, ...) {
  if (!err) return status;
  int saved = errno;
  char text[CSHM_ERROR_MESSAGE_SIZE];
  va_list values;
  va_start(values, format);
  int length = vsnprintf(text, sizeof text, format, values);
  va_end(values);
  if (length < 0) text[0] = '\0';
  fill(err, status, sys_errno, text, length >= (int)sizeof text);
  errno = saved;
  return status;
}

cshm_status cshm__errno_status(int sys_errno) {
  switch (sys_errno) {
  case ENOENT:
    return CSHM_ERR_NOT_FOUND;
  case EEXIST:
    return CSHM_ERR_EXISTS;
  case EACCES:
  case EPERM:
  case EROFS:
  case ELOOP: /* a symlink where O_NOFOLLOW allows none */
    return CSHM_ERR_PERMISSION;
  case ENOSPC:
  case EDQUOT:
    return CSHM_ERR_NO_SPACE;
  case ENOMEM:
    return CSHM_ERR_NO_MEMORY;
  case ENAMETOOLONG:
  case ENOTDIR:
    return CSHM_ERR_BAD_NAME;
  case ENOSYS:
  case EOPNOTSUPP:
    return CSHM_ERR_UNSUPPORTED;
  default:
    return CSHM_ERR_SYSTEM;
  }
}

cshm_status(cshm__fail_errno)(cshm_error *err, int sys_errno, const char *format, ...) {
  int saved = errno;
  char what[CSHM_ERROR_MESSAGE_SIZE];
  char words[128];
  va_list values;
  va_start(values, format);
  if (vsnprintf(what, sizeof what, format, values) < 0) what[0] = '\0';
  va_end(values);
  if (strerror_r(sys_errno, words, sizeof words) != 0) snprintf(words, sizeof words, "error %d", sys_errno);
  errno = saved;
  return cshm__fail(err, cshm__errno_status(sys_errno), sys_errno, "%s: %s", what, words);
}

cshm_status cshm__fail_said(cshm_error *err, const cshm_error *said) {
  return cshm__fail(err, (cshm_status)said->status, said->sys_errno, "%s", said->message);
}

cshm_status cshm__fail_about(cshm_error *err, cshm_status status, const char *format, ...) {
  if (!err || err->size <= HEAD_SIZE) return status;
  size_t size = err->size < sizeof *err ? err->size : sizeof *err;
  char object[CSHM_ERROR_MESSAGE_SIZE];
  char said[CSHM_ERROR_MESSAGE_SIZE];
  va_list values;
  va_start(values, format);
  if (vsnprintf(object, sizeof object, format, values) < 0) object[0] = '\0';
  va_end(values);
  memcpy(said, err->message, size - HEAD_SIZE);
  return cshm__fail(err, status, err->sys_errno, "%s: %s", object, said);
}
