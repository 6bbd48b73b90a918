/* SPDX-License-Identifier: MIT */
/* mapping_sealed: mappings of sealed segments, which come and go by descriptors. */
#ifndef CUTESHM_MAPPING_SEALED_H
#define CUTESHM_MAPPING_SEALED_H

#include "mapping.h"

/* As cshm__mapping_make. The mapping takes sealed->segment over; on failure the caller keeps it. */
cshm_status cshm__mapping_sealed_make(const char *name, const struct platform_sealed *sealed, uint64_t head,
                                      uint32_t mode, struct mapping **mapping, cshm_error *err);

/* What cshm_attach_fd says, for the modes other than CSHM_READ_WRITE. */
cshm_status cshm__mapping_sealed_attach(int given, uint32_t mode, struct mapping **mapping, cshm_error *err);

/* What cshm_attachment_export_fd says. */
cshm_status cshm__mapping_sealed_export(const struct mapping *mapping, int *descriptor, cshm_error *err);

#endif
