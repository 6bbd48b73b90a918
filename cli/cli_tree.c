/* SPDX-License-Identifier: MIT */
#include "cli_tree.h"

#include "cli_text.h"

#include <stdlib.h>
#include <string.h>

/* Where an array's data lies. Two nodes of one place are one array. */
struct place {
  uint64_t offset;
  uint32_t node;
};

static int compare_places(const void *left, const void *right) {
  const struct place *a = (const struct place *)left, *b = (const struct place *)right;
  if (a->offset != b->offset) return a->offset < b->offset ? -1 : 1;
  return (a->node > b->node) - (a->node < b->node);
}

/* Looks at every node. `places` has room for all of them; *count are filled. */
static cshm_status survey(struct cli_tree *tree, struct place *places, uint32_t *count, cshm_error *err) {
  for (uint32_t i = 0; i < tree->info.node_count; i++) {
    cshm_node node = CSHM_NODE_INIT;
    cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
    cshm_status status = cshm_node_at(tree->attachment, i, &node, err);
    tree->first[i] = i;
    if (status == CSHM_OK && node.kind == CSHM_GROUP) {
      tree->groups += i > 0;
      continue;
    }
    if (status == CSHM_OK) status = cshm_attachment_view(tree->attachment, i, &view, err);
    if (status != CSHM_OK) return status;
    if (view.nbytes > 0) places[(*count)++] = (struct place){view.offset, i};
  }
  return CSHM_OK;
}

static cshm_status find_aliases(struct cli_tree *tree, struct place *places, uint32_t count, cshm_error *err) {
  qsort(places, count, sizeof *places, compare_places);
  for (uint32_t i = 0; i < count; i++) {
    cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
    if (i > 0 && places[i].offset == places[i - 1].offset) {
      tree->first[places[i].node] = tree->first[places[i - 1].node];
      continue;
    }
    cshm_status status = cshm_attachment_view(tree->attachment, places[i].node, &view, err);
    if (status != CSHM_OK) return status;
    tree->nbytes += view.nbytes;
  }
  return CSHM_OK;
}

cshm_status cli_tree_begin(cshm_attachment attachment, struct cli_tree *tree, cshm_error *err) {
  memset(tree, 0, sizeof *tree);
  tree->attachment = attachment;
  tree->info = (cshm_attachment_info)CSHM_ATTACHMENT_INFO_INIT;
  cshm_status status = cshm_attachment_describe(attachment, &tree->info, err);
  if (status != CSHM_OK) return status;
  uint32_t count = 0;
  struct place *places = (struct place *)calloc(tree->info.node_count, sizeof *places);
  tree->first = (uint32_t *)calloc(tree->info.node_count, sizeof *tree->first);
  if (places && tree->first) {
    status = survey(tree, places, &count, err);
    if (status == CSHM_OK) status = find_aliases(tree, places, count, err);
  } else {
    status = CSHM_ERR_NO_MEMORY;
    snprintf(err->message, sizeof err->message, "out of memory");
    err->status = CSHM_ERR_NO_MEMORY;
  }
  free(places);
  return status;
}

void cli_tree_end(struct cli_tree *tree) {
  if (tree->attachment.id != 0) cshm_detach(tree->attachment, NULL);
  free(tree->first);
  memset(tree, 0, sizeof *tree);
}

bool cli_tree_next_note(const struct cli_tree *tree, uint32_t kind, uint32_t *index, cshm_note *note) {
  while (*index < tree->info.note_count) {
    *note = (cshm_note)CSHM_NOTE_INIT;
    if (cshm_note_at(tree->attachment, (*index)++, note, NULL) == CSHM_OK && note->kind == kind) return true;
  }
  return false;
}

uint32_t cli_tree_count_notes(const struct cli_tree *tree, uint32_t kind) {
  uint32_t count = 0, index = 0;
  cshm_note note;
  while (cli_tree_next_note(tree, kind, &index, &note))
    count++;
  return count;
}

void cli_tree_print_skipped(const struct cli_tree *tree, FILE *out, uint32_t most) {
  uint32_t index = 0;
  cshm_note note;
  for (uint32_t i = 0; i < most && cli_tree_next_note(tree, CSHM_NOTE_SKIPPED, &index, &note); i++) {
    fputs("  ", out);
    cli_print(out, note.key);
    fputs(": ", out);
    cli_print(out, note.text);
    fputs("\n", out);
  }
}

void cli_tree_summary(const struct cli_tree *tree, char *text, size_t size) {
  char arrays[CLI_SIZE_TEXT], groups[CLI_SIZE_TEXT], bytes[CLI_SIZE_TEXT];
  cli_format_count(tree->info.array_count, "array", arrays);
  cli_format_count(tree->groups, "group", groups);
  cli_format_size(tree->nbytes, bytes);
  snprintf(text, size, "%s in %s, %s", arrays, groups, bytes);
}
