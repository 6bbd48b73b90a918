/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "cli_layout.h"
#include "cli_output.h"

#include <stdlib.h>
#include <string.h>

/* What is written down: a project, or what was read from a file. */
struct subject {
  cshm_attachment attachment;
  cshm_manifest manifest; /* id 0: the attachment */
};

static cshm_status get_text(const struct subject *subject, uint32_t format, char *buffer, size_t *length,
                            cshm_error *err) {
  if (subject->manifest.id) return cshm_manifest_text(subject->manifest, format, buffer, length, err);
  return cshm_attachment_manifest(subject->attachment, format, buffer, length, err);
}

static enum cli_exit write_down(const struct cli_arguments *arguments, const struct subject *subject, uint32_t format) {
  cshm_error err = CSHM_ERROR_INIT;
  size_t length = 0;
  if (get_text(subject, format, NULL, &length, &err) != CSHM_ERR_BUFFER_TOO_SMALL) return cli_failed(&err);
  char *text = malloc(++length);
  if (!text) {
    cli_error("no memory for a manifest of %zu bytes", length);
    return CLI_FAILED;
  }
  cshm_status status = get_text(subject, format, text, &length, &err);
  enum cli_exit result = status ? cli_failed(&err) : cli_output(arguments->option['O'], text, length);
  free(text);
  return result;
}

static enum cli_exit convert(const struct cli_arguments *arguments) {
  const char *file = arguments->option['V'], *to = arguments->option['Y'], *output = arguments->option['O'];
  struct subject subject = {{0}, {0}};
  cshm_error err = CSHM_ERROR_INIT;
  uint32_t from, format = CSHM_MANIFEST_DEFAULT;
  if (arguments->word_count > 0)
    return cli_usage(arguments->command, "manifest: --convert reads a file: what is %s to be?", arguments->words[0]);
  enum cli_exit result = cli_choose_format(arguments, to, output, CSHM_MANIFEST_DEFAULT, &format);
  if (result == CLI_OK && format == CSHM_MANIFEST_DEFAULT)
    return cli_usage(arguments->command, "manifest: --convert into what? say --to yaml or --to toml");
  uint32_t other = format == CSHM_MANIFEST_TOML ? CSHM_MANIFEST_YAML : CSHM_MANIFEST_TOML;
  if (result == CLI_OK) result = cli_choose_format(arguments, arguments->option['f'], NULL, other, &from);
  if (result != CLI_OK) return result;
  if (cli_read_layout(file, from, &subject.manifest, &err)) return cli_failed(&err);
  result = write_down(arguments, &subject, format);
  cshm_manifest_close(subject.manifest, NULL);
  return result;
}

static enum cli_exit print(const struct cli_arguments *arguments) {
  struct subject subject = {{0}, {0}};
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store;
  uint32_t format;
  if (arguments->word_count == 0) return cli_usage(arguments->command, "manifest: of which project?");
  if (arguments->option['Y']) return cli_usage(arguments->command, "manifest: --to goes with --convert; say --format");
  enum cli_exit result =
      cli_choose_format(arguments, arguments->option['f'], arguments->option['O'], CSHM_MANIFEST_DEFAULT, &format);
  if (result == CLI_OK) result = cli_open_store(arguments, &store);
  if (result != CLI_OK) return result;
  cshm_status status = cshm_attach(store, arguments->words[0], NULL, &subject.attachment, &err);
  result = status ? cli_failed(&err) : write_down(arguments, &subject, format);
  if (status == CSHM_OK) cshm_detach(subject.attachment, NULL);
  cshm_store_close(store, NULL);
  return result;
}

enum cli_exit cli_manifest(const struct cli_arguments *arguments) {
  return arguments->option['V'] ? convert(arguments) : print(arguments);
}
