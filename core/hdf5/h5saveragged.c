/* SPDX-License-Identifier: MIT */
#include "h5saveragged.h"

#include "h5ragged.h"
#include "h5savetext.h"
#include "h5savetype.h"
#include "h5slab.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

#define BATCH_BYTES (UINT64_C(4) << 20) /* of strings, which are copied for their NUL */
#define BATCH_ELEMENTS (UINT64_C(1) << 16)

/* ---- what it is ------------------------------------------------------------------------------------ */

static const char *const kinds[] = {"utf8", "bytes", "sequence"};
static const char *find_kind(cshm_attachment attachment, uint32_t node) {
  cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
  if (cshm_attribute_at(attachment, node, 0, &attribute, NULL) || strcmp(attribute.name, "cute_shm.ragged") != 0)
    return NULL;
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (cshm__h5_savetext_is(&attribute, kinds[i])) return kinds[i];
  return NULL;
}

/* Takes the shape of the elements; false where it is none, or HDF5 has no such. */
static bool find_shape(struct h5saveragged *ragged, cshm_attachment attachment, uint32_t node) {
  cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
  if (cshm_attribute_at(attachment, node, 1, &attribute, NULL) || strcmp(attribute.name, "cute_shm.shape") != 0 ||
      strcmp(attribute.dtype, "<i8") != 0 || attribute.ndim != 1 || attribute.shape[0] > H5S_MAX_RANK)
    return false;
  ragged->ndim = (uint32_t)attribute.shape[0];
  ragged->shape = (const int64_t *)attribute.data;
  ragged->count = 1;
  for (uint32_t i = 0; i < ragged->ndim; i++) {
    if (ragged->shape[i] < 0) return false;
    uint64_t length = (uint64_t)ragged->shape[i];
    if (length > 0 && ragged->count > INT64_MAX / length) return false;
    ragged->count *= length;
  }
  return true;
}

/* The child with this name at this number. */
static bool find_part(cshm_attachment attachment, uint32_t number, const char *name, cshm_array_view *view) {
  cshm_node part = CSHM_NODE_INIT;
  *view = (cshm_array_view)CSHM_ARRAY_VIEW_INIT;
  return cshm_node_at(attachment, number, &part, NULL) == CSHM_OK && part.kind == CSHM_ARRAY &&
         strcmp(part.name, name) == 0 && part.attribute_count == 0 &&
         cshm_attachment_view(attachment, number, view, NULL) == CSHM_OK && view->ndim > 0 &&
         (view->ndim == 1 || view->order == CSHM_ORDER_C);
}

/* Items that have dimensions of their own are arrays. False: HDF5 has none such. */
static bool find_item(struct h5saveragged *ragged) {
  const cshm_array_view *values = &ragged->values;
  ragged->item_size = values->itemsize;
  for (uint32_t i = 1; i < values->ndim; i++) {
    uint64_t length = (uint64_t)values->shape[i];
    if (length == 0 || ragged->item_size > UINT32_MAX / length) return false;
    ragged->item_size *= length;
  }
  return values->ndim <= H5S_MAX_RANK;
}

static void find_marks(struct h5saveragged *ragged, cshm_attachment attachment, const cshm_node *node) {
  ragged->has_marks = cshm__h5_savemark_of_node(&ragged->marks, attachment, node, H5SAVERAGGED_ATTRIBUTES);
  ragged->has_paths = ragged->has_marks && ragged->kind == kinds[0] &&
                      cshm__h5_savemark_is(&ragged->marks, H5MARK_REFERENCE, H5MARK_OBJECT);
}

bool cshm__h5_saveragged_begin(struct h5saveragged *ragged, cshm_attachment attachment, const cshm_node *node) {
  memset(ragged, 0, sizeof *ragged);
  if (node->end - node->number != 3 || node->attribute_count < H5SAVERAGGED_ATTRIBUTES) return false;
  ragged->kind = find_kind(attachment, node->number);
  if (!ragged->kind || !find_shape(ragged, attachment, node->number)) return false;
  if (!find_part(attachment, node->number + 1, H5RAGGED_OFFSETS, &ragged->offsets) ||
      !find_part(attachment, node->number + 2, H5RAGGED_VALUES, &ragged->values))
    return false;
  if (ragged->offsets.ndim != 1 || !find_item(ragged)) return false;
  find_marks(ragged, attachment, node);
  /* A single string of any length is loaded as text, and strings that are none at all as "utf8". */
  if (ragged->kind != kinds[2] && ((ragged->ndim == 0 && !ragged->has_paths) ||
                                   strcmp(ragged->values.dtype, "|u1") != 0 || ragged->values.ndim > 1))
    return false;
  return strcmp(ragged->offsets.dtype, "<i8") == 0 && (uint64_t)ragged->offsets.shape[0] == ragged->count + 1;
}

/* ---- its elements ---------------------------------------------------------------------------------- */

struct element {
  unsigned char *data; /* only read: HDF5's interface wants it so */
  uint64_t count;      /* values */
};

static uint64_t offset_at(const struct h5saveragged *ragged, uint64_t i) {
  const unsigned char *bytes = (const unsigned char *)ragged->offsets.data + 8 * i;
  uint64_t offset = 0;
  for (int byte = 7; byte >= 0; byte--)
    offset = offset << 8 | bytes[byte];
  return offset;
}

/* Another process may write into the project at any time: each offset is looked at once, and held against the values. */
static bool take_element(const struct h5saveragged *ragged, uint64_t i, struct element *element) {
  uint64_t begin = offset_at(ragged, i), end = offset_at(ragged, i + 1);
  if (begin > end || end > (uint64_t)ragged->values.shape[0]) return false;
  element->data = (unsigned char *)ragged->values.data + begin * ragged->item_size;
  element->count = end - begin;
  return true;
}

bool cshm__h5_saveragged_check(struct h5saveragged *ragged) {
  bool is_strings = ragged->kind != kinds[2], is_utf8 = true;
  if (offset_at(ragged, 0) != 0 || offset_at(ragged, ragged->count) != (uint64_t)ragged->values.shape[0]) return false;
  for (uint64_t i = 0; i < ragged->count; i++) {
    struct element element;
    if (!take_element(ragged, i, &element)) return false;
    if (element.count > ragged->longest) ragged->longest = element.count;
    if (!is_strings || element.count == 0) continue;
    if (memchr(element.data, '\0', (size_t)element.count)) return false;
    is_utf8 = is_utf8 && cshm__utf8_valid((const char *)element.data, (size_t)element.count);
  }
  return !is_strings || is_utf8 == (ragged->kind == kinds[0]);
}

static bool take_path(const struct h5saveragged *ragged, uint64_t i, char *path) {
  struct element element;
  if (!take_element(ragged, i, &element) || element.count > CSHM_MAX_PATH + 1) return false;
  memcpy(path, element.data, (size_t)element.count);
  path[element.count] = '\0';
  return true;
}

bool cshm__h5_saveragged_all_lead(const struct h5saveragged *ragged, const struct h5savetree *tree) {
  uint32_t target;
  bool all = true;
  for (uint64_t i = 0; all && i < ragged->count; i++)
    all = take_path(ragged, i, tree->path) && cshm__h5_savetree_target(tree, tree->path, &target);
  return all;
}

/* ---- the dataset ----------------------------------------------------------------------------------- */

static hid_t make_item(const struct h5saveragged *ragged, struct h5savemarks *marks, struct h5reason *reason) {
  hid_t item = cshm__h5_savetype(ragged->values.dtype, marks, reason);
  if (item >= 0) item = cshm__h5_savetype_array(item, ragged->values.ndim - 1, ragged->values.shape + 1, reason);
  hid_t type = item < 0 ? item : H5Tvlen_create(item);
  if (item >= 0 && type < 0) cshm__h5_reason_words(reason, "HDF5 has no such type");
  if (item >= 0) H5Tclose(item);
  return type;
}

static hid_t make_type(const struct h5saveragged *ragged, struct h5savemarks *marks, struct h5reason *reason) {
  if (ragged->is_references) return H5Tcopy(H5T_STD_REF_OBJ);
  if (ragged->kind != kinds[2]) return cshm__h5_savetype_string(ragged->kind == kinds[0]);
  return make_item(ragged, marks, reason);
}

static bool is_null(const struct h5saveragged *ragged) {
  cshm_attribute found;
  return ragged->ndim == 1 && ragged->count == 0 && cshm__h5_savemark_find(&ragged->marks, H5MARK_NULL, &found);
}

/* Makes type and space as the marks say. False: these do not say what they should. */
static bool make_marked(struct h5saveragged *ragged, const struct h5savetree *tree, hid_t *type, hid_t *space) {
  struct h5reason unused;
  uint32_t rank;
  ragged->is_references = ragged->has_paths && cshm__h5_saveragged_all_lead(ragged, tree);
  *type = make_type(ragged, &ragged->marks, &unused);
  if (*type < 0) return false;
  *space = is_null(ragged) ? cshm__h5_savetype_null(ragged->ndim, ragged->shape, type, &unused)
                           : cshm__h5_savetype_space(ragged->ndim, ragged->shape, type, &rank, &unused);
  if (*space >= 0 && cshm__h5_savemark_same(&ragged->marks, *type, *space, &ragged->taken)) return true;
  if (*type >= 0) H5Tclose(*type);
  if (*space >= 0) H5Sclose(*space);
  return false;
}

hid_t cshm__h5_saveragged_create(struct h5saveragged *ragged, const struct h5savetarget *target,
                                 const struct h5savetree *tree, struct h5reason *reason) {
  uint32_t rank;
  hid_t type = H5I_INVALID_HID, space = H5I_INVALID_HID, dataset = H5I_INVALID_HID;
  bool made = false;
  for (int i = 0; ragged->has_marks && !made && i < H5SAVEMARK_TRIES; i++) {
    made = make_marked(ragged, tree, &type, &space);
    if (ragged->marks.no_memory) {
      cshm__h5_reason_memory(reason);
      return H5I_INVALID_HID;
    }
  }
  if (!made) {
    ragged->is_references = false;
    ragged->taken = 0;
    type = make_type(ragged, NULL, reason);
    space = type < 0 ? type : cshm__h5_savetype_space(ragged->ndim, ragged->shape, &type, &rank, reason);
  }
  if (space >= 0) {
    dataset = H5Dcreate2(target->group, target->name, type, space, target->link, target->creation, H5P_DEFAULT);
    if (dataset < 0) cshm__h5_reason_words(reason, "it cannot be made");
    H5Sclose(space);
  }
  if (type >= 0) H5Tclose(type);
  return dataset;
}

/* What HDF5 writes elements from: pointers to strings with a NUL, which are copies, or lengths and pointers. */
struct batch {
  void *elements;
  hobj_ref_t *references; /* of the strings in `elements`, or NULL */
  char *text;
  size_t text_size;
  uint64_t nbytes; /* of the project that are in it */
};

static bool changed(struct h5reason *reason) {
  cshm__h5_reason(reason, "its offsets change while it is saved");
  return false;
}

static bool grow_text(struct batch *batch, uint64_t nbytes, struct h5reason *reason) {
  if (nbytes <= batch->text_size) return true;
  char *text = (char *)realloc(batch->text, (size_t)nbytes);
  if (!text) {
    cshm__h5_reason_memory(reason);
    return false;
  }
  batch->text = text;
  batch->text_size = (size_t)nbytes;
  return true;
}

static bool fill_strings(const struct h5saveragged *ragged, struct batch *batch, uint64_t first, uint64_t count,
                         struct h5reason *reason) {
  char **pointers = (char **)batch->elements;
  uint64_t begin = offset_at(ragged, first), end = offset_at(ragged, first + count), room, used = 0;
  if (begin > end || end > (uint64_t)ragged->values.shape[0]) return changed(reason);
  room = end - begin + count;
  batch->nbytes = end - begin + count * sizeof(int64_t);
  if (!grow_text(batch, room, reason)) return false;
  for (uint64_t i = 0; i < count; i++) {
    struct element element;
    if (!take_element(ragged, first + i, &element) || element.count >= room - used) return changed(reason);
    pointers[i] = batch->text + used;
    memcpy(pointers[i], element.data, (size_t)element.count);
    pointers[i][element.count] = '\0';
    used += element.count + 1;
  }
  return true;
}

static bool fill_sequences(const struct h5saveragged *ragged, struct batch *batch, uint64_t first, uint64_t count,
                           struct h5reason *reason) {
  hvl_t *sequences = (hvl_t *)batch->elements;
  batch->nbytes = count * sizeof(int64_t);
  for (uint64_t i = 0; i < count; i++) {
    struct element element;
    if (!take_element(ragged, first + i, &element)) return changed(reason);
    sequences[i].len = (size_t)element.count;
    batch->nbytes += element.count * ragged->item_size;
    sequences[i].p = element.data;
  }
  return true;
}

/* Strings become references. */
static bool fill_references(const struct batch *batch, uint64_t count, struct h5saverefs *refs,
                            struct h5reason *reason) {
  char *const *paths = (char *const *)batch->elements;
  for (uint64_t i = 0; i < count; i++)
    if (!cshm__h5_saverefs_put(refs, paths[i], &batch->references[i], reason)) return false;
  return true;
}

static bool fill(const struct h5saveragged *ragged, struct batch *batch, uint64_t first, uint64_t count,
                 struct h5saverefs *refs, struct h5reason *reason) {
  if (ragged->kind == kinds[2]) return fill_sequences(ragged, batch, first, count, reason);
  return fill_strings(ragged, batch, first, count, reason) &&
         (!batch->references || fill_references(batch, count, refs, reason));
}

static uint64_t batch_size(const struct h5saveragged *ragged) {
  uint64_t most = BATCH_BYTES / (ragged->longest * ragged->item_size + 1);
  return most < 1 ? 1 : most < BATCH_ELEMENTS ? most : BATCH_ELEMENTS;
}

static bool write_box(hid_t dataset, hid_t type, hid_t space, const struct h5slab *slab, const void *elements,
                      struct h5reason *reason) {
  hsize_t start[H5SLAB_MAX_NDIM], count[H5SLAB_MAX_NDIM], length = slab->run_elements;
  for (uint32_t i = 0; i < slab->ndim; i++) {
    start[i] = slab->start[i];
    count[i] = slab->count[i];
  }
  hid_t memory = H5Screate_simple(1, &length, NULL);
  bool good = memory >= 0 &&
              (slab->ndim == 0 || H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0) &&
              H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, elements) >= 0;
  if (!good) cshm__h5_reason_words(reason, "it cannot be written");
  if (memory >= 0) H5Sclose(memory);
  return good;
}

/* Without chunks a box is one run: it goes on where the one before ended. */
static cshm_status write_boxes(const struct h5saveragged *ragged, hid_t dataset, hid_t type, hid_t space,
                               struct batch *batch, struct h5saverefs *refs, const struct h5savetarget *target,
                               struct h5reason *reason, cshm_error *err) {
  uint64_t lengths[H5SLAB_MAX_NDIM], first = 0;
  struct h5slab slab;
  cshm_status status = CSHM_OK;
  for (uint32_t i = 0; i < ragged->ndim; i++)
    lengths[i] = (uint64_t)ragged->shape[i];
  cshm__h5_slab_begin(&slab, ragged->ndim, lengths, NULL, batch_size(ragged));
  do {
    uint64_t count = slab.run_elements;
    if (!fill(ragged, batch, first, count, refs, reason) ||
        !write_box(dataset, type, space, &slab, batch->references ? batch->references : batch->elements, reason))
      return CSHM_ERR_HDF5;
    first += count;
    status = cshm__h5_savefile_check(target->file, err);
    if (!status) status = cshm__h5_progress_add(target->progress, batch->nbytes, err);
  } while (!status && cshm__h5_slab_next(&slab));
  return status;
}

cshm_status cshm__h5_saveragged_write(const struct h5saveragged *ragged, hid_t dataset, struct h5saverefs *refs,
                                      const struct h5savetarget *target, struct h5reason *reason, cshm_error *err) {
  if (ragged->count == 0) return CSHM_OK;
  struct batch batch = {0};
  batch.elements = calloc((size_t)batch_size(ragged), sizeof(hvl_t));
  if (refs) batch.references = (hobj_ref_t *)calloc((size_t)batch_size(ragged), sizeof(hobj_ref_t));
  hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
  cshm_status status = CSHM_ERR_HDF5;
  if (!batch.elements || (refs && !batch.references))
    cshm__h5_reason_memory(reason);
  else if (type < 0 || space < 0)
    cshm__h5_reason_words(reason, "it cannot be written");
  else
    status = write_boxes(ragged, dataset, type, space, &batch, refs, target, reason, err);
  if (type >= 0) H5Tclose(type);
  if (space >= 0) H5Sclose(space);
  free(batch.elements);
  free(batch.references);
  free(batch.text);
  return status;
}
