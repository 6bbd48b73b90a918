/* SPDX-License-Identifier: MIT */
#include "case_value.h"
#include "conform.h"

#include <stdlib.h>
#include <string.h>

/* Where the element of a C-order index lies: in elements, for an array in Fortran order. */
static uint64_t fortran_index(const case_record *record, uint64_t index) {
  uint64_t at = 0;
  uint64_t step = record->count;
  for (uint32_t i = record->ndim; i-- > 0;) {
    uint64_t length = (uint64_t)record->shape[i];
    step /= length;
    at += index % length * step;
    index /= length;
  }
  return at;
}

/* Writes all elements of a record to zeroed memory, in its order. */
static void fill(const case_record *record, unsigned char *bytes) {
  value_type type = value_type_open(record->dtype);
  const char *text = record->values;
  for (uint64_t i = 0; i < record->count; i++) {
    uint64_t at = record->order == CSHM_ORDER_FORTRAN ? fortran_index(record, i) : i;
    text = value_parse(&type, text, bytes + at * type.parts.itemsize);
    text += *text == ' ';
  }
  value_type_close(&type);
}

static uint64_t record_nbytes(const case_record *record) {
  value_type type = value_type_open(record->dtype);
  uint64_t nbytes = record->count * type.parts.itemsize;
  value_type_close(&type);
  return nbytes;
}

static void declare_attribute(cshm_builder builder, const case_record *record, cshm_error *err) {
  uint64_t nbytes = record_nbytes(record);
  unsigned char *data = conform_allocate(nbytes);
  fill(record, data);
  conform_require(cshm_builder_attribute(builder, record->path, record->name, record->dtype, record->ndim,
                                         record->shape, data, nbytes, err),
                  err, record->name);
  free(data);
}

static void declare(cshm_builder builder, const case_record *record, cshm_error *err) {
  if (record->kind == CASE_GROUP)
    conform_require(cshm_builder_group(builder, record->path, err), err, record->path);
  else if (record->kind == CASE_ATTRIBUTE)
    declare_attribute(builder, record, err);
  else
    conform_require(
        cshm_builder_array(builder, record->path, record->dtype, record->ndim, record->shape, record->order, NULL, err),
        err, record->path);
}

static void fill_in_place(cshm_builder builder, uint32_t array, const case_record *record, cshm_error *err) {
  void *data = NULL;
  conform_require(cshm_builder_map(builder, array, &data, NULL, err), err, record->path);
  fill(record, data);
}

/* Pieces of 7 bytes, the last one first: no piece is as long as an element, and the order must not matter. */
static void fill_by_pieces(cshm_builder builder, uint32_t array, const case_record *record, cshm_error *err) {
  uint64_t nbytes = record_nbytes(record);
  unsigned char *data = conform_allocate(nbytes);
  fill(record, data);
  for (uint64_t end = nbytes; end > 0;) {
    uint64_t piece = end % 7 > 0 ? end % 7 : 7;
    end -= piece;
    conform_require(cshm_builder_write(builder, array, end, data + end, piece, err), err, record->path);
  }
  free(data);
}

cshm_attachment conform_write(cshm_store store, const char *project, const case_file *cases, int sealed) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_builder builder = {0};
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  options.producer = "conform (C)";
  options.sealed = sealed != 0;
  conform_require(cshm_builder_open(store, project, &options, &builder, &err), &err, project);
  for (size_t i = 0; i < cases->count; i++)
    declare(builder, &cases->records[i], &err);
  conform_require(cshm_builder_allocate(builder, &err), &err, "cshm_builder_allocate");
  uint32_t array = 0;
  for (size_t i = 0; i < cases->count; i++) {
    const case_record *record = &cases->records[i];
    if (record->kind != CASE_ARRAY) continue;
    if (array % 2 == 0)
      fill_in_place(builder, array, record, &err);
    else
      fill_by_pieces(builder, array, record, &err);
    array++;
  }
  cshm_attachment attachment = {0};
  conform_require(cshm_builder_publish(builder, &attachment, &err), &err, "cshm_builder_publish");
  return attachment;
}
