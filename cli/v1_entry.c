/* SPDX-License-Identifier: MIT */
#include "v1_entry.h"

#include <stdio.h>

static enum v1_health judge(const cshm_project *project, cshm_status status) {
  if (status == CSHM_OK) return V1_WHOLE;
  if (project->segment[0] == '\0') return V1_BAD_MANIFEST;
  return status == CSHM_ERR_NOT_FOUND ? V1_MISSING : V1_BAD;
}

static cshm_status attach(cshm_store store, struct v1_entry *entry) {
  cshm_attachment attachment;
  cshm_status status = cshm_attach(store, entry->project.name, NULL, &attachment, &entry->why);
  if (status == CSHM_OK) status = cli_tree_begin(attachment, &entry->tree, &entry->why);
  return status;
}

bool v1_entry_open(cshm_store store, cshm_listing listing, uint64_t index, struct v1_entry *entry) {
  *entry = (struct v1_entry){.project = CSHM_PROJECT_INIT, .why = CSHM_ERROR_INIT, .size = "?"};
  if (cshm_listing_project(listing, index, &entry->project, NULL) != CSHM_OK) return false;
  cshm_status status = (cshm_status)entry->project.status;
  snprintf(entry->why.message, sizeof entry->why.message, "%s", entry->project.message);
  if (status == CSHM_OK) {
    status = attach(store, entry);
    if (status == CSHM_ERR_NOT_FOUND) return false;
  }
  entry->health = judge(&entry->project, status);
  if (entry->health == V1_WHOLE) v1_format_size(entry->tree.nbytes, entry->size);
  return true;
}

void v1_entry_close(struct v1_entry *entry) { cli_tree_end(&entry->tree); }
