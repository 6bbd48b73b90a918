/* SPDX-License-Identifier: MIT */
/* cli_ragged: groups that are ragged arrays (docs/format.md). */
#ifndef CUTESHM_CLI_RAGGED_H
#define CUTESHM_CLI_RAGGED_H

#include <cuteshm/cuteshm.h>
#include <stdbool.h>

struct cli_ragged {
  char text[64];        /* "utf8", "bytes"; of sequences the dtype of what they are of, and an ellipsis: "<i4..." */
  cshm_attribute shape; /* of the array of strings or sequences */
  uint32_t part;        /* number of the first of its two arrays */
  uint64_t nbytes;      /* of both */
};

/* False: it is a group like any other. */
bool cli_ragged_take(cshm_attachment attachment, const cshm_node *group, struct cli_ragged *ragged);

/* Whether an attribute's name is one of those that make a group a ragged array. */
bool cli_ragged_has(const char *attribute);

#endif
