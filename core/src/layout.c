/* SPDX-License-Identifier: MIT */
#include "layout.h"

#include "error.h"
#include "hash.h"

#include <stdlib.h>
#include <string.h>

static uint64_t align_up(uint64_t value, uint64_t align) { return (value + align - 1) & ~(align - 1); }

/* Takes the next place for a table. */
static struct format_table place(uint64_t *end, uint64_t count, uint64_t record, uint64_t align) {
  struct format_table table = {.offset = align_up(*end, align), .count = count};
  *end = table.offset + count * record;
  return table;
}

static uint32_t slots_for(uint32_t nodes) {
  uint32_t count = 2;
  while (count < 2 * nodes)
    count *= 2;
  return count;
}

static uint64_t place_tables(const struct tree *tree, struct format_index *index) {
  uint64_t end = sizeof *index;
  index->nodes = place(&end, tree->nodes.count, sizeof(struct format_node), 8);
  index->arrays = place(&end, tree->arrays.count, sizeof(struct format_array), 8);
  index->dtypes = place(&end, tree->dtypes.count, sizeof(struct format_dtype), 8);
  index->attributes = place(&end, tree->attributes.count, sizeof(struct format_attribute), 8);
  index->notes = place(&end, tree->notes.count, sizeof(struct format_note), 8);
  index->extents = place(&end, tree->extents.size / sizeof(int64_t), sizeof(int64_t), 8);
  index->slots = place(&end, slots_for(tree->nodes.count), sizeof(uint32_t), 8);
  index->strings = place(&end, tree->strings.size, 1, 8);
  index->blobs = place(&end, tree->blobs.size, 1, FORMAT_BLOB_ALIGN);
  return align_up(end, 8);
}

/* The index being written: its bytes, and from declared numbers of nodes to those of the tree order. */
struct writer {
  const struct tree *tree;
  unsigned char *bytes;
  const struct format_index *places;
  uint32_t *number; /* of the node that was declared n-th */
};

static void *records(const struct writer *w, struct format_table table) { return w->bytes + table.offset; }

/* Walks the tree without recursion: first child, else next sibling of it or of the nearest that has one. */
static void number_nodes(struct writer *w) {
  struct format_node *nodes = records(w, w->places->nodes);
  uint32_t at = 0, next = 0;
  for (;;) {
    const struct tree_node *node = cshm__tree_node(w->tree, at);
    w->number[at] = next++;
    if (node->first_child != FORMAT_NONE) {
      at = node->first_child;
      continue;
    }
    nodes[w->number[at]].end = next;
    while (at != 0 && cshm__tree_node(w->tree, at)->next_sibling == FORMAT_NONE) {
      at = cshm__tree_node(w->tree, at)->parent;
      nodes[w->number[at]].end = next;
    }
    if (at == 0) return;
    at = cshm__tree_node(w->tree, at)->next_sibling;
  }
}

static void insert_slot(const struct writer *w, uint32_t hash, uint32_t number) {
  uint32_t *slots = records(w, w->places->slots);
  uint32_t mask = (uint32_t)w->places->slots.count - 1, i = hash & mask;
  while (slots[i] != 0)
    i = (i + 1) & mask;
  slots[i] = number + 1;
}

static void write_nodes(const struct writer *w) {
  struct format_node *nodes = records(w, w->places->nodes);
  for (uint32_t i = 0; i < w->tree->nodes.count; i++) {
    const struct tree_node *from = cshm__tree_node(w->tree, i);
    struct format_node *to = &nodes[w->number[i]];
    to->kind = from->kind;
    to->parent = w->number[from->parent];
    to->array = from->array;
    to->path = from->path;
    to->path_length = from->path_length;
    to->name_start = from->name_start;
    to->hash = from->hash;
    insert_slot(w, from->hash, w->number[i]);
  }
}

/* Those of one node together. An alias is pointed to the attributes of its array's own node afterwards. */
static void write_attributes(const struct writer *w) {
  struct format_node *nodes = records(w, w->places->nodes);
  struct format_attribute *to = records(w, w->places->attributes);
  const struct tree_attribute *from = (const struct tree_attribute *)(const void *)w->tree->attributes.pool.data;
  uint32_t next = 0;
  for (uint32_t i = 0; i < w->tree->nodes.count; i++) {
    struct format_node *node = &nodes[w->number[i]];
    node->attribute_first = next;
    node->attribute_count = cshm__tree_node(w->tree, i)->attribute_count;
    for (uint32_t a = cshm__tree_node(w->tree, i)->first_attribute; a != FORMAT_NONE; a = from[a].next) {
      to[next] = from[a].record;
      to[next++].node = w->number[i];
    }
  }
}

static void write_arrays(const struct writer *w, uint64_t data_offset, uint64_t *data_end) {
  struct format_node *nodes = records(w, w->places->nodes);
  struct format_array *arrays = records(w, w->places->arrays);
  *data_end = data_offset;
  for (uint32_t i = 0; i < w->tree->arrays.count; i++) {
    arrays[i].node = w->number[arrays[i].node];
    arrays[i].offset =
        align_up(*data_end, arrays[i].nbytes >= FORMAT_PAGE_ALIGN_FROM ? FORMAT_PAGE : FORMAT_DATA_ALIGN);
    *data_end = arrays[i].offset + arrays[i].nbytes;
  }
  for (uint32_t i = 0; i < w->tree->nodes.count; i++) {
    if (nodes[i].kind != CSHM_ARRAY) continue;
    const struct format_node *own = &nodes[arrays[nodes[i].array].node];
    nodes[i].attribute_first = own->attribute_first;
    nodes[i].attribute_count = own->attribute_count;
  }
}

static void copy(const struct writer *w, struct format_table table, const struct pool *pool) {
  if (pool->size > 0) memcpy(records(w, table), pool->data, pool->size);
}

static void write_index(struct writer *w, uint64_t data_offset, uint64_t *data_end) {
  memcpy(w->bytes, w->places, sizeof *w->places);
  copy(w, w->places->arrays, &w->tree->arrays.pool);
  copy(w, w->places->dtypes, &w->tree->dtypes.pool);
  copy(w, w->places->notes, &w->tree->notes.pool);
  copy(w, w->places->extents, &w->tree->extents);
  copy(w, w->places->strings, &w->tree->strings);
  copy(w, w->places->blobs, &w->tree->blobs);
  number_nodes(w);
  write_nodes(w);
  write_attributes(w);
  write_arrays(w, data_offset, data_end);
}

static void write_header(struct format_header *header, const struct layout_identity *identity) {
  memcpy(header->magic, FORMAT_MAGIC, sizeof header->magic);
  header->major = CSHM_FORMAT_MAJOR;
  header->minor = CSHM_FORMAT_MINOR;
  header->header_size = FORMAT_PAGE;
  header->generation = identity->generation;
  header->created_ns = identity->created_ns;
  header->lifetime = identity->lifetime;
  header->flags = identity->flags;
  memcpy(header->project, identity->project, strlen(identity->project));
  memcpy(header->root, identity->root, strlen(identity->root));
  memcpy(header->prefix, identity->prefix, strlen(identity->prefix));
  header->index_checksum = cshm__hash_bytes((unsigned char *)header + header->index_offset, header->index_size);
  header->header_checksum = cshm__hash_bytes(header, offsetof(struct format_header, header_checksum));
  header->state = FORMAT_FILLED;
}

cshm_status cshm__layout_make(const struct tree *tree, const struct layout_identity *identity, struct layout *layout,
                              cshm_error *err) {
  struct format_index places;
  uint64_t index_size = place_tables(tree, &places), data_end;
  uint64_t control_offset = align_up(FORMAT_PAGE + index_size, FORMAT_PAGE);
  uint64_t control_size = (uint64_t)tree->arrays.count * FORMAT_CONTROL_SIZE;
  unsigned char *head = calloc(1, (size_t)control_offset);
  uint32_t *number = calloc(tree->nodes.count, sizeof *number);
  if (!head || !number) {
    free(head);
    free(number);
    return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for an index of %llu bytes",
                      (unsigned long long)index_size);
  }
  struct writer writer = {tree, head + FORMAT_PAGE, &places, number};
  struct format_header *header = (struct format_header *)(void *)head;
  header->index_offset = FORMAT_PAGE;
  header->index_size = index_size;
  header->control_offset = control_offset;
  header->control_size = control_size;
  header->data_offset = align_up(control_offset + control_size, FORMAT_DATA_ALIGN);
  write_index(&writer, header->data_offset, &data_end);
  header->data_size = data_end - header->data_offset;
  header->segment_size = align_up(data_end, FORMAT_PAGE);
  write_header(header, identity);
  free(number);
  *layout = (struct layout){head, control_offset, header->segment_size};
  return CSHM_OK;
}
