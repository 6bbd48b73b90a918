/*
 * produce_sample ROOT PROJECT FIRST LIFETIME: publishes, by overwriting, array "a" of 6 float64: FIRST, FIRST + 1, ...;
 * LIFETIME is the number of a cshm_lifetime. To be killed at any system call.
 *
 * SPDX-License-Identifier: MIT
 */
#include <cuteshm/cuteshm.h>

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store = {0};
  cshm_builder builder = {0};
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  const int64_t shape[1] = {6};
  double values[6];
  if (argc != 5) {
    fprintf(stderr, "usage: produce_sample ROOT PROJECT FIRST LIFETIME\n");
    return 2;
  }
  for (int i = 0; i < 6; i++)
    values[i] = strtod(argv[3], NULL) + i;
  options.overwrite = 1;
  options.lifetime = (uint32_t)strtoul(argv[4], NULL, 10);
  if (cshm_store_open(argv[1], NULL, &store, &err) != CSHM_OK ||
      cshm_builder_open(store, argv[2], &options, &builder, &err) != CSHM_OK ||
      cshm_builder_array(builder, "a", "<f8", 1, shape, CSHM_ORDER_C, NULL, &err) != CSHM_OK ||
      cshm_builder_allocate(builder, &err) != CSHM_OK ||
      cshm_builder_write(builder, 0, 0, values, sizeof values, &err) != CSHM_OK ||
      cshm_builder_publish(builder, NULL, &err) != CSHM_OK || cshm_store_close(store, &err) != CSHM_OK) {
    fprintf(stderr, "produce_sample: %s\n", err.message);
    return 1;
  }
  return 0;
}
