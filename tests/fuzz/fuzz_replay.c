/* SPDX-License-Identifier: MIT */
/* A main() for a target where there is no libFuzzer: calls it with each file that it is given, of which there must be some. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

/* A block of just its size, so that a read past its end is seen. */
static void replay(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END) != 0) fuzz_broken(path);
  long size = ftell(file);
  rewind(file);
  uint8_t *data = size < 0 ? NULL : malloc((size_t)size + (size == 0));
  if (!data || fread(data, 1, (size_t)size, file) != (size_t)size) fuzz_broken(path);
  fclose(file);
  fprintf(stderr, "%s\n", path); /* so that the last one told is the one that broke it */
  LLVMFuzzerTestOneInput(data, (size_t)size);
  free(data);
}

int main(int count, char **paths) {
  if (count < 2) fuzz_broken("no files");
  for (int i = 1; i < count; i++)
    replay(paths[i]);
  return 0;
}
