/* SPDX-License-Identifier: MIT */
#include "fuzz_project.h"

#include "fuzz.h"

#include <stdio.h>
#include <string.h>

static cshm_attachment_info info_of(cshm_attachment attachment) {
  cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
  if (cshm_attachment_describe(attachment, &info, NULL)) fuzz_broken("an attachment that cannot be described");
  return info;
}

static cshm_node node_of(cshm_attachment attachment, uint32_t number) {
  cshm_node node = CSHM_NODE_INIT;
  if (cshm_node_at(attachment, number, &node, NULL)) fuzz_broken("a node that is not there");
  return node;
}

static cshm_array_view view_of(cshm_attachment attachment, uint32_t number) {
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  if (cshm_attachment_view(attachment, number, &view, NULL)) fuzz_broken("an array that cannot be described");
  return view;
}

static cshm_attribute attribute_of(cshm_attachment attachment, uint32_t number, uint32_t index) {
  cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
  if (cshm_attribute_at(attachment, number, index, &attribute, NULL)) fuzz_broken("an attribute that is not there");
  return attribute;
}

/* ---- one ----------------------------------------------------------------------------------------------- */

static unsigned touch(const void *data, uint64_t nbytes) {
  const unsigned char *bytes = data;
  unsigned sum = 0;
  for (uint64_t i = 0; i < nbytes; i++)
    sum += bytes[i];
  return sum;
}

static void expect_whole(const char *dtype, uint32_t ndim, const int64_t *shape, const void *data, uint64_t nbytes) {
  static volatile unsigned touched;
  cshm_dtype parts = CSHM_DTYPE_INIT;
  if (cshm_dtype_parse(dtype, &parts, NULL)) fuzz_broken("a dtype that is none");
  uint64_t wanted = parts.itemsize;
  for (uint32_t i = 0; i < ndim; i++)
    wanted *= (uint64_t)shape[i];
  if (wanted != nbytes) fuzz_broken("bytes that do not go with dtype and shape");
  touched = touched + touch(data, nbytes);
}

static uint64_t last_offset(const cshm_array_view *view) {
  int64_t before = 0, offset = 0;
  for (int64_t i = 0; i < view->shape[0]; i++) {
    memcpy(&offset, (const char *)view->data + 8 * i, sizeof offset);
    if (offset < before || (i == 0 && offset != 0)) fuzz_broken("offsets out of order");
    before = offset;
  }
  return (uint64_t)offset;
}

/* docs/format.md: ragged arrays. Who reads them checks, but the loader gets them right. */
static void expect_ragged(cshm_attachment attachment, const cshm_node *group) {
  cshm_node offsets = CSHM_NODE_INIT, values = CSHM_NODE_INIT;
  char path[8192];
  snprintf(path, sizeof path, "%s/offsets", group->path);
  if (cshm_node_find(attachment, path[0] == '/' ? path + 1 : path, &offsets, NULL)) return; /* records */
  snprintf(path, sizeof path, "%s/values", group->path);
  if (cshm_node_find(attachment, path[0] == '/' ? path + 1 : path, &values, NULL)) return;
  if (offsets.kind != CSHM_ARRAY || values.kind != CSHM_ARRAY) return;
  cshm_array_view where = view_of(attachment, offsets.number), what = view_of(attachment, values.number);
  if (where.ndim != 1 || where.shape[0] < 1 || strcmp(where.dtype, "<i8") != 0) fuzz_broken("offsets that are none");
  if (what.ndim < 1 || last_offset(&where) != (uint64_t)what.shape[0])
    fuzz_broken("offsets that do not end at the end");
}

static void read_node(cshm_attachment attachment, const cshm_node *node) {
  for (uint32_t i = 0; i < node->attribute_count; i++) {
    cshm_attribute found = attribute_of(attachment, node->number, i);
    expect_whole(found.dtype, found.ndim, found.shape, found.data, found.nbytes);
    if (strcmp(found.name, "cute_shm.ragged") == 0) expect_ragged(attachment, node);
  }
  if (node->kind != CSHM_ARRAY) return;
  cshm_array_view view = view_of(attachment, node->number);
  expect_whole(view.dtype, view.ndim, view.shape, view.data, view.nbytes);
}

void fuzz_read_project(cshm_attachment attachment) {
  cshm_attachment_info info = info_of(attachment);
  for (uint32_t i = 0; i < info.node_count; i++) {
    cshm_node node = node_of(attachment, i);
    read_node(attachment, &node);
  }
  for (uint32_t i = 0; i < info.note_count; i++) {
    cshm_note note = CSHM_NOTE_INIT;
    if (cshm_note_at(attachment, i, &note, NULL) || !note.key || !note.text) fuzz_broken("a note that is not there");
  }
}

/* ---- two ----------------------------------------------------------------------------------------------- */

static void expect_same(bool same, const char *path, const char *what) {
  if (same) return;
  fprintf(stderr, "'%s': %s\n", path, what);
  fuzz_broken("saved and loaded again it is another project");
}

static bool same_shape(uint32_t ndim, const int64_t *one, const int64_t *other) {
  return ndim == 0 || memcmp(one, other, ndim * sizeof *one) == 0;
}

/* But for pairs called r and i, which docs/hdf5.md says are complex when they are loaded again. */
static bool same_dtype(const char *one, const char *other) {
  return strcmp(one, other) == 0 || strstr(one, "[[\"r\",") != NULL;
}

static void same_attribute(const char *path, const cshm_attribute *one, const cshm_attribute *other) {
  expect_same(strcmp(one->name, other->name) == 0, path, "the name of an attribute");
  expect_same(same_dtype(one->dtype, other->dtype), path, one->name);
  expect_same(one->ndim == other->ndim && same_shape(one->ndim, one->shape, other->shape), path, one->name);
  expect_same(one->nbytes == other->nbytes && memcmp(one->data, other->data, one->nbytes) == 0, path, one->name);
}

static void same_array(const cshm_array_view *one, const cshm_array_view *other) {
  expect_same(same_dtype(one->dtype, other->dtype), one->path, "its dtype");
  expect_same(one->ndim == other->ndim && same_shape(one->ndim, one->shape, other->shape), one->path, "its shape");
  expect_same(one->nbytes == other->nbytes && memcmp(one->data, other->data, one->nbytes) == 0, one->path, "its bytes");
}

static void same_node(cshm_attachment one, cshm_attachment other, uint32_t number) {
  cshm_node mine = node_of(one, number), its = node_of(other, number);
  expect_same(strcmp(mine.path, its.path) == 0 && mine.kind == its.kind, mine.path, "path or kind");
  expect_same(mine.attribute_count == its.attribute_count, mine.path, "the number of attributes");
  for (uint32_t i = 0; i < mine.attribute_count; i++) {
    cshm_attribute attribute = attribute_of(one, number, i), again = attribute_of(other, number, i);
    same_attribute(mine.path, &attribute, &again);
  }
  if (mine.kind != CSHM_ARRAY) return;
  cshm_array_view array = view_of(one, number), again = view_of(other, number);
  same_array(&array, &again);
}

void fuzz_same_project(cshm_attachment one, cshm_attachment other) {
  cshm_attachment_info mine = info_of(one), its = info_of(other);
  expect_same(mine.node_count == its.node_count, "", "the number of nodes");
  for (uint32_t i = 0; i < mine.node_count; i++)
    same_node(one, other, i);
}
