/*
 * attach_given WHAT FIRST: attaches the sealed project that WHAT stands for, the number of a descriptor or the path of one, and
 * looks whether its array "a" begins with FIRST. Run by the tests as a process that never knew the producer.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <cuteshm/cuteshm.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_attachment attachment = {0};
  cshm_node node = CSHM_NODE_INIT;
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  if (argc != 3) {
    fprintf(stderr, "usage: attach_given WHAT FIRST\n");
    return 2;
  }
  int fd = argv[1][0] == '/' ? open(argv[1], O_RDONLY | O_CLOEXEC) : (int)strtol(argv[1], NULL, 10);
  if (cshm_attach_fd(fd, NULL, &attachment, &err) != CSHM_OK ||
      cshm_node_find(attachment, "a", &node, &err) != CSHM_OK ||
      cshm_attachment_view(attachment, node.number, &view, &err) != CSHM_OK) {
    fprintf(stderr, "attach_given: %s\n", err.message);
    return 100 + err.status;
  }
  int right = *(const double *)view.data == strtod(argv[2], NULL);
  return cshm_detach(attachment, &err) == CSHM_OK && right ? 0 : 1;
}
