/* SPDX-License-Identifier: MIT */
/* For tests: a cuteshm-hdf5-load that HDF5 has ruined, in the way that $CUTESHM_HOSTILE says. */
#define _POSIX_C_SOURCE 200809L /* kill, pause, sigaction */

#include "h5process.h"
#include "h5wire.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct h5wire out;
static struct h5inbox in;

static void send_all(void) {
  for (size_t sent = 0; sent < out.used;) {
    ptrdiff_t more = cshm__h5_socket_send(H5PROCESS_SOCKET, out.data + sent, out.used - sent, -1);
    if (more < 0) _exit(EXIT_FAILURE);
    sent += (size_t)more;
    if (more == 0) cshm__h5_socket_wait(H5PROCESS_SOCKET, true, -1);
  }
  out.used = 0;
}

static int receive(struct h5letter *letter) {
  int descriptor = -1;
  bool bad;
  while (!cshm__h5_inbox_next(&in, letter, &bad)) {
    size_t room;
    void *at = cshm__h5_inbox_room(&in, &room);
    ptrdiff_t got = cshm__h5_socket_receive(H5PROCESS_SOCKET, at, room, &descriptor);
    if (got <= 0) _exit(EXIT_FAILURE);
    cshm__h5_inbox_add(&in, (size_t)got);
  }
  return descriptor;
}

static void send_empty(enum h5wire_kind kind) {
  cshm__h5_wire_begin(&out, kind);
  cshm__h5_wire_end(&out);
  send_all();
}

static void send_array(uint32_t ndim, uint32_t told_ndim) {
  cshm__h5_wire_begin(&out, H5WIRE_ARRAY);
  cshm__h5_wire_text(&out, "a");
  cshm__h5_wire_text(&out, "<i4");
  cshm__h5_wire_u32(&out, 0);
  cshm__h5_wire_u32(&out, told_ndim);
  for (uint32_t i = 0; i < ndim; i++)
    cshm__h5_wire_u64(&out, 1000);
  cshm__h5_wire_end(&out);
  send_all();
}

static void send_done(uint32_t status, const char *message) {
  cshm__h5_wire_begin(&out, H5WIRE_DONE);
  cshm__h5_wire_u32(&out, status);
  cshm__h5_wire_u32(&out, 0);
  cshm__h5_wire_text(&out, message);
  cshm__h5_wire_end(&out);
  send_all();
}

static void send_head(uint32_t kind, uint32_t size) {
  struct h5wire_head head = {kind, size};
  cshm__h5_wire_bytes(&out, &head, sizeof head);
  send_all();
}

/* Has an array of 1000 numbers, and the segment's descriptor. */
static int allocate(void) {
  struct h5letter letter;
  send_array(1, 1);
  send_empty(H5WIRE_ALLOCATE);
  return receive(&letter);
}

static void scribble(int segment) {
  char garbage[4096];
  memset(garbage, 0xA5, sizeof garbage);
  for (off_t at = 0; at < 16384; at += (off_t)sizeof garbage)
    if (pwrite(segment, garbage, sizeof garbage, at) < 0) _exit(EXIT_FAILURE);
}

static void wait_for_ever(void) {
  for (;;)
    pause();
}

static void spin(void) {
  static volatile unsigned turns;
  for (;;)
    turns++;
}

static void be_hostile(const char *way) {
  sigaction(SIGSEGV, &(struct sigaction){.sa_handler = SIG_DFL}, NULL); /* a sanitizer has one of its own */
  if (strcmp(way, "crash") == 0) kill(getpid(), SIGSEGV);
  if (strcmp(way, "kill") == 0) kill(getpid(), SIGKILL);
  if (strcmp(way, "loop") == 0) spin();
  if (strcmp(way, "sleep") == 0) wait_for_ever();
  if (strcmp(way, "hang up") == 0 && close(H5PROCESS_SOCKET) == 0) wait_for_ever();
  if (strcmp(way, "no kind") == 0) send_head(99, sizeof(struct h5wire_head));
  if (strcmp(way, "too short") == 0) send_head(H5WIRE_GROUP, 3);
  if (strcmp(way, "too long") == 0) send_head(H5WIRE_GROUP, UINT32_MAX);
  if (strcmp(way, "empty") == 0) send_empty(H5WIRE_GROUP);
  if (strcmp(way, "fewer lengths") == 0) send_array(1, 64);
  if (strcmp(way, "many lengths") == 0) send_array(1, UINT32_MAX);
  if (strcmp(way, "array twice") == 0) send_array(1, 1), send_array(1, 1);
  if (strcmp(way, "nothing done") == 0) send_done(0, "");
  if (strcmp(way, "no such status") == 0) send_done(4711, "");
  if (strcmp(way, "no text") == 0) send_done(CSHM_ERR_HDF5, "\xFF\xFE");
  if (strcmp(way, "crash later") == 0 && allocate() >= 0) kill(getpid(), SIGSEGV);
  if (strcmp(way, "scribble") == 0) scribble(allocate());
  if (strcmp(way, "scribble") == 0) send_done(0, "");
}

int main(void) {
  struct h5letter letter;
  const char *way = getenv("CUTESHM_HOSTILE");
  struct h5at *at = cshm__h5_process_page(receive(&letter));
  if (!way || !at) return EXIT_FAILURE;
  cshm__h5_at_begin(at, 0);
  cshm__h5_at(H5AT_READING, "b/b1");
  be_hostile(way);
  cshm__h5_wire_free(&out);
  return EXIT_SUCCESS;
}
