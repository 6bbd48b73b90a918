/* SPDX-License-Identifier: MIT */
/* cli_progress: a bar on a terminal, and Ctrl-C. */
#ifndef CUTESHM_CLI_PROGRESS_H
#define CUTESHM_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct cli_progress {
  const char *title;
  const char *first; /* what is done before the first byte */
  bool visible;
  double began; /* seconds, */
  double drawn; /* and when the bar was last drawn */
};

/* From here on Ctrl-C asks the load, or save, to stop, in place of ending the program; a second one ends it at once. The bar shows only
 * on a terminal, and only where `wanted`. */
void cli_progress_begin(struct cli_progress *progress, const char *title, const char *first, bool wanted);

/* A cshm_progress_fn: `user` is a struct cli_progress. */
int32_t cli_progress_update(void *user, uint64_t done, uint64_t total);

/* Takes away the bar, if there is any. */
void cli_progress_end(struct cli_progress *progress);

#endif
