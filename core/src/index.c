/* SPDX-License-Identifier: MIT */
/* Trust in a segment begins here: every number is checked against the real size of the file before any is used. */
#include "index.h"

#include "dtype.h"
#include "error.h"
#include "hash.h"
#include "utf8.h"

#include <stdbool.h>
#include <string.h>

#define MAX_RECORDS (1u << 30)

static cshm_status corrupt(const char *name, const char *what, cshm_error *err) {
  return cshm__fail(err, CSHM_ERR_CORRUPT, 0, "segment %s is damaged: %s; unlink the project and create it again", name,
                    what);
}

/* ---- header ---- */

static bool inside(uint64_t offset, uint64_t length, uint64_t size) {
  return offset <= size && length <= size - offset;
}

/* What is wrong with the places of the segment's parts, or NULL. */
static const char *wrong_places(const struct format_header *h) {
  if (h->index_offset != FORMAT_PAGE || h->index_size < sizeof(struct format_index)) return "its index is out of place";
  if (!inside(h->index_offset, h->index_size, h->control_offset)) return "its index reaches into its control blocks";
  if (h->control_offset % FORMAT_PAGE != 0) return "its control blocks are not aligned";
  if (!inside(h->control_offset, h->control_size, h->data_offset)) return "its control blocks reach into its data";
  if (h->data_offset % FORMAT_DATA_ALIGN != 0) return "its data is not aligned";
  if (!inside(h->data_offset, h->data_size, h->segment_size)) return "its data reaches past its end";
  return NULL;
}

static bool is_string(const char *text, size_t size) {
  const char *end = memchr(text, '\0', size);
  return end && cshm__utf8_valid(text, (size_t)(end - text));
}

static const char *wrong_header(const struct format_header *h) {
  if (h->header_checksum != cshm__hash_bytes(h, offsetof(struct format_header, header_checksum)))
    return "its header's checksum is wrong";
  if (h->header_size != FORMAT_PAGE) return "its header has another size";
  if (h->generation == 0) return "it has no generation";
  if (!is_string(h->project, CSHM_MAX_PROJECT_NAME + 1) || !is_string(h->root, sizeof h->root))
    return "its project or store is too long, or not UTF-8";
  if (!is_string(h->prefix, sizeof h->prefix) || strchr(h->prefix, '/')) return "its store's prefix is not one";
  return wrong_places(h);
}

cshm_status cshm__header_check(const struct format_header *header, uint64_t size, const char *name, cshm_error *err) {
  if (memcmp(header->magic, FORMAT_MAGIC, sizeof header->magic) != 0)
    return cshm__fail(
        err, CSHM_ERR_CORRUPT, 0,
        "segment %s has a wrong magic number: it was not made by cute-shm, or its beginning was overwritten", name);
  if (header->major > CSHM_FORMAT_MAJOR)
    return cshm__fail(
        err, CSHM_ERR_VERSION, 0,
        "segment %s has format version %u, and this library (%s) reads up to %u: it was written by a newer "
        "cute-shm; upgrade this one",
        name, header->major, CSHM_VERSION_STRING, CSHM_FORMAT_MAJOR);
  if (header->major < CSHM_FORMAT_MAJOR) return corrupt(name, "its format version does not exist", err);
  const char *wrong = wrong_header(header);
  if (wrong) return corrupt(name, wrong, err);
  if (header->segment_size > size)
    return cshm__fail(
        err, CSHM_ERR_CORRUPT, 0,
        "segment %s is truncated: it should have %llu bytes and has %llu; unlink the project and create it again", name,
        (unsigned long long)header->segment_size, (unsigned long long)size);
  return CSHM_OK;
}

/* ---- tables ---- */

static const void *table(const unsigned char *index, uint64_t size, struct format_table place, size_t record,
                         size_t align) {
  if (place.count > MAX_RECORDS && record > 1) return NULL;
  if (place.count > UINT32_MAX || place.offset % align != 0) return NULL;
  if (!inside(place.offset, place.count * record, size)) return NULL;
  return index + place.offset;
}

static const char *open_tables(struct index *x) {
  const unsigned char *at = x->base + x->header->index_offset;
  const struct format_index *f = (const struct format_index *)(const void *)at;
  uint64_t size = x->header->index_size;
  x->nodes = table(at, size, f->nodes, sizeof *x->nodes, 8);
  x->arrays = table(at, size, f->arrays, sizeof *x->arrays, 8);
  x->dtypes = table(at, size, f->dtypes, sizeof *x->dtypes, 8);
  x->attributes = table(at, size, f->attributes, sizeof *x->attributes, 8);
  x->notes = table(at, size, f->notes, sizeof *x->notes, 8);
  x->extents = table(at, size, f->extents, sizeof *x->extents, 8);
  x->slots = table(at, size, f->slots, sizeof *x->slots, 8);
  x->strings = table(at, size, f->strings, 1, 8);
  x->blobs = table(at, size, f->blobs, 1, FORMAT_BLOB_ALIGN);
  if (!x->nodes || !x->arrays || !x->dtypes || !x->attributes || !x->notes || !x->extents || !x->slots || !x->strings ||
      !x->blobs)
    return "a table of its index is out of place";
  x->node_count = (uint32_t)f->nodes.count;
  x->array_count = (uint32_t)f->arrays.count;
  x->dtype_count = (uint32_t)f->dtypes.count;
  x->attribute_count = (uint32_t)f->attributes.count;
  x->note_count = (uint32_t)f->notes.count;
  x->slot_mask = (uint32_t)f->slots.count - 1;
  x->extent_count = f->extents.count;
  x->string_size = f->strings.count;
  x->blob_size = f->blobs.count;
  if (x->node_count == 0) return "it has no root group";
  if (f->slots.count <= x->node_count || (f->slots.count & (f->slots.count - 1)) != 0)
    return "its table of paths has a wrong size";
  if (x->header->control_size != (uint64_t)x->array_count * FORMAT_CONTROL_SIZE)
    return "it has a wrong number of control blocks";
  return NULL;
}

/* Whether a whole string lies there. That all strings are UTF-8 was checked in one go. */
static bool string_at(const struct index *x, uint32_t offset, uint32_t length) {
  return (uint64_t)offset + length < x->string_size && (offset == 0 || x->strings[offset - 1] == '\0') &&
         x->strings[offset + length] == '\0' && memchr(x->strings + offset, '\0', length) == NULL;
}

/* ---- records ---- */

static const char *check_strings(const struct index *x) {
  return cshm__utf8_valid(x->strings, (size_t)x->string_size) ? NULL : "a name is not UTF-8";
}

static const char *check_dtypes(const struct index *x) {
  for (uint32_t i = 0; i < x->dtype_count; i++) {
    const struct format_dtype *d = &x->dtypes[i];
    cshm_dtype parts = CSHM_DTYPE_INIT;
    bool swapped;
    if (!string_at(x, d->text, d->text_length)) return "a dtype is out of place";
    if (cshm__dtype_parse(x->strings + d->text, d->text_length, &parts, &swapped, NULL) != CSHM_OK)
      return "a dtype is not understood";
    if (parts.itemsize != d->itemsize || parts.kind != d->kind || parts.byte_order != d->byte_order ||
        swapped != d->swapped)
      return "a dtype contradicts itself";
  }
  return NULL;
}

static const char *check_shape(const struct index *x, const struct format_array *a) {
  int64_t strides[CSHM_MAX_NDIM];
  uint64_t nbytes;
  if (a->dtype >= x->dtype_count) return "an array has no dtype";
  if (a->order > CSHM_ORDER_FORTRAN || a->ndim > CSHM_MAX_NDIM) return "an array has an impossible order or rank";
  if (!inside(a->extents, 2 * (uint64_t)a->ndim, x->extent_count)) return "an array's shape is out of place";
  const int64_t *shape = x->extents + a->extents;
  uint64_t itemsize = x->dtypes[a->dtype].itemsize;
  if (cshm__shape_nbytes(a->ndim, shape, itemsize, &nbytes, NULL) != CSHM_OK || nbytes != a->nbytes)
    return "an array's shape contradicts its size";
  cshm__shape_strides(a->ndim, shape, itemsize, a->order, strides);
  if (memcmp(strides, shape + a->ndim, a->ndim * sizeof *strides) != 0)
    return "an array's strides contradict its shape";
  return NULL;
}

/* What was right for one is right for its neighbour that shares its shape. */
static bool is_alike(const struct format_array *a, const struct format_array *b) {
  return a->extents == b->extents && a->ndim == b->ndim && a->dtype == b->dtype && a->order == b->order &&
         a->nbytes == b->nbytes;
}

/* Data ascends and does not overlap. */
static const char *check_arrays(const struct index *x) {
  const uint64_t data_end = x->header->data_offset + x->header->data_size;
  uint64_t end = x->header->data_offset;
  for (uint32_t i = 0; i < x->array_count; i++) {
    const struct format_array *a = &x->arrays[i];
    if (a->node >= x->node_count || x->nodes[a->node].array != i) return "an array has no node";
    const char *wrong = i > 0 && is_alike(a, a - 1) ? NULL : check_shape(x, a);
    if (wrong) return wrong;
    if (a->offset % FORMAT_DATA_ALIGN != 0 || a->offset < end || !inside(a->offset, a->nbytes, data_end))
      return "an array's data is out of place";
    end = a->offset + a->nbytes;
  }
  return NULL;
}

static const char *check_attributes(const struct index *x) {
  for (uint32_t i = 0; i < x->attribute_count; i++) {
    const struct format_attribute *a = &x->attributes[i];
    uint64_t nbytes;
    if (a->node >= x->node_count || a->dtype >= x->dtype_count || a->ndim > CSHM_MAX_NDIM ||
        !string_at(x, a->name, a->name_length) || !inside(a->extents, a->ndim, x->extent_count))
      return "an attribute is out of place";
    if (cshm__shape_nbytes(a->ndim, x->extents + a->extents, x->dtypes[a->dtype].itemsize, &nbytes, NULL) != CSHM_OK ||
        nbytes != a->nbytes)
      return "an attribute's shape contradicts its size";
    if (a->value % FORMAT_BLOB_ALIGN != 0 || !inside(a->value, a->nbytes, x->blob_size))
      return "an attribute's value is out of place";
  }
  return NULL;
}

static const char *check_notes(const struct index *x) {
  for (uint32_t i = 0; i < x->note_count; i++) {
    const struct format_note *n = &x->notes[i];
    if (!string_at(x, n->key, n->key_length) || !string_at(x, n->text, n->text_length)) return "a note is out of place";
  }
  return NULL;
}

/* A mark in every byte that is zero: exact up to the lowest one. */
static uint64_t zero_bytes(uint64_t word) {
  return (word - UINT64_C(0x0101010101010101)) & ~word & UINT64_C(0x8080808080808080);
}

/* Whether eight bytes hold neither "/" nor NUL. */
static bool is_plain(uint64_t word) {
  return (zero_bytes(word) | zero_bytes(word ^ UINT64_C(0x2F2F2F2F2F2F2F2F))) == 0;
}

/* Whether the first NUL of a text comes after `length` bytes, and no "/" before. `room`: bytes that can be read, more. */
static bool is_name(const char *text, uint64_t length, uint64_t room) {
  uint64_t word;
  for (; room >= sizeof word; text += sizeof word, length -= sizeof word, room -= sizeof word) {
    memcpy(&word, text, sizeof word);
    if (length < sizeof word) return is_plain(word | UINT64_MAX << 8 * length) && text[length] == '\0';
    if (!is_plain(word)) return false;
  }
  for (; length > 0; text++, length--)
    if (*text == '/' || *text == '\0') return false;
  return *text == '\0';
}

/* A node's path must be its parent's path, which was checked before, and a name. */
static bool path_fits(const struct index *x, const struct format_node *n, const struct format_node *parent) {
  const uint32_t above = parent->path_length, start = above == 0 ? 0 : above + 1;
  const uint64_t end = (uint64_t)n->path + n->path_length;
  if (end >= x->string_size || n->name_start != start || start >= n->path_length) return false;
  const char *path = x->strings + n->path;
  return (n->path == 0 || path[-1] == '\0') && memcmp(path, x->strings + parent->path, above) == 0 &&
         (above == 0 || path[above] == '/') &&
         is_name(path + start, n->path_length - start, x->string_size - n->path - start);
}

static const char *check_node(const struct index *x, uint32_t number, uint32_t parent) {
  const struct format_node *n = &x->nodes[number];
  if (n->parent != parent || n->end <= number || n->end > x->nodes[parent].end) return "its tree is not a tree";
  if (!path_fits(x, n, &x->nodes[parent])) return "a path is out of place";
  if (!inside(n->attribute_first, n->attribute_count, x->attribute_count))
    return "a node's attributes are out of place";
  if (n->kind == CSHM_GROUP && n->array == FORMAT_NONE) return NULL;
  if (n->kind == CSHM_ARRAY && n->array < x->array_count && n->end == number + 1) return NULL;
  return "a node is neither a group nor an array";
}

/* Nodes come in tree order, so the parent of each is the innermost group that has not ended. */
static const char *check_nodes(const struct index *x) {
  const struct format_node *root = &x->nodes[0];
  const char *wrong = NULL;
  if (root->kind != CSHM_GROUP || root->parent != 0 || root->end != x->node_count || root->path_length != 0 ||
      root->name_start != 0 || root->array != FORMAT_NONE || !string_at(x, root->path, 0) ||
      !inside(root->attribute_first, root->attribute_count, x->attribute_count))
    return "its root group is damaged";
  uint32_t group = 0;
  for (uint32_t i = 1; i < x->node_count && !wrong; i++) {
    while (x->nodes[group].end <= i)
      group = x->nodes[group].parent;
    wrong = check_node(x, i, group);
    if (x->nodes[i].kind == CSHM_GROUP) group = i;
  }
  return wrong;
}

/* A search ends at an empty slot: there must be one. No branches, so that the compiler takes several at once. */
static const char *check_slots(const struct index *x) {
  const size_t count = (size_t)x->slot_mask + 1;
  const uint32_t *slots = x->slots, nodes = x->node_count;
  uint32_t empty = 0, wrong = 0; /* its highest bit: a number is larger than node_count, which lacks that bit */
  for (size_t i = 0; i < count; i++) {
    empty += slots[i] == 0;
    wrong |= slots[i] | (nodes - slots[i]);
  }
  return count - empty == nodes && wrong >> 31 == 0 ? NULL : "its table of paths is damaged";
}

/* Each may trust what those before it have checked. (A table also keeps them apart: what follows several tests for an error
 * is taken for unlikely by gcc, which then spares its pains: these loops would be twice as slow.) */
static const char *(*const checks[])(const struct index *x) = {
    check_strings, check_dtypes, check_nodes, check_arrays, check_slots, check_attributes, check_notes};

static const char *check_index(struct index *x) {
  if (x->header->index_checksum != cshm__hash_bytes(x->base + x->header->index_offset, x->header->index_size))
    return "its index's checksum is wrong";
  const char *wrong = open_tables(x);
  for (size_t i = 0; i < sizeof checks / sizeof *checks && !wrong; i++)
    wrong = checks[i](x);
  return wrong;
}

cshm_status cshm__index_open(const void *base, uint64_t size, const char *name, struct index *index, cshm_error *err) {
  if (size < FORMAT_PAGE)
    return cshm__fail(err, CSHM_ERR_CORRUPT, 0, "segment %s is truncated: it has %llu bytes, and a header alone has %u",
                      name, (unsigned long long)size, FORMAT_PAGE);
  cshm_status status = cshm__header_check(base, size, name, err);
  if (status) return status;
  memset(index, 0, sizeof *index);
  index->base = base;
  index->header = base;
  const char *wrong = check_index(index);
  return wrong ? corrupt(name, wrong, err) : CSHM_OK;
}

uint32_t cshm__index_find(const struct index *index, const char *path) {
  if (path[0] == '/') path++;
  if (path[0] == '\0') return 0; /* the root is always found, whatever a hostile table says */
  size_t length = strlen(path);
  uint32_t hash = cshm__hash_path(path, length);
  for (uint32_t i = hash & index->slot_mask; index->slots[i] != 0; i = (i + 1) & index->slot_mask) {
    const struct format_node *node = &index->nodes[index->slots[i] - 1];
    if (node->hash == hash && node->path_length == length && memcmp(index->strings + node->path, path, length) == 0)
      return index->slots[i] - 1;
  }
  return FORMAT_NONE;
}
