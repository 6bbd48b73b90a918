/* SPDX-License-Identifier: MIT */
/* manifest_yaml_event: what whoever reads YAML by libyaml's events has to say about them. */
#ifndef CUTESHM_MANIFEST_YAML_EVENT_H
#define CUTESHM_MANIFEST_YAML_EVENT_H

#include <yaml.h>

/* "a scalar", for a message. */
const char *cshm__yaml_event_name(const yaml_event_t *event);

/* What a manifest never needs, and what makes small files large or mean more than they say; NULL: nothing of that. */
const char *cshm__yaml_event_forbidden(const yaml_event_t *event);

#endif
