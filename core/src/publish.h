/* SPDX-License-Identifier: MIT */
/* publish: the one step that makes a new generation of a project visible, and the old one go. */
#ifndef CUTESHM_PUBLISH_H
#define CUTESHM_PUBLISH_H

#include "store.h"

#include <cuteshm/cuteshm.h>
#include <stdbool.h>

/* A filled segment, and what it is to become. It has no name, but by an earlier attempt. */
struct publication {
  const struct store *store;
  const char *project;
  const char *segment_name;
  int segment;
  const struct text *manifest; /* in the store's syntax */
  bool overwrite;
};

/* On failure the store is as it was, and the segment may have its name, which is the caller's to remove. CSHM_ERR_EXISTS. */
cshm_status cshm__publish(const struct publication *publication, cshm_error *err);

#endif
