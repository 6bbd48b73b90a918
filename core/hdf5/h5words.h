/* SPDX-License-Identifier: MIT */
/* h5words: HDF5 used by one thread at a time, silent, and what it says when it fails. */
#ifndef CUTESHM_H5WORDS_H
#define CUTESHM_H5WORDS_H

#include "error.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>

/* Why something is not in the project, as one line of UTF-8 that goes on after its path. */
struct h5reason {
  char text[512];
  char newer[160]; /* HDF5's words, where it is older than the file's format; else "" */
};

/* What HDF5 did with errors before we came. */
struct h5guard {
  H5E_auto2_t print;
  void *user;
};

/* Every use of HDF5 lies between these two. They keep other threads out and HDF5 from printing its errors. A thread must
 * leave before it calls out (the progress callback may take locks of its own) and enter again after. */
void cshm__h5_enter(struct h5guard *guard);
void cshm__h5_leave(const struct h5guard *guard);

/* Sets a reason in our own words. */
void cshm__h5_reason(struct h5reason *reason, const char *format, ...) CSHM__PRINTF(2, 3);

/* Sets the reason that there is no memory. False, so that `return` can be put before it. */
bool cshm__h5_reason_memory(struct h5reason *reason);

/* Whether the text of a reason, with whatever in front, says so. */
bool cshm__h5_reason_is_memory(const char *reason);

/* Puts words in front of a reason that is set. */
void cshm__h5_reason_in(struct h5reason *reason, const char *format, ...) CSHM__PRINTF(2, 3);

/* Sets a reason: `what`, and in brackets what HDF5 said about the call that has just failed. */
void cshm__h5_reason_words(struct h5reason *reason, const char *what);

/* HDF5's innermost words about the call that has just failed, "" when there are none. */
void cshm__h5_words(char *words, size_t size);

/* Whether words of HDF5 say that the file is in a format it does not know yet. */
bool cshm__h5_words_newer(const char *words);

/* Whether the HDF5 that runs is the one this library was built for. Where it is not, HDF5 would end the process.
 * CSHM_ERR_UNSUPPORTED. */
cshm_status cshm__h5_check_version(cshm_error *err);

/* The version of the HDF5 library that runs, "1.10.8". May be called inside or outside of enter and leave. */
const char *cshm__h5_version(void);

#endif
