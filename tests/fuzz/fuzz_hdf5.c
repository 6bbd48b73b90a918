/* SPDX-License-Identifier: MIT */
/* Any bytes as an HDF5 file: it is loaded by this process, without isolation, all of the project is read, saved as a file, and that
 * is loaded again, which must give the same arrays. What does not fit into memory or cannot be understood is refused in words; in
 * any case nothing is left. */
#define _GNU_SOURCE
#include "fuzz.h"

#include "fuzz_project.h"

#include <cuteshm/hdf5.h>
#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define MAX_BYTES_PER_DATASET ((uint64_t)1 << 20)

static struct {
  char folder[64];
  char file[96];
  char saved[96];
  cshm_store store;
  int lowest; /* free descriptor */
  uint64_t handles;
} fuzz;

/* ---- where it lies ----------------------------------------------------------------------------------- */

/* Where that can be had, /dev/shm is this process's own. Else it is shared, which does no harm but that a crash leaves something. */
static void have_own_memory(void) {
  int flags = geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;
  if (unshare(flags) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
    (void)mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=512m");
}

static int free_descriptor(void) {
  int lowest = dup(STDERR_FILENO);
  close(lowest);
  return lowest;
}

static void clean_up(void) {
  char root[96];
  cshm_store_close(fuzz.store, NULL);
  unlink(fuzz.file);
  unlink(fuzz.saved);
  snprintf(root, sizeof root, "%s/store", fuzz.folder);
  rmdir(root);
  rmdir(fuzz.folder);
}

static void begin(void) {
  char root[96];
  H5dont_atexit(); /* closing what damaged files have left open is not what is looked at */
  have_own_memory();
  strcpy(fuzz.folder, "/dev/shm/fuzz-hdf5.XXXXXX");
  if (!mkdtemp(fuzz.folder)) fuzz_broken("no folder");
  snprintf(fuzz.file, sizeof fuzz.file, "%s/file.h5", fuzz.folder);
  snprintf(fuzz.saved, sizeof fuzz.saved, "%s/saved.h5", fuzz.folder);
  snprintf(root, sizeof root, "%s/store", fuzz.folder);
  if (cshm_store_open(root, NULL, &fuzz.store, NULL) != CSHM_OK) fuzz_broken("no store");
  atexit(clean_up);
}

static void write_file(const uint8_t *data, size_t size) {
  int file = open(fuzz.file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0 || write(file, data, size) != (ssize_t)size) fuzz_broken("no file");
  close(file);
}

/* ---- what must hold ---------------------------------------------------------------------------------- */

static void expect_words(const char *what, cshm_status status, const cshm_error *err) {
  bool known = status == CSHM_ERR_HDF5 || status == CSHM_ERR_NO_SPACE || status == CSHM_ERR_NO_MEMORY;
  if (known && err->message[0] != '\0' && !strchr(err->message, '\n')) return;
  fprintf(stderr, "%s: %s: %s\n", what, cshm_status_name((int32_t)status), err->message);
  fuzz_broken("a status that the API does not tell, or no words");
}

static void expect_nothing_left(void) {
  cshm_listing listing;
  uint64_t count = 0;
  if (cshm_list(fuzz.store, &listing, NULL) || cshm_listing_count(listing, &count, NULL)) fuzz_broken("no list");
  cshm_listing_close(listing, NULL);
  if (count > 0) fuzz_broken("a project is left");
  if (cshm_live_handles() != fuzz.handles) fuzz_broken("a handle is left");
  if (free_descriptor() != fuzz.lowest) fuzz_broken("a descriptor is left");
}

static bool load(const char *project, const char *file, uint64_t most, cshm_attachment *attachment) {
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  cshm_error err = CSHM_ERROR_INIT;
  options.threads = 1;
  options.max_bytes_per_dataset = most;
  cshm_status status = cshm_hdf5_load(fuzz.store, project, file, &options, attachment, &err);
  if (status) expect_words("load", status, &err);
  return !status;
}

/* The way back: what was saved is loaded as the same. */
static void save_and_load(cshm_attachment attachment) {
  cshm_hdf5_save_options options = CSHM_HDF5_SAVE_OPTIONS_INIT;
  cshm_error err = CSHM_ERROR_INIT;
  cshm_attachment again;
  options.overwrite = 1;
  options.threads = 1;
  cshm_status status = cshm_hdf5_save(attachment, fuzz.saved, &options, &err);
  if (status) {
    expect_words("save", status, &err);
    return;
  }
  if (!load("again", fuzz.saved, 0, &again)) fuzz_broken("what was saved cannot be loaded");
  fuzz_same_project(attachment, again);
  cshm_detach(again, NULL);
  if (cshm_unlink(fuzz.store, "again", NULL)) fuzz_broken("no unlink");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cshm_attachment attachment;
  if (fuzz.folder[0] == '\0') begin();
  write_file(data, size);
  fuzz.handles = cshm_live_handles();
  fuzz.lowest = free_descriptor();
  if (load("fuzz", fuzz.file, MAX_BYTES_PER_DATASET, &attachment)) {
    fuzz_read_project(attachment);
    save_and_load(attachment);
    cshm_detach(attachment, NULL);
    if (cshm_unlink(fuzz.store, "fuzz", NULL)) fuzz_broken("no unlink");
  }
  expect_nothing_left();
  return 0;
}
