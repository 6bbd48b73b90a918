/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* open_memstream */

#include "cli_table.h"

#include "cli.h"
#include "cli_text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LEAST_WIDTH 4 /* columns that are left of a cell in the narrowest terminal */
#define FRAME_WIDTH 3 /* columns of the frame for each cell: a line and two blanks. One more line ends the row */

/* A line of the frame. */
struct rule { const char *left, *dash, *cross, *right; };
static const struct rule above = {"┏", "━", "┳", "┓"};
static const struct rule under_titles = {"┡", "━", "╇", "┩"};
static const struct rule below = {"└", "─", "┴", "┘"};

bool cli_table_begin(struct cli_table *table, const struct cli_column *columns, int column_count) {
  *table = (struct cli_table){columns, column_count, NULL, NULL, 0};
  table->cells = open_memstream(&table->text, &table->size);
  if (!table->cells) cli_error("out of memory");
  return table->cells != NULL;
}

void cli_table_next(struct cli_table *table) { fputc('\0', table->cells); }

int cli_table_room(void) {
  const char *columns = getenv("COLUMNS");
  long wanted = columns ? strtol(columns, NULL, 10) : 0;
  struct winsize size;
  if (wanted > 0 && wanted < 32768) return (int)wanted;
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static void measure(const struct cli_table *table, int widths[CLI_MAX_COLUMNS]) {
  const char *end = table->text + table->size;
  int column = 0;
  for (int i = 0; i < table->column_count; i++)
    widths[i] = cli_width(table->columns[i].title);
  for (const char *cell = table->text; cell < end; cell += strlen(cell) + 1) {
    int width = cli_width(cell);
    if (width > widths[column]) widths[column] = width;
    column = (column + 1) % table->column_count;
  }
}

static int frame_width(const struct cli_table *table, const int widths[CLI_MAX_COLUMNS]) {
  int width = 1;
  for (int i = 0; i < table->column_count; i++)
    width += widths[i] + FRAME_WIDTH;
  return width;
}

/* Takes from the widest column, again and again, until the table fits or nothing is left to take. */
static void shrink(const struct cli_table *table, int widths[CLI_MAX_COLUMNS], int room) {
  for (int over = frame_width(table, widths) - room; over > 0; over--) {
    int widest = 0;
    for (int i = 1; i < table->column_count; i++)
      if (widths[i] > widths[widest]) widest = i;
    if (widths[widest] <= LEAST_WIDTH) return;
    widths[widest]--;
  }
}

static void print_rule(const struct rule *rule, const struct cli_table *table, const int widths[CLI_MAX_COLUMNS]) {
  for (int i = 0; i < table->column_count; i++) {
    fputs(i == 0 ? rule->left : rule->cross, stdout);
    for (int j = 0; j < widths[i] + FRAME_WIDTH - 1; j++)
      fputs(rule->dash, stdout);
  }
  printf("%s\n", rule->right);
}

static void print_cell(const char *text, int width, char align) {
  int spare = width - cli_width(text);
  int left = spare <= 0 || align == 'l' ? 0 : align == 'r' ? spare : spare / 2;
  printf(" %*s", left, "");
  int used = cli_print_cut(stdout, text, width, "…");
  printf("%*s ", width - left - used, "");
}

static void print_titles(const struct cli_table *table, const int widths[CLI_MAX_COLUMNS]) {
  for (int i = 0; i < table->column_count; i++) {
    fputs("┃", stdout);
    print_cell(table->columns[i].title, widths[i], table->columns[i].align);
  }
  fputs("┃\n", stdout);
}

static void print_rows(const struct cli_table *table, const int widths[CLI_MAX_COLUMNS]) {
  const char *end = table->text + table->size;
  int column = 0;
  for (const char *cell = table->text; cell < end; cell += strlen(cell) + 1) {
    fputs("│", stdout);
    print_cell(cell, widths[column], table->columns[column].align);
    column = (column + 1) % table->column_count;
    if (column == 0) fputs("│\n", stdout);
  }
}

bool cli_table_end(struct cli_table *table, const char *title, int width) {
  int widths[CLI_MAX_COLUMNS] = {0};
  bool good = !ferror(table->cells);
  good = fclose(table->cells) == 0 && good;
  if (good) {
    measure(table, widths);
    if (width > 0) shrink(table, widths, width);
    int spare = frame_width(table, widths) - cli_width(title);
    printf("%*s%s\n", spare > 0 ? spare / 2 : 0, "", title);
    print_rule(&above, table, widths);
    print_titles(table, widths);
    print_rule(&under_titles, table, widths);
    print_rows(table, widths);
    print_rule(&below, table, widths);
  } else {
    cli_error("out of memory");
  }
  free(table->text);
  return good;
}
