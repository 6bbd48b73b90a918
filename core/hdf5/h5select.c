/* SPDX-License-Identifier: MIT */
#include "h5select.h"

#include "error.h"
#include "h5glob.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- leaving out ------------------------------------------------------------------------------------ */

static int compare_pointers(const void *left, const void *right) {
  uintptr_t a = (uintptr_t)*(const char *const *)left, b = (uintptr_t)*(const char *const *)right;
  return (a > b) - (a < b);
}

static const char **left_out_paths(const struct h5plan *plan, size_t *count) {
  const char **paths = (const char **)malloc((plan->node_count + 1) * sizeof *paths);
  *count = 0;
  for (size_t i = 0; paths && i < plan->node_count; i++)
    if (plan->nodes[i].kind == H5KIND_LEFT_OUT) paths[(*count)++] = plan->nodes[i].path;
  if (paths) qsort((void *)paths, *count, sizeof *paths, compare_pointers);
  return paths;
}

/* Nobody who has left something out wants to hear what else was wrong with it. */
static cshm_status forget_skips(struct h5plan *plan) {
  size_t count;
  const char **paths = left_out_paths(plan, &count);
  if (!paths) return CSHM_ERR_NO_MEMORY;
  plan->skip_end = &plan->skips;
  plan->skip_count = 0;
  for (struct h5skip *skip = plan->skips, *next; skip; skip = next) {
    next = skip->next;
    if (bsearch((const void *)&skip->of, (const void *)paths, count, sizeof *paths, compare_pointers)) continue;
    *plan->skip_end = skip;
    plan->skip_end = &skip->next;
    plan->skip_count++;
  }
  *plan->skip_end = NULL;
  free((void *)paths);
  return CSHM_OK;
}

static void leave_out(struct h5plan *plan, size_t node) {
  if (plan->nodes[node].kind != H5KIND_LEFT_OUT) plan->left_out++;
  plan->nodes[node].kind = H5KIND_LEFT_OUT;
}

bool cshm__h5_select_excludes(struct h5plan *plan, size_t node) {
  const char *patterns = plan->select ? plan->select->exclude : NULL;
  bool excluded = patterns && cshm__h5_glob_any(patterns, plan->nodes[node].path);
  if (excluded) leave_out(plan, node);
  return excluded;
}

/* ---- by path ---------------------------------------------------------------------------------------- */

#define SELECTED 1 /* it, or a group that it is in, is matched */
#define KEPT 2     /* or something that is in it */

static void mark(const struct h5plan *plan, const char *patterns, unsigned char *marks) {
  for (size_t i = 0; i < plan->node_count; i++) {
    const struct h5node *node = &plan->nodes[i];
    bool within = i > 0 && marks[node->parent] & SELECTED;
    if (within || cshm__h5_glob_any(patterns, node->path)) marks[i] = SELECTED;
  }
  for (size_t i = plan->node_count; i-- > 1;)
    if (marks[i] && plan->nodes[i].kind != H5KIND_LEFT_OUT) marks[plan->nodes[i].parent] |= KEPT;
}

/* The dataset moves to the first of its paths that is selected. */
static cshm_status move_dataset(struct h5plan *plan, size_t from, size_t to) {
  struct h5node *node = &plan->nodes[to];
  const char *path = node->path;
  size_t parent = node->parent;
  *node = plan->nodes[from];
  node->path = path;
  node->parent = parent;
  for (size_t i = 0; i < plan->node_count; i++)
    if (plan->nodes[i].kind == H5KIND_ALIAS && plan->nodes[i].target == from) plan->nodes[i].target = to;
  leave_out(plan, from);
  return cshm__h5_plan_enter(plan, node->address, to);
}

static cshm_status apply(struct h5plan *plan, const unsigned char *marks) {
  cshm_status status = CSHM_OK;
  for (size_t i = 0; status == CSHM_OK && i < plan->node_count; i++) {
    const struct h5node *node = &plan->nodes[i];
    if (node->kind == H5KIND_ALIAS && marks[i] && !marks[node->target]) status = move_dataset(plan, node->target, i);
  }
  for (size_t i = 1; status == CSHM_OK && i < plan->node_count; i++)
    if (!marks[i]) leave_out(plan, i);
  return status ? status : forget_skips(plan);
}

cshm_status cshm__h5_select(struct h5plan *plan, const struct h5select *select, cshm_error *err) {
  if (!select->select) return CSHM_OK;
  unsigned char *marks = (unsigned char *)calloc(plan->node_count, 1);
  if (!marks) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "out of memory while selecting");
  mark(plan, select->select, marks);
  cshm_status status = marks[0] ? apply(plan, marks) : CSHM_ERR_NOT_FOUND;
  free(marks);
  if (status == CSHM_ERR_NOT_FOUND)
    return cshm__fail(err, status, 0, "select \"%.*s\" matches nothing in the file", (int)strcspn(select->select, "\n"),
                      select->select);
  return status ? cshm__fail(err, status, 0, "out of memory while selecting") : CSHM_OK;
}

/* ---- by size ---------------------------------------------------------------------------------------- */

cshm_status cshm__h5_select_small(struct h5plan *plan, const struct h5select *select) {
  if (select->max_nbytes == 0) return CSHM_OK;
  for (size_t i = 0; i < plan->node_count; i++)
    if (plan->nodes[i].kind == H5KIND_DATASET && plan->nodes[i].value.nbytes > select->max_nbytes) leave_out(plan, i);
  for (size_t i = 0; i < plan->node_count; i++)
    if (plan->nodes[i].kind == H5KIND_ALIAS && plan->nodes[plan->nodes[i].target].kind == H5KIND_LEFT_OUT)
      leave_out(plan, i);
  return forget_skips(plan);
}

#define LARGEST 10
#define SHOWN 44 /* bytes of a path */

/* The numbers of the largest datasets, the largest first; returns how many. */
static size_t find_largest(const struct h5plan *plan, size_t *largest) {
  size_t count = 0;
  for (size_t i = 0; i < plan->node_count; i++) {
    const struct h5node *node = &plan->nodes[i];
    if (node->kind != H5KIND_DATASET) continue;
    size_t at = count < LARGEST ? count++ : LARGEST;
    for (; at > 0 && plan->nodes[largest[at - 1]].value.nbytes < node->value.nbytes; at--)
      if (at < LARGEST) largest[at] = largest[at - 1];
    if (at < LARGEST) largest[at] = i;
  }
  return count;
}

/* The end of a path where it is too long: it tells datasets apart. */
static const char *shorten(const char *path) {
  size_t length = strlen(path);
  const char *end = length > SHOWN ? path + length - SHOWN : path;
  while (((unsigned char)*end & 0xC0) == 0x80)
    end++;
  return end;
}

static void format_size(uint64_t nbytes, char text[32]) {
  static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  size_t unit = 0;
  double size = (double)nbytes;
  for (; size >= 1024 && unit + 1 < sizeof units / sizeof units[0]; unit++)
    size /= 1024;
  snprintf(text, 32, unit > 0 ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

cshm_status cshm__h5_select_advise(struct h5plan *plan, const cshm_error *said, cshm_error *err) {
  size_t largest[LARGEST], length = 0, count = find_largest(plan, largest);
  char list[LARGEST * (SHOWN + 40)] = "";
  for (size_t i = 0; i < count; i++) {
    const struct h5node *node = &plan->nodes[largest[i]];
    const char *path = cshm__h5_plan_printable(plan, node->path), *end = path ? shorten(path) : "";
    char size[32];
    format_size(node->value.nbytes, size);
    length += (size_t)snprintf(list + length, sizeof list - length, "%s%s%s (%s)", i > 0 ? ", " : "",
                               end == path ? "" : "...", end, size);
  }
  return cshm__fail(err, (cshm_status)said->status, said->sys_errno,
                    "%s; the largest datasets: %s; leave some out by exclude, select or max_bytes_per_dataset "
                    "(cute-shm load --exclude GLOB, --select GLOB, --max-bytes-per-dataset N)",
                    said->message, list);
}
