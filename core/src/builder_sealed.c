/* SPDX-License-Identifier: MIT */
#include "builder_sealed.h"

#include "error.h"
#include "mapping_sealed.h"
#include "platform.h"
#include "project.h"

cshm_status cshm__builder_sealed_map(struct builder *builder, struct mapping **mapping, cshm_error *err) {
  struct platform_sealed sealed;
  cshm_status status = cshm__platform_sealed_reopen(builder->segment, &sealed, err);
  if (status) return status;
  status = cshm__mapping_sealed_make(builder->segment_name, &sealed, builder->layout.head_size, CSHM_READ_ONLY, mapping,
                                     err);
  if (status) cshm__platform_close(sealed.segment);
  return status;
}

/* Lets go of all by which this builder writes. What callers hold they must let go of. */
static cshm_status end_writing(struct builder *builder, cshm_error *err) {
  if (builder->mapping && cshm__mapping_is_shared(builder->mapping))
    return cshm__fail(err, CSHM_ERR_STATE, 0,
                      "project \"%s\" cannot be sealed while it is attached to be filled: detach what "
                      "cshm_builder_attach gave, release its arrays, and publish again",
                      builder->project);
  if (builder->mapping) cshm__mapping_release(builder->mapping);
  builder->mapping = NULL;
  cshm__builder_window_close(&builder->window);
  return CSHM_OK;
}

/* The state is written while it can be: what is sealed never changes again. */
static cshm_status seal(struct builder *builder, cshm_error *err) {
  cshm_status status = cshm__builder_expect(builder, BUILDER_ALLOCATED, err); /* another thread may have published */
  if (!status) status = end_writing(builder, err);
  if (!status) status = cshm__project_set_state(builder->segment, FORMAT_PUBLISHED, err);
  if (status) return status;
  status = cshm__platform_sealed_close(builder->segment, err);
  if (status) {
    cshm__project_set_state(builder->segment, FORMAT_FILLED, NULL);
    return cshm__fail_about(err, status, "project \"%s\" cannot be sealed", builder->project);
  }
  atomic_store_explicit(&builder->state, BUILDER_PUBLISHED, memory_order_release);
  return CSHM_OK;
}

cshm_status cshm__builder_sealed_publish(struct builder *builder, struct mapping *mapping, bool attached,
                                         cshm_error *err) {
  if (!attached)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0,
                      "project \"%s\" is to be sealed, and nobody would have it: ask for its attachment",
                      builder->project);
  cshm__platform_lock(PLATFORM_LOCK_BUILDERS);
  cshm_status status = seal(builder, err);
  cshm__platform_unlock(PLATFORM_LOCK_BUILDERS);
  if (!status) cshm__mapping_share(mapping);
  return status;
}
