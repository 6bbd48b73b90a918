/* SPDX-License-Identifier: MIT */
/* Builders. */
#include "api_struct.h"
#include "attachment.h"
#include "builder.h"
#include "error.h"
#include "handle.h"

static void destroy_builder(void *object, uint64_t extra) {
  (void)extra;
  cshm__builder_free(object);
}

/* A builder that is pinned and in the state wanted. */
static cshm_status enter(cshm_builder builder, enum builder_state state, struct builder **object, cshm_error *err) {
  struct handle_target target;
  cshm_status status = cshm__handle_pin(builder.id, HANDLE_BUILDER, &target, err);
  if (status) return status;
  *object = target.object;
  status = cshm__builder_expect(*object, state, err);
  if (status) cshm__handle_unpin(builder.id);
  return status;
}

static cshm_status leave(cshm_builder builder, cshm_status status) {
  cshm__handle_unpin(builder.id);
  return status;
}

cshm_status cshm_builder_open(cshm_store store, const char *project, const cshm_builder_options *options,
                              cshm_builder *builder, cshm_error *err) {
  cshm_builder_options ours = CSHM_BUILDER_OPTIONS_INIT;
  struct handle_target target;
  struct builder *made;
  if (!project || !builder) return cshm__null_argument(project ? "builder" : "project", err);
  cshm_status status = cshm__struct_in(&ours, sizeof ours, options, "cshm_builder_options", err);
  if (status) return status;
  status = cshm__handle_pin(store.id, HANDLE_STORE, &target, err);
  if (status) return status;
  status = cshm__builder_new(target.object, project, &ours, &made, err);
  cshm__handle_unpin(store.id);
  if (status) return status;
  status = cshm__handle_new(HANDLE_BUILDER, (struct handle_target){made, 0, destroy_builder}, &builder->id, err);
  if (status) cshm__builder_free(made);
  return status;
}

cshm_status cshm_builder_group(cshm_builder builder, const char *path, cshm_error *err) {
  struct builder *object;
  if (!path) return cshm__null_argument("path", err);
  cshm_status status = enter(builder, BUILDER_DECLARING, &object, err);
  return status ? status : leave(builder, cshm__tree_group(&object->tree, path, err));
}

cshm_status cshm_builder_array(cshm_builder builder, const char *path, const char *dtype, uint32_t ndim,
                               const int64_t *shape, uint32_t order, uint32_t *array, cshm_error *err) {
  struct builder *object;
  uint32_t number = 0;
  if (!path || !dtype) return cshm__null_argument(path ? "dtype" : "path", err);
  if (!shape && ndim > 0) return cshm__null_argument("shape", err);
  cshm_status status = enter(builder, BUILDER_DECLARING, &object, err);
  if (status) return status;
  status = cshm__tree_array(&object->tree, path, dtype, ndim, shape, order, &number, err);
  if (!status && array) *array = number;
  return leave(builder, status);
}

cshm_status cshm_builder_alias(cshm_builder builder, const char *path, uint32_t array, cshm_error *err) {
  struct builder *object;
  if (!path) return cshm__null_argument("path", err);
  cshm_status status = enter(builder, BUILDER_DECLARING, &object, err);
  return status ? status : leave(builder, cshm__tree_alias(&object->tree, path, array, err));
}

cshm_status cshm_builder_attribute(cshm_builder builder, const char *path, const char *name, const char *dtype,
                                   uint32_t ndim, const int64_t *shape, const void *data, uint64_t nbytes,
                                   cshm_error *err) {
  struct tree_value value = {dtype, ndim, shape, data, nbytes};
  struct builder *object;
  if (!path || !name || !dtype) return cshm__null_argument(!path ? "path" : !name ? "name" : "dtype", err);
  if ((!shape && ndim > 0) || (!data && nbytes > 0)) return cshm__null_argument(data ? "shape" : "data", err);
  cshm_status status = enter(builder, BUILDER_DECLARING, &object, err);
  return status ? status : leave(builder, cshm__tree_attribute(&object->tree, path, name, &value, err));
}

cshm_status cshm_builder_note(cshm_builder builder, uint32_t kind, const char *key, const char *text, cshm_error *err) {
  struct builder *object;
  if (!key || !text) return cshm__null_argument(key ? "text" : "key", err);
  cshm_status status = enter(builder, BUILDER_DECLARING, &object, err);
  return status ? status : leave(builder, cshm__tree_note(&object->tree, kind, key, text, err));
}

cshm_status cshm_builder_layout(cshm_builder builder, cshm_manifest layout, cshm_error *err) {
  struct handle_target target;
  struct builder *object;
  cshm_status status = cshm__handle_pin(layout.id, HANDLE_MANIFEST, &target, err);
  if (status) return status;
  status = enter(builder, BUILDER_DECLARING, &object, err);
  if (!status) {
    const struct document *document = target.object;
    status = leave(builder, cshm__manifest_declare(document, &object->tree, &object->fills, err));
  }
  cshm__handle_unpin(layout.id);
  return status;
}

cshm_status cshm_builder_allocate(cshm_builder builder, cshm_error *err) {
  struct builder *object;
  cshm_status status = enter(builder, BUILDER_DECLARING, &object, err);
  return status ? status : leave(builder, cshm__builder_allocate(object, err));
}

cshm_status cshm_builder_write(cshm_builder builder, uint32_t array, uint64_t offset, const void *data, uint64_t nbytes,
                               cshm_error *err) {
  struct builder *object;
  if (!data && nbytes > 0) return cshm__null_argument("data", err);
  cshm_status status = enter(builder, BUILDER_ALLOCATED, &object, err);
  return status ? status : leave(builder, cshm__builder_write(object, array, offset, data, nbytes, err));
}

cshm_status cshm_builder_map(cshm_builder builder, uint32_t array, void **data, uint64_t *nbytes, cshm_error *err) {
  struct builder *object;
  if (!data) return cshm__null_argument("data", err);
  cshm_status status = enter(builder, BUILDER_ALLOCATED, &object, err);
  return status ? status : leave(builder, cshm__builder_map(object, array, data, nbytes, err));
}

cshm_status cshm_builder_place(cshm_builder builder, uint32_t array, int32_t *descriptor, uint64_t *offset,
                               uint64_t *nbytes, cshm_error *err) {
  struct builder *object;
  if (!descriptor || !offset) return cshm__null_argument(descriptor ? "offset" : "descriptor", err);
  cshm_status status = enter(builder, BUILDER_ALLOCATED, &object, err);
  return status ? status : leave(builder, cshm__builder_place(object, array, descriptor, offset, nbytes, err));
}

cshm_status cshm_builder_attach(cshm_builder builder, cshm_attachment *attachment, cshm_error *err) {
  struct builder *object;
  struct mapping *mapping;
  if (!attachment) return cshm__null_argument("attachment", err);
  cshm_status status = enter(builder, BUILDER_ALLOCATED, &object, err);
  if (status) return status;
  status = cshm__builder_attach(object, &mapping, err);
  if (status) return leave(builder, status);
  status = cshm__attachment_new(mapping, attachment, err);
  if (status) cshm__mapping_release(mapping);
  return leave(builder, status);
}

/* The caller's handle is made before the project is visible, so that a failure leaves nothing visible. */
cshm_status cshm_builder_publish(cshm_builder builder, cshm_attachment *attachment, cshm_error *err) {
  struct builder *object;
  cshm_attachment made;
  cshm_status status = enter(builder, BUILDER_ALLOCATED, &object, err);
  if (status) return status;
  struct mapping *mapping = NULL;
  status = cshm__builder_map_published(object, &mapping, err);
  if (status) return leave(builder, status);
  status = cshm__attachment_new(mapping, &made, err);
  if (status) {
    cshm__mapping_release(mapping);
    return leave(builder, status);
  }
  status = cshm__builder_publish(object, mapping, attachment != NULL, err);
  if (status == CSHM_OK) {
    cshm__handle_release(builder.id, HANDLE_BUILDER, NULL);
    if (attachment) *attachment = made;
  }
  if (status || !attachment) cshm_detach(made, NULL);
  return leave(builder, status);
}

cshm_status cshm_builder_abort(cshm_builder builder, cshm_error *err) {
  return cshm__handle_release(builder.id, HANDLE_BUILDER, err);
}
