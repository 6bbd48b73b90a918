/* SPDX-License-Identifier: MIT */
#include "h5saveattr.h"
#include "h5savedata.h"
#include "h5saveform.h"
#include "h5saveragged.h"
#include "h5savetree.h"
#include "h5wide.h"

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

/* What waits for all objects to be there. */
struct waiting {
  uint32_t node;
  bool is_dataset; /* of references; else some of its attributes are */
  uint32_t first;  /* of its attributes that are saved */
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
  hid_t link;     /* property lists: of links, */
  hid_t group;    /* groups, */
  hid_t dataset;  /* datasets, */
  hid_t datatype; /* and named datatypes */
  struct open_group *groups;
  size_t depth;
  size_t room;
  struct waiting *waiting;
  size_t waiting_count;
  size_t waiting_room;
  struct h5reason reason;
  cshm_error *err;
};

/* ---- how things are made --------------------------------------------------------------------------- */

static cshm_status no_memory(struct saving *saving) {
  return cshm__fail(saving->err, CSHM_ERR_NO_MEMORY, 0, "out of memory while saving %s", saving->file.path);
}

static bool keep_order(hid_t list) {
  return H5Pset_attr_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) >= 0 &&
         H5Pset_obj_track_times(list, false) >= 0; /* one project gives one file */
}

static cshm_status make_lists(struct saving *saving) {
  saving->link = H5Pcreate(H5P_LINK_CREATE);
  saving->group = H5Pcreate(H5P_GROUP_CREATE);
  saving->dataset = H5Pcreate(H5P_DATASET_CREATE);
  saving->datatype = H5Pcreate(H5P_DATATYPE_CREATE);
  if (saving->link >= 0 && saving->group >= 0 && saving->dataset >= 0 && saving->datatype >= 0 &&
      H5Pset_char_encoding(saving->link, H5T_CSET_UTF8) >= 0 &&
      H5Pset_link_creation_order(saving->group, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) >= 0 &&
      keep_order(saving->group) && keep_order(saving->dataset) && keep_order(saving->datatype))
    return CSHM_OK;
  return no_memory(saving);
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

/* Room for one more; the array is moved. */
static bool make_room(void **items, size_t count, size_t *room, size_t size) {
  if (count < *room) return true;
  size_t more = 2 * *room + 16;
  void *moved = realloc(*items, more * size);
  if (!moved) return false;
  *items = moved;
  *room = more;
  return true;
}

static cshm_status push_group(struct saving *saving, hid_t id, uint32_t end) {
  void *groups = saving->groups;
  bool good = make_room(&groups, saving->depth, &saving->room, sizeof *saving->groups);
  saving->groups = (struct open_group *)groups;
  if (good) {
    saving->groups[saving->depth++] = (struct open_group){id, end};
    return CSHM_OK;
  }
  H5Gclose(id);
  return no_memory(saving);
}

static cshm_status push_waiting(struct saving *saving, const struct waiting *waiting) {
  void *items = saving->waiting;
  bool good = make_room(&items, saving->waiting_count, &saving->waiting_room, sizeof *waiting);
  saving->waiting = (struct waiting *)items;
  if (!good) return no_memory(saving);
  saving->waiting[saving->waiting_count++] = *waiting;
  return CSHM_OK;
}

static void pop_groups(struct saving *saving, uint32_t number) {
  while (saving->depth > 0 && saving->groups[saving->depth - 1].end <= number)
    H5Gclose(saving->groups[--saving->depth].id);
}

/* Writes attributes from `first` to `end`. */
static cshm_status save_attributes(struct saving *saving, const cshm_node *node, hid_t object, uint32_t first,
                                   uint32_t end) {
  struct h5saveattrs attrs = {&saving->tree, node, object, first, end};
  bool has_references = false;
  if (!cshm__h5_saveattr(&attrs, &has_references, &saving->reason)) return failed(saving, node);
  struct waiting waiting = {.node = node->number, .first = first, .end = end};
  return has_references ? push_waiting(saving, &waiting) : CSHM_OK;
}

static hid_t make_group(struct saving *saving, const cshm_node *node) {
  hid_t id = saving->depth == 0 ? H5Gopen2(saving->file.id, "/", H5P_DEFAULT)
                                : H5Gcreate2(saving->groups[saving->depth - 1].id, node->name, saving->link,
                                             saving->group, H5P_DEFAULT);
  if (id < 0) cshm__h5_reason_words(&saving->reason, "the group cannot be made");
  return id;
}

static cshm_status save_group(struct saving *saving, const cshm_node *node) {
  hid_t id = make_group(saving, node);
  if (id < 0) return failed(saving, node);
  cshm_status status = save_attributes(saving, node, id, 0, node->attribute_count);
  if (!status) return push_group(saving, id, node->end);
  H5Gclose(id);
  return status;
}

/* Whether an empty group stands for a named datatype, which it becomes again: *type, or a negative number. */
static cshm_status find_datatype(struct saving *saving, const cshm_node *node, hid_t *type, uint32_t *taken) {
  struct h5savemarks marks;
  *type = H5I_INVALID_HID;
  if (saving->depth == 0 || node->end != node->number + 1) return CSHM_OK;
  for (int i = 0; i < H5SAVEMARK_TRIES; i++) {
    if (!cshm__h5_savemark_of_node(&marks, saving->tree.attachment, node, 0) ||
        cshm__h5_saveform_datatype(&marks, type, taken))
      return CSHM_OK;
    if (marks.no_memory) return no_memory(saving);
  }
  return CSHM_OK;
}

static cshm_status save_datatype(struct saving *saving, const cshm_node *node, hid_t type, uint32_t taken) {
  cshm_status status;
  if (H5Tcommit2(saving->groups[saving->depth - 1].id, node->name, type, saving->link, saving->datatype, H5P_DEFAULT) <
      0) {
    cshm__h5_reason_words(&saving->reason, "the datatype cannot be made");
    status = failed(saving, node);
  } else {
    status = save_attributes(saving, node, type, 0, node->attribute_count - taken);
  }
  H5Tclose(type);
  return status;
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
                               uint32_t end_attribute, cshm_status status) {
  bool told = status != CSHM_OK && status != CSHM_ERR_HDF5 && status != CSHM_ERR_NO_MEMORY;
  if (status && !told) status = failed(saving, node);
  if (status == CSHM_OK) status = save_attributes(saving, node, dataset, first_attribute, end_attribute);
  if (dataset >= 0) H5Dclose(dataset);
  return status;
}

static struct h5savetarget target_of(struct saving *saving, const cshm_node *node) {
  struct h5savetarget target = {.name = node->name, .link = saving->link, .creation = saving->dataset};
  target.group = saving->depth > 0 ? saving->groups[saving->depth - 1].id : H5I_INVALID_HID;
  target.file = &saving->file;
  target.progress = &saving->progress;
  return target;
}

static cshm_status save_array(struct saving *saving, const cshm_node *node) {
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  struct h5savetarget target = target_of(saving, node);
  struct h5savemarks marks;
  cshm_attribute unused = CSHM_ATTRIBUTE_INIT;
  hid_t dataset = H5I_INVALID_HID;
  uint32_t taken = 0;
  cshm_status status = cshm_attachment_view(saving->tree.attachment, node->number, &view, saving->err);
  if (status) return status;
  bool marked = cshm__h5_savemark_of_node(&marks, saving->tree.attachment, node, 0);
  target.may_pack = cshm_attribute_find(saving->tree.attachment, node->number, H5WIDE_DTYPE, &unused, NULL) != CSHM_OK;
  status = cshm__h5_savedata(&target, &saving->style, &view, marked ? &marks : NULL, &taken, &dataset, &saving->reason,
                             saving->err);
  return end_dataset(saving, node, dataset, 0, node->attribute_count - taken, status);
}

static bool begin_ragged(struct saving *saving, const cshm_node *node, struct h5saveragged *ragged) {
  if (cshm__h5_saveragged_begin(ragged, saving->tree.attachment, node) && cshm__h5_saveragged_check(ragged))
    return true;
  cshm__h5_reason(&saving->reason, "it changes while it is saved");
  return false;
}

static cshm_status save_ragged(struct saving *saving, const cshm_node *node) {
  struct h5savetarget target = target_of(saving, node);
  struct h5saveragged ragged = {.taken = 0};
  cshm_status status = CSHM_ERR_HDF5;
  hid_t dataset = H5I_INVALID_HID;
  if (begin_ragged(saving, node, &ragged))
    dataset = cshm__h5_saveragged_create(&ragged, &target, &saving->tree, &saving->reason);
  if (dataset >= 0 && ragged.is_references) {
    struct waiting waiting = {.node = node->number, .is_dataset = true};
    status = push_waiting(saving, &waiting);
    if (status) cshm__h5_reason_memory(&saving->reason);
  } else if (dataset >= 0) {
    status = cshm__h5_saveragged_write(&ragged, dataset, NULL, &target, &saving->reason, saving->err);
  }
  return end_dataset(saving, node, dataset, H5SAVERAGGED_ATTRIBUTES, node->attribute_count - ragged.taken, status);
}

static cshm_status save_node(struct saving *saving, uint32_t number) {
  cshm_node node = CSHM_NODE_INIT;
  hid_t type;
  uint32_t taken = 0;
  cshm_status status = cshm_node_at(saving->tree.attachment, number, &node, saving->err);
  if (status) return status;
  pop_groups(saving, number);
  switch ((enum h5form)saving->tree.form[number]) {
  case H5FORM_GROUP:
    status = find_datatype(saving, &node, &type, &taken);
    if (status) return status;
    return type < 0 ? save_group(saving, &node) : save_datatype(saving, &node, type, taken);
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

/* ---- references ------------------------------------------------------------------------------------ */

static cshm_status write_references(struct saving *saving, const cshm_node *node, hid_t object,
                                    const struct waiting *waiting, struct h5saverefs *refs) {
  struct h5saveattrs attrs = {&saving->tree, node, object, waiting->first, waiting->end};
  struct h5saveragged ragged;
  if (!waiting->is_dataset)
    return cshm__h5_saveattr_references(&attrs, refs, &saving->reason) ? CSHM_OK : failed(saving, node);
  struct h5savetarget target = target_of(saving, node);
  if (!begin_ragged(saving, node, &ragged)) return failed(saving, node);
  cshm_status status = cshm__h5_saveragged_write(&ragged, object, refs, &target, &saving->reason, saving->err);
  return status == CSHM_ERR_HDF5 ? failed(saving, node) : status;
}

static cshm_status fill_waiting(struct saving *saving, const struct waiting *waiting, struct h5saverefs *refs) {
  cshm_node node = CSHM_NODE_INIT;
  cshm_status status = cshm_node_at(saving->tree.attachment, waiting->node, &node, saving->err);
  if (status) return status;
  hid_t object = H5Oopen(saving->file.id, waiting->node == 0 ? "/" : node.path, H5P_DEFAULT);
  if (object < 0) {
    cshm__h5_reason_words(&saving->reason, "it cannot be opened again");
    return failed(saving, &node);
  }
  status = write_references(saving, &node, object, waiting, refs);
  H5Oclose(object);
  return status;
}

static cshm_status save_references(struct saving *saving) {
  struct h5saverefs refs;
  if (saving->waiting_count == 0) return CSHM_OK;
  cshm_status status = cshm__h5_saverefs_begin(&refs, &saving->tree, saving->file.id) ? CSHM_OK : no_memory(saving);
  for (size_t i = 0; !status && i < saving->waiting_count; i++) {
    status = fill_waiting(saving, &saving->waiting[i], &refs);
    if (!status) status = cshm__h5_savefile_check(&saving->file, saving->err);
    if (!status) status = cshm__h5_progress_wait(&saving->progress, saving->err);
  }
  cshm__h5_saverefs_end(&refs);
  return status;
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
  if (!status) status = save_references(saving);
  if (!status) status = cshm__h5_progress_end(&saving->progress, saving->err);
  return status ? status : cshm__h5_savefile_commit(&saving->file, saving->err);
}

static void begin(struct saving *saving, cshm_error *err) {
  memset(saving, 0, sizeof *saving);
  saving->file = (struct h5savefile)H5SAVEFILE_INIT;
  saving->options = (cshm_hdf5_save_options)CSHM_HDF5_SAVE_OPTIONS_INIT;
  saving->link = saving->group = saving->dataset = saving->datatype = H5I_INVALID_HID;
  saving->progress.guard = &saving->guard;
  saving->err = err;
}

static void end(struct saving *saving, cshm_status status) {
  cshm__h5_savefile_end(&saving->file, status, saving->err);
  if (saving->link >= 0) H5Pclose(saving->link);
  if (saving->group >= 0) H5Pclose(saving->group);
  if (saving->dataset >= 0) H5Pclose(saving->dataset);
  if (saving->datatype >= 0) H5Pclose(saving->datatype);
  free(saving->waiting);
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
  end(&saving, status);
  cshm_detach(attachment, NULL);
  if (status == CSHM_ERR_CANCELLED) cshm__fail_about(err, status, "saving %s", file);
  return status;
}
