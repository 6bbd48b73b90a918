/* SPDX-License-Identifier: MIT */
#include "v1.h"

#include "cli_text.h"

#include <string.h>

/* The usage, then what is wrong with `word`, and perhaps what was meant. */
static enum cli_exit usage(const struct cli_command *program, const char *problem, const char *word,
                           const char *meant) {
  v1_print_usage(stderr, program);
  fprintf(stderr, "%s: error: %s: ", program->name, problem);
  cli_print(stderr, word);
  if (meant) fprintf(stderr, "; did you mean %s?", meant);
  fputc('\n', stderr);
  return CLI_USAGE;
}

/* The flag that has this letter: "v" for "--verbose". */
static const struct cli_option *find_letter(const struct cli_command *program, char letter) {
  for (const struct cli_option *flag = v1_flags; flag->name; flag++)
    if (strchr(program->options, flag->id) && flag->letter == letter) return flag;
  return NULL;
}

/* The flag that `word` is, or is the beginning of. The programs have few, and no two that begin alike. */
static const struct cli_option *find_name(const struct cli_command *program, const char *word) {
  size_t length = strlen(word), dashes = strspn(word, "-");
  for (const struct cli_option *flag = v1_flags; flag->name && dashes < length; flag++)
    if (strchr(program->options, flag->id) && strncmp(flag->name, word, length) == 0) return flag;
  return NULL;
}

/* "-vo" */
static bool take_letters(const struct cli_command *program, const char *word, struct cli_arguments *arguments) {
  for (const char *letter = word + 1; *letter; letter++)
    if (!find_letter(program, *letter)) return false;
  for (const char *letter = word + 1; *letter; letter++)
    arguments->option[(int)find_letter(program, *letter)->id] = "";
  return true;
}

static enum cli_exit take_flag(const struct cli_command *program, const char *word, struct cli_arguments *arguments) {
  const struct cli_option *flag = find_name(program, word);
  if (flag) {
    arguments->option[(int)flag->id] = "";
    return CLI_OK;
  }
  if (take_letters(program, word, arguments)) return CLI_OK;
  const struct cli_option *near = word[1] == '-' ? find_name(program, word + 1) : NULL;
  return usage(program, "unknown flag", word, near ? near->name : NULL);
}

/* The names of the words that are missing stand at the end of program->arguments. */
static const char *missing_words(const struct cli_command *program, int given) {
  const char *rest = program->arguments;
  while (given-- > 0)
    rest = strchr(rest, ' ') + 1;
  return rest;
}

enum cli_exit v1_parse(const struct cli_command *program, int argc, char **argv, struct cli_arguments *arguments) {
  bool flags = true;
  enum cli_exit status = CLI_OK;
  memset(arguments, 0, sizeof *arguments);
  arguments->command = program;
  arguments->words = argv; /* fewer words than argv has are moved to its front */
  for (int i = 1; i < argc && status == CLI_OK; i++) {
    if (flags && strcmp(argv[i], "--") == 0)
      flags = false;
    else if (flags && argv[i][0] == '-' && argv[i][1] != '\0')
      status = take_flag(program, argv[i], arguments);
    else
      arguments->words[arguments->word_count++] = argv[i];
  }
  if (status != CLI_OK || arguments->option['h']) return status;
  if (arguments->word_count < program->min_words)
    return usage(program, "arguments missing", missing_words(program, arguments->word_count), NULL);
  if (arguments->word_count > program->max_words)
    return usage(program, "too many arguments", arguments->words[program->max_words], NULL);
  return CLI_OK;
}
