/* SPDX-License-Identifier: MIT */
/* cli_show: what is in a project, for people and as JSON. */
#ifndef CUTESHM_CLI_SHOW_H
#define CUTESHM_CLI_SHOW_H

#include "cli_tree.h"

/* Both print the nodes from `from` up to its end; `whole` says that this is all the project, without a path asked for. */
void cli_show_tree(const struct cli_tree *tree, const cshm_node *from, int whole);
void cli_show_json(const struct cli_tree *tree, const cshm_node *from);

#endif
