/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* open_memstream */

#include "cli_show.h"

#include "cli_ragged.h"
#include "cli_text.h"
#include "cli_value.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INDENT 2
#define MAX_NAME_WIDTH 40  /* a longer name pushes the rest of its own line only */
#define MAX_DTYPE_WIDTH 28 /* so does a longer dtype */
#define MAX_VALUE_WIDTH 60 /* of an attribute, unless a path was asked for */

/* Widths of the columns. */
struct columns {
  int name;
  int dtype;
  int shape;
};

struct row {
  int indent;
  const char *name;
  const char *dtype;
  char shape[32 * CSHM_MAX_NDIM];
  char size[CLI_SIZE_TEXT];
  struct cli_ragged ragged;
  uint32_t part; /* the array whose other paths count: the node, or of a ragged array the first in it */
  uint32_t next; /* the node behind all of it */
};

static int depth_of(const cshm_node *node) {
  int depth = node->number == 0 ? 0 : 1;
  for (const char *at = node->path; *at; at++)
    depth += *at == '/';
  return depth;
}

static void format_shape(uint32_t ndim, const int64_t *shape, bool fortran, char *text, size_t size) {
  size_t length = (size_t)snprintf(text, size, "(");
  for (uint32_t i = 0; i < ndim; i++)
    length += (size_t)snprintf(text + length, size - length, "%s%" PRId64, i == 0 ? "" : ", ", shape[i]);
  snprintf(text + length, size - length, ")%s", fortran && ndim > 1 ? " F" : "");
}

static bool take_array(const struct cli_tree *tree, const cshm_node *node, struct row *row) {
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  if (cshm_attachment_view(tree->attachment, node->number, &view, NULL) != CSHM_OK) return false;
  row->dtype = view.dtype;
  row->part = node->number;
  format_shape(view.ndim, view.shape, view.order == CSHM_ORDER_FORTRAN, row->shape, sizeof row->shape);
  cli_format_size(view.nbytes, row->size);
  return true;
}

static bool take_ragged(const struct cli_tree *tree, const cshm_node *node, struct row *row) {
  const struct cli_ragged *ragged = &row->ragged;
  if (!cli_ragged_take(tree->attachment, node, &row->ragged)) return false;
  row->dtype = ragged->text;
  row->part = ragged->part;
  format_shape((uint32_t)ragged->shape.shape[0], (const int64_t *)ragged->shape.data, false, row->shape,
               sizeof row->shape);
  cli_format_size(ragged->nbytes, row->size);
  return true;
}

/* A line of the table. False: it is a group, and not a ragged array that is shown among others. */
static bool take_row(const struct cli_tree *tree, const cshm_node *node, int base, struct row *row) {
  row->indent = INDENT * (depth_of(node) - base);
  row->name = node->name;
  row->next = node->end;
  if (node->kind == CSHM_ARRAY) return take_array(tree, node, row);
  return row->indent > 0 && take_ragged(tree, node, row);
}

static void widen(int *width, int wanted, int most) {
  if (wanted > *width) *width = wanted < most ? wanted : most;
}

static struct columns measure(const struct cli_tree *tree, const cshm_node *from, int base) {
  struct columns columns = {0, 0, 0};
  for (uint32_t i = from->number, next; i < from->end; i = next) {
    cshm_node node = CSHM_NODE_INIT;
    struct row row;
    next = i + 1;
    if (cshm_node_at(tree->attachment, i, &node, NULL) != CSHM_OK || !take_row(tree, &node, base, &row)) continue;
    next = row.next;
    widen(&columns.name, row.indent + cli_width(row.name), MAX_NAME_WIDTH);
    widen(&columns.dtype, cli_width(row.dtype), MAX_DTYPE_WIDTH);
    widen(&columns.shape, cli_width(row.shape), MAX_DTYPE_WIDTH);
  }
  return columns;
}

static void print_attribute(const cshm_attribute *attribute, int indent, bool cut) {
  const struct cli_value value = {attribute->dtype, attribute->ndim, attribute->shape, attribute->data};
  char *text = NULL;
  size_t size = 0;
  printf("%*s@", indent, "");
  cli_print(stdout, attribute->name);
  fputs(" = ", stdout);
  FILE *memory = open_memstream(&text, &size);
  if (memory) {
    cli_print_value(memory, &value, 0);
    fclose(memory);
  }
  if (text && cut)
    cli_print_cut(stdout, text, MAX_VALUE_WIDTH, "...");
  else if (text)
    fputs(text, stdout);
  putchar('\n');
  free(text);
}

static void print_attributes(const struct cli_tree *tree, const cshm_node *node, int indent, bool ragged, bool cut) {
  for (uint32_t i = 0; i < node->attribute_count; i++) {
    cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
    if (cshm_attribute_at(tree->attachment, node->number, i, &attribute, NULL) == CSHM_OK &&
        !(ragged && cli_ragged_has(attribute.name)))
      print_attribute(&attribute, indent, cut);
  }
}

static void print_group(const cshm_node *node, int indent) {
  printf("%*s", indent, "");
  cli_print(stdout, node->name);
  fputs("/\n", stdout);
}

/* The path that the first to show the same array is shown under. */
static bool first_path(const struct cli_tree *tree, const struct row *row, cshm_node *first) {
  uint32_t number = tree->first[row->part];
  if (number == row->part || cshm_node_at(tree->attachment, number, first, NULL) != CSHM_OK) return false;
  bool is_part = row->dtype == row->ragged.text;
  return !is_part || cshm_node_at(tree->attachment, first->parent, first, NULL) == CSHM_OK;
}

static void print_row(const struct cli_tree *tree, const struct row *row, const struct columns *columns) {
  cshm_node first = CSHM_NODE_INIT;
  printf("%*s", row->indent, "");
  cli_print_padded(stdout, row->name, columns->name - row->indent);
  fputs("  ", stdout);
  cli_print_padded(stdout, row->dtype, columns->dtype);
  fputs("  ", stdout);
  cli_print_padded(stdout, row->shape, columns->shape);
  printf("  %10s", row->size);
  if (first_path(tree, row, &first)) {
    fputs("  = ", stdout);
    cli_print(stdout, first.path);
  }
  putchar('\n');
}

static void print_nodes(const struct cli_tree *tree, const cshm_node *from, bool cut) {
  int base = depth_of(from);
  struct columns columns = measure(tree, from, base);
  for (uint32_t i = from->number, next; i < from->end; i = next) {
    cshm_node node = CSHM_NODE_INIT;
    struct row row;
    next = i + 1;
    if (cshm_node_at(tree->attachment, i, &node, NULL) != CSHM_OK) continue;
    bool in_row = take_row(tree, &node, base, &row);
    if (in_row) {
      print_row(tree, &row, &columns);
      next = row.next;
    } else {
      print_group(&node, row.indent);
    }
    if (!in_row || tree->first[row.part] == row.part || tree->first[row.part] < from->number) /* shown once is enough */
      print_attributes(tree, &node, row.indent + INDENT, in_row && node.kind == CSHM_GROUP, cut);
  }
}

static void print_head(const struct cli_tree *tree) {
  char summary[128], created[CLI_SIZE_TEXT];
  cli_tree_summary(tree, summary, sizeof summary);
  cli_format_time(tree->info.created_ns, created);
  cli_print(stdout, tree->info.project);
  printf(": %s\ncreated %s", summary, created);
  uint32_t index = 0;
  cshm_note note;
  while (cli_tree_next_note(tree, CSHM_NOTE_ORIGIN, &index, &note)) {
    bool producer = strcmp(note.key, "producer") == 0;
    if (!producer && strcmp(note.key, "hdf5.path") != 0 && strcmp(note.key, "layout.path") != 0) continue;
    fputs(producer ? " by " : " from ", stdout);
    cli_print(stdout, note.text);
  }
  printf("%s\n\n", tree->info.lifetime == CSHM_OWNER       ? ", gone when that ends"
                   : tree->info.lifetime == CSHM_LAST_USER ? ", gone with its last user"
                                                           : "");
}

static void print_skipped(const struct cli_tree *tree) {
  uint32_t count = cli_tree_count_notes(tree, CSHM_NOTE_SKIPPED);
  if (count == 0) return;
  printf("\n%u skipped\n", count);
  cli_tree_print_skipped(tree, stdout, count);
}

void cli_show_tree(const struct cli_tree *tree, const cshm_node *from, int whole) {
  if (whole) print_head(tree);
  print_nodes(tree, from, whole != 0);
  if (whole) print_skipped(tree);
}
