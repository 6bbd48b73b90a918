/* SPDX-License-Identifier: MIT */
/* error: one way to report a failure. Never allocates, so that "no memory" can be reported, too. */
#ifndef CUTESHM_ERROR_H
#define CUTESHM_ERROR_H

#include <cuteshm/cuteshm.h>

#if defined(__GNUC__)
#define CSHM__PRINTF(text, values) __attribute__((format(printf, text, values)))
#else
#define CSHM__PRINTF(text, values)
#endif

/* Fills *err (which may be NULL, or shorter than ours) and returns `status`, so that `return cshm__fail(...)` is one
 * line. A message that is too long is cut at a whole UTF-8 character. errno is left as it was. */
cshm_status cshm__fail(cshm_error *err, cshm_status status, int sys_errno, const char *format, ...) CSHM__PRINTF(4, 5);

/* The status that a failed system call means: ENOENT is NOT_FOUND, EACCES is PERMISSION, ENOSPC is NO_SPACE ... */
cshm_status cshm__errno_status(int sys_errno);

/* cshm__fail with status and words of sys_errno: "<what>: No such file or directory". */
cshm_status cshm__fail_errno(cshm_error *err, int sys_errno, const char *format, ...) CSHM__PRINTF(3, 4);

/* Hands on what a failed call said, and returns its status. For calls whose failure may be none to the caller: they are
 * given an error of their own, since after CSHM_OK the caller's must be untouched. */
cshm_status cshm__fail_said(cshm_error *err, const cshm_error *said);

/* Puts the object before what a failed call said of it: "array "b/x": 65 dimensions: at most 64 are allowed". Returns
 * `status`, which must be that call's. */
cshm_status cshm__fail_about(cshm_error *err, cshm_status status, const char *format, ...) CSHM__PRINTF(3, 4);

#ifdef __clang_analyzer__
/* It sees one file at a time: the status that goes in comes out, and a failure is never CSHM_OK. */
#define cshm__fail(err, status, ...) ((cshm__fail)(err, status, __VA_ARGS__), (status))
#define cshm__fail_errno(...) ((cshm__fail_errno)(__VA_ARGS__), CSHM_ERR_SYSTEM)
#endif

#endif
