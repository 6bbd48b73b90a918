/* SPDX-License-Identifier: MIT */
#include "v1_rows.h"

#include "cli_text.h"
#include "v1_dataset.h"
#include "v1_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Attributes of ours, which 1.2 does not know. */
#define MARK "cute_shm."

static void write_shape(FILE *out, const struct v1_dataset *dataset, const cshm_field *field) {
  fputc('[', out);
  for (uint32_t i = 0; i < dataset->ndim + field->ndim; i++)
    fprintf(out, "%s%" PRId64, i == 0 ? "" : ", ",
            i < dataset->ndim ? dataset->shape[i] : field->shape[i - dataset->ndim]);
  fputc(']', out);
}

static void write_attributes(FILE *out, const struct cli_tree *tree, uint32_t node) {
  cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
  const char *comma = "";
  for (uint32_t i = 0; cshm_attribute_at(tree->attachment, node, i, &attribute, NULL) == CSHM_OK; i++) {
    if (strncmp(attribute.name, MARK, strlen(MARK)) == 0) continue;
    fputs(comma, out);
    cli_print(out, attribute.name);
    comma = ", ";
  }
}

/* The row of a dataset, or of one of its fields: `name` is then its name. */
static void write_row(struct cli_table *table, const struct cli_tree *tree, const struct v1_dataset *dataset,
                      const char *name, const char *dtype, const cshm_field *field) {
  char size[V1_SIZE_TEXT];
  v1_print_key(table->cells, dataset->path);
  if (name) {
    fputc('.', table->cells);
    v1_print_key(table->cells, name);
  }
  cli_table_next(table);
  write_shape(table->cells, dataset, field);
  cli_table_next(table);
  v1_print_dtype(table->cells, dtype);
  cli_table_next(table);
  v1_format_size(field->nbytes, size);
  fputs(size, table->cells);
  cli_table_next(table);
  write_attributes(table->cells, tree, dataset->node);
  cli_table_next(table);
  fputs(tree->info.segment, table->cells);
  cli_table_next(table);
}

static void write_fields(struct cli_table *table, const struct cli_tree *tree, const struct v1_dataset *dataset,
                         const cshm_dtype *parts) {
  char *name = (char *)malloc(CSHM_MAX_DTYPE + 1), *format = (char *)malloc(CSHM_MAX_DTYPE + 1);
  for (uint32_t i = 0; name && format && i < parts->field_count; i++) {
    cshm_field field = CSHM_FIELD_INIT;
    size_t name_size = CSHM_MAX_DTYPE + 1, format_size = CSHM_MAX_DTYPE + 1;
    if (cshm_dtype_field(dataset->dtype, i, &field, name, &name_size, format, &format_size, NULL) != CSHM_OK) continue;
    field.nbytes *= parts->itemsize > 0 ? dataset->nbytes / parts->itemsize : 0; /* in all elements */
    write_row(table, tree, dataset, name, format, &field);
  }
  free(name);
  free(format);
}

static bool is_from_hdf5(const struct cli_tree *tree) {
  uint32_t index = 0;
  cshm_note note;
  while (cli_tree_next_note(tree, CSHM_NOTE_ORIGIN, &index, &note))
    if (strcmp(note.key, "hdf5.path") == 0) return true;
  return false;
}

void v1_write_rows(struct cli_table *table, const struct cli_tree *tree) {
  bool hdf5 = is_from_hdf5(tree);
  struct v1_dataset dataset;
  for (uint32_t number = 0; v1_dataset_next(tree, &number, &dataset);) {
    cshm_dtype parts = CSHM_DTYPE_INIT;
    cshm_field whole = CSHM_FIELD_INIT;
    whole.nbytes = dataset.nbytes;
    if (hdf5 && cshm_dtype_parse(dataset.dtype, &parts, NULL) == CSHM_OK && parts.field_count > 0)
      write_fields(table, tree, &dataset, &parts);
    else
      write_row(table, tree, &dataset, NULL, dataset.dtype, &whole);
  }
}

void v1_write_missing(struct cli_table *table) {
  for (int i = 0; i < table->column_count; i++) {
    fputs(i + 1 == table->column_count ? "* MISSING *" : "", table->cells);
    cli_table_next(table);
  }
}
