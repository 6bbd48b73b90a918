/* SPDX-License-Identifier: MIT */
/*
 * shim: between a test program and the C library, makes the N-th call of a kind fail, or the last thing that a process does.
 *
 * Linked into a program, its functions (open, mmap, malloc ...) take the place of the C library's for all shared libraries, too.
 * They do as those do, until a fault is armed. For one thread at a time.
 */
#ifndef CUTESHM_TESTS_SHIM_H
#define CUTESHM_TESTS_SHIM_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum shim_kind {
  SHIM_OPEN,
  SHIM_CLOSE,
  SHIM_FCNTL,
  SHIM_AWAIT, /* fcntl that waits for a lock */
  SHIM_FLOCK,
  SHIM_STAT,
  SHIM_ACCESS,
  SHIM_MAP,
  SHIM_UNMAP,
  SHIM_PROTECT,
  SHIM_RESERVE,
  SHIM_TRUNCATE,
  SHIM_SYNC,
  SHIM_MEMFD,
  SHIM_READ,
  SHIM_WRITE,
  SHIM_LINK,
  SHIM_RENAME,
  SHIM_UNLINK,
  SHIM_MKDIR,
  SHIM_CHMOD,
  SHIM_CHOWN,
  SHIM_RANDOM,
  SHIM_STATVFS,
  SHIM_DIRECTORY,
  SHIM_FUTEX,
  SHIM_PATH,
  SHIM_SPAWN, /* posix_spawn, and what sets it up */
  SHIM_SOCKET,
  SHIM_SEND,
  SHIM_RECEIVE,
  SHIM_POLL,
  SHIM_WAIT,
  SHIM_SIGNAL,
  SHIM_SYSTEM_KINDS, /* the number of those above, which are system calls */
  SHIM_HEAP = SHIM_SYSTEM_KINDS,
  SHIM_KINDS,
  SHIM_ANY = SHIM_KINDS /* every kind of system call */
};

enum shim_action {
  SHIM_FAIL,        /* the call does nothing and gives `error`; close closes */
  SHIM_FAIL_ONWARD, /* so do all of its kind that follow */
  SHIM_SHORT,       /* a read or write moves no more than a byte */
  SHIM_KILL_BEFORE, /* SIGKILL instead of the call */
  SHIM_KILL_AFTER   /* SIGKILL right after it */
};

struct shim_fault {
  enum shim_kind kind;
  unsigned long n; /* 1: the first call */
  enum shim_action action;
  int error;
  bool ours; /* of the heap: only calls that our own libraries make, not those beneath HDF5 */
};

const char *shim_kind_name(enum shim_kind kind);

/* From now on calls are counted. With n 0 none is touched. */
void shim_arm(struct shim_fault fault);

/* Calls of that kind since shim_arm; *fired tells whether the N-th was reached. */
unsigned long shim_disarm(bool *fired);

/* A byte that becomes 1 where the armed fault is met: others may see it, whatever becomes of this process. */
void shim_report(unsigned char *met);

/* The name of the function that the armed fault met, "" where it met none. */
const char *shim_met(void);

/* Blocks of the heap that were taken after shim_watch and are not given back yet. What HDF5 takes is its own, and not counted
 * (it keeps pools), nor does a fault of the heap meet it. */
void shim_watch(void);
long shim_live_blocks(void);

#ifdef __cplusplus
}
#endif
#endif
