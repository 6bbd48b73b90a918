/* SPDX-License-Identifier: MIT */
#include "h5at.h"
#include "h5bundle.h"
#include "h5declare.h"
#include "h5file.h"
#include "h5fill.h"
#include "h5isolate.h"
#include "h5plan.h"
#include "h5progress.h"
#include "h5ragged.h"
#include "h5reference.h"
#include "h5select.h"
#include "h5target.h"
#include "h5walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file that says something else at every reading is not tried for ever. */
#define MAX_ROUNDS 5

struct loading {
  cshm_store store;
  const char *project;
  cshm_hdf5_options options;
  struct h5guard guard;
  struct h5file file;
  struct h5plan plan;
  struct h5raw raw;
  struct h5select select;
  struct h5progress progress;
  cshm_builder builder; /* id 0: there is none */
  cshm_error *err;
};

static cshm_status begin_builder(struct loading *loading) {
  struct h5target target = {loading->store, loading->project, &loading->options};
  return cshm__h5_target_open(&target, &loading->builder, loading->err);
}

/* Appends to a message; what does not fit is left out, whole. */
static bool append(char *text, size_t size, const char *more) {
  size_t length = strlen(text);
  if (strlen(more) >= size - length) return false;
  memcpy(text + length, more, strlen(more) + 1);
  return true;
}

/* Lists what is skipped, with or without the reasons; returns how many of them fit. */
static size_t list_skipped(const struct h5plan *plan, bool reasons, char *list, size_t size) {
  size_t named = 0;
  list[0] = '\0';
  for (const struct h5skip *skip = plan->skips; skip; skip = skip->next, named++) {
    char item[600];
    if (reasons)
      snprintf(item, sizeof item, "%s%s (%s)", named ? "; " : "", skip->path, skip->reason);
    else
      snprintf(item, sizeof item, "%s%s", named ? ", " : "", skip->path);
    if (!append(list, size, item)) break;
  }
  return named;
}

/* strict: names what would be left out, with the reasons if there is room for them. */
static cshm_status refuse_skipped(struct loading *loading) {
  char list[700], more[64] = "";
  size_t count = loading->plan.skip_count;
  size_t named = list_skipped(&loading->plan, true, list, sizeof list);
  if (named < count) named = list_skipped(&loading->plan, false, list, sizeof list);
  if (named < count) snprintf(more, sizeof more, "%sand %zu more", named ? ", " : "", count - named);
  return cshm__fail(loading->err, CSHM_ERR_UNSUPPORTED, 0,
                    "%s: %zu object%s cannot be loaded, and strict was asked for: %s%s", loading->file.path, count,
                    count == 1 ? "" : "s", list, more);
}

/* What has to wait until all objects of the file are known. */
static cshm_status complete_plan(struct loading *loading) {
  struct h5ragged_work work = {.file = loading->file.id, .plan = &loading->plan, .raw = &loading->raw};
  work.progress = &loading->progress;
  work.err = loading->err;
  work.type = cshm__h5_type_room(loading->plan.native_endian);
  cshm_status status = work.type ? cshm__h5_references(&loading->plan) : CSHM_ERR_NO_MEMORY;
  cshm__h5_progress_prepare(&loading->progress, cshm__h5_plan_nbytes(&loading->plan));
  if (status == CSHM_OK) status = cshm__h5_bundles(loading->file.id, &loading->plan, &loading->raw, work.type);
  if (status == CSHM_OK) status = cshm__h5_ragged_measure(&work);
  if (status == CSHM_OK) status = cshm__h5_select_small(&loading->plan, &loading->select);
  free(work.type);
  if (status != CSHM_ERR_NO_MEMORY) return status;
  return cshm__fail(loading->err, status, 0, "out of memory while reading how much there is");
}

/* Takes the folder that names of other files count from. */
static cshm_status set_folder(struct loading *loading) {
  char *folder = cshm__h5_plan_copy(&loading->plan, loading->file.path);
  if (!folder) return cshm__fail(loading->err, CSHM_ERR_NO_MEMORY, 0, "out of memory while opening the file");
  char *end = strrchr(folder, '/');
  if (end) end[end == folder] = '\0';
  loading->plan.folder = folder;
  loading->plan.file = loading->file.path;
  loading->plan.outside = loading->options.external_links;
  loading->plan.native_endian = loading->options.native_endian != 0;
  return CSHM_OK;
}

static cshm_status begin_raw(struct loading *loading) {
  struct h5reason reason;
  if (cshm__h5_raw_begin(&loading->raw, loading->file.id, &reason)) return CSHM_OK;
  cshm_status status = cshm__h5_reason_is_memory(reason.text) ? CSHM_ERR_NO_MEMORY : CSHM_ERR_HDF5;
  return cshm__fail(loading->err, status, 0, "%s: %s", loading->file.path, reason.text);
}

/* Opens the file and reads what is in it. Nothing is created yet. */
static cshm_status make_plan(struct loading *loading, const char *path, bool attributes) {
  struct h5walk walk = {.raw = &loading->raw, .attributes = attributes};
  cshm__h5_at(H5AT_OPENING, "");
  cshm_status status = cshm__h5_file_open(path, &loading->file, loading->err);
  if (!status) status = set_folder(loading);
  if (!status) status = begin_raw(loading);
  if (status) return status;
  status = cshm__h5_walk(loading->file.id, &loading->plan, &walk, loading->err);
  if (status) return status;
  if (walk.datasets == 0 && walk.newer.newer[0] != '\0')
    return cshm__h5_file_newer(path, walk.newer.newer, loading->err);
  status = cshm__h5_select(&loading->plan, &loading->select, loading->err);
  return status ? status : complete_plan(loading);
}

/* Where it does not fit, what to leave out is told. */
static cshm_status allocate(struct loading *loading) {
  cshm_error said = CSHM_ERROR_INIT;
  cshm_status status = cshm_builder_allocate(loading->builder, &said);
  if (status == CSHM_ERR_NO_SPACE) return cshm__h5_select_advise(&loading->plan, &said, loading->err);
  return status ? cshm__fail_said(loading->err, &said) : CSHM_OK;
}

/* One attempt: declare, allocate, fill. *again: something could not be read, which the plan is now without. */
static cshm_status build(struct loading *loading, bool *again) {
  cshm_status status = cshm__h5_declare(&loading->plan, &loading->file, loading->builder, loading->err);
  if (status) return status;
  if (loading->options.strict && loading->plan.skip_count > 0) return refuse_skipped(loading);
  /* Reserving gigabytes takes seconds: the caller is told what is to come before. */
  status = cshm__h5_progress_begin(&loading->progress, cshm__h5_plan_nbytes(&loading->plan), loading->err);
  if (!status) status = allocate(loading);
  if (status) return status;
  return cshm__h5_fill(loading->file.id, &loading->plan, &loading->raw, loading->builder, &loading->progress,
                       loading->options.threads, again, loading->err);
}

/* Lets go of the file and of all that is known of it. Twice is fine. */
static void forget(struct loading *loading) {
  cshm__h5_plan_end(&loading->plan);
  cshm__h5_raw_end(&loading->raw);
  cshm__h5_file_close(&loading->file);
}

static cshm_status load(struct loading *loading, const char *path, cshm_attachment *attachment) {
  bool again = true;
  cshm_status status = begin_builder(loading); /* first: a project that is there already costs no reading */
  if (status) return status;
  status = make_plan(loading, path, true);
  for (int round = 0; status == CSHM_OK && again && round < MAX_ROUNDS; round++) {
    if (round > 0) status = begin_builder(loading);
    if (status == CSHM_OK) status = build(loading, &again);
  }
  if (status) return status;
  if (again) return cshm__fail(loading->err, CSHM_ERR_HDF5, 0, "%s changes while it is read", path);
  forget(loading); /* the manifest of a wide file is long: there is no need to have both in memory */
  status = cshm_builder_publish(loading->builder, attachment, loading->err);
  if (status == CSHM_OK) loading->builder.id = 0;
  return status;
}

static void begin(struct loading *loading, cshm_error *err) {
  memset(loading, 0, sizeof *loading);
  loading->file = (struct h5file)H5FILE_INIT;
  loading->raw.type = H5I_INVALID_HID;
  loading->progress.guard = &loading->guard;
  loading->options = (cshm_hdf5_options)CSHM_HDF5_OPTIONS_INIT;
  loading->err = err;
  cshm__h5_plan_begin(&loading->plan);
  cshm__h5_enter(&loading->guard);
}

static void end(struct loading *loading) {
  cshm__h5_target_close(&loading->builder);
  forget(loading);
  cshm__h5_leave(&loading->guard);
}

static cshm_status check_arguments(const char *project, const char *file, const cshm_hdf5_options *options,
                                   const cshm_attachment *attachment, cshm_error *err) {
  if (!project || !file)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0, "cshm_hdf5_load: %s is NULL", project ? "file" : "project");
  if (options->sealed && !attachment) /* said before the file is read */
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0,
                      "cshm_hdf5_load: project \"%s\" is to be sealed, and nobody would have it: attachment is NULL",
                      project);
  return CSHM_OK;
}

/* Reads the file in this process. */
static cshm_status load_here(cshm_store store, const char *project, const char *file, const cshm_hdf5_options *options,
                             cshm_attachment *attachment, cshm_error *err) {
  struct loading loading;
  cshm_status status = cshm__h5_check_version(err);
  if (status) return status;
  begin(&loading, err);
  loading.options = *options;
  loading.select = (struct h5select){options->select, options->exclude, options->max_bytes_per_dataset};
  loading.plan.select = &loading.select;
  loading.progress.call = options->progress;
  loading.progress.user = options->user;
  loading.store = store;
  loading.project = project;
  status = load(&loading, file, attachment);
  end(&loading);
  return status;
}

cshm_status cshm_hdf5_load(cshm_store store, const char *project, const char *file, const cshm_hdf5_options *options,
                           cshm_attachment *attachment, cshm_error *err) {
  cshm_hdf5_options ours;
  cshm_status status = cshm__h5_target_options(options, &ours, err);
  if (!status) status = check_arguments(project, file, &ours, attachment, err);
  if (status) return status;
  status = ours.isolate ? cshm__h5_isolate(store, project, file, &ours, attachment, err)
                        : load_here(store, project, file, &ours, attachment, err);
  if (status == CSHM_ERR_CANCELLED) cshm__fail_about(err, status, "loading %s into project \"%s\"", file, project);
  return status;
}

cshm_status cshm_hdf5_nbytes(const char *file, uint64_t *nbytes, cshm_error *err) {
  struct loading loading;
  if (!file || !nbytes)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0, "cshm_hdf5_nbytes: %s is NULL", file ? "nbytes" : "file");
  cshm_status status = cshm__h5_check_version(err);
  if (status) return status;
  begin(&loading, err);
  status = make_plan(&loading, file, false);
  if (status == CSHM_OK) *nbytes = cshm__h5_plan_nbytes(&loading.plan);
  end(&loading);
  return status;
}

const char *cshm_hdf5_version(void) { return cshm__h5_version(); }
