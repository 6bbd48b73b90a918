/*
 * soak_worker ROOT SEED: does random things to the projects of a store, until it is killed, or for some reason of its own ends.
 * It prints a line for each call, "operation STATUS message", and "wrong ..." where a value is not what it must be.
 * soak_worker ROOT begin: creates the project that is never unlinked.
 * soak_worker ROOT finish: collects, checks and unlinks what is left when all workers are dead.
 *
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include "soak_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HELD 6

static const char *const projects[] = {"steady", "one", "two", "three"}; /* the first one is never unlinked */
static const uint32_t lifetimes[] = {CSHM_PERSISTENT, CSHM_OWNER, CSHM_LAST_USER};

struct worker {
  uint64_t random;
  int64_t number; /* of the last generation it made */
  cshm_store stores[2];
  cshm_attachment held[HELD];
  int64_t numbers[HELD];
  int count;
};

/* Whole lines, or nothing where it is killed: they are shorter than a pipe takes at once. */
static void say(const char *operation, const char *status, const char *text) {
  char line[1400];
  int length = snprintf(line, sizeof line, "%s %s %s\n", operation, status, text);
  if (write(STDOUT_FILENO, line, (size_t)length) != length) exit(1);
}

static bool tell(const char *operation, cshm_status status, const cshm_error *err) {
  const char *name = cshm_status_name((int32_t)status) + strlen("CSHM_");
  say(operation, strncmp(name, "ERR_", 4) == 0 ? name + 4 : name, status ? err->message : "");
  return status == CSHM_OK;
}

static uint32_t draw(struct worker *worker, uint32_t below) {
  worker->random = worker->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(worker->random >> 33) % below;
}

static void let_go(struct worker *worker, int index) {
  cshm_error err = CSHM_ERROR_INIT;
  if (soak_tree_number(worker->held[index]) != worker->numbers[index]) say("wrong", "value", "in what was held");
  tell("detach", cshm_detach(worker->held[index], &err), &err);
  worker->held[index] = worker->held[--worker->count];
  worker->numbers[index] = worker->numbers[worker->count];
}

/* Keeps what was attached, or not. */
static void take(struct worker *worker, cshm_attachment attachment, int64_t wanted) {
  int64_t number = soak_tree_number(attachment);
  if (number < 0 || (wanted >= 0 && number != wanted)) say("wrong", "value", "in what was attached");
  if (worker->count == HELD) let_go(worker, (int)draw(worker, HELD));
  worker->held[worker->count] = attachment;
  worker->numbers[worker->count++] = number;
  if (draw(worker, 2) == 0) let_go(worker, worker->count - 1);
}

static void publish(struct worker *worker, cshm_store store, uint32_t project, bool overwrite) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_attachment attachment;
  uint32_t lifetime = project == 0 ? CSHM_PERSISTENT : lifetimes[draw(worker, 3)];
  bool attach = draw(worker, 3) != 0;
  cshm_status status = soak_tree_publish(store, projects[project], ++worker->number, overwrite, lifetime,
                                         attach ? &attachment : NULL, &err);
  if (tell(overwrite ? "overwrite" : "create", status, &err) && attach) take(worker, attachment, worker->number);
}

static void attach(struct worker *worker, cshm_store store, uint32_t project) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_attachment attachment;
  cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
  options.mode = draw(worker, 3);
  cshm_status status = cshm_attach(store, projects[project], &options, &attachment, &err);
  if (tell(project == 0 ? "attach-steady" : "attach", status, &err)) take(worker, attachment, -1);
}

static void ask(struct worker *worker, bool wait) {
  cshm_error err = CSHM_ERROR_INIT;
  int32_t current;
  if (worker->count == 0) return;
  cshm_attachment attachment = worker->held[draw(worker, (uint32_t)worker->count)];
  if (wait)
    tell("wait", cshm_attachment_wait_newer(attachment, (int64_t)draw(worker, 2000000), &err), &err);
  else
    tell("current", cshm_attachment_is_current(attachment, &current, &err), &err);
}

/* Also tells of each entry what it says. */
static void tell_listing(cshm_listing listing, const char *entry) {
  cshm_error err = CSHM_ERROR_INIT;
  uint64_t count = 0;
  cshm_listing_count(listing, &count, &err);
  for (uint64_t i = 0; i < count; i++) {
    cshm_project project = CSHM_PROJECT_INIT;
    cshm_status status = cshm_listing_project(listing, i, &project, &err);
    if (!status) snprintf(err.message, sizeof err.message, "%s", project.message);
    tell(entry, status ? status : (cshm_status)project.status, &err);
  }
  cshm_listing_close(listing, NULL);
}

static void look_around(cshm_store store, bool collect) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_listing listing;
  cshm_status status = collect ? cshm_store_collect(store, NULL, &listing, &err) : cshm_list(store, &listing, &err);
  if (tell(collect ? "collect" : "list", status, &err)) tell_listing(listing, collect ? "collected" : "listed");
}

static void remove_project(cshm_store store, uint32_t project) {
  cshm_error err = CSHM_ERROR_INIT;
  if (project != 0) tell("unlink", cshm_unlink(store, projects[project], &err), &err);
}

/* Exits of all kinds; what it holds is still held. */
static void end(struct worker *worker) {
  static const char *const ways[] = {"exit", "_exit", "abort"};
  uint32_t way = draw(worker, 3);
  say("end", ways[way], "");
  if (way == 0) exit(0);
  if (way == 1) _exit(0);
  abort();
}

static void step(struct worker *worker) {
  cshm_store store = worker->stores[draw(worker, 2)];
  uint32_t project = draw(worker, sizeof projects / sizeof *projects), what = draw(worker, 1000);
  if (what < 3) end(worker);
  if (what < 120)
    publish(worker, store, project, false);
  else if (what < 260)
    publish(worker, store, project, true);
  else if (what < 560)
    attach(worker, store, project);
  else if (what < 680 && worker->count > 0)
    let_go(worker, (int)draw(worker, (uint32_t)worker->count));
  else if (what < 760)
    ask(worker, what < 720);
  else if (what < 860)
    remove_project(store, project);
  else if (what < 960)
    look_around(store, what >= 920);
}

static int fail(const char *what, const cshm_error *err) {
  fprintf(stderr, "soak_worker: %s: %s\n", what, err->message);
  return 1;
}

static int begin(cshm_store store) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_status status = soak_tree_publish(store, projects[0], 0, false, CSHM_PERSISTENT, NULL, &err);
  return status ? fail("begin", &err) : 0;
}

/* Whether what the listing tells of is whole and persistent. It is removed. */
static int finish_one(cshm_store store, const cshm_project *project) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_attachment attachment;
  snprintf(err.message, sizeof err.message, "%s", project->message);
  if (project->status != CSHM_OK || cshm_attach(store, project->name, NULL, &attachment, &err) != CSHM_OK)
    return fail(project->name, &err);
  if (soak_tree_number(attachment) < 0 || project->lifetime != CSHM_PERSISTENT)
    return fail(project->name, &(cshm_error){.message = "it is not whole, or not persistent"});
  if (cshm_detach(attachment, &err) != CSHM_OK || cshm_unlink(store, project->name, &err) != CSHM_OK)
    return fail(project->name, &err);
  return 0;
}

static int finish(cshm_store store) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_listing listing;
  uint64_t count = 0;
  int failed = 0;
  if (cshm_store_collect(store, NULL, NULL, &err) != CSHM_OK) return fail("collect", &err);
  if (cshm_list(store, &listing, &err) != CSHM_OK || cshm_listing_count(listing, &count, &err) != CSHM_OK)
    return fail("list", &err);
  for (uint64_t i = 0; i < count; i++) {
    cshm_project project = CSHM_PROJECT_INIT;
    if (cshm_listing_project(listing, i, &project, &err) != CSHM_OK) return fail("list", &err);
    failed |= finish_one(store, &project);
  }
  return failed || cshm_listing_close(listing, &err) != CSHM_OK;
}

int main(int argc, char **argv) {
  struct worker worker = {0};
  cshm_error err = CSHM_ERROR_INIT;
  if (argc != 3) return fprintf(stderr, "usage: soak_worker ROOT SEED|begin|finish\n"), 2;
  for (uint32_t i = 0; i < 2; i++) {
    cshm_store_options options = CSHM_STORE_OPTIONS_INIT;
    options.manifest = i == 0 ? CSHM_MANIFEST_YAML : CSHM_MANIFEST_TOML;
    if (cshm_store_open(argv[1], &options, &worker.stores[i], &err) != CSHM_OK) return fail(argv[1], &err);
  }
  if (strcmp(argv[2], "begin") == 0) return begin(worker.stores[0]);
  if (strcmp(argv[2], "finish") == 0) return finish(worker.stores[0]);
  worker.random = strtoull(argv[2], NULL, 10);
  worker.number = (int64_t)worker.random * 100000;
  for (;;)
    step(&worker);
}
