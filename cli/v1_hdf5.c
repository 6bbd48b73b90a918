/* SPDX-License-Identifier: MIT */
#include "cli_made.h"
#include "cli_progress.h"
#include "cli_text.h"
#include "cli_tree.h"
#include "v1.h"
#include "v1_dataset.h"
#include "v1_text.h"

#include <cuteshm/hdf5.h>

#define MANIFEST_SIZE 4096 /* a store's root has 3000 bytes at most, a file's name 255 */

/* What a load shows while it runs. */
struct watch {
  struct cli_progress bar;
  const char *file;
  bool verbose;
  bool told; /* how much there is to read */
};

static int32_t watch_update(void *user, uint64_t done, uint64_t total) {
  struct watch *watch = (struct watch *)user;
  if (watch->verbose && !watch->told) {
    char size[V1_SIZE_TEXT];
    v1_format_size(total, size);
    v1_log("transferring content of %s to shared memory (%s)", watch->file, size);
    watch->told = true;
  }
  return cli_progress_update(&watch->bar, done, total);
}

static cshm_status load(const struct cli_arguments *arguments, cshm_store store, cshm_attachment *attachment,
                        cshm_error *err) {
  const char *project = arguments->words[0], *file = arguments->words[1];
  struct watch watch = {.file = file, .verbose = arguments->option['v'] != NULL};
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  options.overwrite = arguments->option['o'] != NULL;
  options.isolate = 1;
  options.progress = watch_update;
  options.user = &watch;
  options.producer = "cute-shm-hdf5 (C " CSHM_VERSION_STRING ")";
  cli_progress_begin(&watch.bar, project, "reserving memory", !watch.verbose && !arguments->option['p']);
  cshm_status status = cshm_hdf5_load(store, project, file, &options, attachment, err);
  cli_progress_end(&watch.bar);
  return status;
}

static void tell(const struct cli_tree *tree) {
  for (uint32_t i = 0; i < tree->info.node_count; i++) {
    cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
    char size[V1_SIZE_TEXT];
    if (cshm_attachment_view(tree->attachment, i, &view, NULL) != CSHM_OK) continue; /* a group */
    v1_format_size(view.nbytes, size);
    v1_log("transferred %s to shared memory (%s)", view.path, size);
  }
  v1_log("shared memory of project %s: %s", tree->info.project, tree->info.segment);
}

static cshm_status report(cshm_store store, cshm_attachment attachment, bool verbose, cshm_error *err) {
  struct cli_tree tree;
  char manifest[MANIFEST_SIZE], size[V1_SIZE_TEXT];
  size_t length = sizeof manifest;
  cshm_status status = cli_tree_begin(attachment, &tree, err);
  if (status == CSHM_OK) status = cshm_store_manifest(store, tree.info.project, manifest, &length, err);
  if (status == CSHM_OK) {
    if (verbose) tell(&tree);
    fputs("TOML metadata file: ", stdout);
    cli_print(stdout, manifest);
    v1_format_size(tree.nbytes, size);
    printf("\nDatasets transferred: %u\nTotal memory size: %s\n", v1_dataset_count(&tree), size);
    cli_warn_skipped(&tree, "Warning: ");
  }
  cli_tree_end(&tree);
  return status;
}

/* In the words that scripts may look for. */
static enum cli_exit fail_to_load(const struct cli_arguments *arguments, cshm_store store, const cshm_error *err) {
  char manifest[MANIFEST_SIZE];
  size_t length = sizeof manifest;
  if (err->status != CSHM_ERR_EXISTS ||
      cshm_store_manifest(store, arguments->words[0], manifest, &length, NULL) != CSHM_OK)
    return v1_failed(err);
  cli_error("Project %s: failed to transfer %s. The corresponding meta file %s already exists; -o replaces it",
            arguments->words[0], arguments->words[1], manifest);
  return CLI_FAILED;
}

enum cli_exit v1_hdf5(const struct cli_arguments *arguments) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store;
  cshm_attachment attachment;
  enum cli_exit result = v1_open_store(&store);
  if (result != CLI_OK) return result;
  cshm_status status = load(arguments, store, &attachment, &err);
  if (status == CSHM_OK) status = report(store, attachment, arguments->option['v'] != NULL, &err);
  if (status != CSHM_OK) result = fail_to_load(arguments, store, &err);
  cshm_store_close(store, NULL);
  return result;
}
