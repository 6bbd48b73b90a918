/* SPDX-License-Identifier: MIT */
/*
 * tree: a project while it is being declared. Groups, arrays, attributes and notes, kept in the pools and records that the
 * index is then made of.
 */
#ifndef CUTESHM_TREE_H
#define CUTESHM_TREE_H

#include "format.h"
#include "pool.h"
#include "tree_table.h"

#include <cuteshm/cuteshm.h>
#include <stddef.h>
#include <stdint.h>

#define TREE_MAX_NODES (1u << 30)
#define TREE_MAX_BYTES ((uint64_t)1 << 62)

/* A node in order of declaration; 0 is the root. Links are numbers of nodes, FORMAT_NONE at the end. */
struct tree_node {
  uint32_t kind; /* a cshm_node_kind */
  uint32_t parent;
  uint32_t first_child;
  uint32_t last_child;
  uint32_t next_sibling;
  uint32_t array; /* or FORMAT_NONE */
  uint32_t path;  /* in strings */
  uint32_t path_length;
  uint32_t name_start;
  uint32_t hash;
  uint32_t first_attribute; /* linked by next */
  uint32_t last_attribute;
  uint32_t attribute_count;
};

struct tree_attribute {
  struct format_attribute record; /* node: in order of declaration */
  uint32_t next;
};

/* A growing array of records of one size. */
struct records {
  struct pool pool;
  uint32_t count;
};

struct tree {
  struct records nodes;      /* tree_node */
  struct records arrays;     /* format_array: node in order of declaration, offset not yet set */
  struct records dtypes;     /* format_dtype */
  struct records attributes; /* tree_attribute */
  struct records notes;      /* format_note */
  struct pool extents;       /* int64 */
  struct pool strings;
  struct pool blobs;
  uint64_t nbytes; /* of all arrays */
  uint32_t *slots; /* hash table of paths: node number + 1, or 0 */
  uint32_t slot_count;
  struct tree_table dtype_table;     /* by text */
  struct tree_table attribute_table; /* by node and name */
};

/* An empty tree: the root group. Ends with cshm__tree_free, also after a failure. */
cshm_status cshm__tree_init(struct tree *tree, cshm_error *err);
void cshm__tree_free(struct tree *tree);

/* The node at a path, or FORMAT_NONE. */
uint32_t cshm__tree_find(const struct tree *tree, const char *path);

struct tree_node *cshm__tree_node(const struct tree *tree, uint32_t number);

/* What cshm_builder_group, _array, _alias, _attribute and _note say. A failure changes nothing that is seen. */
cshm_status cshm__tree_group(struct tree *tree, const char *path, cshm_error *err);
cshm_status cshm__tree_array(struct tree *tree, const char *path, const char *dtype, uint32_t ndim,
                             const int64_t *shape, uint32_t order, uint32_t *array, cshm_error *err);
cshm_status cshm__tree_alias(struct tree *tree, const char *path, uint32_t array, cshm_error *err);

/* An attribute's value: dtype, shape and bytes. */
struct tree_value {
  const char *dtype;
  uint32_t ndim;
  const int64_t *shape;
  const void *data;
  uint64_t nbytes;
};

cshm_status cshm__tree_attribute(struct tree *tree, const char *path, const char *name, const struct tree_value *value,
                                 cshm_error *err);
cshm_status cshm__tree_note(struct tree *tree, uint32_t kind, const char *key, const char *text, cshm_error *err);

#endif
