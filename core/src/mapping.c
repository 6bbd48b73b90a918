/* SPDX-License-Identifier: MIT */
#include "mapping.h"

#include "error.h"
#include "platform.h"
#include "project.h"

#include <stdlib.h>
#include <string.h>

/* How long a wait sleeps before it looks again, for what nobody wakes it up for: an owner that died, a process that was killed
 * between its change of the state and the call that wakes, or before the switch of the manifest. */
#define WAIT_STEP_NS UINT64_C(100000000)

/* Under PLATFORM_LOCK_MAPPINGS. Private mappings are never in it: each has bytes of its own. */
static struct mapping *shared;

/* Others change the state by writing to the segment, whatever our protection is. */
static uint32_t state_of(const struct mapping *mapping) {
  return *(const volatile uint32_t *)&mapping->index.header->state;
}

bool cshm__mapping_is_published(const struct mapping *mapping) { return state_of(mapping) != FORMAT_FILLED; }

/* Made to be sealed: in no store, and without a successor. Before publication it is not sealed yet. */
static bool is_sealed(const struct mapping *mapping) { return mapping->index.header->flags & FORMAT_SEALED; }

/* Whether this is the newest generation without a look at files. Of an owned project nobody may have noticed yet that
 * its owner died: only its lease tells. A last-user project has a user: this mapping. */
static bool is_newest(const struct mapping *mapping) {
  if (is_sealed(mapping)) return mapping->sealed.segment >= 0;
  return state_of(mapping) == FORMAT_PUBLISHED && mapping->index.header->lifetime != CSHM_OWNER;
}

void cshm__mapping_retain(struct mapping *mapping) {
  atomic_fetch_add_explicit(&mapping->references, 1, memory_order_relaxed);
}

bool cshm__mapping_is_shared(const struct mapping *mapping) {
  return atomic_load_explicit(&mapping->references, memory_order_relaxed) > 1;
}

static void destroy(struct mapping *mapping) {
  struct lease *lease = mapping->lease;
  cshm__platform_unmap(mapping->base, mapping->size);
  cshm__platform_sealed_release(&mapping->sealed);
  free(mapping);
  if (lease) cshm__lease_end(lease);
}

/* The last reference is dropped under the lock, so that nobody finds a mapping in the list that is going away. */
void cshm__mapping_release(struct mapping *mapping) {
  uint64_t references = atomic_load_explicit(&mapping->references, memory_order_relaxed);
  while (references > 1)
    if (atomic_compare_exchange_weak_explicit(&mapping->references, &references, references - 1, memory_order_release,
                                              memory_order_relaxed))
      return;
  cshm__platform_lock(PLATFORM_LOCK_MAPPINGS);
  bool last = atomic_fetch_sub_explicit(&mapping->references, 1, memory_order_acq_rel) == 1;
  for (struct mapping **link = &shared; last && *link; link = &(*link)->next)
    if (*link == mapping) {
      *link = mapping->next;
      break;
    }
  cshm__platform_unlock(PLATFORM_LOCK_MAPPINGS);
  if (last) destroy(mapping);
}

static cshm_status take_lease(struct mapping *mapping, int segment, cshm_error *err) {
  const struct format_header *header = mapping->index.header;
  struct lease_subject subject = {&mapping->store, header->project, mapping->segment, header->generation};
  if (header->lifetime != CSHM_LAST_USER || is_sealed(mapping)) return CSHM_OK;
  return cshm__lease_take(LEASE_MAPPING, &subject, segment, &mapping->lease, err);
}

cshm_status cshm__mapping_make(const struct store *store, const char *name, int segment, uint64_t size, uint64_t head,
                               uint32_t mode, struct mapping **mapping, cshm_error *err) {
  struct mapping *made = calloc(1, sizeof *made);
  if (!made) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory to attach segment %s", name);
  made->sealed.segment = -1;
  cshm_status status = cshm__platform_map(segment, size, head, mode, &made->base, err);
  if (!status) {
    made->size = size;
    made->mode = mode;
    made->store = *store;
    memcpy(made->segment, name, strlen(name));
    atomic_init(&made->references, 1);
    status = cshm__index_open(made->base, size, made->segment, &made->index, err);
  }
  if (!status) status = take_lease(made, segment, err);
  if (status) {
    destroy(made);
    return status;
  }
  *mapping = made;
  return CSHM_OK;
}

static bool is_of(const struct mapping *mapping, const struct store *store, const char *project, uint32_t mode) {
  return mapping->mode == mode && !is_sealed(mapping) && strcmp(mapping->index.header->project, project) == 0 &&
         strcmp(mapping->store.root, store->root) == 0 && strcmp(mapping->store.prefix, store->prefix) == 0;
}

/* A mapping of the wanted generation, retained, or NULL. Generation 0: one that is known to be the newest. */
static struct mapping *find_shared(const struct store *store, const char *project, uint32_t mode, uint64_t generation) {
  struct mapping *found;
  cshm__platform_lock(PLATFORM_LOCK_MAPPINGS);
  for (found = shared; found; found = found->next)
    if (is_of(found, store, project, mode) &&
        (generation ? found->index.header->generation == generation : is_newest(found))) {
      cshm__mapping_retain(found);
      break;
    }
  cshm__platform_unlock(PLATFORM_LOCK_MAPPINGS);
  return found;
}

/* Never by what it says of itself: anyone can make a segment that says so. */
struct mapping *cshm__mapping_find_sealed(const struct platform_sealed *sealed, uint32_t mode) {
  struct mapping *found;
  cshm__platform_lock(PLATFORM_LOCK_MAPPINGS);
  for (found = shared; found; found = found->next)
    if (found->mode == mode && found->sealed.segment >= 0 && cshm__platform_sealed_is_same(&found->sealed, sealed)) {
      cshm__mapping_retain(found);
      break;
    }
  cshm__platform_unlock(PLATFORM_LOCK_MAPPINGS);
  return found;
}

void cshm__mapping_share(struct mapping *mapping) {
  if (mapping->mode == CSHM_PRIVATE) return;
  cshm__platform_lock(PLATFORM_LOCK_MAPPINGS);
  mapping->next = shared;
  shared = mapping;
  cshm__platform_unlock(PLATFORM_LOCK_MAPPINGS);
}

/* The lease of a mapping is on the open file that it keeps: it costs no descriptor, and a child of fork() has it, too. Nothing
 * hangs on it but what others are told, so that it may fail. A last-user project's mapping has one of its own, of which it can
 * let go at exit without unmapping. */
static void hold_lease(const struct project *project, bool made) {
  if (project->header.lifetime == CSHM_LAST_USER)
    cshm__platform_lease_leave(project->segment, PLATFORM_LEASE_USERS);
  else if (made)
    cshm__platform_lease_join(project->segment, false, NULL);
}

static cshm_status map_project(const struct store *store, int directory, const char *name, uint32_t mode,
                               struct mapping **mapping, cshm_error *err) {
  struct project project;
  enum project_use use = mode == CSHM_READ_WRITE ? PROJECT_WRITE : PROJECT_READ;
  cshm_status status = cshm__project_open(store, directory, name, use, &project, err);
  if (status) return status;
  if (mode != CSHM_PRIVATE) *mapping = find_shared(store, name, mode, project.head.generation);
  bool made = !*mapping;
  if (made) {
    status = cshm__mapping_make(store, project.head.segment, project.segment, project.size,
                                project.header.control_offset, mode, mapping, err);
    if (!status) cshm__mapping_share(*mapping);
  }
  hold_lease(&project, made);
  cshm__project_close(&project);
  return status;
}

cshm_status cshm__mapping_open(const struct store *store, const char *project, uint32_t mode, struct mapping **mapping,
                               cshm_error *err) {
  int directory;
  cshm_status status = cshm__store_check_project(project, err);
  if (status) return status;
  *mapping = mode == CSHM_PRIVATE ? NULL : find_shared(store, project, mode, 0);
  if (*mapping) return CSHM_OK;
  status = cshm__project_directory(store, project, &directory, err);
  if (status) return status;
  status = map_project(store, directory, project, mode, mapping, err);
  cshm__platform_close(directory);
  return status;
}

static cshm_status no_successor(const struct mapping *mapping, cshm_error *err) {
  return cshm__fail(err, CSHM_ERR_UNSUPPORTED, 0,
                    "project \"%s\" is a sealed one: it is in no store, and there is never a newer generation of it",
                    mapping->index.header->project);
}

cshm_status cshm__mapping_reattach(const struct mapping *mapping, struct mapping **newer, cshm_error *err) {
  if (is_sealed(mapping)) return no_successor(mapping, err);
  return cshm__mapping_open(&mapping->store, mapping->index.header->project, mapping->mode, newer, err);
}

/* Otherwise what a new attach would find decides; that also removes what a dead owner left. */
static cshm_status ask_store(const struct mapping *mapping, int directory, bool *current, cshm_error *err) {
  struct project project;
  const char *name = mapping->index.header->project;
  cshm_status status = cshm__project_open(&mapping->store, directory, name, PROJECT_LOOK, &project, err);
  if (status) return status;
  *current = project.head.generation == mapping->index.header->generation;
  cshm__project_close(&project);
  return CSHM_OK;
}

cshm_status cshm__mapping_is_current(const struct mapping *mapping, bool *current, cshm_error *err) {
  cshm_error why = CSHM_ERROR_INIT;
  int directory;
  *current = is_newest(mapping);
  if (*current || is_sealed(mapping)) return CSHM_OK;
  cshm_status status = cshm__project_directory(&mapping->store, mapping->index.header->project, &directory, &why);
  if (!status) {
    status = ask_store(mapping, directory, current, &why);
    cshm__platform_close(directory);
  }
  /* not to be found is an answer */
  return status == CSHM_OK || status == CSHM_ERR_NOT_FOUND ? CSHM_OK
                                                           : cshm__fail(err, status, why.sys_errno, "%s", why.message);
}

/* The state is read first: what changes it after that look keeps the wait from sleeping. */
cshm_status cshm__mapping_wait_newer(const struct mapping *mapping, int64_t timeout_ns, cshm_error *err) {
  uint64_t begin = cshm__platform_ticks_ns(), limit = timeout_ns < 0 ? UINT64_MAX : (uint64_t)timeout_ns;
  if (is_sealed(mapping)) return no_successor(mapping, err);
  for (;;) {
    bool current;
    uint32_t state = state_of(mapping);
    cshm_status status = cshm__mapping_is_current(mapping, &current, err);
    if (status || !current) return status;
    uint64_t passed = cshm__platform_ticks_ns() - begin;
    if (passed >= limit)
      return cshm__fail(err, CSHM_ERR_TIMEOUT, 0, "project \"%s\": no newer generation within %llu ms",
                        mapping->index.header->project, (unsigned long long)(limit / 1000000u));
    uint64_t left = limit - passed;
    cshm__platform_wait(&mapping->index.header->state, state, left < WAIT_STEP_NS ? left : WAIT_STEP_NS);
  }
}
