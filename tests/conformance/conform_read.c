/* SPDX-License-Identifier: MIT */
#include "case_value.h"
#include "conform.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The comparison under way. */
typedef struct reading {
  cshm_attachment attachment;
  const case_file *cases;
  size_t mismatches;
  cshm_error err;
} reading;

/* What was found, whatever it came from. */
typedef struct found {
  const char *dtype;
  uint32_t ndim;
  uint32_t order;
  const int64_t *shape;
  const int64_t *strides; /* NULL: C order */
  const unsigned char *data;
  uint64_t nbytes;
} found;

static void begin_mismatch(reading *r, const case_record *wanted, const char *what) {
  r->mismatches++;
  printf("%s%s%s: %s: ", wanted->path, wanted->kind == CASE_ATTRIBUTE ? " @" : "", wanted->name, what);
}

static void print_shape(uint32_t ndim, const int64_t *shape) {
  printf("(");
  for (uint32_t i = 0; i < ndim; i++)
    printf("%s%" PRId64, i > 0 ? ", " : "", shape[i]);
  printf(")");
}

static void print_bytes(const unsigned char *bytes, uint64_t nbytes) {
  for (uint64_t i = 0; i < nbytes && i < 64; i++)
    printf("%02x", bytes[i]);
}

static uint64_t byte_offset(const found *f, uint64_t index, uint64_t itemsize) {
  if (f->strides == NULL) return index * itemsize;
  uint64_t at = 0;
  for (uint32_t i = f->ndim; i-- > 0;) {
    uint64_t length = (uint64_t)f->shape[i];
    at += index % length * (uint64_t)f->strides[i];
    index /= length;
  }
  return at;
}

static void compare_value(reading *r, const case_record *wanted, const value_type *type, uint64_t index,
                          const unsigned char *value, const unsigned char *seen) {
  if (value_equal(type, value, seen)) return;
  begin_mismatch(r, wanted, "value");
  printf("element %" PRIu64 ": wanted ", index);
  print_bytes(value, type->parts.itemsize);
  printf(", found ");
  print_bytes(seen, type->parts.itemsize);
  printf("\n");
}

static void compare_values(reading *r, const case_record *wanted, const found *f) {
  value_type type = value_type_open(wanted->dtype);
  uint64_t itemsize = type.parts.itemsize;
  if (f->nbytes != itemsize * wanted->count) {
    begin_mismatch(r, wanted, "nbytes");
    printf("wanted %" PRIu64 ", found %" PRIu64 "\n", itemsize * wanted->count, f->nbytes);
  } else {
    unsigned char *value = conform_allocate(itemsize);
    const char *text = wanted->values;
    for (uint64_t i = 0; i < wanted->count; i++) {
      memset(value, 0, itemsize);
      text = value_parse(&type, text, value);
      text += *text == ' ';
      compare_value(r, wanted, &type, i, value, f->data + byte_offset(f, i, itemsize));
    }
    free(value);
  }
  value_type_close(&type);
}

static void compare(reading *r, const case_record *wanted, const found *f) {
  int same = 1;
  if (strcmp(wanted->dtype, f->dtype) != 0) {
    begin_mismatch(r, wanted, "dtype");
    printf("wanted %s, found %s\n", wanted->dtype, f->dtype);
    same = 0;
  }
  if (wanted->ndim != f->ndim || (f->ndim > 0 && memcmp(wanted->shape, f->shape, f->ndim * sizeof *f->shape) != 0)) {
    begin_mismatch(r, wanted, "shape");
    print_shape(wanted->ndim, wanted->shape);
    printf(" wanted, found ");
    print_shape(f->ndim, f->shape);
    printf("\n");
    same = 0;
  }
  if (wanted->order != f->order) {
    begin_mismatch(r, wanted, "order");
    printf("wanted %c, found %c\n", "CF"[wanted->order], "CF"[f->order]);
  }
  if (same) compare_values(r, wanted, f);
}

static void missing(reading *r, const case_record *wanted) {
  begin_mismatch(r, wanted, "missing");
  printf("%s\n", r->err.message);
}

/* The array is read through a handle, which nobody else holds. */
static void compare_array(reading *r, const case_record *wanted) {
  cshm_array array = {0};
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  if (cshm_array_open(r->attachment, wanted->path, &array, &r->err) != CSHM_OK) {
    missing(r, wanted);
    return;
  }
  conform_require(cshm_array_describe(array, &view, &r->err), &r->err, wanted->path);
  compare(r, wanted, &(found){view.dtype, view.ndim, view.order, view.shape, view.strides, view.data, view.nbytes});
  conform_require(cshm_array_release(array, &r->err), &r->err, wanted->path);
}

static void compare_attribute(reading *r, const case_record *wanted) {
  cshm_node node = CSHM_NODE_INIT;
  cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
  if (cshm_node_find(r->attachment, wanted->path, &node, &r->err) != CSHM_OK ||
      cshm_attribute_find(r->attachment, node.number, wanted->name, &attribute, &r->err) != CSHM_OK) {
    missing(r, wanted);
    return;
  }
  compare(
      r, wanted,
      &(found){attribute.dtype, attribute.ndim, CSHM_ORDER_C, attribute.shape, NULL, attribute.data, attribute.nbytes});
}

static void compare_group(reading *r, const case_record *wanted) {
  cshm_node node = CSHM_NODE_INIT;
  if (cshm_node_find(r->attachment, wanted->path, &node, &r->err) != CSHM_OK) {
    missing(r, wanted);
  } else if (node.kind != CSHM_GROUP) {
    begin_mismatch(r, wanted, "kind");
    printf("wanted a group, found an array\n");
  }
}

static void report_extra(reading *r, const char *path, const char *name) {
  r->mismatches++;
  printf("%s%s%s: found, but not wanted\n", path, name != NULL ? " @" : "", name != NULL ? name : "");
}

static void find_extra_attributes(reading *r, const cshm_node *node) {
  for (uint32_t i = 0; i < node->attribute_count; i++) {
    cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
    conform_require(cshm_attribute_at(r->attachment, node->number, i, &attribute, &r->err), &r->err, node->path);
    if (case_file_attribute(r->cases, node->path, attribute.name) == NULL) report_extra(r, node->path, attribute.name);
  }
}

static void find_extra_nodes(reading *r) {
  cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
  conform_require(cshm_attachment_describe(r->attachment, &info, &r->err), &r->err, "cshm_attachment_describe");
  for (uint32_t i = 0; i < info.node_count; i++) {
    cshm_node node = CSHM_NODE_INIT;
    conform_require(cshm_node_at(r->attachment, i, &node, &r->err), &r->err, "cshm_node_at");
    if (i > 0 && case_file_node(r->cases, node.path) == NULL) report_extra(r, node.path, NULL);
    find_extra_attributes(r, &node);
  }
}

size_t conform_read(cshm_attachment attachment, const case_file *cases) {
  reading r = {.attachment = attachment, .cases = cases, .err = CSHM_ERROR_INIT};
  for (size_t i = 0; i < cases->count; i++) {
    const case_record *wanted = &cases->records[i];
    if (wanted->kind == CASE_GROUP)
      compare_group(&r, wanted);
    else if (wanted->kind == CASE_ARRAY)
      compare_array(&r, wanted);
    else
      compare_attribute(&r, wanted);
  }
  find_extra_nodes(&r);
  return r.mismatches;
}
