/* SPDX-License-Identifier: MIT */
/* h5saveform: what an attribute of a project becomes in an HDF5 file. */
#ifndef CUTESHM_H5SAVEFORM_H
#define CUTESHM_H5SAVEFORM_H

#include "h5savemark.h"
#include "h5saverefs.h"

enum h5how {
  H5HOW_FIXED = 0,      /* its bytes as they are */
  H5HOW_TEXT = 1,       /* strings of any length */
  H5HOW_REFERENCES = 2, /* to objects; the project has their paths */
  H5HOW_DIMENSIONS = 3, /* a DIMENSION_LIST: the same, each in a sequence of its own */
  H5HOW_RECORDS = 4,    /* compounds in which there are some */
  H5HOW_SEQUENCES = 5   /* of any length */
};

struct h5saveform {
  enum h5how how;
  bool has_references; /* it can be written when all objects are there */
  hid_t type;
  hid_t space;
  const unsigned char *offsets; /* of sequences: where each begins and ends, 8 bytes each, in the project */
  uint32_t taken;               /* attributes behind it, marks, that loading makes of the type again */
};

/* Chooses the form of attribute number `index`. The caller ends it, whatever this returns. False: see `reason`. */
bool cshm__h5_saveform_begin(struct h5saveform *form, const struct h5savetree *tree, const cshm_node *node,
                             uint32_t index, const cshm_attribute *attribute, struct h5reason *reason);
void cshm__h5_saveform_end(struct h5saveform *form);

/* Writes the attribute that was made with type and space. `refs` may be NULL where it has no references. False: see `reason`. */
bool cshm__h5_saveform_write(const struct h5saveform *form, hid_t id, const cshm_attribute *attribute,
                             struct h5saverefs *refs, struct h5reason *reason);

/* Makes the type of a named datatype out of the marks of its group. The caller closes it. False: it cannot be made, or they do not
 * say what they should. */
bool cshm__h5_saveform_datatype(struct h5savemarks *marks, hid_t *type, uint32_t *taken);

#endif
