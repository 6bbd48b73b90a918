/* SPDX-License-Identifier: MIT */
/* shim_private: what the shim's functions ask before they call the real ones. */
#ifndef CUTESHM_TESTS_SHIM_PRIVATE_H
#define CUTESHM_TESTS_SHIM_PRIVATE_H

#include "shim.h"

enum shim_verdict {
  SHIM_PASS,
  SHIM_REFUSE, /* errno is set */
  SHIM_CUT,    /* move one byte */
  SHIM_LAST    /* shim_leave does not return */
};

enum shim_verdict shim_enter(enum shim_kind kind, const char *function);
bool shim_interrupts(void); /* the fault is EINTR */
bool shim_spares_others(void);
bool shim_is_hdf5(const void *caller);
void shim_leave(enum shim_verdict verdict);

/* The function that this program would have without the shim: a sanitizer's, or the C library's. */
void *shim_real(const char *name);

#endif
