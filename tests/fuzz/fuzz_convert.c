/* SPDX-License-Identifier: MIT */
/* Any bytes as YAML, written as TOML, where that has what it says, and read from there: that must say the same, and be the same
 * YAML again. */
#include "fuzz.h"

#include <stdlib.h>

static void convert(const struct document *document, const struct text *toml) {
  struct document from_toml, from_yaml;
  struct text yaml, yaml_again, toml_again;
  fuzz_parse_own(&cshm__manifest_toml, toml, &from_toml);
  fuzz_same_document(document, &from_toml);
  if (!fuzz_write(&cshm__manifest_yaml, document, &yaml)) fuzz_broken("YAML cannot be written as YAML");
  if (!fuzz_write(&cshm__manifest_yaml, &from_toml, &yaml_again)) fuzz_broken("TOML cannot be written as YAML");
  fuzz_same_text(&yaml, &yaml_again, "YAML, TOML, YAML is another text");
  fuzz_parse_own(&cshm__manifest_yaml, &yaml, &from_yaml);
  if (!fuzz_write(&cshm__manifest_toml, &from_yaml, &toml_again)) fuzz_broken("our own YAML cannot be written as TOML");
  fuzz_same_text(toml, &toml_again, "TOML, YAML, TOML is another text");
  cshm__document_free(&from_toml);
  cshm__document_free(&from_yaml);
  free(yaml.data);
  free(yaml_again.data);
  free(toml_again.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct document document;
  struct text toml;
  if (!fuzz_parse(&cshm__manifest_yaml, data, size, &document)) return 0;
  if (!fuzz_means(&document)) fuzz_rewrite(&cshm__manifest_yaml, &document, false);
  if (fuzz_write(&cshm__manifest_toml, &document, &toml)) {
    convert(&document, &toml);
    free(toml.data);
  }
  cshm__document_free(&document);
  return 0;
}
