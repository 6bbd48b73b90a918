/* SPDX-License-Identifier: MIT */
/* h5column: elements of any length, also in each other, taken apart into columns: docs/format.md, "Ragged arrays". */
#ifndef CUTESHM_H5COLUMN_H
#define CUTESHM_H5COLUMN_H

#include "h5raw.h"
#include "h5type.h"

/*
 *     FIXED              one array
 *     STRING, OBJECT,    two arrays: offsets, and the bytes of all strings or paths
 *     REGION
 *     SEQUENCE           an array of offsets, and a column of all items
 *     RECORD             a column for each field
 *
 * The elements of a column are read into memory as they are in the file, see h5raw.h, those of a record side by side.
 */
struct h5column {
  enum h5content content;
  const char *name;  /* "" for the dataset's own, "values", or a field's */
  const char *part;  /* of a path: the same, with %2F for '/', and %2E for the name '.', which are no names of ours */
  const char *kind;  /* "utf8", "bytes", "sequence", "record"; NULL where it is FIXED */
  const char *dtype; /* of the array, or of the bytes of strings */
  uint32_t ndim;     /* of the array type that the elements have, if it is one */
  int64_t shape[CSHM_MAX_NDIM];
  uint64_t times;         /* elements in one of those; 1 where FIXED, whose array types are left as they are */
  size_t offset;          /* of a field in its record */
  size_t size;            /* of one element */
  uint64_t count;         /* measured: elements in all */
  uint64_t value_count;   /* measured: bytes of strings, items of sequences */
  uint32_t array;         /* its number in the builder: the offsets, or where it is FIXED the data */
  uint32_t values_array;  /* of strings */
  struct h5column *first; /* of a record's fields; a sequence's items */
  struct h5column *next;  /* field */
  hid_t from;             /* while it is open: of one item of a sequence, in the file; of one element, where FIXED */
  hid_t to;               /* and as they are read */
  struct h5flow *flow;    /* while it is read */
  unsigned char *data;    /* where its array and its offsets go, if not into a builder */
  unsigned char *offset_data;
};

/* Whether a type has elements of any length, or references, somewhere in it. */
bool cshm__h5_column_is_variable(hid_t file_type);

/* Builds the columns of a type, or opens again what was built: the caller then ends it with cshm__h5_column_close. Returns
 * the type to read elements with, which the caller closes; negative: it cannot be represented, see `reason`. */
hid_t cshm__h5_column_open(struct h5plan *plan, const struct h5raw *raw, hid_t file_type, struct h5type *type,
                           struct h5column *column, struct h5reason *reason);
void cshm__h5_column_close(struct h5column *column);

/* Bytes of all arrays, as measured. */
uint64_t cshm__h5_column_nbytes(const struct h5column *column);

/* Columns in all, and those that have a length of their own. */
size_t cshm__h5_column_total(const struct h5column *column);

/* The longest path below the dataset, "/values/offsets", in bytes. */
size_t cshm__h5_column_path_length(const struct h5column *column);

#endif
