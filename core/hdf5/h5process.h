/* SPDX-License-Identifier: MIT */
/* h5process: the process that reads a file for this one, and the socket between them. */
#ifndef CUTESHM_H5PROCESS_H
#define CUTESHM_H5PROCESS_H

#include "h5at.h"

#include <cuteshm/cuteshm.h>
#include <stddef.h>

#define H5PROCESS_SOCKET 3 /* the child's end of it */

struct h5process {
  int64_t id; /* 0: none */
  int socket; /* or -1 */
  int page;   /* the descriptor of `at`, or -1 */
  struct h5at *at;
};

#define H5PROCESS_INIT {0, -1, -1, NULL}

/* How a process ended. */
enum h5process_end { H5PROCESS_LEFT, H5PROCESS_CRASHED, H5PROCESS_OUT_OF_TIME, H5PROCESS_KILLED };

struct h5process_fate {
  enum h5process_end end;
  char words[64]; /* "signal 11 (Segmentation fault)" */
};

/* Starts the program `cuteshm-hdf5-load`. Ended by cshm__h5_process_end, whatever this returns.
 * CSHM_ERR_UNSUPPORTED: it is not there; CSHM_ERR_SYSTEM. */
cshm_status cshm__h5_process_begin(struct h5process *process, cshm_error *err);

/* Kills it if it lives, waits until it is gone, and tells how it ended if it had. Twice is fine. */
void cshm__h5_process_end(struct h5process *process, struct h5process_fate *fate);

/* ---- on either side; 0 is the other's end, -1 a failure: see errno. None is interrupted, or raises SIGPIPE ------------------ */

/* Waits until there is something to receive, or, `to_send`, room to send; 1. 0: `timeout_ms` (-1: for ever) are over. */
int cshm__h5_socket_wait(int socket, bool to_send, int timeout_ms);

/* Bytes that were sent: some of them, or all. With a descriptor, or -1. 0 here: there is no room. Does not wait. */
ptrdiff_t cshm__h5_socket_send(int socket, const void *data, size_t size, int descriptor);

/* Bytes that were received. *descriptor is one that came with them, the caller's now, or is left as it is; NULL where none can
 * come. */
ptrdiff_t cshm__h5_socket_receive(int socket, void *data, size_t size, int *descriptor);

/* ---- in the child --------------------------------------------------------------------------------------- */

/* Leaves it with no descriptor but those of its input, output and errors, and of the socket. */
void cshm__h5_process_alone(void);

/* Limits this process, which then ends with its parent: bytes of memory (0: half of the machine's), no files but those that
 * it has a descriptor of. */
void cshm__h5_process_limit(int64_t parent, uint64_t memory);

/* Lets it write into files as long as that one, *size. False: it is none that can be written to. */
bool cshm__h5_process_allow(int descriptor, uint64_t *size);

/* The memory behind a descriptor, which is closed. NULL: there is none. */
struct h5at *cshm__h5_process_page(int descriptor);

#endif
