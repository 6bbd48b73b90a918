/* SPDX-License-Identifier: MIT */
#include "h5walk.h"

#include "h5again.h"
#include "h5at.h"
#include "h5attr.h"
#include "h5dataset.h"
#include "h5double.h"
#include "h5link.h"
#include "h5mark.h"
#include "h5outside.h"
#include "h5select.h"
#include "h5virtual.h"

#include <stdlib.h>
#include <string.h>

/* Groups that have several paths have all of what is in them as often, and doubling paths 40 times over takes 40 links. */
#define MAX_COPIES 100000
#define MAX_FILES 128

struct walker {
  hid_t file;
  hid_t access; /* how links are followed: not into other files */
  struct h5plan *plan;
  struct h5walk *walk;
  struct h5raw *raw;              /* of the file that the object at hand is in */
  const char *absent;             /* what to tell of its sources that are not there, or NULL */
  struct h5type *type;            /* room to work in: too large for the stack */
  size_t copies;                  /* nodes of groups that were met again */
  unsigned long files[MAX_FILES]; /* HDF5's numbers of the files that were met; the first is the one that is loaded */
  hid_t open_files[MAX_FILES];    /* kept open: opened again, a file has another number */
  size_t file_count;
};

/* ---- links ----------------------------------------------------------------------------------------- */

struct listing {
  struct walker *walker;
  size_t group;
  cshm_status status;
};

static const char *shown(const char *path) { return path[0] != '\0' ? path : "/"; }

static cshm_status add_link(struct listing *listing, hid_t group, const char *name, const H5L_info_t *info) {
  struct h5plan *plan = listing->walker->plan;
  uint64_t file = plan->nodes[listing->group].address >> H5PLAN_FILE_SHIFT << H5PLAN_FILE_SHIFT;
  uint64_t address = info->type == H5L_TYPE_HARD ? (uint64_t)info->u.address + file : H5PLAN_NO_ADDRESS;
  char *path = cshm__h5_plan_join(plan, plan->nodes[listing->group].path, name);
  size_t node;
  if (!path) return CSHM_ERR_NO_MEMORY;
  cshm_status status = cshm__h5_plan_node(plan, path, address, &node);
  if (status != CSHM_OK) return status;
  plan->nodes[node].parent = listing->group;
  if (cshm__h5_select_excludes(plan, node)) return CSHM_OK;
  struct h5reason reason;
  if (cshm__h5_link(plan, group, name, info, &plan->nodes[node], &reason)) return CSHM_OK;
  return cshm__h5_plan_drop(plan, node, reason.text);
}

static herr_t take_link(hid_t group, const char *name, const H5L_info_t *info, void *user) {
  struct listing *listing = (struct listing *)user;
  listing->status = add_link(listing, group, name, info);
  return listing->status == CSHM_OK ? 0 : -1;
}

/* ---- objects --------------------------------------------------------------------------------------- */

static cshm_status drop(struct walker *walker, size_t node, const struct h5reason *reason) {
  if (reason->newer[0] != '\0') walker->walk->newer = *reason;
  return cshm__h5_plan_drop(walker->plan, node, reason->text);
}

/* Reads the attributes of a node that stays. `plist` is its creation property list. */
static cshm_status visit_attributes(struct walker *walker, size_t node, hid_t object, hid_t plist) {
  unsigned order = 0;
  if (!walker->walk->attributes) return CSHM_OK;
  if (plist >= 0 && H5Pget_attr_creation_order(plist, &order) < 0) order = 0;
  return cshm__h5_attributes(walker->plan, walker->raw, node, object, order & H5P_CRT_ORDER_TRACKED, walker->type);
}

static cshm_status mark_dataset(struct walker *walker, size_t node, hid_t dataset) {
  hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
  cshm_status status = type >= 0 ? cshm__h5_mark(walker->plan, node, NULL, type, space) : CSHM_OK;
  if (type >= 0) H5Tclose(type);
  if (space >= 0) H5Sclose(space);
  return status;
}

static cshm_status visit_dataset(struct walker *walker, size_t node, hid_t dataset) {
  struct h5plan *plan = walker->plan;
  struct h5reason reason;
  hid_t plist = H5Dget_create_plist(dataset);
  cshm_status status;
  if (cshm__h5_dataset(plan, walker->raw, dataset, plist, walker->type, &plan->nodes[node], &reason)) {
    plan->nodes[node].kind = H5KIND_DATASET;
    walker->walk->datasets++;
    status = visit_attributes(walker, node, dataset, plist);
    if (status == CSHM_OK && walker->walk->attributes) status = mark_dataset(walker, node, dataset);
    if (status == CSHM_OK && walker->absent)
      status = cshm__h5_plan_skip(plan, plan->nodes[node].path, NULL, walker->absent);
  } else {
    status = drop(walker, node, &reason);
  }
  if (plist >= 0) H5Pclose(plist);
  return status;
}

static cshm_status visit_links(struct walker *walker, size_t node, hid_t group, hid_t plist) {
  struct listing listing = {walker, node, CSHM_OK};
  unsigned order = 0;
  if (plist >= 0 && H5Pget_link_creation_order(plist, &order) < 0) order = 0;
  H5_index_t index = order & H5P_CRT_ORDER_TRACKED ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
  size_t first = walker->plan->node_count;
  herr_t result = H5Literate(group, index, H5_ITER_INC, NULL, take_link, &listing);
  walker->plan->nodes[node].first_child = first;
  walker->plan->nodes[node].child_count = walker->plan->node_count - first;
  if (result >= 0 || listing.status != CSHM_OK) return listing.status;
  struct h5reason reason;
  cshm__h5_reason_words(&reason, "some of what is in it cannot be read");
  return cshm__h5_plan_skip(walker->plan, shown(walker->plan->nodes[node].path), NULL, reason.text);
}

static cshm_status visit_group(struct walker *walker, size_t node, hid_t group) {
  hid_t plist = H5Gget_create_plist(group);
  walker->plan->nodes[node].kind = H5KIND_GROUP;
  cshm_status status = visit_attributes(walker, node, group, plist);
  if (status == CSHM_OK) status = visit_links(walker, node, group, plist);
  if (plist >= 0) H5Pclose(plist);
  return status;
}

/* A named datatype has no values: it becomes an empty group, with its attributes and what it stands for. */
static cshm_status visit_datatype(struct walker *walker, size_t node, hid_t datatype) {
  struct h5plan *plan = walker->plan;
  hid_t plist = H5Tget_create_plist(datatype);
  plan->nodes[node].kind = H5KIND_GROUP;
  cshm_status status = visit_attributes(walker, node, datatype, plist);
  if (plist >= 0) H5Pclose(plist);
  if (status || !walker->walk->attributes) return status;
  return cshm__h5_mark_datatype(plan, node, datatype, walker->type);
}

/* Whether an object is in another file. */
static bool is_foreign(const struct h5node *node) {
  return node->address != H5PLAN_NO_ADDRESS && node->address >> H5PLAN_FILE_SHIFT != 0;
}

/* Looks at where the data of a dataset lies that is not in its own storage. */
static bool look_elsewhere(struct walker *walker, struct h5node *node, hid_t file, hid_t plist,
                           struct h5reason *reason) {
  struct h5sources sources = {0};
  if (!cshm__h5_virtual_allowed(walker->plan, file, plist, &sources, reason)) return false;
  node->in_files = sources.elsewhere;
  if (sources.absent == 0) return true;
  struct h5reason absent;
  cshm__h5_reason(&absent, "%zu of its sources %s not there, and its fill value is in %s place: %s", sources.absent,
                  sources.absent == 1 ? "is" : "are", sources.absent == 1 ? "its" : "their", sources.names);
  walker->absent = cshm__h5_plan_copy(walker->plan, absent.text);
  return walker->absent || cshm__h5_reason_memory(reason);
}

/* A dataset with data elsewhere is opened again, with the folder that names of files count from. */
static hid_t open_again(struct walker *walker, struct h5node *node, hid_t dataset, struct h5reason *reason) {
  hid_t plist = H5Dget_create_plist(dataset), file = H5Iget_file_id(dataset);
  bool elsewhere = cshm__h5_outside_is(plist);
  bool good = file >= 0 && (!elsewhere || look_elsewhere(walker, node, file, plist, reason));
  if (file < 0) cshm__h5_reason_words(reason, "its file cannot be found");
  if (file >= 0) H5Fclose(file);
  node->outside = elsewhere || is_foreign(node);
  if (plist >= 0) H5Pclose(plist);
  if (good && !node->outside) return dataset;
  H5Dclose(dataset);
  if (!good) return H5I_INVALID_HID;
  dataset = cshm__h5_outside_open(walker->plan, walker->file, node->path);
  if (dataset < 0) cshm__h5_reason_words(reason, "it cannot be opened");
  return dataset;
}

static hid_t open_object(struct walker *walker, struct h5node *node, struct h5reason *reason) {
  hid_t object = is_foreign(node) ? H5Oopen(walker->file, node->path, walker->access)
                                  : H5Oopen_by_addr(walker->file, (haddr_t)node->address);
  if (object < 0)
    cshm__h5_reason_words(reason, "it cannot be opened");
  else if (H5Iget_type(object) == H5I_DATASET)
    object = open_again(walker, node, object, reason);
  return object;
}

static cshm_status visit_open(struct walker *walker, size_t node, hid_t object) {
  cshm_status status;
  switch (H5Iget_type(object)) {
  case H5I_GROUP:
    status = visit_group(walker, node, object);
    break;
  case H5I_DATASET:
    status = visit_dataset(walker, node, object);
    break;
  case H5I_DATATYPE:
    status = visit_datatype(walker, node, object);
    break;
  default:
    status = cshm__h5_plan_drop(walker->plan, node, "it is neither a group nor a dataset");
  }
  return status;
}

static cshm_status visit_object(struct walker *walker, size_t node) {
  cshm__h5_at(H5AT_LOOKING, walker->plan->nodes[node].path);
  struct h5reason reason;
  struct h5raw other;
  walker->absent = NULL;
  hid_t object = open_object(walker, &walker->plan->nodes[node], &reason);
  if (object < 0) return drop(walker, node, &reason);
  walker->raw = cshm__h5_raw_of(walker->walk->raw, &other, object, walker->plan->nodes[node].address, &reason);
  cshm_status status = walker->raw ? visit_open(walker, node, object) : drop(walker, node, &reason);
  if (walker->raw == &other) cshm__h5_raw_end(&other);
  H5Oclose(object);
  return status;
}

/* ---- second paths ---------------------------------------------------------------------------------- */

static cshm_status visit_group_again(struct walker *walker, size_t node, size_t first) {
  struct h5plan *plan = walker->plan;
  struct h5reason reason;
  if (cshm__h5_again_lies_in(plan, node, plan->nodes[first].address))
    cshm__h5_reason(&reason, "it is the group '%s' again, in which it lies", shown(plan->nodes[first].path));
  else if (plan->nodes[first].child_count > MAX_COPIES - walker->copies)
    cshm__h5_reason(&reason, "it is the group '%s' again, and groups have more than %d further paths in all",
                    shown(plan->nodes[first].path), MAX_COPIES);
  else {
    walker->copies += plan->nodes[first].child_count;
    return cshm__h5_again(plan, node, first);
  }
  return cshm__h5_plan_drop(plan, node, reason.text);
}

/* A further path to an object that was met before. */
static cshm_status visit_again(struct walker *walker, size_t node, size_t first) {
  struct h5plan *plan = walker->plan;
  struct h5reason reason;
  switch (plan->nodes[first].kind) {
  case H5KIND_DATASET:
    plan->nodes[node].kind = H5KIND_ALIAS;
    plan->nodes[node].target = first;
    return CSHM_OK;
  case H5KIND_GROUP:
    return visit_group_again(walker, node, first);
  default:
    cshm__h5_reason(&reason, "it is '%s' again, which was skipped", plan->nodes[first].path);
  }
  return cshm__h5_plan_drop(plan, node, reason.text);
}

/* Adds the number of its file to an address. */
static bool add_file(struct walker *walker, hid_t object, unsigned long file, uint64_t *address,
                     struct h5reason *reason) {
  size_t number = 0;
  while (number < walker->file_count && walker->files[number] != file)
    number++;
  if (number == MAX_FILES) {
    cshm__h5_reason(reason, "it is in another file, and more than %d are not followed", MAX_FILES - 1);
    return false;
  }
  if (number > 0 && !cshm__h5_outside_has(walker->plan, object, reason)) return false;
  if (number == walker->file_count) {
    walker->files[number] = file;
    walker->open_files[number] = H5Iget_file_id(object);
    walker->file_count++;
  }
  *address += (uint64_t)number << H5PLAN_FILE_SHIFT;
  return true;
}

/* The address of what a soft link leads to. */
static bool resolve(struct walker *walker, const struct h5node *node, uint64_t *address, struct h5reason *reason) {
  H5O_info_t info;
  hid_t object = H5Oopen(walker->file, node->leads_back ? node->target_path : node->path, walker->access);
  if (object < 0) {
    cshm__h5_reason_words(reason, "nothing is there that can be opened");
    return false;
  }
  bool good = H5Oget_info2(object, &info, H5O_INFO_BASIC) >= 0;
  if (good)
    *address = (uint64_t)info.addr;
  else
    cshm__h5_reason_words(reason, "what is there cannot be read");
  good = good && add_file(walker, object, info.fileno, address, reason);
  H5Oclose(object);
  return good;
}

static cshm_status visit_new(struct walker *walker, size_t node, uint64_t address) {
  cshm_status status = cshm__h5_plan_enter(walker->plan, address, node);
  return status ? status : visit_object(walker, node);
}

static cshm_status visit_soft(struct walker *walker, size_t node) {
  struct h5plan *plan = walker->plan;
  struct h5reason reason;
  uint64_t address = H5PLAN_NO_ADDRESS;
  bool resolved = resolve(walker, &plan->nodes[node], &address, &reason);
  size_t first = resolved ? cshm__h5_plan_at(plan, address) : H5PLAN_NONE;
  if (first != H5PLAN_NONE) return visit_again(walker, node, first);
  if (resolved && (plan->left_out > 0 || address >> H5PLAN_FILE_SHIFT != 0)) /* not asked for by its other path */
    return visit_new(walker, node, address);
  if (resolved) cshm__h5_reason(&reason, "what is there was skipped");
  if (plan->nodes[node].target_file)
    cshm__h5_reason_in(&reason, "it is a link to '%s' in file '%s': ", plan->nodes[node].target_path,
                       plan->nodes[node].target_file);
  else
    cshm__h5_reason_in(&reason, "it is a soft link to '%s': ", plan->nodes[node].target_path);
  return cshm__h5_plan_drop(plan, node, reason.text);
}

static cshm_status visit_hard(struct walker *walker, size_t node) {
  struct h5plan *plan = walker->plan;
  uint64_t address = plan->nodes[node].address;
  size_t first = cshm__h5_plan_at(plan, address);
  if (first != H5PLAN_NONE) return visit_again(walker, node, first);
  return visit_new(walker, node, address);
}

/* ---- the whole file -------------------------------------------------------------------------------- */

static cshm_status plan_root(struct walker *walker, cshm_error *err) {
  H5O_info_t info;
  size_t root;
  hid_t group = H5Gopen2(walker->file, "/", H5P_DEFAULT);
  bool good = group >= 0 && H5Oget_info2(group, &info, H5O_INFO_BASIC) >= 0;
  struct h5reason reason;
  if (!good) cshm__h5_reason_words(&reason, "its root group cannot be read");
  if (group >= 0) H5Gclose(group);
  if (!good) return cshm__fail(err, CSHM_ERR_HDF5, 0, "%s", reason.text);
  walker->files[0] = info.fileno;
  walker->open_files[0] = H5I_INVALID_HID;
  walker->file_count = 1;
  return cshm__h5_plan_node(walker->plan, "", (uint64_t)info.addr, &root);
}

/* Soft links last, when all else is known; a group behind one may bring further links of both kinds. */
static cshm_status visit_all(struct walker *walker) {
  const struct h5plan *plan = walker->plan;
  cshm_status status = CSHM_OK;
  for (size_t node = 0; status == CSHM_OK && node < plan->node_count; node++)
    if (plan->nodes[node].kind == H5KIND_HARD) status = visit_hard(walker, node);
  for (size_t node = 0; status == CSHM_OK && node < plan->node_count; node++) {
    if (plan->nodes[node].kind == H5KIND_HARD) status = visit_hard(walker, node);
    if (plan->nodes[node].kind == H5KIND_SOFT) status = visit_soft(walker, node);
  }
  return status;
}

cshm_status cshm__h5_walk(hid_t file, struct h5plan *plan, struct h5walk *walk, cshm_error *err) {
  struct walker walker = {
      .file = file, .access = cshm__h5_outside_access(plan, H5P_LINK_ACCESS), .plan = plan, .walk = walk};
  walker.type = cshm__h5_type_room(plan->native_endian);
  cshm_status status = CSHM_ERR_NO_MEMORY;
  walk->datasets = 0;
  walk->newer.newer[0] = '\0';
  if (walker.access < 0 || !walker.type) goto done;
  status = plan_root(&walker, err);
  if (status == CSHM_OK) status = visit_all(&walker);
  if (status == CSHM_OK) status = cshm__h5_doubles(plan);
done:
  if (status == CSHM_ERR_NO_MEMORY) cshm__fail(err, status, 0, "out of memory while reading the file's structure");
  for (size_t i = 0; i < walker.file_count; i++)
    if (walker.open_files[i] >= 0) H5Fclose(walker.open_files[i]);
  if (walker.access >= 0) H5Pclose(walker.access);
  free(walker.type);
  return status;
}
