/* SPDX-License-Identifier: MIT */
#include "cli_show.h"

#include "cli_text.h"
#include "cli_value.h"

#include <inttypes.h>
#include <stdio.h>

static void print_shape(uint32_t ndim, const int64_t *shape) {
  putchar('[');
  for (uint32_t i = 0; i < ndim; i++)
    printf("%s%" PRId64, i == 0 ? "" : ", ", shape[i]);
  putchar(']');
}

static void print_key(const char *key) { printf(", \"%s\": ", key); }

static void print_text(const char *key, const char *text) {
  print_key(key);
  cli_print_json_string(stdout, text);
}

static void print_attributes(const struct cli_tree *tree, const cshm_node *node) {
  if (node->attribute_count == 0) return;
  print_key("attributes");
  putchar('{');
  for (uint32_t i = 0; i < node->attribute_count; i++) {
    cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
    if (cshm_attribute_at(tree->attachment, node->number, i, &attribute, NULL) != CSHM_OK) continue;
    const struct cli_value value = {attribute.dtype, attribute.ndim, attribute.shape, attribute.data};
    fputs(i == 0 ? "" : ", ", stdout);
    cli_print_json_string(stdout, attribute.name);
    fputs(": {\"dtype\": ", stdout);
    cli_print_json_string(stdout, attribute.dtype);
    print_key("shape");
    print_shape(attribute.ndim, attribute.shape);
    print_key("value");
    cli_print_value(stdout, &value, 1);
    putchar('}');
  }
  putchar('}');
}

static void print_array(const struct cli_tree *tree, const cshm_node *node) {
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  cshm_node first = CSHM_NODE_INIT;
  if (cshm_attachment_view(tree->attachment, node->number, &view, NULL) != CSHM_OK) return;
  if (tree->first[node->number] != node->number &&
      cshm_node_at(tree->attachment, tree->first[node->number], &first, NULL) == CSHM_OK)
    print_text("alias", first.path);
  print_text("dtype", view.dtype);
  print_key("shape");
  print_shape(view.ndim, view.shape);
  print_text("order", view.order == CSHM_ORDER_C ? "C" : "F");
  printf(", \"offset\": %" PRIu64 ", \"bytes\": %" PRIu64, view.offset, view.nbytes);
}

static void print_node(const struct cli_tree *tree, const cshm_node *node) {
  fputs("{\"path\": ", stdout);
  cli_print_json_string(stdout, node->path);
  print_text("kind", node->kind == CSHM_GROUP ? "group" : "array");
  if (node->kind == CSHM_ARRAY) print_array(tree, node);
  print_attributes(tree, node);
  putchar('}');
}

static void print_nodes(const struct cli_tree *tree, const cshm_node *from) {
  fputs(",\n \"nodes\": [", stdout);
  for (uint32_t i = from->number; i < from->end; i++) {
    cshm_node node = CSHM_NODE_INIT;
    if (cshm_node_at(tree->attachment, i, &node, NULL) != CSHM_OK) continue;
    fputs(i == from->number ? "\n  " : ",\n  ", stdout);
    print_node(tree, &node);
  }
  putchar(']');
}

static void print_notes(const struct cli_tree *tree, uint32_t kind, const char *list, const char *key,
                        const char *text) {
  const char *comma = "";
  uint32_t index = 0;
  cshm_note note;
  printf(",\n \"%s\": [", list);
  while (cli_tree_next_note(tree, kind, &index, &note)) {
    printf("%s\n  {\"%s\": ", comma, key);
    cli_print_json_string(stdout, note.key);
    print_text(text, note.text);
    putchar('}');
    comma = ",";
  }
  putchar(']');
}

void cli_show_json(const struct cli_tree *tree, const cshm_node *from) {
  const cshm_attachment_info *info = &tree->info;
  fputs("{\"project\": ", stdout);
  cli_print_json_string(stdout, info->project);
  print_text("store", info->root);
  print_text("segment", info->segment);
  printf(",\n \"generation\": \"%016" PRIx64 "\", \"created_ns\": %" PRIu64 ", \"lifetime\": \"%s\"", info->generation,
         info->created_ns, cli_lifetime_name(info->lifetime));
  printf(",\n \"bytes\": %" PRIu64 ", \"arrays\": %u, \"groups\": %u", info->nbytes, info->array_count, tree->groups);
  print_notes(tree, CSHM_NOTE_ORIGIN, "origin", "key", "text");
  print_notes(tree, CSHM_NOTE_SKIPPED, "skipped", "path", "reason");
  print_nodes(tree, from);
  fputs("}\n", stdout);
}
