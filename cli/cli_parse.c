/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

const struct cli_command *cli_find_command(const char *name) {
  for (const struct cli_command *command = cli_commands; command->name; command++)
    if (strcmp(command->name, name) == 0) return command;
  return NULL;
}

/* ---- near matches ---------------------------------------------------------------------------------- */

#define MAX_NEAR 32 /* bytes of a word that is worth comparing */

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* Letters to insert, remove or replace, or neighbours to swap, to make one word of the other. */
static unsigned distance(const char *left, const char *right) {
  size_t rows = strlen(left), columns = strlen(right);
  unsigned cost[MAX_NEAR + 1][MAX_NEAR + 1];
  if (rows > MAX_NEAR || columns > MAX_NEAR) return UINT_MAX;
  for (size_t i = 0; i <= rows; i++)
    for (size_t j = 0; j <= columns; j++) {
      if (i == 0 || j == 0) {
        cost[i][j] = (unsigned)(i + j);
        continue;
      }
      unsigned change = cost[i - 1][j - 1] + (left[i - 1] != right[j - 1]);
      cost[i][j] = least(change, least(cost[i - 1][j], cost[i][j - 1]) + 1);
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
        cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  return cost[rows][columns];
}

/* Of the names that `next` gives (NULL after the last), the one a typing mistake away from `word`, or NULL. */
static const char *find_nearest(const char *word, const char *(*next)(void *user), void *user) {
  const char *nearest = NULL;
  unsigned smallest = strlen(word) < 4 ? 2 : 3; /* further away is no typing mistake */
  for (const char *name = next(user); name; name = next(user)) {
    unsigned apart = strncmp(name, word, strlen(word)) == 0 && word[0] != '\0' ? 0 : distance(word, name);
    if (apart < smallest) {
      smallest = apart;
      nearest = name;
    }
  }
  return nearest;
}

static const char *next_command(void *user) {
  const struct cli_command **command = (const struct cli_command **)user;
  return ((*command)++)->name;
}

enum cli_exit cli_unknown_command(const char *word) {
  const struct cli_command *command = cli_commands;
  const char *near = find_nearest(word, next_command, &command);
  if (near) return cli_usage(NULL, "no such command: %s; did you mean %s?", word, near);
  return cli_usage(NULL, "no such command: %s", word);
}

/* ---- options --------------------------------------------------------------------------------------- */

struct parser {
  struct cli_arguments *arguments;
  int argc;
  char **argv;
  int next; /* in argv */
  const struct cli_option *near;
};

static bool is_allowed(const struct cli_arguments *arguments, char id) {
  const char *own = arguments->command ? arguments->command->options : "";
  return strchr(CLI_COMMON_OPTIONS, id) || strchr(own, id);
}

static const char *next_option(void *user) {
  struct parser *parser = (struct parser *)user;
  while (parser->near->name && !is_allowed(parser->arguments, parser->near->id))
    parser->near++;
  return parser->near->name ? (parser->near++)->name : NULL;
}

static enum cli_exit unknown_option(struct parser *parser, const char *word) {
  const struct cli_command *command = parser->arguments->command;
  parser->near = cli_options;
  const char *near = strncmp(word, "--", 2) == 0 ? find_nearest(word + 2, next_option, parser) : NULL;
  if (near) return cli_usage(command, "unknown option: %s; did you mean --%s?", word, near);
  return cli_usage(command, "unknown option: %s", word);
}

/* Puts a value behind those of the same option, one a line. They stay until the program ends. NULL: out of memory. */
static const char *add_value(char id, const char *value) {
  static char *values[128];
  char *old = values[(int)id];
  size_t front = old ? strlen(old) + 1 : 0, size = strlen(value) + 1;
  char *joined = (char *)malloc(front + size);
  if (!joined) return NULL;
  if (old) memcpy(joined, old, front - 1);
  free(old);
  if (front > 0) joined[front - 1] = '\n';
  memcpy(joined + front, value, size);
  values[(int)id] = joined;
  return joined;
}

/* Takes one option whose value, if it is in the same word, is `value` (NULL: it is not). */
static enum cli_exit take_option(struct parser *parser, const struct cli_option *option, const char *value) {
  struct cli_arguments *arguments = parser->arguments;
  if (!option->value && value) return cli_usage(arguments->command, "--%s takes no value", option->name);
  if (option->value && !value) {
    if (parser->next == parser->argc)
      return cli_usage(arguments->command, "--%s needs a value, %s", option->name, option->value);
    value = parser->argv[parser->next++];
  }
  bool list = value && strchr(CLI_LIST_OPTIONS, option->id) != NULL;
  if (list) value = add_value(option->id, value);
  if (list && !value) return cli_usage(arguments->command, "--%s: out of memory", option->name);
  arguments->option[(int)option->id] = value ? value : "";
  return CLI_OK;
}

static enum cli_exit parse_long(struct parser *parser, const char *word) {
  size_t length = strcspn(word + 2, "=");
  const char *value = word[2 + length] == '=' ? word + 3 + length : NULL;
  for (const struct cli_option *option = cli_options; option->name; option++)
    if (is_allowed(parser->arguments, option->id) && strncmp(option->name, word + 2, length) == 0 &&
        option->name[length] == '\0')
      return take_option(parser, option, value);
  return unknown_option(parser, word);
}

static const struct cli_option *find_letter(const struct parser *parser, char letter) {
  for (const struct cli_option *option = cli_options; option->name; option++)
    if (option->letter == letter && is_allowed(parser->arguments, option->id)) return option;
  return NULL;
}

/* "-oq", "-n name", "-nname" */
static enum cli_exit parse_letters(struct parser *parser, const char *word) {
  for (const char *letter = word + 1; *letter; letter++) {
    const struct cli_option *option = find_letter(parser, *letter);
    if (!option) return unknown_option(parser, word);
    if (option->value) return take_option(parser, option, letter[1] ? letter + 1 : NULL);
    take_option(parser, option, NULL);
  }
  return CLI_OK;
}

/* ---- the whole line -------------------------------------------------------------------------------- */

static enum cli_exit take_word(struct parser *parser, char *word) {
  struct cli_arguments *arguments = parser->arguments;
  if (arguments->command) {
    arguments->words[arguments->word_count++] = word;
    return CLI_OK;
  }
  arguments->command = cli_find_command(word);
  return arguments->command ? CLI_OK : cli_unknown_command(word);
}

static enum cli_exit check_words(const struct cli_arguments *arguments) {
  const struct cli_command *command = arguments->command;
  if (arguments->option['h']) return CLI_OK;
  if (!command) return cli_usage(NULL, "no command given");
  if (arguments->word_count < command->min_words)
    return cli_usage(command, "%s: too few arguments: it takes %s", command->name, command->arguments);
  if (command->max_words >= 0 && arguments->word_count > command->max_words)
    return cli_usage(command, "%s: too many arguments: %s", command->name, arguments->words[command->max_words]);
  return CLI_OK;
}

enum cli_exit cli_parse(int argc, char **argv, struct cli_arguments *arguments) {
  struct parser parser = {arguments, argc, argv, 1, cli_options};
  bool options = true;
  enum cli_exit status = CLI_OK;
  memset(arguments, 0, sizeof *arguments);
  arguments->words = argv; /* fewer words than argv has are moved to its front */
  while (status == CLI_OK && parser.next < argc) {
    char *word = argv[parser.next++];
    if (options && strcmp(word, "--") == 0)
      options = false;
    else if (options && strcmp(word, "--version") == 0)
      arguments->command = cli_find_command("version");
    else if (options && strncmp(word, "--", 2) == 0)
      status = parse_long(&parser, word);
    else if (options && word[0] == '-' && word[1] != '\0')
      status = parse_letters(&parser, word);
    else
      status = take_word(&parser, word);
  }
  return status == CLI_OK ? check_words(arguments) : status;
}
