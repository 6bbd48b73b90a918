/* SPDX-License-Identifier: MIT */
/* cli_tree: a project, attached to be shown. */
#ifndef CUTESHM_CLI_TREE_H
#define CUTESHM_CLI_TREE_H

#include <cuteshm/cuteshm.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct cli_tree {
  cshm_attachment attachment; /* id 0: none */
  cshm_attachment_info info;
  uint32_t *first; /* of each node: the first node that shows the same array; or itself */
  uint32_t groups; /* the root excluded */
  uint64_t nbytes; /* of all arrays */
};

/* Takes over `attachment`, also on failure: end it with cli_tree_end. */
cshm_status cli_tree_begin(cshm_attachment attachment, struct cli_tree *tree, cshm_error *err);
void cli_tree_end(struct cli_tree *tree);

/* Notes of one kind. */
uint32_t cli_tree_count_notes(const struct cli_tree *tree, uint32_t kind);

/* The next note of a kind from *index on, which then goes on behind it. False: there is none. */
bool cli_tree_next_note(const struct cli_tree *tree, uint32_t kind, uint32_t *index, cshm_note *note);

/* Prints a line for each thing of the source that is not in the project, at most `most` of them. */
void cli_tree_print_skipped(const struct cli_tree *tree, FILE *out, uint32_t most);

/* "34 arrays in 10 groups, 462.9 KiB" */
void cli_tree_summary(const struct cli_tree *tree, char *text, size_t size);

#endif
