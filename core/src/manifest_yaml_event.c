/* SPDX-License-Identifier: MIT */
#include "manifest_yaml_event.h"

const char *cshm__yaml_event_name(const yaml_event_t *event) {
  switch (event->type) {
  case YAML_SCALAR_EVENT:
    return "a scalar";
  case YAML_SEQUENCE_START_EVENT:
    return "a list";
  case YAML_MAPPING_START_EVENT:
    return "a mapping";
  case YAML_ALIAS_EVENT:
    return "an alias";
  case YAML_DOCUMENT_START_EVENT:
    return "another document";
  case YAML_MAPPING_END_EVENT:
  case YAML_DOCUMENT_END_EVENT:
  case YAML_STREAM_END_EVENT:
    return "the end";
  default:
    return "something else";
  }
}

const char *cshm__yaml_event_forbidden(const yaml_event_t *event) {
  switch (event->type) {
  case YAML_ALIAS_EVENT:
    return "an alias";
  case YAML_SCALAR_EVENT:
    return event->data.scalar.anchor ? "an anchor" : event->data.scalar.tag ? "a tag" : NULL;
  case YAML_SEQUENCE_START_EVENT:
    return event->data.sequence_start.anchor ? "an anchor" : event->data.sequence_start.tag ? "a tag" : NULL;
  case YAML_MAPPING_START_EVENT:
    return event->data.mapping_start.anchor ? "an anchor" : event->data.mapping_start.tag ? "a tag" : NULL;
  case YAML_DOCUMENT_START_EVENT:
    return event->data.document_start.tag_directives.start != event->data.document_start.tag_directives.end
               ? "a %TAG directive"
               : NULL;
  default:
    return NULL;
  }
}
