/*
 * live_and_end ENDING [VERB LIFETIME ROOT PROJECT]...: publishes or attaches projects and keeps them, says "ready", and waits
 * for a line; then it ends as ENDING says. VERB is publish or attach, which wants the values that publish has written. With
 * another ENDING than those below it waits to be killed.
 *
 * SPDX-License-Identifier: MIT
 */
#include <cuteshm/cuteshm.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COUNT = 6 };

static uint32_t lifetime_number(const char *name) {
  return strcmp(name, "owner") == 0 ? CSHM_OWNER : strcmp(name, "last-user") == 0 ? CSHM_LAST_USER : CSHM_PERSISTENT;
}

static cshm_status publish(cshm_store store, const char *project, const char *lifetime, cshm_error *err) {
  cshm_builder builder;
  cshm_attachment kept;
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  const int64_t shape[1] = {COUNT};
  double values[COUNT];
  for (int i = 0; i < COUNT; i++)
    values[i] = i;
  options.lifetime = lifetime_number(lifetime);
  cshm_status status = cshm_builder_open(store, project, &options, &builder, err);
  if (status != CSHM_OK) return status;
  status = cshm_builder_array(builder, "a", "<f8", 1, shape, CSHM_ORDER_C, NULL, err);
  if (status == CSHM_OK) status = cshm_builder_allocate(builder, err);
  if (status == CSHM_OK) status = cshm_builder_write(builder, 0, 0, values, sizeof values, err);
  if (status == CSHM_OK) status = cshm_builder_publish(builder, &kept, err);
  if (status != CSHM_OK) cshm_builder_abort(builder, NULL);
  return status;
}

static cshm_status attach(cshm_store store, const char *project, cshm_error *err) {
  cshm_attachment kept;
  cshm_array array;
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  cshm_status status = cshm_attach(store, project, NULL, &kept, err);
  if (status == CSHM_OK) status = cshm_array_open(kept, "a", &array, err);
  if (status == CSHM_OK) status = cshm_array_describe(array, &view, err);
  for (int i = 0; status == CSHM_OK && i < COUNT; i++)
    if (((const double *)view.data)[i] != i) status = CSHM_ERR_CORRUPT;
  return status;
}

/* Does what four words say. */
static cshm_status take_part(char **words, cshm_error *err) {
  cshm_store store;
  cshm_status status = cshm_store_open(words[2], NULL, &store, err);
  if (status != CSHM_OK) return status;
  status = strcmp(words[0], "publish") == 0 ? publish(store, words[3], words[1], err) : attach(store, words[3], err);
  cshm_store_close(store, NULL);
  return status;
}

static int end(const char *ending) {
  if (strcmp(ending, "return") == 0) return 0;
  if (strcmp(ending, "error") == 0) return 1;
  if (strcmp(ending, "exit") == 0) exit(3);
  if (strcmp(ending, "_exit") == 0) _exit(4);
  if (strcmp(ending, "abort") == 0) abort();
  return 5;
}

int main(int argc, char **argv) {
  cshm_error err = CSHM_ERROR_INIT;
  for (int i = 2; i + 4 <= argc; i += 4)
    if (take_part(&argv[i], &err) != CSHM_OK) {
      fprintf(stderr, "%s\n", err.message);
      return 10 + err.status;
    }
  puts("ready");
  fflush(stdout);
  (void)getchar();
  return argc > 1 ? end(argv[1]) : 2;
}
