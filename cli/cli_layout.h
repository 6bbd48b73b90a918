/* SPDX-License-Identifier: MIT */
/* cli_layout: manifests and layouts that a command line names. */
#ifndef CUTESHM_CLI_LAYOUT_H
#define CUTESHM_CLI_LAYOUT_H

#include "cli.h"

/* The cshm_manifest_format of an option's value; where that is NULL, of a file's ending (or `otherwise`, also for file NULL).
 * On CLI_USAGE the message is printed. */
enum cli_exit cli_choose_format(const struct cli_arguments *arguments, const char *option, const char *file,
                                uint32_t otherwise, uint32_t *format);

/* Reads a manifest or a layout, "-" from the standard input; the caller closes it. */
cshm_status cli_read_layout(const char *file, uint32_t format, cshm_manifest *manifest, cshm_error *err);

#endif
