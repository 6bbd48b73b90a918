/* SPDX-License-Identifier: MIT */
/* attachment: what callers see of a mapping: groups, arrays, attributes, notes. All pointers lead into the mapping. */
#ifndef CUTESHM_ATTACHMENT_H
#define CUTESHM_ATTACHMENT_H

#include "mapping.h"

#include <cuteshm/cuteshm.h>

/* A handle that takes the caller's reference to the mapping over; on failure the caller keeps it. */
cshm_status cshm__attachment_new(struct mapping *mapping, cshm_attachment *attachment, cshm_error *err);

void cshm__attachment_describe(const struct mapping *mapping, cshm_attachment_info *info);

/* CSHM_ERR_NOT_FOUND for numbers and names that are not there. */
cshm_status cshm__attachment_node(const struct mapping *mapping, uint32_t number, cshm_node *node, cshm_error *err);
cshm_status cshm__attachment_find(const struct mapping *mapping, const char *path, uint32_t *number, cshm_error *err);
cshm_status cshm__attachment_attribute(const struct mapping *mapping, uint32_t node, uint32_t index,
                                       cshm_attribute *attribute, cshm_error *err);
cshm_status cshm__attachment_attribute_named(const struct mapping *mapping, uint32_t node, const char *name,
                                             cshm_attribute *attribute, cshm_error *err);
cshm_status cshm__attachment_note(const struct mapping *mapping, uint32_t index, cshm_note *note, cshm_error *err);

/* CSHM_ERR_BAD_TYPE: the node is a group. */
cshm_status cshm__attachment_array(const struct mapping *mapping, uint32_t node, cshm_array_view *view,
                                   cshm_error *err);

#endif
