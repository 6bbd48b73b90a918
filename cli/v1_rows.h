/* SPDX-License-Identifier: MIT */
/* v1_rows: the datasets of a project as rows of six cells: key path, shape, dtype, size, attributes, segment. */
#ifndef CUTESHM_V1_ROWS_H
#define CUTESHM_V1_ROWS_H

#include "cli_table.h"
#include "cli_tree.h"

/* A row for each dataset. A structured array that came from HDF5 has a row for each field, as it has a key for each in
 * shm_to_arrays of Python. */
void v1_write_rows(struct cli_table *table, const struct cli_tree *tree);

/* The row of a project that has lost its segment. */
void v1_write_missing(struct cli_table *table);

#endif
