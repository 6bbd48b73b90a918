/* SPDX-License-Identifier: MIT */
/* cli_load: what the two programs that load HDF5 files share. */
#ifndef CUTESHM_CLI_LOAD_H
#define CUTESHM_CLI_LOAD_H

#include "cli_tree.h"

/* Lists on stderr what of the file is not in the project, if anything; `lead` begins the line that says so. */
void cli_warn_skipped(const struct cli_tree *tree, const char *lead);

#endif
