/*
 * attach_all ROOT PROJECT: attaches, reads the first byte of every array, and prints how many there are. Run by the tests
 * as a process that never knew the producer, and under strace to count its system calls.
 *
 * SPDX-License-Identifier: MIT
 */
#include <cuteshm/cuteshm.h>

#include <stdio.h>

static int fail(const cshm_error *err) {
  fprintf(stderr, "attach_all: %s\n", err->message);
  return 1;
}

int main(int argc, char **argv) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store = {0};
  cshm_attachment attachment = {0};
  cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
  if (argc != 3) {
    fprintf(stderr, "usage: attach_all ROOT PROJECT\n");
    return 2;
  }
  if (cshm_store_open(argv[1], NULL, &store, &err) != CSHM_OK ||
      cshm_attach(store, argv[2], NULL, &attachment, &err) != CSHM_OK ||
      cshm_attachment_describe(attachment, &info, &err) != CSHM_OK)
    return fail(&err);
  unsigned sum = 0;
  for (uint32_t i = 0; i < info.node_count; i++) {
    cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
    cshm_status status = cshm_attachment_view(attachment, i, &view, &err);
    if (status == CSHM_OK && view.nbytes > 0)
      sum += *(const unsigned char *)view.data;
    else if (status != CSHM_OK && status != CSHM_ERR_BAD_TYPE)
      return fail(&err);
  }
  printf("%u arrays, sum of first bytes %u\n", info.array_count, sum);
  return cshm_detach(attachment, &err) != CSHM_OK || cshm_store_close(store, &err) != CSHM_OK ? fail(&err) : 0;
}
