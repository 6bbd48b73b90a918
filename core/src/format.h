/* SPDX-License-Identifier: MIT */
/*
 * format: the bytes of a segment, as docs/format.md promises them. Little-endian, fixed widths, no pointers.
 *
 *     0        +-----------------------------+
 *              | header             4096 B   |  format_header; only `state` changes after publish
 *     4096     +-----------------------------+
 *              | index                       |  format_index, then its tables
 *              |   nodes arrays dtypes ...   |
 *              |   strings blobs             |
 *     control  +-----------------------------+  page-aligned: what is below is never writable
 *              | control blocks, 64 B each   |  one for each array, zero for now
 *     data     +-----------------------------+
 *              | arrays                      |  64-byte aligned, page-aligned from 64 KiB up, ascending
 *     size     +-----------------------------+  a whole number of pages
 */
#ifndef CUTESHM_FORMAT_H
#define CUTESHM_FORMAT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define FORMAT_MAGIC "CUTESHM\n"
#define FORMAT_PAGE 4096u
#define FORMAT_CONTROL_SIZE 64u
#define FORMAT_DATA_ALIGN 64u
#define FORMAT_PAGE_ALIGN_FROM 65536u
#define FORMAT_BLOB_ALIGN 16u
#define FORMAT_NONE UINT32_MAX

/* What a segment is. FILLED is garbage unless a manifest points to it; RETIRED was overwritten or unlinked. */
enum format_state { FORMAT_FILLED = 1, FORMAT_PUBLISHED = 2, FORMAT_RETIRED = 3 };

#define FORMAT_SEALED 1u /* in flags: a memfd that nobody can change, cut or grow, and that is in no store */

struct format_header {
  char magic[8];         /* FORMAT_MAGIC */
  uint16_t major;        /* CSHM_FORMAT_MAJOR */
  uint16_t minor;        /* CSHM_FORMAT_MINOR: additions that an older reader may ignore */
  uint32_t header_size;  /* 4096 */
  uint64_t generation;   /* random, never 0 */
  uint64_t segment_size; /* of the whole file */
  uint64_t index_offset; /* 4096 */
  uint64_t index_size;
  uint64_t control_offset;
  uint64_t control_size; /* 64 times the number of arrays */
  uint64_t data_offset;
  uint64_t data_size;      /* up to the last array's end */
  uint64_t index_checksum; /* XXH3-64 of the index's bytes */
  uint64_t created_ns;     /* since 1970-01-01 UTC */
  uint32_t lifetime;       /* a cshm_lifetime */
  uint32_t flags;          /* FORMAT_SEALED or 0 */
  char prefix[40];         /* of the store's manifests, NUL-padded; empty: "cute-shm." */
  unsigned char padding[112];
  char project[256]; /* NUL-padded */
  char root[3072];   /* the store's directory, NUL-padded */
  unsigned char unused[440];
  uint64_t header_checksum; /* XXH3-64 of all bytes before this one */
  uint32_t state;           /* an enum format_state, in a cache line of its own */
  uint32_t state_reserved[15];
};

/* A table of the index: offset in bytes from the index's beginning, and how many records (bytes for strings, blobs). */
struct format_table {
  uint64_t offset;
  uint64_t count;
};

struct format_index {
  struct format_table nodes;      /* format_node, in tree order: a group, then all below it */
  struct format_table arrays;     /* format_array, data ascending */
  struct format_table dtypes;     /* format_dtype, each text once */
  struct format_table attributes; /* format_attribute, those of one node together */
  struct format_table notes;      /* format_note */
  struct format_table extents;    /* int64: shapes and strides */
  struct format_table slots;      /* uint32: hash table of paths, a power of two, node number + 1 or 0 */
  struct format_table strings;    /* UTF-8, each followed by a NUL */
  struct format_table blobs;      /* values of attributes, each 16-byte aligned */
};

struct format_node {
  uint32_t kind;   /* a cshm_node_kind */
  uint32_t parent; /* the root is its own */
  uint32_t end;    /* first node after it and all below it */
  uint32_t array;  /* number of its array, or FORMAT_NONE; an alias shares another node's array */
  uint32_t path;   /* in strings */
  uint32_t path_length;
  uint32_t name_start; /* where in the path its own name begins */
  uint32_t hash;       /* low half of the XXH3-64 of the path; slots are probed one by one from hash */
  uint32_t attribute_first;
  uint32_t attribute_count;
};

struct format_array {
  uint64_t offset; /* from the segment's beginning */
  uint64_t nbytes;
  uint32_t node; /* the node that declared it */
  uint32_t dtype;
  uint32_t ndim;
  uint32_t order;   /* a cshm_order */
  uint32_t extents; /* ndim lengths, then ndim strides in bytes */
  uint32_t reserved;
};

struct format_dtype {
  uint64_t itemsize;
  uint32_t text; /* in strings */
  uint32_t text_length;
  uint32_t kind;       /* as in cshm_dtype */
  uint32_t byte_order; /* as in cshm_dtype */
  uint32_t swapped;    /* 1: it, or a field of it, is big-endian */
  uint32_t reserved;
};

struct format_attribute {
  uint64_t value; /* in blobs */
  uint64_t nbytes;
  uint32_t node;
  uint32_t name; /* in strings */
  uint32_t name_length;
  uint32_t dtype;
  uint32_t ndim;
  uint32_t extents; /* ndim lengths */
};

struct format_note {
  uint32_t kind; /* a cshm_note_kind */
  uint32_t key;  /* in strings */
  uint32_t key_length;
  uint32_t text; /* in strings */
  uint32_t text_length;
  uint32_t reserved;
};

static_assert(sizeof(struct format_header) == FORMAT_PAGE, "the header is a page");
static_assert(offsetof(struct format_header, flags) == 100, "promised by docs/format.md");
static_assert(offsetof(struct format_header, prefix) == 104, "promised by docs/format.md");
static_assert(offsetof(struct format_header, project) == 256, "promised by docs/format.md");
static_assert(offsetof(struct format_header, root) == 512, "promised by docs/format.md");
static_assert(offsetof(struct format_header, header_checksum) == 4024, "promised by docs/format.md");
static_assert(offsetof(struct format_header, state) == 4032, "promised by docs/format.md");
static_assert(sizeof(struct format_index) == 144, "promised by docs/format.md");
static_assert(sizeof(struct format_node) == 40, "promised by docs/format.md");
static_assert(sizeof(struct format_array) == 40, "promised by docs/format.md");
static_assert(sizeof(struct format_dtype) == 32, "promised by docs/format.md");
static_assert(sizeof(struct format_attribute) == 40, "promised by docs/format.md");
static_assert(sizeof(struct format_note) == 24, "promised by docs/format.md");

#endif
