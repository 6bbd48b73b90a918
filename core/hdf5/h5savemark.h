/* SPDX-License-Identifier: MIT */
/* h5savemark: the marks of a project (h5mark.h), by which types come back that no dtype tells. */
#ifndef CUTESHM_H5SAVEMARK_H
#define CUTESHM_H5SAVEMARK_H

#include "h5mark.h"

/*
 * Anyone can write such attributes. So nothing is taken from them for granted: a type is made as they say, the loader's own code
 * makes marks of that type, and only where these are the attributes of the project, bit by bit and in their place, the type is
 * used and they are left out of the file. Else the value is saved as what its dtype says, and they as attributes like any other.
 * Want of memory must not lead to that: where `no_memory` does not tell it, because it was HDF5 that had none, a second try does.
 */
#define H5SAVEMARK_TRIES 2

struct h5savemarks {
  cshm_attachment attachment;
  uint32_t node;
  const char *attribute;         /* whose marks are meant; NULL: the node's own */
  uint32_t at;                   /* the first attribute that may be one of them */
  uint32_t count;                /* of the node's attributes */
  char field[H5MARK_FIELD_SIZE]; /* "a.b", while a compound is gone through */
  bool no_memory;                /* it has been met: what was not found says nothing */
};

/* Sets up marks of a node, or of its attribute number `index`. False: there are none. */
bool cshm__h5_savemark_of_node(struct h5savemarks *marks, cshm_attachment attachment, const cshm_node *node,
                               uint32_t first);
bool cshm__h5_savemark_of_attribute(struct h5savemarks *marks, cshm_attachment attachment, const cshm_node *node,
                                    uint32_t index, const char *name);

/* The mark of this kind for the value, or for the field at hand. */
bool cshm__h5_savemark_find(const struct h5savemarks *marks, const char *mark, cshm_attribute *found);

/* Whether there is one that is this one word. */
bool cshm__h5_savemark_is(const struct h5savemarks *marks, const char *mark, const char *word);

/* Steps into a field, and back out: `length` is what the first returns. */
size_t cshm__h5_savemark_enter(struct h5savemarks *marks, const char *field);
void cshm__h5_savemark_leave(struct h5savemarks *marks, size_t length);

/* The type that the marks say integers of type `base` are: an enum, or a bitfield; `base` itself, which is taken, where they say
 * nothing. Negative: they make no sense. */
hid_t cshm__h5_savemark_integer(struct h5savemarks *marks, hid_t base, bool is_signed);

/* Whether loading a value of this type and space makes just these marks: those from `at` on for an attribute, the last ones
 * of a node. *taken is their number. `space` may be negative. */
bool cshm__h5_savemark_same(struct h5savemarks *marks, hid_t type, hid_t space, uint32_t *taken);

/* The same for a named datatype. */
bool cshm__h5_savemark_same_datatype(struct h5savemarks *marks, hid_t type, uint32_t *taken);

#endif
