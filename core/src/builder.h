/* SPDX-License-Identifier: MIT */
/* builder: a project being created, from declaration to publication. */
#ifndef CUTESHM_BUILDER_H
#define CUTESHM_BUILDER_H

#include "builder_window.h"
#include "counter.h"
#include "layout.h"
#include "manifest_declare.h"
#include "mapping.h"
#include "store.h"
#include "tree.h"

#include <cuteshm/cuteshm.h>
#include <stdbool.h>

enum builder_state { BUILDER_DECLARING, BUILDER_ALLOCATED, BUILDER_PUBLISHED };

struct builder {
  struct store store;
  char project[CSHM_MAX_PROJECT_NAME + 1];
  char segment_name[STORE_NAME_SIZE];
  bool overwrite;
  bool sealed;
  uint32_t lifetime;
  uint64_t generation;
  int64_t process;             /* that opened it */
  cshm__counter state;         /* an enum builder_state */
  struct tree tree;            /* while declaring */
  struct manifest_fills fills; /* the same */
  struct layout layout;        /* from allocation on */
  int segment;                 /* descriptor, or -1 */
  struct mapping *mapping;     /* to write in, when asked for */
  struct builder_window window;
};

/* What the functions of the same name in cuteshm.h say. cshm__builder_free aborts what is not published. */
cshm_status cshm__builder_new(const struct store *store, const char *project, const cshm_builder_options *options,
                              struct builder **builder, cshm_error *err);
void cshm__builder_free(struct builder *builder);

/* CSHM_ERR_STATE in words unless the builder is in that state, in the process that opened it. */
cshm_status cshm__builder_expect(const struct builder *builder, enum builder_state state, cshm_error *err);

cshm_status cshm__builder_allocate(struct builder *builder, cshm_error *err);
cshm_status cshm__builder_write(struct builder *builder, uint32_t array, uint64_t offset, const void *data,
                                uint64_t nbytes, cshm_error *err);
cshm_status cshm__builder_place(const struct builder *builder, uint32_t array, int32_t *descriptor, uint64_t *offset,
                                uint64_t *nbytes, cshm_error *err);
cshm_status cshm__builder_map(struct builder *builder, uint32_t array, void **data, uint64_t *nbytes, cshm_error *err);

/* A mapping to fill the arrays in, retained for the caller. It outlives the builder, published or not. */
cshm_status cshm__builder_attach(struct builder *builder, struct mapping **mapping, cshm_error *err);

/* A read-only mapping of what is going to be published; then the publication itself, which lets others share that mapping.
 * Two steps, so that everything that can fail comes before the switch. `attached`: the caller keeps that mapping. */
cshm_status cshm__builder_map_published(struct builder *builder, struct mapping **mapping, cshm_error *err);
cshm_status cshm__builder_publish(struct builder *builder, struct mapping *mapping, bool attached, cshm_error *err);

#endif
