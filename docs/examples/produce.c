/*
 * Creates a project that other processes attach, in any of the four languages.
 *
 *     produce PROJECT
 *
 * SPDX-License-Identifier: MIT
 */
#include <cuteshm/cuteshm.h>

#include <stdio.h>

enum { LATITUDES = 181, LONGITUDES = 360 };

/* A tree is declared first: then the memory that it takes is known, and reserved in one piece. */
static cshm_status declare(cshm_builder builder, uint32_t *latitude, uint32_t *temperature, cshm_error *err) {
  const int64_t shape[] = {LATITUDES, LONGITUDES}, two[] = {2};
  const double range[] = {-90, 60};
  cshm_status status = cshm_builder_array(builder, "grid/latitude", "<f8", 1, shape, CSHM_ORDER_C, latitude, err);
  if (status == CSHM_OK)
    status = cshm_builder_array(builder, "grid/temperature", "<f4", 2, shape, CSHM_ORDER_C, temperature, err);
  if (status == CSHM_OK) status = cshm_builder_attribute(builder, "", "title", "|S7", 0, NULL, "weather", 7, err);
  if (status == CSHM_OK)
    status =
        cshm_builder_attribute(builder, "grid/temperature", "valid_range", "<f8", 1, two, range, sizeof range, err);
  return status;
}

/* Data that is at hand is written, which is fastest; data that is computed may be put where it will lie. */
static cshm_status fill(cshm_builder builder, uint32_t latitude, uint32_t temperature, cshm_error *err) {
  double latitudes[LATITUDES];
  void *memory;
  for (int i = 0; i < LATITUDES; i++)
    latitudes[i] = i - 90;
  cshm_status status = cshm_builder_write(builder, latitude, 0, latitudes, sizeof latitudes, err);
  if (status == CSHM_OK) status = cshm_builder_map(builder, temperature, &memory, NULL, err);
  if (status != CSHM_OK) return status;
  float *celsius = memory;
  for (int i = 0; i < LATITUDES * LONGITUDES; i++)
    celsius[i] = 30 - (float)(i % 77);
  return CSHM_OK;
}

static cshm_status produce(const char *project, cshm_error *err) {
  cshm_store store;
  cshm_builder builder;
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  uint32_t latitude = 0, temperature = 0;
  options.overwrite = 1;
  options.producer = "produce.c (C)";
  cshm_status status = cshm_store_open(NULL, NULL, &store, err);
  if (status != CSHM_OK) return status;
  status = cshm_builder_open(store, project, &options, &builder, err);
  cshm_store_close(store, NULL);
  if (status != CSHM_OK) return status;

  status = declare(builder, &latitude, &temperature, err);
  if (status == CSHM_OK) status = cshm_builder_allocate(builder, err);
  if (status == CSHM_OK) status = fill(builder, latitude, temperature, err);
  if (status == CSHM_OK) status = cshm_builder_publish(builder, NULL, err);
  if (status != CSHM_OK) cshm_builder_abort(builder, NULL);
  return status;
}

int main(int argc, char **argv) {
  cshm_error err = CSHM_ERROR_INIT;
  if (argc != 2) {
    fprintf(stderr, "usage: produce PROJECT\n");
    return 2;
  }
  if (produce(argv[1], &err) == CSHM_OK) return 0;
  fprintf(stderr, "produce: %s\n", err.message);
  return 1;
}
