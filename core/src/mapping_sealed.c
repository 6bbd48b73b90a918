/* SPDX-License-Identifier: MIT */
#include "mapping_sealed.h"

#include "error.h"
#include "platform.h"

#include <stdio.h>

cshm_status cshm__mapping_sealed_make(const char *name, const struct platform_sealed *sealed, uint64_t head,
                                      uint32_t mode, struct mapping **mapping, cshm_error *err) {
  static const struct store none;
  struct mapping *made = NULL;
  cshm_status status = cshm__mapping_make(&none, name, sealed->segment, sealed->size, head, mode, &made, err);
  if (status) return status;
  made->sealed = *sealed;
  *mapping = made;
  return CSHM_OK;
}

/* Nothing in it can change any more: what is read here is what will be mapped. */
static cshm_status read_header(const struct platform_sealed *sealed, const char *name, struct format_header *header,
                               cshm_error *err) {
  if (sealed->size < sizeof *header)
    return cshm__fail(err, CSHM_ERR_CORRUPT, 0, "segment %s has %llu bytes, and a header alone has %zu", name,
                      (unsigned long long)sealed->size, sizeof *header);
  cshm_status status = cshm__platform_segment_read(sealed->segment, 0, header, sizeof *header, err);
  if (!status) status = cshm__header_check(header, UINT64_MAX, name, err);
  if (status) return status;
  if (header->segment_size > sealed->size)
    return cshm__fail(err, CSHM_ERR_CORRUPT, 0, "segment %s is truncated: it should have %llu bytes and has %llu", name,
                      (unsigned long long)header->segment_size, (unsigned long long)sealed->size);
  if (!(header->flags & FORMAT_SEALED) || header->state != FORMAT_PUBLISHED)
    return cshm__fail(err, CSHM_ERR_CORRUPT, 0, "segment %s says of itself that it is not %s", name,
                      header->flags & FORMAT_SEALED ? "finished" : "a sealed one");
  return CSHM_OK;
}

static cshm_status map_given(const struct platform_sealed *sealed, int given, uint32_t mode, struct mapping **mapping,
                             cshm_error *err) {
  struct format_header header;
  char name[STORE_NAME_SIZE];
  snprintf(name, sizeof name, "of descriptor %d", given);
  cshm_status status = read_header(sealed, name, &header, err);
  if (status) return status;
  /* what it was named by who made it, unless that lies */
  cshm__store_segment_name(header.project, header.generation, name);
  status = cshm__mapping_sealed_make(name, sealed, header.control_offset, mode, mapping, err);
  if (status) return cshm__fail_about(err, status, "descriptor %d", given);
  cshm__mapping_share(*mapping);
  return CSHM_OK;
}

cshm_status cshm__mapping_sealed_attach(int given, uint32_t mode, struct mapping **mapping, cshm_error *err) {
  struct platform_sealed sealed;
  cshm_status status = cshm__platform_sealed_open(given, &sealed, err);
  if (status) return status;
  *mapping = cshm__mapping_find_sealed(&sealed, mode);
  if (!*mapping) {
    status = map_given(&sealed, given, mode, mapping, err);
    if (!status) return CSHM_OK;
  }
  cshm__platform_close(sealed.segment);
  return status;
}

cshm_status cshm__mapping_sealed_export(const struct mapping *mapping, int *descriptor, cshm_error *err) {
  const struct format_header *header = mapping->index.header;
  if (mapping->sealed.segment >= 0) return cshm__platform_sealed_export(&mapping->sealed, descriptor, err);
  return cshm__fail(err, CSHM_ERR_STATE, 0, "project \"%s\" is not sealed%s", header->project,
                    header->flags & FORMAT_SEALED
                        ? " yet: export the attachment that cshm_builder_publish gives"
                        : ", so others attach it by its name: create it with the option `sealed`");
}
