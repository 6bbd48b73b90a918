/* SPDX-License-Identifier: MIT */
#include "h5wire.h"

#include <stdlib.h>
#include <string.h>

#define ROOM ((size_t)64 << 10)
#define NO_TEXT UINT32_MAX

/* ---- out ------------------------------------------------------------------------------------------- */

static unsigned char *put(struct h5wire *wire, size_t size) {
  if (wire->no_memory || size > H5WIRE_MAX_SIZE) {
    wire->no_memory = true;
    return NULL;
  }
  if (wire->capacity - wire->used < size) {
    size_t capacity = 2 * wire->capacity + size + ROOM;
    unsigned char *data = (unsigned char *)realloc(wire->data, capacity);
    wire->no_memory = !data;
    if (!data) return NULL;
    wire->data = data;
    wire->capacity = capacity;
  }
  wire->used += size;
  return wire->data + wire->used - size;
}

void cshm__h5_wire_bytes(struct h5wire *wire, const void *data, size_t size) {
  unsigned char *at = put(wire, size);
  if (at && size > 0) memcpy(at, data, size);
}

void cshm__h5_wire_begin(struct h5wire *wire, enum h5wire_kind kind) {
  struct h5wire_head head = {(uint32_t)kind, 0};
  wire->start = wire->used;
  cshm__h5_wire_bytes(wire, &head, sizeof head);
}

void cshm__h5_wire_u32(struct h5wire *wire, uint32_t value) { cshm__h5_wire_bytes(wire, &value, sizeof value); }

void cshm__h5_wire_u64(struct h5wire *wire, uint64_t value) { cshm__h5_wire_bytes(wire, &value, sizeof value); }

void cshm__h5_wire_text(struct h5wire *wire, const char *text) {
  size_t size = text ? strlen(text) + 1 : 0;
  cshm__h5_wire_u32(wire, text ? (uint32_t)size : NO_TEXT);
  cshm__h5_wire_bytes(wire, text, size);
}

void cshm__h5_wire_end(struct h5wire *wire) {
  size_t size = wire->used - wire->start;
  if (size > H5WIRE_MAX_SIZE) wire->no_memory = true;
  if (wire->no_memory) return;
  uint32_t told = (uint32_t)size;
  memcpy(wire->data + wire->start + offsetof(struct h5wire_head, size), &told, sizeof told);
}

void cshm__h5_wire_free(struct h5wire *wire) {
  free(wire->data);
  memset(wire, 0, sizeof *wire);
}

/* ---- a message ------------------------------------------------------------------------------------- */

const void *cshm__h5_letter_bytes(struct h5letter *letter, uint64_t size) {
  if (size > letter->left) {
    letter->bad = true;
    letter->left = 0;
    return NULL;
  }
  const unsigned char *at = letter->at;
  letter->at += size;
  letter->left -= (size_t)size;
  return at;
}

uint32_t cshm__h5_letter_u32(struct h5letter *letter) {
  uint32_t value = 0;
  const void *at = cshm__h5_letter_bytes(letter, sizeof value);
  if (at) memcpy(&value, at, sizeof value);
  return value;
}

uint64_t cshm__h5_letter_u64(struct h5letter *letter) {
  uint64_t value = 0;
  const void *at = cshm__h5_letter_bytes(letter, sizeof value);
  if (at) memcpy(&value, at, sizeof value);
  return value;
}

const char *cshm__h5_letter_text(struct h5letter *letter) {
  uint32_t size = cshm__h5_letter_u32(letter);
  if (size == NO_TEXT) return NULL;
  const char *text = (const char *)cshm__h5_letter_bytes(letter, size);
  if (text && size > 0 && memchr(text, '\0', size) == text + size - 1) return text;
  letter->bad = true;
  return "";
}

bool cshm__h5_letter_good(const struct h5letter *letter) { return !letter->bad && letter->left == 0; }

/* ---- in -------------------------------------------------------------------------------------------- */

/* Bytes that the message needs in all, as far as that is known. */
static size_t wanted(const struct h5inbox *inbox) {
  struct h5wire_head head;
  if (inbox->used - inbox->read < sizeof head) return sizeof head;
  memcpy(&head, inbox->data + inbox->read, sizeof head);
  return head.size;
}

void *cshm__h5_inbox_room(struct h5inbox *inbox, size_t *room) {
  if (inbox->used > inbox->read) memmove(inbox->data, inbox->data + inbox->read, inbox->used - inbox->read);
  inbox->used -= inbox->read;
  inbox->read = 0;
  size_t capacity = wanted(inbox) > ROOM ? wanted(inbox) : ROOM;
  if (inbox->capacity < capacity) {
    unsigned char *data = (unsigned char *)realloc(inbox->data, capacity);
    if (!data) return NULL;
    inbox->data = data;
    inbox->capacity = capacity;
  }
  *room = inbox->capacity - inbox->used;
  return inbox->data + inbox->used;
}

void cshm__h5_inbox_add(struct h5inbox *inbox, size_t size) { inbox->used += size; }

bool cshm__h5_inbox_next(struct h5inbox *inbox, struct h5letter *letter, bool *bad) {
  struct h5wire_head head;
  size_t left = inbox->used - inbox->read;
  *bad = false;
  if (left < sizeof head) return false;
  memcpy(&head, inbox->data + inbox->read, sizeof head);
  *bad = head.size < sizeof head || head.size > H5WIRE_MAX_SIZE;
  if (*bad || left < head.size) return false;
  *letter = (struct h5letter){(enum h5wire_kind)head.kind, inbox->data + inbox->read + sizeof head,
                              head.size - sizeof head, false};
  inbox->read += head.size;
  return true;
}

void cshm__h5_inbox_free(struct h5inbox *inbox) {
  free(inbox->data);
  memset(inbox, 0, sizeof *inbox);
}
