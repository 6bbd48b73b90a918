/* SPDX-License-Identifier: MIT */
#include "h5savetree.h"

#include "h5saveragged.h"

#include <stdlib.h>
#include <string.h>

/* ---- which arrays are one -------------------------------------------------------------------------- */

struct place {
  uint64_t offset;
  uint32_t node;
};

static int compare_places(const void *left, const void *right) {
  const struct place *a = (const struct place *)left, *b = (const struct place *)right;
  if (a->offset != b->offset) return a->offset < b->offset ? -1 : 1;
  return (a->node > b->node) - (a->node < b->node);
}

static cshm_status find_first(struct h5savetree *tree, struct place *places, cshm_error *err) {
  size_t count = 0;
  for (uint32_t i = 0; i < tree->count; i++) {
    cshm_node node = CSHM_NODE_INIT;
    cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
    cshm_status status = cshm_node_at(tree->attachment, i, &node, err);
    tree->first[i] = i;
    tree->form[i] = node.kind == CSHM_GROUP ? H5FORM_GROUP : H5FORM_ARRAY;
    if (!status && node.kind == CSHM_ARRAY) status = cshm_attachment_view(tree->attachment, i, &view, err);
    if (status) return status;
    if (view.nbytes > 0) places[count++] = (struct place){view.offset, i};
  }
  qsort(places, count, sizeof *places, compare_places);
  for (size_t i = 1; i < count; i++)
    if (places[i].offset == places[i - 1].offset) tree->first[places[i].node] = tree->first[places[i - 1].node];
  return CSHM_OK;
}

/* ---- which groups are ragged arrays ---------------------------------------------------------------- */

static void take_ragged(struct h5savetree *tree) {
  for (uint32_t i = 0; i < tree->count; i++) {
    cshm_node node = CSHM_NODE_INIT;
    struct h5saveragged ragged;
    if (tree->form[i] != H5FORM_GROUP || cshm_node_at(tree->attachment, i, &node, NULL) || i == 0) continue;
    if (!cshm__h5_saveragged_begin(&ragged, tree->attachment, &node)) continue;
    bool again = tree->first[i + 1] < i && tree->form[tree->first[i + 1] - 1] == H5FORM_RAGGED;
    if (!again && !cshm__h5_saveragged_check(&ragged)) continue;
    tree->form[i] = H5FORM_RAGGED;
    tree->form[i + 1] = tree->form[i + 2] = H5FORM_NONE;
  }
}

static bool same_attributes(cshm_attachment attachment, uint32_t left, uint32_t right) {
  for (uint32_t i = 0;; i++) {
    cshm_attribute a = CSHM_ATTRIBUTE_INIT, b = CSHM_ATTRIBUTE_INIT;
    cshm_status ended = cshm_attribute_at(attachment, left, i, &a, NULL);
    if (cshm_attribute_at(attachment, right, i, &b, NULL) != ended) return false;
    if (ended) return true;
    if (strcmp(a.name, b.name) != 0 || strcmp(a.dtype, b.dtype) != 0 || a.ndim != b.ndim || a.nbytes != b.nbytes ||
        (a.ndim > 0 && memcmp(a.shape, b.shape, a.ndim * sizeof *a.shape) != 0) ||
        (a.nbytes > 0 && memcmp(a.data, b.data, (size_t)a.nbytes) != 0))
      return false;
  }
}

/* Whether an array in a ragged group, and the group, are what the first path to the array says. */
static bool is_alike(const struct h5savetree *tree, uint32_t part) {
  uint32_t first = tree->first[part], group = part - 1;
  if (tree->form[first] != H5FORM_NONE) return false;
  if (tree->form[group] != H5FORM_RAGGED) group--; /* it is the values */
  uint32_t first_group = first - (part - group);
  return first == part || (tree->form[first_group] == H5FORM_RAGGED && tree->first[group + 1] == first_group + 1 &&
                           same_attributes(tree->attachment, group, first_group));
}

static void give_up(struct h5savetree *tree, uint32_t part) {
  uint32_t group = tree->form[part - 1] == H5FORM_RAGGED ? part - 1 : part - 2;
  tree->form[group] = H5FORM_GROUP;
  tree->form[group + 1] = tree->form[group + 2] = H5FORM_ARRAY;
}

/* One pass: an array that is met in two ways makes all the groups it is in groups like any other. True: one was. */
static bool give_up_mixed(struct h5savetree *tree) {
  bool found = false;
  for (uint32_t i = 1; i < tree->count; i++) {
    uint32_t first = tree->first[i];
    bool mixed = tree->form[i] == H5FORM_NONE ? !is_alike(tree, i) : tree->form[i] == H5FORM_ARRAY && first != i;
    if (!mixed) continue;
    if (tree->form[i] == H5FORM_NONE) {
      give_up(tree, i);
      found = true;
    }
    if (tree->form[first] == H5FORM_NONE) {
      give_up(tree, first);
      found = true;
    }
  }
  return found;
}

/* ---- links and sizes ------------------------------------------------------------------------------- */

static void count_bytes(struct h5savetree *tree) {
  for (uint32_t i = 0; i < tree->count; i++) {
    cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
    if (tree->first[i] == i && cshm_attachment_view(tree->attachment, i, &view, NULL) == CSHM_OK)
      tree->nbytes += view.nbytes;
  }
}

static void make_links(struct h5savetree *tree) {
  for (uint32_t i = 1; i < tree->count; i++) {
    if (tree->form[i] == H5FORM_ARRAY && tree->first[i] != i) tree->form[i] = H5FORM_LINK;
    if (tree->form[i] != H5FORM_RAGGED || tree->first[i + 1] == i + 1) continue;
    tree->first[i] = tree->first[i + 1] - 1;
    tree->form[i] = H5FORM_LINK;
  }
}

/* ---- what references lead to ----------------------------------------------------------------------- */

/* The first node of the object that a node is a path to. */
static uint32_t object_of(const struct h5savetree *tree, uint32_t node) {
  return tree->form[node] == H5FORM_RAGGED ? tree->first[node + 1] - 1 : tree->first[node];
}

/* Loading goes through the groups breadth first: an object is known by the path with the fewest levels, of these by the first. */
static void find_shortest(struct h5savetree *tree, uint32_t *levels) {
  for (uint32_t i = 0; i < tree->count; i++)
    tree->shortest[i] = H5SAVETREE_NULL;
  for (uint32_t i = 0; i < tree->count; i++) {
    cshm_node node = CSHM_NODE_INIT;
    if (cshm_node_at(tree->attachment, i, &node, NULL)) continue;
    levels[i] = i == 0 ? 0 : levels[node.parent] + 1;
    uint32_t *best = &tree->shortest[object_of(tree, i)];
    if (tree->form[i] != H5FORM_NONE && (*best == H5SAVETREE_NULL || levels[i] < levels[*best])) *best = i;
  }
}

bool cshm__h5_savetree_target(const struct h5savetree *tree, const char *path, uint32_t *node) {
  cshm_node found = CSHM_NODE_INIT;
  *node = H5SAVETREE_NULL;
  if (path[0] == '\0') return true;
  if (path[0] != '/' || cshm_node_find(tree->attachment, path + 1, &found, NULL)) return false;
  *node = found.number;
  return tree->form[*node] != H5FORM_NONE && tree->shortest[object_of(tree, *node)] == *node &&
         strcmp(found.path, path + 1) == 0;
}

/* A single reference has no other form as a dataset: a single string is loaded as text. True: one has become a group. */
static bool give_up_lost(struct h5savetree *tree) {
  bool found = false;
  for (uint32_t i = 1; i < tree->count; i++) {
    cshm_node node = CSHM_NODE_INIT;
    struct h5saveragged ragged;
    if (tree->form[i] != H5FORM_RAGGED || cshm_node_at(tree->attachment, i, &node, NULL) ||
        !cshm__h5_saveragged_begin(&ragged, tree->attachment, &node) || ragged.ndim > 0 || !ragged.has_paths ||
        cshm__h5_saveragged_all_lead(&ragged, tree))
      continue;
    give_up(tree, i + 1);
    found = true;
  }
  return found;
}

/* ---- all of it ------------------------------------------------------------------------------------- */

static void choose_ragged(struct h5savetree *tree, uint32_t *levels) {
  take_ragged(tree);
  do {
    while (give_up_mixed(tree)) {
    }
    find_shortest(tree, levels);
  } while (give_up_lost(tree));
}

cshm_status cshm__h5_savetree_begin(struct h5savetree *tree, cshm_attachment attachment, cshm_error *err) {
  cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
  memset(tree, 0, sizeof *tree);
  tree->attachment = attachment;
  cshm_status status = cshm_attachment_describe(attachment, &info, err);
  if (status) return status;
  tree->count = info.node_count;
  struct place *places = (struct place *)calloc(tree->count, sizeof *places);
  tree->form = (unsigned char *)calloc(tree->count, sizeof *tree->form);
  tree->first = (uint32_t *)calloc(tree->count, sizeof *tree->first);
  tree->shortest = (uint32_t *)calloc(tree->count, sizeof *tree->shortest);
  tree->path = (char *)malloc(CSHM_MAX_PATH + 2);
  uint32_t *levels = (uint32_t *)calloc(tree->count, sizeof *levels);
  if (places && tree->form && tree->first && tree->shortest && tree->path && levels)
    status = find_first(tree, places, err);
  else
    status = cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "out of memory for %u groups and arrays", info.node_count);
  if (status == CSHM_OK) {
    count_bytes(tree);
    choose_ragged(tree, levels);
    make_links(tree);
    find_shortest(tree, levels);
  }
  free(levels);
  free(places);
  return status;
}

void cshm__h5_savetree_end(struct h5savetree *tree) {
  free(tree->form);
  free(tree->first);
  free(tree->shortest);
  free(tree->path);
  memset(tree, 0, sizeof *tree);
}
