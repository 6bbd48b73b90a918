/* SPDX-License-Identifier: MIT */
#include "cli.h"

/* Goes on after a failure: the others are asked for, too. The first failure decides the exit status. */
enum cli_exit cli_unlink(const struct cli_arguments *arguments) {
  cshm_store store;
  enum cli_exit result = cli_open_store(arguments, &store);
  if (result != CLI_OK) return result;
  for (int i = 0; i < arguments->word_count; i++) {
    cshm_error err = CSHM_ERROR_INIT;
    if (cshm_unlink(store, arguments->words[i], &err) == CSHM_OK) continue;
    enum cli_exit failed = cli_failed(&err);
    result = result == CLI_OK ? failed : result;
  }
  cshm_store_close(store, NULL);
  return result;
}
