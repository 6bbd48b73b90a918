/* SPDX-License-Identifier: MIT */
#include "cli_show.h"

#include "cli.h"

#include <string.h>

static cshm_status show(const struct cli_arguments *arguments, struct cli_tree *tree, cshm_error *err) {
  char *path = arguments->word_count > 1 ? arguments->words[1] : "";
  size_t length = strlen(path);
  if (length > 1 && path[length - 1] == '/') path[length - 1] = '\0'; /* groups are shown with it */
  cshm_node from = CSHM_NODE_INIT;
  cshm_status status = cshm_node_find(tree->attachment, path, &from, err);
  if (status != CSHM_OK) return status;
  if (arguments->option['k'] && !arguments->option['j'])
    cli_tree_print_skipped(tree, stdout, UINT32_MAX);
  else if (arguments->option['j'])
    cli_show_json(tree, &from);
  else
    cli_show_tree(tree, &from, arguments->word_count == 1);
  return CSHM_OK;
}

enum cli_exit cli_show(const struct cli_arguments *arguments) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store;
  cshm_attachment attachment;
  enum cli_exit result = cli_open_store(arguments, &store);
  if (result != CLI_OK) return result;
  cshm_status status = cshm_attach(store, arguments->words[0], NULL, &attachment, &err);
  if (status == CSHM_OK) {
    struct cli_tree tree;
    status = cli_tree_begin(attachment, &tree, &err);
    if (status == CSHM_OK) status = show(arguments, &tree, &err);
    cli_tree_end(&tree);
  }
  cshm_store_close(store, NULL);
  return status == CSHM_OK ? CLI_OK : cli_failed(&err);
}
