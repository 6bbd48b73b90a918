/* SPDX-License-Identifier: MIT */
#include "h5saveattr.h"
#include "h5savedata.h"
#include "h5saveragged.h"
#include "h5savetree.h"

#include <cuteshm/hdf5.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEFLATE 9
#define MAX_CHUNK (UINT64_C(1) << 30) /* bytes; HDF5's own limit is 4 GiB */

/* A group that is open: it has the nodes below `end`. */
struct open_group {
  hid_t id;
  uint32_t end;
};

/* Everything a save holds. */
struct saving {
  cshm_hdf5_save_options options;
  struct h5savetree tree;
  struct h5savefile file;
  struct h5savestyle style;
  struct h5progress progress;
  struct h5guard guard;
  hid_t link;    /* property lists: of links, */
  hid_t group;   /* groups, */
  hid_t dataset; /* and datasets */
  struct open_group *groups;
  size_t depth;
  size_t room;
  struct h5reason reason;
  cshm_error *err;
};

/* ---- how things are made --------------------------------------------------------------------------- */

static bool keep_order(hid_t list) {
  return H5Pset_attr_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) >= 0 &&
         H5Pset_obj_track_times(list, false) >= 0; /* one project gives one file */
}

static cshm_status make_lists(struct saving *saving) {
  saving->link = H5Pcreate(H5P_LINK_CREATE);
  saving->group = H5Pcreate(H5P_GROUP_CREATE);
  saving->dataset = H5Pcreate(H5P_DATASET_CREATE);
  if (saving->link >= 0 && saving->group >= 0 && saving->dataset >= 0 &&
      H5Pset_char_encoding(saving->link, H5T_CSET_UTF8) >= 0 &&
      H5Pset_link_creation_order(saving->group, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) >= 0 &&
      keep_order(saving->group) && keep_order(saving->dataset))
    return CSHM_OK;
  return cshm__fail(saving->err, CSHM_ERR_NO_MEMORY, 0, "out of memory while saving %s", saving->file.path);
}

static cshm_status make_style(struct saving *saving) {
  const cshm_hdf5_save_options *options = &saving->options;
  saving->style.deflate = options->deflate;
  saving->style.shuffle = options->shuffle != 0;
  saving->style.chunk = options->chunk;
  if (options->deflate == 0 && options->chunk == 0) return CSHM_OK;
  return cshm__h5_deflate_begin(&saving->style.workers, options->threads, saving->err);
}

/* ---- nodes ----------------------------------------------------------------------------------------- */

/* A failed write is the reason of whatever HDF5 says after it. */
static cshm_status failed(struct saving *saving, const cshm_node *node) {
  cshm_status status = cshm__h5_savefile_check(&saving->file, saving->err);
  if (status) return status;
  status = cshm__h5_reason_is_memory(saving->reason.text) ? CSHM_ERR_NO_MEMORY : CSHM_ERR_HDF5;
  return cshm__fail(saving->err, status, 0, "\"%s\" cannot be saved: %s", node->path, saving->reason.text);
}

static cshm_status push_group(struct saving *saving, hid_t id, uint32_t end) {
  if (saving->depth == saving->room) {
    size_t room = 2 * saving->room + 16;
    struct open_group *groups = (struct open_group *)realloc(saving->groups, room * sizeof *groups);
    if (!groups) {
      H5Gclose(id);
      return cshm__fail(saving->err, CSHM_ERR_NO_MEMORY, 0, "out of memory while saving %s", saving->file.path);
    }
    saving->groups = groups;
    saving->room = room;
  }
  saving->groups[saving->depth++] = (struct open_group){id, end};
  return CSHM_OK;
}

static void pop_groups(struct saving *saving, uint32_t number) {
  while (saving->depth > 0 && saving->groups[saving->depth - 1].end <= number)
    H5Gclose(saving->groups[--saving->depth].id);
}

static cshm_status save_group(struct saving *saving, const cshm_node *node) {
  hid_t id = saving->depth == 0 ? H5Gopen2(saving->file.id, "/", H5P_DEFAULT)
                                : H5Gcreate2(saving->groups[saving->depth - 1].id, node->name, saving->link,
                                             saving->group, H5P_DEFAULT);
  if (id < 0) {
    cshm__h5_reason_words(&saving->reason, "the group cannot be made");
    return failed(saving, node);
  }
  if (cshm__h5_saveattr(saving->tree.attachment, node, 0, id, &saving->reason))
    return push_group(saving, id, node->end);
  H5Gclose(id);
  return failed(saving, node);
}

static cshm_status save_link(struct saving *saving, const cshm_node *node) {
  cshm_node first = CSHM_NODE_INIT;
  cshm_status status = cshm_node_at(saving->tree.attachment, saving->tree.first[node->number], &first, saving->err);
  if (status) return status;
  if (H5Lcreate_hard(saving->file.id, first.path, saving->groups[saving->depth - 1].id, node->name, saving->link,
                     H5P_DEFAULT) >= 0)
    return CSHM_OK;
  cshm__h5_reason_words(&saving->reason, "the link cannot be made");
  return failed(saving, node);
}

/* Ends a dataset: `status` is what came of its data. */
static cshm_status end_dataset(struct saving *saving, const cshm_node *node, hid_t dataset, uint32_t first_attribute,
                               cshm_status status) {
  bool told = status != CSHM_OK && status != CSHM_ERR_HDF5 && status != CSHM_ERR_NO_MEMORY;
  if (status == CSHM_OK && !cshm__h5_saveattr(saving->tree.attachment, node, first_attribute, dataset, &saving->reason))
    status = CSHM_ERR_HDF5;
  if (dataset >= 0) H5Dclose(dataset);
  return status == CSHM_OK || told ? status : failed(saving, node);
}

static cshm_status save_array(struct saving *saving, const cshm_node *node) {
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  struct h5savetarget target = {.name = node->name, .link = saving->link, .creation = saving->dataset};
  hid_t dataset = H5I_INVALID_HID;
  target.group = saving->groups[saving->depth - 1].id;
  target.file = &saving->file;
  target.progress = &saving->progress;
  cshm_status status = cshm_attachment_view(saving->tree.attachment, node->number, &view, saving->err);
  if (status) return status;
  status = cshm__h5_savedata(&target, &saving->style, &view, &dataset, &saving->reason, saving->err);
  return end_dataset(saving, node, dataset, 0, status);
}

static cshm_status save_ragged(struct saving *saving, const cshm_node *node) {
  struct h5saveragged ragged;
  cshm_status status = CSHM_ERR_HDF5;
  hid_t dataset = H5I_INVALID_HID;
  if (!cshm__h5_saveragged_begin(&ragged, saving->tree.attachment, node) || !cshm__h5_saveragged_check(&ragged))
    cshm__h5_reason(&saving->reason, "it changes while it is saved");
  else
    dataset = cshm__h5_saveragged_create(&ragged, saving->groups[saving->depth - 1].id, node->name, saving->link,
                                         saving->dataset, &saving->reason);
  if (dataset >= 0)
    status =
        cshm__h5_saveragged_write(&ragged, dataset, &saving->file, &saving->progress, &saving->reason, saving->err);
  return end_dataset(saving, node, dataset, H5SAVERAGGED_ATTRIBUTES, status);
}

static cshm_status save_node(struct saving *saving, uint32_t number) {
  cshm_node node = CSHM_NODE_INIT;
  cshm_status status = cshm_node_at(saving->tree.attachment, number, &node, saving->err);
  if (status) return status;
  pop_groups(saving, number);
  switch ((enum h5form)saving->tree.form[number]) {
  case H5FORM_GROUP:
    return save_group(saving, &node);
  case H5FORM_ARRAY:
    return save_array(saving, &node);
  case H5FORM_RAGGED:
    return save_ragged(saving, &node);
  case H5FORM_LINK:
    return save_link(saving, &node);
  case H5FORM_NONE:
    break;
  }
  return CSHM_OK;
}

/* ---- the file -------------------------------------------------------------------------------------- */

static void close_groups(struct saving *saving) {
  pop_groups(saving, UINT32_MAX);
  free(saving->groups);
  saving->groups = NULL;
}

static cshm_status save(struct saving *saving, cshm_attachment attachment, const char *path) {
  cshm_status status = cshm__h5_savetree_begin(&saving->tree, attachment, saving->err);
  if (!status) status = cshm__h5_savefile_begin(&saving->file, path, saving->options.overwrite != 0, saving->err);
  if (!status) status = make_lists(saving);
  if (!status) status = make_style(saving);
  if (!status) status = cshm__h5_progress_begin(&saving->progress, saving->tree.nbytes, saving->err);
  for (uint32_t i = 0; !status && i < saving->tree.count; i++) {
    status = save_node(saving, i);
    if (!status) status = cshm__h5_savefile_check(&saving->file, saving->err);
    if (!status) status = cshm__h5_progress_wait(&saving->progress, saving->err);
  }
  close_groups(saving);
  if (!status) status = cshm__h5_progress_end(&saving->progress, saving->err);
  return status ? status : cshm__h5_savefile_commit(&saving->file, saving->err);
}

static void begin(struct saving *saving, cshm_error *err) {
  memset(saving, 0, sizeof *saving);
  saving->file = (struct h5savefile)H5SAVEFILE_INIT;
  saving->options = (cshm_hdf5_save_options)CSHM_HDF5_SAVE_OPTIONS_INIT;
  saving->link = saving->group = saving->dataset = H5I_INVALID_HID;
  saving->progress.guard = &saving->guard;
  saving->err = err;
}

static void end(struct saving *saving) {
  cshm__h5_savefile_end(&saving->file);
  if (saving->link >= 0) H5Pclose(saving->link);
  if (saving->group >= 0) H5Pclose(saving->group);
  if (saving->dataset >= 0) H5Pclose(saving->dataset);
  cshm__h5_leave(&saving->guard);
  cshm__h5_deflate_end(saving->style.workers);
  cshm__h5_savetree_end(&saving->tree);
}

static cshm_status check_options(const cshm_hdf5_save_options *options, cshm_error *err) {
  if (options->deflate > MAX_DEFLATE)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0, "cshm_hdf5_save: no deflate level %u: 0 (none) to %d",
                      options->deflate, MAX_DEFLATE);
  if (options->chunk > MAX_CHUNK)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0, "cshm_hdf5_save: chunks of more than 1 GiB cannot be saved");
  return CSHM_OK;
}

cshm_status cshm_hdf5_save(cshm_attachment attachment, const char *file, const cshm_hdf5_save_options *options,
                           cshm_error *err) {
  struct saving saving;
  if (!file) return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0, "cshm_hdf5_save: file is NULL");
  if (options && options->size < sizeof options->size)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0,
                      "cshm_hdf5_save: options: set up with CSHM_HDF5_SAVE_OPTIONS_INIT");
  begin(&saving, err);
  if (options) memcpy(&saving.options, options, options->size < sizeof *options ? options->size : sizeof *options);
  saving.progress.call = saving.options.progress;
  saving.progress.user = saving.options.user;
  cshm_status status = check_options(&saving.options, err);
  if (!status) status = cshm__h5_check_version(err);
  if (!status) status = cshm_attachment_retain(attachment, err); /* whatever another thread does with it */
  if (status) return status;
  cshm__h5_enter(&saving.guard);
  status = save(&saving, attachment, file);
  end(&saving);
  cshm_detach(attachment, NULL);
  if (status == CSHM_ERR_CANCELLED) cshm__fail_about(err, status, "saving %s", file);
  return status;
}
