/* SPDX-License-Identifier: MIT */
/* The shim's heap: malloc and its kin, counted. */
#define _GNU_SOURCE
#include "shim_private.h"

#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);

/* ---- what is taken before the real functions are known: looking for them may take some itself ---- */

static _Alignas(max_align_t) unsigned char early[1 << 16];
static size_t early_used;

static bool is_early(const void *block) {
  return (uintptr_t)block >= (uintptr_t)early && (uintptr_t)block < (uintptr_t)early + sizeof early;
}

static void *take_early(size_t size) {
  size = (size + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
  if (size > sizeof early - early_used) return NULL;
  early_used += size;
  return early + early_used - size;
}

static bool ready(void) {
  static bool looking;
  if (real_free) return true;
  if (looking) return false;
  looking = true;
  *(void **)&real_malloc = shim_real("malloc");
  *(void **)&real_calloc = shim_real("calloc");
  *(void **)&real_realloc = shim_real("realloc");
  *(void **)&real_free = shim_real("free");
  looking = false;
  return true;
}

/* ---- whose code it is ---- */

struct code { uintptr_t begin, end; };

static const char *const libraries[] = {"/libhdf5", "/libcuteshm.", "/libcuteshm_hdf5."};
enum { HDF5, OURS, LOADER, LIBRARIES };
static struct code codes[LIBRARIES];

static int find_library(struct dl_phdr_info *info, size_t size, void *user) {
  (void)size, (void)user;
  const char *name = strrchr(info->dlpi_name, '/');
  for (int library = 0; name && library < LIBRARIES; library++)
    for (int i = 0; i < info->dlpi_phnum; i++) {
      const ElfW(Phdr) *part = &info->dlpi_phdr[i];
      if (strncmp(name, libraries[library], strlen(libraries[library])) != 0) continue;
      if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
      codes[library].begin = (uintptr_t)(info->dlpi_addr + part->p_vaddr);
      codes[library].end = codes[library].begin + part->p_memsz;
    }
  return 0;
}

static bool is_in(const void *caller, const struct code *code) {
  return (uintptr_t)caller >= code->begin && (uintptr_t)caller < code->end;
}

bool shim_is_hdf5(const void *caller) { return is_in(caller, &codes[HDF5]); }

/* ---- blocks that are live: a table of addresses ---- */

#define TABLE ((size_t)1 << 16)

static uintptr_t table[TABLE];
static bool watching;
static long live;

static size_t home_of(uintptr_t address) { return (address >> 4) * 0x9E3779B1u % TABLE; }

static void note(void *block, const void *caller) {
  if (!watching || !block || shim_is_hdf5(caller)) return;
  if (live >= (long)(TABLE / 2)) abort();
  size_t at = home_of((uintptr_t)block);
  while (table[at])
    at = (at + 1) % TABLE;
  table[at] = (uintptr_t)block;
  live++;
}

/* What follows is moved up, so that no gap hides it. */
static void forget(const void *block) {
  size_t at = home_of((uintptr_t)block);
  while (table[at] && table[at] != (uintptr_t)block)
    at = (at + 1) % TABLE;
  if (!table[at]) return;
  live--;
  for (size_t next = (at + 1) % TABLE; table[next]; next = (next + 1) % TABLE) {
    if ((next - home_of(table[next])) % TABLE < (next - at) % TABLE) continue;
    table[at] = table[next];
    at = next;
  }
  table[at] = 0;
}

void shim_watch(void) {
  if (codes[OURS].end == 0) dl_iterate_phdr(find_library, NULL);
  memset(table, 0, sizeof table);
  live = 0;
  watching = true;
}

long shim_live_blocks(void) {
  watching = false;
  return live;
}

/* ---- the functions ---- */

static bool refused(const char *function, const void *caller) {
  bool ours = is_in(caller, &codes[OURS]) || is_in(caller, &codes[LOADER]);
  if (shim_is_hdf5(caller) || (shim_spares_others() && !ours)) return false;
  return shim_enter(SHIM_HEAP, function) == SHIM_REFUSE;
}

void *malloc(size_t size) {
  if (!ready()) return take_early(size);
  if (refused("malloc", __builtin_return_address(0))) return NULL;
  void *block = real_malloc(size);
  note(block, __builtin_return_address(0));
  return block;
}

void *calloc(size_t count, size_t size) {
  if (!ready()) return take_early(count * size); /* zero already */
  if (refused("calloc", __builtin_return_address(0))) return NULL;
  void *block = real_calloc(count, size);
  note(block, __builtin_return_address(0));
  return block;
}

void *realloc(void *old, size_t size) {
  if (!ready() || is_early(old)) {
    void *block = malloc(size);
    size_t there = old ? (size_t)(early + sizeof early - (unsigned char *)old) : 0; /* at least as much as was taken */
    if (block && old) memcpy(block, old, size < there ? size : there);
    return block;
  }
  if (refused("realloc", __builtin_return_address(0))) return NULL;
  if (watching) forget(old);
  void *block = real_realloc(old, size);
  note(block, __builtin_return_address(0));
  return block;
}

char *strdup(const char *text) {
  size_t size = strlen(text) + 1;
  if (refused("strdup", __builtin_return_address(0))) return NULL;
  char *copy = ready() ? real_malloc(size) : take_early(size);
  if (copy) memcpy(copy, text, size);
  note(copy, __builtin_return_address(0));
  return copy;
}

void free(void *block) {
  if (!block || is_early(block)) return;
  if (!ready()) return;
  if (watching) forget(block);
  int saved = errno;
  real_free(block);
  errno = saved;
}
