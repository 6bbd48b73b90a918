/* SPDX-License-Identifier: MIT */
/* h5wire: what the process that reads a file and the one that makes the project say to each other. Plain data: numbers of
 * this machine, and texts. What was received is believed in nothing. */
#ifndef CUTESHM_H5WIRE_H
#define CUTESHM_H5WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define H5WIRE_MAX_SIZE ((uint32_t)80 << 20) /* of a message: an attribute has 64 MiB at most */

enum h5wire_kind {
  H5WIRE_START = 1, /* what to load; with the descriptor of a struct h5at */
  H5WIRE_AGAIN,     /* all declarations are void: there is less than was thought */
  H5WIRE_GROUP,
  H5WIRE_ARRAY,
  H5WIRE_ALIAS,
  H5WIRE_ATTRIBUTE,
  H5WIRE_NOTE,
  H5WIRE_ALLOCATE,
  H5WIRE_ALLOCATED, /* its answer: how that went, and where the arrays lie; with the segment's descriptor */
  H5WIRE_PROGRESS,
  H5WIRE_NBYTES, /* how much there is in a file that is only measured */
  H5WIRE_DONE    /* how all of it went */
};

struct h5wire_head {
  uint32_t kind;
  uint32_t size; /* with this head */
};

/* Messages on their way out. Begins as {0}; ends with cshm__h5_wire_free. */
struct h5wire {
  unsigned char *data;
  size_t used;
  size_t capacity;
  size_t start;   /* of the message that is being put together */
  bool no_memory; /* then it is not whole */
};

void cshm__h5_wire_begin(struct h5wire *wire, enum h5wire_kind kind);
void cshm__h5_wire_u32(struct h5wire *wire, uint32_t value);
void cshm__h5_wire_u64(struct h5wire *wire, uint64_t value);
void cshm__h5_wire_bytes(struct h5wire *wire, const void *data, size_t size);
void cshm__h5_wire_text(struct h5wire *wire, const char *text); /* or NULL */
void cshm__h5_wire_end(struct h5wire *wire);
void cshm__h5_wire_free(struct h5wire *wire);

/* A message as it came in. */
struct h5letter {
  enum h5wire_kind kind;
  const unsigned char *at;
  size_t left;
  bool bad; /* it ended too early, or a text in it is none; what was taken from it then is 0 or "" */
};

uint32_t cshm__h5_letter_u32(struct h5letter *letter);
uint64_t cshm__h5_letter_u64(struct h5letter *letter);
const void *cshm__h5_letter_bytes(struct h5letter *letter, uint64_t size); /* of no alignment */
const char *cshm__h5_letter_text(struct h5letter *letter);                 /* or NULL, where that was sent */
bool cshm__h5_letter_good(const struct h5letter *letter);                  /* all is taken, and nothing was bad */

/* Messages as they come in. Begins as {0}; ends with cshm__h5_inbox_free. */
struct h5inbox {
  unsigned char *data;
  size_t used; /* bytes that have come, */
  size_t read; /* and those of them that were opened */
  size_t capacity;
};

/* Room for what comes next: *room bytes. NULL: no memory. What was opened before is gone. */
void *cshm__h5_inbox_room(struct h5inbox *inbox, size_t *room);
void cshm__h5_inbox_add(struct h5inbox *inbox, size_t size);

/* Opens the next message; it lasts until there is made room. False: it is not all there yet, or, *bad, it is none. */
bool cshm__h5_inbox_next(struct h5inbox *inbox, struct h5letter *letter, bool *bad);
void cshm__h5_inbox_free(struct h5inbox *inbox);

#endif
