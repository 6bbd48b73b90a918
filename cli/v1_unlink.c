/* SPDX-License-Identifier: MIT */
#include "cli_text.h"
#include "v1.h"
#include "v1_text.h"

/* What will be removed. That it cannot be attached is no reason not to remove it. */
static void tell(cshm_store store, const char *project) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_attachment attachment;
  cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
  char size[V1_SIZE_TEXT];
  cshm_status status = cshm_attach(store, project, NULL, &attachment, &err);
  if (status != CSHM_OK) {
    v1_log("%s", err.message);
    return;
  }
  if (cshm_attachment_describe(attachment, &info, NULL) == CSHM_OK) {
    v1_format_size(info.nbytes, size);
    v1_log("unlinking project %s: segment %s (%s)", project, info.segment, size);
  }
  cshm_detach(attachment, NULL);
}

enum cli_exit v1_unlink(const struct cli_arguments *arguments) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store;
  const char *project = arguments->words[0];
  enum cli_exit result = v1_open_store(&store);
  if (result != CLI_OK) return result;
  if (arguments->option['v']) tell(store, project);
  cshm_status status = cshm_unlink(store, project, &err);
  cshm_store_close(store, NULL);
  if (status != CSHM_OK) return v1_failed(&err);
  fputs("Shared memory for project '", stdout);
  cli_print(stdout, project);
  fputs("' has been cleaned up.\n", stdout);
  return CLI_OK;
}
