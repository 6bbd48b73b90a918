/* SPDX-License-Identifier: MIT */
#include "v1_rows.h"

#include "cli_text.h"
#include "v1_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A row: an array, or one field of it. */
struct row {
  const cshm_array_view *view;
  const char *field; /* its name, or NULL */
  const char *dtype;
  uint64_t itemsize;
  uint32_t ndim; /* of the field, behind those of the array */
  const int64_t *shape;
};

static void write_shape(FILE *out, const struct row *row) {
  const cshm_array_view *view = row->view;
  fputc('[', out);
  for (uint32_t i = 0; i < view->ndim + row->ndim; i++)
    fprintf(out, "%s%" PRId64, i == 0 ? "" : ", ", i < view->ndim ? view->shape[i] : row->shape[i - view->ndim]);
  fputc(']', out);
}

static void write_attributes(FILE *out, const struct cli_tree *tree, uint32_t node) {
  cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
  for (uint32_t i = 0; cshm_attribute_at(tree->attachment, node, i, &attribute, NULL) == CSHM_OK; i++) {
    fputs(i == 0 ? "" : ", ", out);
    cli_print(out, attribute.name);
  }
}

static void write_row(struct cli_table *table, const struct cli_tree *tree, const struct row *row) {
  const cshm_array_view *view = row->view;
  char size[V1_SIZE_TEXT];
  v1_print_key(table->cells, view->path);
  if (row->field) {
    fputc('.', table->cells);
    v1_print_key(table->cells, row->field);
  }
  cli_table_next(table);
  write_shape(table->cells, row);
  cli_table_next(table);
  v1_print_dtype(table->cells, row->dtype);
  cli_table_next(table);
  v1_format_size(view->itemsize > 0 ? view->nbytes / view->itemsize * row->itemsize : 0, size);
  fputs(size, table->cells);
  cli_table_next(table);
  write_attributes(table->cells, tree, view->node);
  cli_table_next(table);
  fputs(tree->info.segment, table->cells);
  cli_table_next(table);
}

static void write_fields(struct cli_table *table, const struct cli_tree *tree, const cshm_array_view *view,
                         uint32_t field_count) {
  char *name = (char *)malloc(CSHM_MAX_DTYPE + 1), *format = (char *)malloc(CSHM_MAX_DTYPE + 1);
  for (uint32_t i = 0; name && format && i < field_count; i++) {
    cshm_field field = CSHM_FIELD_INIT;
    size_t name_size = CSHM_MAX_DTYPE + 1, format_size = CSHM_MAX_DTYPE + 1;
    if (cshm_dtype_field(view->dtype, i, &field, name, &name_size, format, &format_size, NULL) != CSHM_OK) continue;
    const struct row row = {view, name, format, field.nbytes, field.ndim, field.shape};
    write_row(table, tree, &row);
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
  for (uint32_t i = 0; i < tree->info.node_count; i++) {
    cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
    cshm_dtype parts = CSHM_DTYPE_INIT;
    if (cshm_attachment_view(tree->attachment, i, &view, NULL) != CSHM_OK) continue; /* a group */
    if (cshm_dtype_parse(view.dtype, &parts, NULL) != CSHM_OK) continue;
    const struct row row = {&view, NULL, view.dtype, view.itemsize, 0, NULL};
    if (hdf5 && parts.field_count > 0)
      write_fields(table, tree, &view, parts.field_count);
    else
      write_row(table, tree, &row);
  }
}

void v1_write_missing(struct cli_table *table) {
  for (int i = 0; i < table->column_count; i++) {
    fputs(i + 1 == table->column_count ? "* MISSING *" : "", table->cells);
    cli_table_next(table);
  }
}
