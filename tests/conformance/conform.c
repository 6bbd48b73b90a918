/*
 * The conformance program of C:
 *   conform write  ROOT PROJECT CASES    makes the project in the store ROOT from the cases
 *   conform read   ROOT PROJECT CASES    attaches it and compares
 *   conform seal   ROOT PROJECT CASES    makes it sealed, prints the path of its descriptor, and holds that until input ends
 *   conform attach FD   PROJECT CASES    attaches the descriptor and compares
 * Exit codes: 0 all right, 1 differences were found, 2 anything else.
 *
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include "conform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void conform_require(cshm_status status, const cshm_error *err, const char *what) {
  if (status == CSHM_OK) return;
  fprintf(stderr, "conform: %s: %s: %s\n", what, cshm_status_name((int32_t)status), err->message);
  exit(2);
}

void *conform_allocate(uint64_t nbytes) {
  void *memory = calloc(1, nbytes > 0 ? (size_t)nbytes : 1);
  if (memory == NULL) {
    fprintf(stderr, "conform: out of memory\n");
    exit(2);
  }
  return memory;
}

static int report(const case_file *cases, size_t mismatches) {
  if (mismatches > 0) {
    printf("failed: %zu mismatches\n", mismatches);
    return 1;
  }
  printf("ok %zu arrays, %zu attributes, %zu groups\n", case_file_count(cases, CASE_ARRAY),
         case_file_count(cases, CASE_ATTRIBUTE), case_file_count(cases, CASE_GROUP));
  return 0;
}

static cshm_store open_store(const char *root) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store = {0};
  conform_require(cshm_store_open(root, NULL, &store, &err), &err, root);
  return store;
}

static void close_store(cshm_store store) {
  cshm_error err = CSHM_ERROR_INIT;
  conform_require(cshm_store_close(store, &err), &err, "cshm_store_close");
}

static void detach(cshm_attachment attachment) {
  cshm_error err = CSHM_ERROR_INIT;
  conform_require(cshm_detach(attachment, &err), &err, "cshm_detach");
}

static int write_project(const char *root, const char *project, const case_file *cases) {
  cshm_store store = open_store(root);
  detach(conform_write(store, project, cases, 0));
  close_store(store);
  return 0;
}

static int read_project(const char *root, const char *project, const case_file *cases) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store = open_store(root);
  cshm_attachment attachment = {0};
  conform_require(cshm_attach(store, project, NULL, &attachment, &err), &err, project);
  close_store(store);
  size_t mismatches = conform_read(attachment, cases);
  detach(attachment);
  return report(cases, mismatches);
}

/* What holds the project at last is the descriptor alone. */
static int seal_project(const char *root, const char *project, const case_file *cases) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store = open_store(root);
  cshm_attachment attachment = conform_write(store, project, cases, 1);
  int32_t fd = -1;
  conform_require(cshm_attachment_export_fd(attachment, &fd, &err), &err, project);
  detach(attachment);
  close_store(store);
  printf("/proc/%ld/fd/%d\n", (long)getpid(), (int)fd);
  fflush(stdout);
  while (getchar() != EOF)
    ;
  return close(fd) == 0 ? 0 : 2;
}

static int attach_project(const char *fd, const char *project, const case_file *cases) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_attachment attachment = {0};
  cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
  conform_require(cshm_attach_fd((int32_t)strtol(fd, NULL, 10), NULL, &attachment, &err), &err, fd);
  conform_require(cshm_attachment_describe(attachment, &info, &err), &err, project);
  size_t mismatches = conform_read(attachment, cases);
  if (!info.sealed || strcmp(info.project, project) != 0) {
    printf("wanted a sealed %s, found %s, sealed: %u\n", project, info.project, (unsigned)info.sealed);
    mismatches++;
  }
  detach(attachment);
  return report(cases, mismatches);
}

/* `where` is a store's root or a descriptor. */
static const struct command {
  const char *name;
  int (*run)(const char *where, const char *project, const case_file *cases);
} commands[] = {{"write", write_project}, {"read", read_project}, {"seal", seal_project}, {"attach", attach_project}};

static const struct command *find_command(const char *name) {
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (strcmp(commands[i].name, name) == 0) return &commands[i];
  return NULL;
}

int main(int argc, char **argv) {
  const struct command *command = argc == 5 ? find_command(argv[1]) : NULL;
  if (command == NULL) {
    fprintf(stderr, "usage: conform write|read|seal ROOT PROJECT CASES\n       conform attach FD PROJECT CASES\n");
    return 2;
  }
  case_file cases = case_file_read(argv[4]);
  int code = command->run(argv[2], argv[3], &cases);
  case_file_free(&cases);
  if (cshm_live_handles() != 0) {
    fprintf(stderr, "conform: %llu handles are still alive\n", (unsigned long long)cshm_live_handles());
    return 2;
  }
  return code;
}
