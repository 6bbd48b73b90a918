/* SPDX-License-Identifier: MIT */
/* cli_table: a table with a frame, as wide as its text or as the terminal allows. */
#ifndef CUTESHM_CLI_TABLE_H
#define CUTESHM_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define CLI_MAX_COLUMNS 8

struct cli_column {
  const char *title;
  char align; /* 'l', 'c' or 'r' */
};

struct cli_table {
  const struct cli_column *columns;
  int column_count;
  FILE *cells; /* where the next cell is written to: plain text (cli_print makes it so). NULL: out of memory */
  char *text;  /* the cells, each ended by a NUL */
  size_t size;
};

/* A table without rows. Write the cells to table->cells row by row, with cli_table_next after each. False, with a message
 * printed: out of memory. */
bool cli_table_begin(struct cli_table *table, const struct cli_column *columns, int column_count);
void cli_table_next(struct cli_table *table);

/* Prints the table on stdout, `title` centred over it, and ends it. What is wider than `width` columns is cut; 0: nothing is.
 * False, with a message printed: out of memory. */
bool cli_table_end(struct cli_table *table, const char *title, int width);

/* Columns to print in: $COLUMNS, else the terminal's, else 0: stdout is no terminal, and nothing need be cut. */
int cli_table_room(void);

#endif
