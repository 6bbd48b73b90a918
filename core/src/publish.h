/* SPDX-License-Identifier: MIT */
/* publish: the one step that makes a new generation of a project visible, and the old one go. */
#ifndef CUTESHM_PUBLISH_H
#define CUTESHM_PUBLISH_H

#include "store.h"

#include <cuteshm/cuteshm.h>
#include <stdbool.h>

/* A filled segment in the making, and what it is to become. */
struct publication {
  const struct store *store;
  const char *project;
  const char *segment_name;
  int segment;
  const struct text *manifest; /* in the store's syntax */
  bool overwrite;
};

/* On failure the store is as it was, and the segment is in the making still. CSHM_ERR_EXISTS. */
cshm_status cshm__publish(const struct publication *publication, cshm_error *err);

#endif
