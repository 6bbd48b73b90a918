/*
 * Attaches a project, prints its tree, and the CRC-32 of one array's bytes.
 *
 *     attach PROJECT [DATASET]        DATASET: the largest array, if not given
 *
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include <cuteshm/cuteshm.h>

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static double microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return 1e6 * (double)now.tv_sec + 1e-3 * (double)now.tv_nsec;
}

/* zlib's CRC-32, eight steps a byte. */
static uint32_t crc32(const unsigned char *bytes, uint64_t nbytes) {
  uint32_t crc = UINT32_MAX;
  for (uint64_t i = 0; i < nbytes; i++) {
    crc ^= bytes[i];
    for (int step = 0; step < 8; step++)
      crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return ~crc;
}

static void print_array(const cshm_array_view *view) {
  printf("%s\t%s\t(", view->path, view->dtype);
  for (uint32_t i = 0; i < view->ndim; i++)
    printf("%s%" PRId64, i > 0 ? ", " : "", view->shape[i]);
  printf(")\n");
}

/* Prints all nodes but the root, and finds the path of the largest array, the first of equals. */
static cshm_status print_tree(cshm_attachment project, const char **largest, cshm_error *err) {
  cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
  cshm_status status = cshm_attachment_describe(project, &info, err);
  uint64_t most = 0;
  for (uint32_t number = 1; status == CSHM_OK && number < info.node_count; number++) {
    cshm_node node = CSHM_NODE_INIT;
    cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
    status = cshm_node_at(project, number, &node, err);
    if (status == CSHM_OK && node.kind == CSHM_GROUP) {
      printf("%s\tgroup\n", node.path);
    } else if (status == CSHM_OK) {
      status = cshm_attachment_view(project, number, &view, err);
      if (status == CSHM_OK) print_array(&view);
      if (*largest == NULL || view.nbytes > most) {
        *largest = node.path;
        most = view.nbytes;
      }
    }
  }
  return status;
}

/* Takes the array by its path, and reads it where it lies: no copy is made. */
static cshm_status print_crc(cshm_attachment project, const char *path, cshm_error *err) {
  cshm_array array;
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  cshm_status status = cshm_array_open(project, path, &array, err);
  if (status != CSHM_OK) return status;
  status = cshm_array_describe(array, &view, err);
  if (status == CSHM_OK) printf("crc32 %s %08" PRIx32 "\n", path, crc32(view.data, view.nbytes));
  cshm_array_release(array, NULL);
  return status;
}

static cshm_status show(const char *name, const char *dataset, cshm_error *err) {
  cshm_store store;
  cshm_attachment project;
  const char *largest = NULL;
  double start = microseconds();
  cshm_status status = cshm_store_open(NULL, NULL, &store, err);
  if (status != CSHM_OK) return status;
  status = cshm_attach(store, name, NULL, &project, err);
  double elapsed = microseconds() - start;
  cshm_store_close(store, NULL);
  if (status != CSHM_OK) return status;

  status = print_tree(project, &largest, err);
  if (dataset == NULL) dataset = largest;
  if (status == CSHM_OK && dataset != NULL) status = print_crc(project, dataset, err);
  cshm_detach(project, NULL);
  if (status == CSHM_OK) fprintf(stderr, "c: attached in %.1f us\n", elapsed);
  return status;
}

int main(int argc, char **argv) {
  cshm_error err = CSHM_ERROR_INIT;
  if (argc != 2 && argc != 3) {
    fprintf(stderr, "usage: attach PROJECT [DATASET]\n");
    return 2;
  }
  if (show(argv[1], argc == 3 ? argv[2] : NULL, &err) == CSHM_OK) return 0;
  fprintf(stderr, "attach: %s\n", err.message);
  return 1;
}
