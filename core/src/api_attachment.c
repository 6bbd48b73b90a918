/* SPDX-License-Identifier: MIT */
/* Attachments and arrays. */
#include "api_struct.h"
#include "attachment.h"
#include "error.h"
#include "handle.h"
#include "mapping_sealed.h"

/* Pins an attachment or array; *mapping is what it holds. */
static cshm_status enter(uint64_t id, enum handle_kind kind, struct mapping **mapping, uint64_t *extra,
                         cshm_error *err) {
  struct handle_target target;
  cshm_status status = cshm__handle_pin(id, kind, &target, err);
  if (status) return status;
  *mapping = target.object;
  *extra = target.extra;
  return CSHM_OK;
}

static cshm_status enter_attachment(cshm_attachment attachment, struct mapping **mapping, cshm_error *err) {
  uint64_t ignored;
  return enter(attachment.id, HANDLE_ATTACHMENT, mapping, &ignored, err);
}

/* Hands the caller's reference to a mapping over to a new handle, or drops it. */
static cshm_status hand_out(struct mapping *mapping, cshm_attachment *attachment, cshm_error *err) {
  cshm_status status = cshm__attachment_new(mapping, attachment, err);
  if (status) cshm__mapping_release(mapping);
  return status;
}

static cshm_status read_options(const cshm_attach_options *options, uint32_t *mode, cshm_error *err) {
  cshm_attach_options ours = CSHM_ATTACH_OPTIONS_INIT;
  cshm_status status = cshm__struct_in(&ours, sizeof ours, options, "cshm_attach_options", err);
  if (!status && ours.mode > CSHM_PRIVATE)
    status = cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0,
                        "mode %u is not one of read-only (0), read-write (1), private (2)", ours.mode);
  *mode = ours.mode;
  return status;
}

cshm_status cshm_attach(cshm_store store, const char *project, const cshm_attach_options *options,
                        cshm_attachment *attachment, cshm_error *err) {
  struct handle_target target;
  struct mapping *mapping;
  uint32_t mode;
  if (!project || !attachment) return cshm__null_argument(project ? "attachment" : "project", err);
  cshm_status status = read_options(options, &mode, err);
  if (status) return status;
  status = cshm__handle_pin(store.id, HANDLE_STORE, &target, err);
  if (status) return status;
  status = cshm__mapping_open(target.object, project, mode, &mapping, err);
  cshm__handle_unpin(store.id);
  return status ? status : hand_out(mapping, attachment, err);
}

cshm_status cshm_attachment_reattach(cshm_attachment attachment, cshm_attachment *newer, cshm_error *err) {
  struct mapping *mapping, *found;
  if (!newer) return cshm__null_argument("newer", err);
  cshm_status status = enter_attachment(attachment, &mapping, err);
  if (status) return status;
  status = cshm__mapping_reattach(mapping, &found, err);
  cshm__handle_unpin(attachment.id);
  return status ? status : hand_out(found, newer, err);
}

cshm_status cshm_attach_fd(int32_t fd, const cshm_attach_options *options, cshm_attachment *attachment,
                           cshm_error *err) {
  struct mapping *mapping;
  uint32_t mode;
  if (!attachment) return cshm__null_argument("attachment", err);
  cshm_status status = read_options(options, &mode, err);
  if (status) return status;
  if (mode == CSHM_READ_WRITE)
    return cshm__fail(
        err, CSHM_ERR_PERMISSION, 0,
        "what descriptor %d stands for is sealed, and nobody can write to it: attach read-only or private", fd);
  status = cshm__mapping_sealed_attach(fd, mode, &mapping, err);
  return status ? status : hand_out(mapping, attachment, err);
}

cshm_status cshm_attachment_export_fd(cshm_attachment attachment, int32_t *fd, cshm_error *err) {
  struct mapping *mapping;
  int made;
  if (!fd) return cshm__null_argument("fd", err);
  cshm_status status = enter_attachment(attachment, &mapping, err);
  if (status) return status;
  status = cshm__mapping_sealed_export(mapping, &made, err);
  if (!status) *fd = made;
  cshm__handle_unpin(attachment.id);
  return status;
}

cshm_status cshm_attachment_retain(cshm_attachment attachment, cshm_error *err) {
  return cshm__handle_retain(attachment.id, HANDLE_ATTACHMENT, err);
}

cshm_status cshm_detach(cshm_attachment attachment, cshm_error *err) {
  return cshm__handle_release(attachment.id, HANDLE_ATTACHMENT, err);
}

cshm_status cshm_attachment_describe(cshm_attachment attachment, cshm_attachment_info *info, cshm_error *err) {
  cshm_attachment_info ours = CSHM_ATTACHMENT_INFO_INIT;
  struct mapping *mapping;
  cshm_status status = enter_attachment(attachment, &mapping, err);
  if (status) return status;
  cshm__attachment_describe(mapping, &ours);
  status = cshm__struct_out(info, &ours, sizeof ours, "cshm_attachment_info", err);
  cshm__handle_unpin(attachment.id);
  return status;
}

cshm_status cshm_attachment_is_current(cshm_attachment attachment, int32_t *current, cshm_error *err) {
  struct mapping *mapping;
  bool is_current = false;
  if (!current) return cshm__null_argument("current", err);
  cshm_status status = enter_attachment(attachment, &mapping, err);
  if (status) return status;
  status = cshm__mapping_is_current(mapping, &is_current, err);
  if (!status) *current = is_current;
  cshm__handle_unpin(attachment.id);
  return status;
}

cshm_status cshm_attachment_wait_newer(cshm_attachment attachment, int64_t timeout_ns, cshm_error *err) {
  struct mapping *mapping;
  cshm_status status = enter_attachment(attachment, &mapping, err);
  if (status) return status;
  status = cshm__mapping_wait_newer(mapping, timeout_ns, err);
  cshm__handle_unpin(attachment.id);
  return status;
}

cshm_status cshm_node_at(cshm_attachment attachment, uint32_t number, cshm_node *node, cshm_error *err) {
  cshm_node ours = CSHM_NODE_INIT;
  struct mapping *mapping;
  cshm_status status = enter_attachment(attachment, &mapping, err);
  if (status) return status;
  status = cshm__attachment_node(mapping, number, &ours, err);
  if (!status) status = cshm__struct_out(node, &ours, sizeof ours, "cshm_node", err);
  cshm__handle_unpin(attachment.id);
  return status;
}

cshm_status cshm_node_find(cshm_attachment attachment, const char *path, cshm_node *node, cshm_error *err) {
  cshm_node ours = CSHM_NODE_INIT;
  struct mapping *mapping;
  uint32_t number;
  if (!path) return cshm__null_argument("path", err);
  cshm_status status = enter_attachment(attachment, &mapping, err);
  if (status) return status;
  status = cshm__attachment_find(mapping, path, &number, err);
  if (!status) status = cshm__attachment_node(mapping, number, &ours, err);
  if (!status) status = cshm__struct_out(node, &ours, sizeof ours, "cshm_node", err);
  cshm__handle_unpin(attachment.id);
  return status;
}

cshm_status cshm_attribute_at(cshm_attachment attachment, uint32_t node, uint32_t index, cshm_attribute *attribute,
                              cshm_error *err) {
  cshm_attribute ours = CSHM_ATTRIBUTE_INIT;
  struct mapping *mapping;
  cshm_status status = enter_attachment(attachment, &mapping, err);
  if (status) return status;
  status = cshm__attachment_attribute(mapping, node, index, &ours, err);
  if (!status) status = cshm__struct_out(attribute, &ours, sizeof ours, "cshm_attribute", err);
  cshm__handle_unpin(attachment.id);
  return status;
}

cshm_status cshm_attribute_find(cshm_attachment attachment, uint32_t node, const char *name, cshm_attribute *attribute,
                                cshm_error *err) {
  cshm_attribute ours = CSHM_ATTRIBUTE_INIT;
  struct mapping *mapping;
  if (!name) return cshm__null_argument("name", err);
  cshm_status status = enter_attachment(attachment, &mapping, err);
  if (status) return status;
  status = cshm__attachment_attribute_named(mapping, node, name, &ours, err);
  if (!status) status = cshm__struct_out(attribute, &ours, sizeof ours, "cshm_attribute", err);
  cshm__handle_unpin(attachment.id);
  return status;
}

cshm_status cshm_note_at(cshm_attachment attachment, uint32_t index, cshm_note *note, cshm_error *err) {
  cshm_note ours = CSHM_NOTE_INIT;
  struct mapping *mapping;
  cshm_status status = enter_attachment(attachment, &mapping, err);
  if (status) return status;
  status = cshm__attachment_note(mapping, index, &ours, err);
  if (!status) status = cshm__struct_out(note, &ours, sizeof ours, "cshm_note", err);
  cshm__handle_unpin(attachment.id);
  return status;
}

/* ---- arrays ---- */

static void destroy_array(void *object, uint64_t node) {
  (void)node;
  cshm__mapping_release(object);
}

static cshm_status new_array(struct mapping *mapping, uint32_t node, cshm_array *array, cshm_error *err) {
  cshm_array_view ignored = CSHM_ARRAY_VIEW_INIT;
  cshm_status status = cshm__attachment_array(mapping, node, &ignored, err);
  if (status) return status;
  cshm__mapping_retain(mapping);
  status = cshm__handle_new(HANDLE_ARRAY, (struct handle_target){mapping, node, destroy_array}, &array->id, err);
  if (status) cshm__mapping_release(mapping);
  return status;
}

cshm_status cshm_array_open(cshm_attachment attachment, const char *path, cshm_array *array, cshm_error *err) {
  struct mapping *mapping;
  uint32_t node;
  if (!path || !array) return cshm__null_argument(path ? "array" : "path", err);
  cshm_status status = enter_attachment(attachment, &mapping, err);
  if (status) return status;
  status = cshm__attachment_find(mapping, path, &node, err);
  if (!status) status = new_array(mapping, node, array, err);
  cshm__handle_unpin(attachment.id);
  return status;
}

cshm_status cshm_array_at(cshm_attachment attachment, uint32_t node, cshm_array *array, cshm_error *err) {
  struct mapping *mapping;
  if (!array) return cshm__null_argument("array", err);
  cshm_status status = enter_attachment(attachment, &mapping, err);
  if (status) return status;
  status = new_array(mapping, node, array, err);
  cshm__handle_unpin(attachment.id);
  return status;
}

cshm_status cshm_array_retain(cshm_array array, cshm_error *err) {
  return cshm__handle_retain(array.id, HANDLE_ARRAY, err);
}

cshm_status cshm_array_release(cshm_array array, cshm_error *err) {
  return cshm__handle_release(array.id, HANDLE_ARRAY, err);
}

cshm_status cshm_array_describe(cshm_array array, cshm_array_view *view, cshm_error *err) {
  cshm_array_view ours = CSHM_ARRAY_VIEW_INIT;
  struct mapping *mapping;
  uint64_t node;
  cshm_status status = enter(array.id, HANDLE_ARRAY, &mapping, &node, err);
  if (status) return status;
  status = cshm__attachment_array(mapping, (uint32_t)node, &ours, err);
  if (!status) status = cshm__struct_out(view, &ours, sizeof ours, "cshm_array_view", err);
  cshm__handle_unpin(array.id);
  return status;
}

cshm_status cshm_attachment_view(cshm_attachment attachment, uint32_t node, cshm_array_view *view, cshm_error *err) {
  cshm_array_view ours = CSHM_ARRAY_VIEW_INIT;
  struct mapping *mapping;
  cshm_status status = enter_attachment(attachment, &mapping, err);
  if (status) return status;
  status = cshm__attachment_array(mapping, node, &ours, err);
  if (!status) status = cshm__struct_out(view, &ours, sizeof ours, "cshm_array_view", err);
  cshm__handle_unpin(attachment.id);
  return status;
}
