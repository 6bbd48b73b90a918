/* SPDX-License-Identifier: MIT */
#include "project_lost.h"

#include "error.h"
#include "platform.h"
#include "project_remove.h"

/* What may have removed the segment. The manifest was written when the project was published. */
static const char *cause(const struct store *store, int directory, const char *name, const struct project *project) {
  char file[STORE_NAME_SIZE];
  uint64_t written = 0;
  cshm__store_manifest_name(store, name, project->syntax, file);
  cshm_status status = cshm__platform_file_written(directory, file, &written, NULL);
  if (!status && written < cshm__platform_boot_ns()) return "the machine was restarted since it was published";
  if (cshm__platform_removes_at_logout())
    return "someone removed it from /dev/shm while the machine was running; systemd-logind does so with all that a "
           "user "
           "has there when the last session of that user ends (RemoveIPC): to keep it, set RemoveIPC=no in "
           "/etc/systemd/logind.conf, or run `loginctl enable-linger $USER`, or publish as a system user";
  return "someone removed it from /dev/shm while the machine was running (a container that is started anew has a new "
         "/dev/shm)";
}

cshm_status cshm__project_lost(const struct store *store, int directory, const char *name, struct project *project,
                               cshm_error *err) {
  if (project->head.lifetime != CSHM_PERSISTENT) {
    cshm__project_unlink(store, name, project->head.generation, NULL);
    project->syntax = NULL;
    return cshm__store_not_found(store, directory, name, err);
  }
  return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0,
                    "project \"%s\" of store %s has lost its segment %s: %s; unlink the project and create it again",
                    name, store->root, project->head.segment, cause(store, directory, name, project));
}
