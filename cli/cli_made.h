/* SPDX-License-Identifier: MIT */
/* cli_made: what the commands that make a project share: how long it lives, what is said of it, and the wait while it is held. */
#ifndef CUTESHM_CLI_MADE_H
#define CUTESHM_CLI_MADE_H

#include "cli.h"
#include "cli_tree.h"

/* The cshm_lifetime that the option asks for. On CLI_USAGE the message is printed. */
enum cli_exit cli_choose_lifetime(const struct cli_arguments *arguments, uint32_t *lifetime);

/* Says what was made, unless the option wants nothing said, and stays while the project needs this process: until Ctrl-C or another
 * request to end, or until it is nobody's any more. */
cshm_status cli_made(const struct cli_arguments *arguments, const char *project, uint32_t lifetime,
                     cshm_attachment attachment, cshm_error *err);

/* Lists on stderr what of the file is not in the project, if anything; `lead` begins the line that says so. */
void cli_warn_skipped(const struct cli_tree *tree, const char *lead);

#endif
