/* SPDX-License-Identifier: MIT */
/* h5plan: what is in an HDF5 file and what will become of it, before anything is created. Plain data, no HDF5. */
#ifndef CUTESHM_H5PLAN_H
#define CUTESHM_H5PLAN_H

#include <cuteshm/hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define H5PLAN_NONE SIZE_MAX
#define H5PLAN_NO_ADDRESS UINT64_MAX
/* Objects in other files have the file's number from this bit on; no file is so long. */
#define H5PLAN_FILE_SHIFT 56

/* What elements have in place of data, see h5raw.h. */
enum h5content {
  H5CONTENT_FIXED, /* nothing: they are data, all of one size */
  H5CONTENT_STRING,
  H5CONTENT_SEQUENCE,
  H5CONTENT_OBJECT, /* a reference to an object */
  H5CONTENT_REGION, /* and to a part of a dataset */
  H5CONTENT_RECORD  /* a compound in which there is one of these */
};

/* Where references lead: which paths these are is known when the whole file was seen. */
struct h5targets {
  uint64_t *addresses; /* 0: a null reference */
  int32_t *dimensions; /* of a REFERENCE_LIST: which of the target's; else NULL */
  size_t count;
  bool several; /* of a DIMENSION_LIST: a dimension has several scales, and only their sequences tell all */
};

/* A dtype, a shape, and values where they are at hand. */
struct h5value {
  const char *dtype;
  const int64_t *shape;
  uint32_t ndim;
  uint64_t nbytes;
  const void *data;                /* NULL: still in the file */
  const struct h5targets *targets; /* an attribute's, from which the rest will be made; else NULL */
};

/* A dataset of elements of any length, which becomes a group of several arrays: docs/format.md, "Ragged arrays". The node's
 * value has the shape of the dataset, and the bytes of all arrays. */
struct h5ragged {
  uint64_t count; /* elements */
  struct h5column *column;
};

/* Where the bytes of a dataset lie, one after the other as they will in memory: see h5copy.h. */
struct h5extent {
  int fd; /* borrowed from HDF5 */
  uint64_t offset;
};

struct h5attribute {
  struct h5attribute *next;
  const char *name;
  struct h5value value;
  bool later; /* it is to be read when all objects are known */
};

enum h5kind {
  H5KIND_HARD, /* a link that was not looked at yet */
  H5KIND_SOFT, /* the same, by name: `target_path` */
  H5KIND_GROUP,
  H5KIND_DATASET,
  H5KIND_ALIAS,   /* another path to the dataset `target` */
  H5KIND_SKIPPED, /* not in the project: a note tells why */
  H5KIND_LEFT_OUT /* not asked for */
};

/* A link of the file, and the object behind it. */
struct h5node {
  enum h5kind kind;
  const char *path;   /* "b/b1"; "" for the root */
  uint64_t address;   /* of the object in the file, see H5PLAN_FILE_SHIFT */
  size_t parent;      /* the group that it is in */
  size_t first_child; /* GROUP: what is in it are nodes in a row */
  size_t child_count;
  const char *target_path;        /* SOFT, and what becomes of it */
  const char *target_file;        /* the same, of a link into another file; else NULL */
  bool leads_back;                /* SOFT: that other file is the one that is loaded, which HDF5 opens but once */
  size_t target;                  /* ALIAS: a node */
  struct h5value value;           /* DATASET */
  struct h5ragged *ragged;        /* DATASET: not NULL where its elements have any length */
  bool outside;                   /* DATASET: its data lies elsewhere, see h5outside.h */
  bool in_files;                  /* and sources of it in other files, see h5virtual.h */
  const struct h5extent *extent;  /* DATASET: or NULL */
  uint64_t chunk_nbytes;          /* DATASET: of one chunk, where chunks are to be read as a whole; else 0 */
  struct h5attribute *attributes; /* GROUP, DATASET */
  struct h5attribute **attribute_end;
  bool has_later; /* among them */
  uint32_t array; /* DATASET: its number in the builder, once it has one */
};

/* Something of the file that is not in the project. */
struct h5skip {
  struct h5skip *next;
  const char *of;   /* the path as it was given, the same pointer */
  const char *path; /* printable; an attribute is "b/b1@units" */
  const char *reason;
};

struct h5plan {
  bool native_endian;   /* big-endian numbers become those of the machine */
  const char *file;     /* the file's path, absolute */
  const char *folder;   /* that it is in */
  uint32_t outside;     /* a cshm_hdf5_outside */
  struct h5node *nodes; /* a group lies before what is in it; node 0 is the root */
  size_t node_count;
  size_t node_capacity;
  struct h5skip *skips;
  struct h5skip **skip_end;
  size_t skip_count;
  const struct h5select *select; /* what is asked for; NULL: everything */
  size_t left_out;               /* objects that were not */
  size_t *slots;                 /* address -> node + 1 */
  size_t slot_count;
  size_t slot_used;
  struct h5block *blocks; /* memory of all the strings and values */
};

void cshm__h5_plan_begin(struct h5plan *plan);
void cshm__h5_plan_end(struct h5plan *plan); /* twice is fine */

/* Memory that lives as long as the plan, aligned for anything, zeroed. NULL: there is none left. */
void *cshm__h5_plan_alloc(struct h5plan *plan, size_t size);
char *cshm__h5_plan_copy(struct h5plan *plan, const char *text);

/* The text with every byte that is not UTF-8 written as \xNN. */
char *cshm__h5_plan_printable(struct h5plan *plan, const char *text);

/* `group`/`name`, or `name` in the root. */
char *cshm__h5_plan_join(struct h5plan *plan, const char *group, const char *name);

/* A new node, H5KIND_HARD. Pointers to nodes are invalid after it. CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_plan_node(struct h5plan *plan, const char *path, uint64_t address, size_t *number);

/* The node that was entered for an address, or H5PLAN_NONE; and to enter one. CSHM_ERR_NO_MEMORY. */
size_t cshm__h5_plan_at(const struct h5plan *plan, uint64_t address);
cshm_status cshm__h5_plan_enter(struct h5plan *plan, uint64_t address, size_t node);

/* A new attribute at the end of the node's. What `value` points to must live as long as the plan. CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_plan_attribute(struct h5plan *plan, size_t node, const char *name, const struct h5value *value);

/* Notes that `path` (and `attribute` of it, or NULL) is not in the project. CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_plan_skip(struct h5plan *plan, const char *path, const char *attribute, const char *reason);

/* The same for a node, which becomes H5KIND_SKIPPED. */
cshm_status cshm__h5_plan_drop(struct h5plan *plan, size_t node, const char *reason);

/* The bytes of data that the plan's datasets hold. */
uint64_t cshm__h5_plan_nbytes(const struct h5plan *plan);

#endif
