/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* open_memstream */

#include "cli_show.h"

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
};

static int depth_of(const cshm_node *node) {
  int depth = node->number == 0 ? 0 : 1;
  for (const char *at = node->path; *at; at++)
    depth += *at == '/';
  return depth;
}

static void format_shape(const cshm_array_view *view, char *text, size_t size) {
  size_t length = (size_t)snprintf(text, size, "(");
  for (uint32_t i = 0; i < view->ndim; i++)
    length += (size_t)snprintf(text + length, size - length, "%s%" PRId64, i == 0 ? "" : ", ", view->shape[i]);
  snprintf(text + length, size - length, ")%s", view->order == CSHM_ORDER_FORTRAN && view->ndim > 1 ? " F" : "");
}

static bool take_row(const struct cli_tree *tree, const cshm_node *node, int base, struct row *row) {
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  if (cshm_attachment_view(tree->attachment, node->number, &view, NULL) != CSHM_OK) return false;
  row->indent = INDENT * (depth_of(node) - base);
  row->name = node->name;
  row->dtype = view.dtype;
  format_shape(&view, row->shape, sizeof row->shape);
  cli_format_size(view.nbytes, row->size);
  return true;
}

static void widen(int *width, int wanted, int most) {
  if (wanted > *width) *width = wanted < most ? wanted : most;
}

static struct columns measure(const struct cli_tree *tree, const cshm_node *from, int base) {
  struct columns columns = {0, 0, 0};
  for (uint32_t i = from->number; i < from->end; i++) {
    cshm_node node = CSHM_NODE_INIT;
    struct row row;
    if (cshm_node_at(tree->attachment, i, &node, NULL) != CSHM_OK || node.kind != CSHM_ARRAY ||
        !take_row(tree, &node, base, &row))
      continue;
    widen(&columns.name, row.indent + cli_width(row.name), MAX_NAME_WIDTH);
    widen(&columns.dtype, cli_width(row.dtype), MAX_DTYPE_WIDTH);
    widen(&columns.shape, cli_width(row.shape), MAX_DTYPE_WIDTH);
  }
  return columns;
}

/* Prints text cut to `width` columns. */
static void print_cut(const char *text, int width) {
  int used = 0;
  if (cli_width(text) <= width) {
    fputs(text, stdout);
    return;
  }
  while (*text) {
    uint32_t code;
    char piece[8] = "";
    size_t length = cli_next(text, &code);
    memcpy(piece, text, length);
    used += cli_width(piece);
    if (used > width - 3) break;
    fputs(piece, stdout);
    text += length;
  }
  fputs("...", stdout);
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
    print_cut(text, MAX_VALUE_WIDTH);
  else if (text)
    fputs(text, stdout);
  putchar('\n');
  free(text);
}

static void print_attributes(const struct cli_tree *tree, const cshm_node *node, int indent, bool cut) {
  for (uint32_t i = 0; i < node->attribute_count; i++) {
    cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
    if (cshm_attribute_at(tree->attachment, node->number, i, &attribute, NULL) == CSHM_OK)
      print_attribute(&attribute, indent, cut);
  }
}

static void print_group(const cshm_node *node, int indent) {
  printf("%*s", indent, "");
  cli_print(stdout, node->name);
  fputs("/\n", stdout);
}

static void print_array(const struct cli_tree *tree, const cshm_node *node, int base, const struct columns *columns) {
  struct row row;
  cshm_node first = CSHM_NODE_INIT;
  if (!take_row(tree, node, base, &row)) return;
  printf("%*s", row.indent, "");
  cli_print_padded(stdout, row.name, columns->name - row.indent);
  fputs("  ", stdout);
  cli_print_padded(stdout, row.dtype, columns->dtype);
  fputs("  ", stdout);
  cli_print_padded(stdout, row.shape, columns->shape);
  printf("  %10s", row.size);
  uint32_t alias = tree->first[node->number];
  if (alias != node->number && cshm_node_at(tree->attachment, alias, &first, NULL) == CSHM_OK) {
    fputs("  = ", stdout);
    cli_print(stdout, first.path);
  }
  putchar('\n');
}

static void print_nodes(const struct cli_tree *tree, const cshm_node *from, bool cut) {
  int base = depth_of(from);
  struct columns columns = measure(tree, from, base);
  for (uint32_t i = from->number; i < from->end; i++) {
    cshm_node node = CSHM_NODE_INIT;
    if (cshm_node_at(tree->attachment, i, &node, NULL) != CSHM_OK) continue;
    int indent = INDENT * (depth_of(&node) - base);
    if (node.kind == CSHM_GROUP)
      print_group(&node, indent);
    else
      print_array(tree, &node, base, &columns);
    if (node.kind == CSHM_GROUP || tree->first[i] == i || tree->first[i] < from->number) /* shown once is enough */
      print_attributes(tree, &node, indent + INDENT, cut);
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
    if (!producer && strcmp(note.key, "hdf5.path") != 0) continue;
    fputs(producer ? " by " : " from ", stdout);
    cli_print(stdout, note.text);
  }
  printf("%s\n\n", tree->info.lifetime == CSHM_OWNER       ? ", gone when that ends"
                   : tree->info.lifetime == CSHM_LAST_USER ? ", gone with its last user"
                                                           : "");
}

static void print_skipped(const struct cli_tree *tree) {
  uint32_t index = 0, count = cli_tree_count_notes(tree, CSHM_NOTE_SKIPPED);
  if (count == 0) return;
  printf("\n%u skipped\n", count);
  cshm_note note;
  while (cli_tree_next_note(tree, CSHM_NOTE_SKIPPED, &index, &note)) {
    fputs("  ", stdout);
    cli_print(stdout, note.key);
    fputs(": ", stdout);
    cli_print(stdout, note.text);
    putchar('\n');
  }
}

void cli_show_tree(const struct cli_tree *tree, const cshm_node *from, int whole) {
  if (whole) print_head(tree);
  print_nodes(tree, from, whole != 0);
  if (whole) print_skipped(tree);
}
