/* SPDX-License-Identifier: MIT */
/* h5savebundle: attributes that h5bundle and h5scale have made plain, made again what they were. */
#ifndef CUTESHM_H5SAVEBUNDLE_H
#define CUTESHM_H5SAVEBUNDLE_H

#include "h5saveform.h"

/* Whether some fields of a structured attribute are marked as references. */
bool cshm__h5_savebundle_has_references(struct h5savemarks *marks, const cshm_attribute *attribute);

/* Makes the type of compounds of which some fields are references. False: they cannot be. */
bool cshm__h5_savebundle_records(struct h5saveform *form, struct h5savemarks *marks, const struct h5savetree *tree,
                                 const cshm_attribute *attribute);
bool cshm__h5_savebundle_write_records(const struct h5saveform *form, hid_t id, const cshm_attribute *attribute,
                                       struct h5saverefs *refs, struct h5reason *reason);

/* Makes type and space of sequences, of which the marks from `at` on tell where each begins: `at` is then behind these. False:
 * they cannot be what the marks say. */
bool cshm__h5_savebundle_sequences(struct h5saveform *form, struct h5savemarks *marks, const struct h5savetree *tree,
                                   const cshm_attribute *attribute);
bool cshm__h5_savebundle_write_sequences(const struct h5saveform *form, hid_t id, const cshm_attribute *attribute,
                                         struct h5saverefs *refs, struct h5reason *reason);

/* Makes references of all strings of a `<U` array: the caller frees them. NULL: see `reason`. */
hobj_ref_t *cshm__h5_savebundle_references(const char *dtype, const void *data, uint64_t nbytes,
                                           struct h5saverefs *refs, struct h5reason *reason);

/* Whether all strings of a `<U` array are paths that can be references. */
bool cshm__h5_savebundle_lead(struct h5savemarks *marks, const char *dtype, const void *data, uint64_t nbytes,
                              const struct h5savetree *tree);

#endif
