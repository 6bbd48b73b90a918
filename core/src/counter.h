/* SPDX-License-Identifier: MIT */
/* counter: a number that threads share. C++ tests see its size only, since C++17 cannot read C11's atomics. */
#ifndef CUTESHM_COUNTER_H
#define CUTESHM_COUNTER_H

#include <stdint.h>

#ifdef __cplusplus
typedef uint64_t cshm__counter;
#else
#include <stdatomic.h>
typedef _Atomic uint64_t cshm__counter;
#endif

#endif
