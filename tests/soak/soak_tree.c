/* SPDX-License-Identifier: MIT */
#include "soak_tree.h"

#include <stddef.h>
#include <string.h>

#define C_LENGTH 4096
#define MOST 4096

static uint64_t a_length(int64_t number) { return 100 + (uint64_t)number % 37; }
static uint64_t b_length(int64_t number) { return 40 * ((uint64_t)number % 5 + 1); }

static cshm_status declare(cshm_builder builder, int64_t number, cshm_error *err) {
  const int64_t a[1] = {(int64_t)a_length(number)}, b[2] = {(int64_t)b_length(number) / 40, 40}, c[1] = {C_LENGTH};
  cshm_status status = cshm_builder_array(builder, "a", "<f8", 1, a, CSHM_ORDER_C, NULL, err);
  if (!status) status = cshm_builder_array(builder, "group/b", "<i8", 2, b, CSHM_ORDER_C, NULL, err);
  if (!status) status = cshm_builder_array(builder, "group/deep/c", "<i4", 1, c, CSHM_ORDER_C, NULL, err);
  if (!status) status = cshm_builder_attribute(builder, "", "number", "<i8", 0, NULL, &number, sizeof number, err);
  return status ? status : cshm_builder_allocate(builder, err);
}

static cshm_status fill(cshm_builder builder, int64_t number, cshm_error *err) {
  double a[MOST];
  int64_t b[MOST];
  int32_t c[C_LENGTH];
  for (size_t i = 0; i < MOST; i++) {
    a[i] = (double)number;
    b[i] = number;
    c[i] = (int32_t)number;
  }
  cshm_status status = cshm_builder_write(builder, 0, 0, a, a_length(number) * sizeof *a, err);
  if (!status) status = cshm_builder_write(builder, 1, 0, b, b_length(number) * sizeof *b, err);
  if (!status) status = cshm_builder_write(builder, 2, 0, c, sizeof c, err);
  return status;
}

cshm_status soak_tree_publish(cshm_store store, const char *project, int64_t number, bool overwrite, uint32_t lifetime,
                              cshm_attachment *attachment, cshm_error *err) {
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  cshm_builder builder = {0};
  options.overwrite = overwrite;
  options.lifetime = lifetime;
  cshm_status status = cshm_builder_open(store, project, &options, &builder, err);
  if (status) return status;
  status = declare(builder, number, err);
  if (!status) status = fill(builder, number, err);
  if (!status) status = cshm_builder_publish(builder, attachment, err);
  if (status) cshm_builder_abort(builder, NULL);
  return status;
}

/* An element as a number, whatever its type. */
static int64_t element(const cshm_array_view *view, uint64_t index) {
  const char *at = (const char *)view->data + index * view->itemsize;
  double real;
  int64_t whole;
  int32_t small;
  if (strcmp(view->dtype, "<f8") == 0) return (int64_t)(memcpy(&real, at, sizeof real), real);
  if (strcmp(view->dtype, "<i8") == 0) return (memcpy(&whole, at, sizeof whole), whole);
  return strcmp(view->dtype, "<i4") == 0 ? (memcpy(&small, at, sizeof small), small) : -1;
}

static bool array_is(cshm_attachment attachment, const char *path, uint64_t length, int64_t number) {
  cshm_node node = CSHM_NODE_INIT;
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  if (cshm_node_find(attachment, path, &node, NULL) != CSHM_OK ||
      cshm_attachment_view(attachment, node.number, &view, NULL) != CSHM_OK || view.nbytes != length * view.itemsize)
    return false;
  for (uint64_t i = 0; i < length; i++)
    if (element(&view, i) != number) return false;
  return true;
}

int64_t soak_tree_number(cshm_attachment attachment) {
  cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
  int64_t number;
  if (cshm_attribute_find(attachment, 0, "number", &attribute, NULL) != CSHM_OK || attribute.nbytes != sizeof number)
    return -1;
  memcpy(&number, attribute.data, sizeof number);
  bool whole = array_is(attachment, "a", a_length(number), number) &&
               array_is(attachment, "group/b", b_length(number), number) &&
               array_is(attachment, "group/deep/c", C_LENGTH, number);
  return whole ? number : -1;
}
