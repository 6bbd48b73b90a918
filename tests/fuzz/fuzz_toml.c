/* SPDX-License-Identifier: MIT */
/* Any bytes as TOML: its head, all of it, and what it means. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_syntax(&cshm__manifest_toml, data, size);
  return 0;
}
