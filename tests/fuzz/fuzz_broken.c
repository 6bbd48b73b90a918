/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void fuzz_broken(const char *what) {
  fprintf(stderr, "broken: %s\n", what);
  abort();
}
