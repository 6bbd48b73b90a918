/* SPDX-License-Identifier: MIT */
/* h5at: where a load is, told to the process that started this one, which may have to say where it ended. */
#ifndef CUTESHM_H5AT_H
#define CUTESHM_H5AT_H

#include <stdbool.h>
#include <stdint.h>

#define H5AT_SIZE 4096u

/* What is done with an object. */
enum h5at_work { H5AT_OPENING, H5AT_LOOKING, H5AT_READING };

/* Memory that two processes have. */
struct h5at {
  uint32_t work; /* an enum h5at_work */
  char path[H5AT_SIZE - sizeof(uint32_t)];
};

/* From now on this process tells it there, and has `seconds` of processor time from one step to the next, after which the
 * kernel ends it. For programs that do nothing else. */
void cshm__h5_at_begin(struct h5at *at, uint32_t seconds);

/* The next step: the object at that path. In a process that has not begun it does nothing. */
void cshm__h5_at(enum h5at_work work, const char *path);

/* It goes on: a step of the same object. By any thread. */
void cshm__h5_at_on(void);

/* So many threads work on this object, of which each may use that much. */
void cshm__h5_at_threads(uint32_t count);

#endif
