/* SPDX-License-Identifier: MIT */
#include "tree_private.h"

#include "error.h"
#include "hash.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 64u

/* ---- records and strings ---- */

cshm_status cshm__tree_record(struct records *records, const void *record, size_t size, uint32_t *number,
                              cshm_error *err) {
  uint32_t offset;
  cshm_status status = cshm__pool_add(&records->pool, record, size, 1, &offset, err);
  if (status) return status;
  *number = records->count++;
  return CSHM_OK;
}

/* Each string is followed by a NUL, so that it can be handed out as it lies there. */
cshm_status cshm__tree_string(struct tree *tree, const char *text, size_t length, uint32_t *offset, cshm_error *err) {
  cshm_status status = cshm__pool_add(&tree->strings, NULL, length + 1, 1, offset, err);
  if (status == CSHM_OK) memcpy(tree->strings.data + *offset, text, length);
  return status;
}

struct tree_node *cshm__tree_node(const struct tree *tree, uint32_t number) {
  return (struct tree_node *)(void *)tree->nodes.pool.data + number;
}

/* ---- the hash table of paths ---- */

static const char *node_path(const struct tree *tree, const struct tree_node *node) {
  return (const char *)tree->strings.data + node->path;
}

/* The slot where a path is, or would be. */
static uint32_t *slot_for(const struct tree *tree, const char *path, size_t length, uint32_t hash) {
  uint32_t mask = tree->slot_count - 1;
  for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
    if (tree->slots[i] == 0) return &tree->slots[i];
    const struct tree_node *node = cshm__tree_node(tree, tree->slots[i] - 1);
    if (node->hash == hash && node->path_length == length && memcmp(node_path(tree, node), path, length) == 0)
      return &tree->slots[i];
  }
}

static uint32_t find(const struct tree *tree, const char *path, size_t length) {
  return *slot_for(tree, path, length, cshm__hash_path(path, length)) - 1; /* an empty slot gives FORMAT_NONE */
}

uint32_t cshm__tree_find(const struct tree *tree, const char *path) {
  if (path[0] == '/') path++;
  return find(tree, path, strlen(path));
}

/* Keeps at least half of the slots empty. */
static cshm_status make_room(struct tree *tree, cshm_error *err) {
  if (tree->nodes.count < tree->slot_count / 2) return CSHM_OK;
  uint32_t count = tree->slot_count ? tree->slot_count * 2 : FIRST_SLOTS;
  uint32_t *slots = calloc(count, sizeof *slots);
  if (!slots) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for a table of %u paths", count);
  free(tree->slots);
  tree->slots = slots;
  tree->slot_count = count;
  for (uint32_t i = 0; i < tree->nodes.count; i++) {
    const struct tree_node *node = cshm__tree_node(tree, i);
    *slot_for(tree, node_path(tree, node), node->path_length, node->hash) = i + 1;
  }
  return CSHM_OK;
}

/* ---- nodes ---- */

static cshm_status check_name(const char *path, const char *name, size_t length, cshm_error *err) {
  const char *why = NULL;
  if (length == 0) why = "a name is empty";
  if (length == 1 && name[0] == '.') why = "\".\" is not a name";
  if (length > CSHM_MAX_NAME) why = "a name is longer than 1024 bytes";
  if (!why && !cshm__utf8_valid(name, length)) why = "a name is not UTF-8";
  if (why)
    return cshm__fail(err, CSHM_ERR_BAD_NAME, 0, "path \"%.300s%s\" is not allowed: %s", path,
                      strlen(path) > 300 ? "..." : "", why);
  return CSHM_OK;
}

/* Every name of a path. Checked as a whole before anything of it is added. */
static cshm_status check_path(const char *path, size_t length, cshm_error *err) {
  if (length > CSHM_MAX_PATH)
    return cshm__fail(err, CSHM_ERR_BAD_NAME, 0, "path \"%.60s...\" is not allowed: %zu bytes, at most %d", path,
                      length, CSHM_MAX_PATH);
  for (size_t start = 0; start <= length;) {
    const char *slash = memchr(path + start, '/', length - start);
    size_t end = slash ? (size_t)(slash - path) : length;
    cshm_status status = check_name(path, path + start, end - start, err);
    if (status) return status;
    start = end + 1;
  }
  return CSHM_OK;
}

static cshm_status add_node(struct tree *tree, uint32_t kind, uint32_t parent, const char *path, size_t length,
                            uint32_t *number, cshm_error *err) {
  struct tree_node node = {.kind = kind,
                           .parent = parent,
                           .first_child = FORMAT_NONE,
                           .last_child = FORMAT_NONE,
                           .next_sibling = FORMAT_NONE,
                           .array = FORMAT_NONE,
                           .path_length = (uint32_t)length,
                           .hash = cshm__hash_path(path, length),
                           .first_attribute = FORMAT_NONE,
                           .last_attribute = FORMAT_NONE};
  if (tree->nodes.count >= TREE_MAX_NODES)
    return cshm__fail(err, CSHM_ERR_LIMIT, 0, "more than %u groups and arrays", TREE_MAX_NODES);
  for (size_t i = length; i > 0 && node.name_start == 0; i--)
    if (path[i - 1] == '/') node.name_start = (uint32_t)i;
  cshm_status status = make_room(tree, err);
  if (status) return status;
  status = cshm__tree_string(tree, path, length, &node.path, err);
  if (status) return status;
  status = cshm__tree_record(&tree->nodes, &node, sizeof node, number, err);
  if (status) return status;
  *slot_for(tree, path, length, node.hash) = *number + 1;
  if (*number == 0) return CSHM_OK; /* the root */
  struct tree_node *above = cshm__tree_node(tree, parent);
  if (above->last_child == FORMAT_NONE)
    above->first_child = *number;
  else
    cshm__tree_node(tree, above->last_child)->next_sibling = *number;
  above->last_child = *number;
  return CSHM_OK;
}

/* The group at the first `length` bytes of a path, made with those above it where they are missing. */
static cshm_status ensure_group(struct tree *tree, const char *path, size_t length, uint32_t *group, cshm_error *err) {
  uint32_t parent = 0;
  for (size_t end = 0; end < length;) {
    const char *slash = memchr(path + end + (end > 0), '/', length - end - (end > 0));
    end = slash ? (size_t)(slash - path) : length;
    uint32_t found = find(tree, path, end);
    if (found == FORMAT_NONE) {
      cshm_status status = add_node(tree, CSHM_GROUP, parent, path, end, &found, err);
      if (status) return status;
    } else if (cshm__tree_node(tree, found)->kind != CSHM_GROUP) {
      return cshm__fail(err, CSHM_ERR_EXISTS, 0, "\"%.*s\" is an array already: \"%s\" cannot lie in it or be it",
                        (int)end, path, path);
    }
    parent = found;
  }
  *group = parent;
  return CSHM_OK;
}

cshm_status cshm__tree_group(struct tree *tree, const char *path, cshm_error *err) {
  uint32_t group;
  if (path[0] == '/') path++;
  size_t length = strlen(path);
  if (length == 0) return CSHM_OK;
  cshm_status status = check_path(path, length, err);
  return status ? status : ensure_group(tree, path, length, &group, err);
}

cshm_status cshm__tree_leaf(struct tree *tree, const char *path, uint32_t *number, cshm_error *err) {
  uint32_t parent;
  if (path[0] == '/') path++;
  size_t length = strlen(path);
  cshm_status status = check_path(path, length, err);
  if (status) return status;
  uint32_t taken = find(tree, path, length);
  if (taken != FORMAT_NONE)
    return cshm__fail(err, CSHM_ERR_EXISTS, 0, "\"%s\" is %s already", path,
                      cshm__tree_node(tree, taken)->kind == CSHM_GROUP ? "a group" : "an array");
  const char *slash = strrchr(path, '/');
  status = ensure_group(tree, path, slash ? (size_t)(slash - path) : 0, &parent, err);
  return status ? status : add_node(tree, CSHM_ARRAY, parent, path, length, number, err);
}

/* ---- the whole ---- */

cshm_status cshm__tree_init(struct tree *tree, cshm_error *err) {
  uint32_t root;
  memset(tree, 0, sizeof *tree);
  return add_node(tree, CSHM_GROUP, 0, "", 0, &root, err);
}

void cshm__tree_free(struct tree *tree) {
  cshm__pool_free(&tree->nodes.pool);
  cshm__pool_free(&tree->arrays.pool);
  cshm__pool_free(&tree->dtypes.pool);
  cshm__pool_free(&tree->attributes.pool);
  cshm__pool_free(&tree->notes.pool);
  cshm__pool_free(&tree->extents);
  cshm__pool_free(&tree->strings);
  cshm__pool_free(&tree->blobs);
  cshm__table_free(&tree->dtype_table);
  cshm__table_free(&tree->attribute_table);
  free(tree->slots);
  memset(tree, 0, sizeof *tree);
}
