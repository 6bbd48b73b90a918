/* SPDX-License-Identifier: MIT */
/* store: a root directory, and the names in it. */
#ifndef CUTESHM_STORE_H
#define CUTESHM_STORE_H

#include "manifest.h"
#include "platform.h"

#include <cuteshm/cuteshm.h>
#include <stdbool.h>

#define STORE_MAX_ROOT 3000
#define STORE_MAX_PREFIX 32
#define STORE_GENERATION_DIGITS 16 /* at the end of a segment's name */
#define STORE_NAME_SIZE 256        /* of a file name, NUL included */

/* Plain data: copied where it must outlive the caller's handle. */
struct store {
  char root[STORE_MAX_ROOT + 1];
  char prefix[STORE_MAX_PREFIX + 1];
  const struct manifest_syntax *syntax; /* of what it writes */
  struct platform_share share;
};

/* `root` and `options` may be NULL. What cshm_store_open says. */
cshm_status cshm__store_init(struct store *store, const char *root, const cshm_store_options *options, cshm_error *err);

/* CSHM_ERR_PERMISSION in words: the store is there, and this user may only read it. */
cshm_status cshm__store_check_writable(const struct store *store, cshm_error *err);

/* CSHM_ERR_BAD_NAME says what is wrong with a project's name. */
cshm_status cshm__store_check_project(const char *project, cshm_error *err);

/* Whether a segment, by what its header says, is of a project of this store. */
bool cshm__store_has(const struct store *store, const struct format_header *header);

/* "<prefix><project>.<extension>". */
void cshm__store_manifest_name(const struct store *store, const char *project, const struct manifest_syntax *syntax,
                               char name[STORE_NAME_SIZE]);

/* "cute-shm.<project, made safe for people's shells>.": what the names of a project's segments begin with. */
void cshm__store_segment_prefix(const char *project, char prefix[STORE_NAME_SIZE]);

/* The name of the segment of one generation. */
void cshm__store_segment_name(const char *project, uint64_t generation, char name[STORE_NAME_SIZE]);
/* Whether a segment's name is one of that project: the prefix, and its generation. What comes after the prefix of project "a" may
 * be the rest of the name of "a.b". */
bool cshm__store_segment_is_of(const char *project, const char *segment);

/* Reads the head of a project's manifest in that syntax, and checks that it is of this project and points to a segment of
 * it. CSHM_ERR_NOT_FOUND without further words: no such manifest. CSHM_ERR_CORRUPT, CSHM_ERR_VERSION, CSHM_ERR_PERMISSION. */
cshm_status cshm__store_read_head(const struct store *store, int directory, const char *project,
                                  const struct manifest_syntax *syntax, struct manifest_head *head, cshm_error *err);

/* Calls `each` with the name of every project that has a manifest, in no order, until it returns false. */
cshm_status cshm__store_each(const struct store *store, int directory, bool (*each)(void *user, const char *project),
                             void *user, cshm_error *err);

/* CSHM_ERR_NOT_FOUND in words: the project, the store, and names that are near. `directory` is -1 where there is none. */
cshm_status cshm__store_not_found(const struct store *store, int directory, const char *project, cshm_error *err);

#endif
