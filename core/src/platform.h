/* SPDX-License-Identifier: MIT */
/*
 * platform: all that cute-shm asks of the operating system. Another system is another platform_<system>.c.
 *
 * The contract
 *   - Every function that can fail returns a status, fills *err (which may be NULL), and on failure has changed nothing
 *     and opened nothing, unless it says otherwise. An interrupted call is repeated, so none returns for a signal.
 *   - Descriptors are closed in a program that this process turns into (exec).
 *   - "Ours" means: owned by this user, or by root; of what is shared with a group: of that group, and not writable for others,
 *     which only a member of the group, or root, can have made.
 *   - Names given for a directory are plain file names; the caller has checked that.
 */
#ifndef CUTESHM_PLATFORM_H
#define CUTESHM_PLATFORM_H

#include <cuteshm/cuteshm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- this process ---------------------------------------------------------------------------------- */

uint64_t cshm__platform_now_ns(void);   /* since 1970-01-01 UTC */
uint64_t cshm__platform_boot_ns(void);  /* when the machine was started, on the clock of the one before */
uint64_t cshm__platform_ticks_ns(void); /* since some moment; never set back */
uint32_t cshm__platform_user(void);

/* Whether the system may remove what this user has in shared memory when the user's last session ends: systemd-logind runs, and
 * the user is a regular one. Whether it is set up to do so is not known. */
bool cshm__platform_removes_at_logout(void);

int64_t cshm__platform_process(void);
cshm_status cshm__platform_random(void *buffer, size_t size, cshm_error *err);

/* The library's own locks, in the order in which they may be taken. They are free in a child of fork(). */
enum platform_lock {
  PLATFORM_LOCK_BUILDERS,
  PLATFORM_LOCK_LEASES,
  PLATFORM_LOCK_MAPPINGS,
  PLATFORM_LOCK_HANDLES,
  PLATFORM_LOCK_COUNT
};
void cshm__platform_lock(enum platform_lock lock);
void cshm__platform_unlock(enum platform_lock lock);

/* Calls `hook` in every child of fork() from now on, before fork() returns there. At most one hook. */
cshm_status cshm__platform_on_fork(void (*hook)(void), cshm_error *err);

/* ---- who shares a store ------------------------------------------------------------------------------ */

/* Whom a directory, its files and segments are shared with. NULL, or not `shared`: nobody, they are this user's alone. */
struct platform_share {
  bool shared;    /* with the users of a group */
  bool writable;  /* who may change what is there, too */
  bool keeps;     /* a directory that is the group's already stays as it is */
  uint32_t group; /* its number */
};

#define PLATFORM_GROUP_NAME 256

/* The number of a group, of which `text` is the name or, where there is none of that name, the number in decimal digits.
 * CSHM_ERR_NOT_FOUND: no such name. */
cshm_status cshm__platform_group_find(const char *text, uint32_t *group, cshm_error *err);

/* CSHM_ERR_PERMISSION: this process is neither a member of the group, nor root's. */
cshm_status cshm__platform_group_check(uint32_t group, cshm_error *err);

/* Its name, or its number where it has none: for messages. Never fails. */
void cshm__platform_group_name(uint32_t group, char name[PLATFORM_GROUP_NAME]);

/* ---- a store's directory and its small files ------------------------------------------------------- */

/* Looks at `path`, which must be absolute, and follows no symlink at its end. *exists tells whether it is there.
 * CSHM_ERR_PERMISSION: a symlink; not ours; writable for everybody and not sticky; shared with a group that is not named; or
 * to be shared, of this user alone as yet, and not empty. CSHM_ERR_BAD_NAME: no directory. */
cshm_status cshm__platform_directory_check(const char *path, const struct platform_share *share, bool *exists,
                                           cshm_error *err);

/* Whether this user may make files in a directory. */
bool cshm__platform_directory_writable(const char *path);

/* Whether its group may. False where it is not there. */
bool cshm__platform_directory_group_writable(const char *path);

/* Opens a directory after that check; `make`: creates it and its parents first, for this user alone (0700) or for the group
 * (02750, 02770), and gives one of this user's to the group if it is empty. CSHM_ERR_NOT_FOUND: not there. */
cshm_status cshm__platform_directory_open(const char *path, const struct platform_share *share, bool make,
                                          int *directory, cshm_error *err);

/* Whether `path` leads to a directory that is not the open one. False where it leads nowhere. */
bool cshm__platform_directory_is_another(int directory, const char *path);

/* `path` made absolute against the working directory, in `buffer`. CSHM_ERR_BAD_NAME: does not fit. */
cshm_status cshm__platform_absolute(const char *path, char *buffer, size_t size, cshm_error *err);

/* Takes this directory's lock; cshm__platform_directory_unlock and _close free it. `wait`: until no other process or thread holds
 * it; otherwise CSHM_ERR_TIMEOUT, at once, where one does. */
cshm_status cshm__platform_directory_lock(int directory, bool wait, cshm_error *err);
void cshm__platform_directory_unlock(int directory);

/* Frees the lock, if it was taken, and closes. Closing alone would not: a child that another thread has forked meanwhile
 * has the same open file, and would keep the lock. */
void cshm__platform_directory_close(int directory);

/* Calls `each` with the name of every entry, until it returns false. */
cshm_status cshm__platform_directory_each(int directory, bool (*each)(void *user, const char *name), void *user,
                                          cshm_error *err);

/* Opens a regular file of ours to be read; no symlink is followed, a FIFO or device does not block.
 * CSHM_ERR_NOT_FOUND without words: for who looks for a file in several places, that is no failure.
 * CSHM_ERR_PERMISSION, CSHM_ERR_CORRUPT: not a regular file. */
cshm_status cshm__platform_file_open(int directory, const char *name, const struct platform_share *share, int *file,
                                     cshm_error *err);

/* Opens a regular file that the caller's user has named, whoever's it is, to be read; symlinks are followed, a FIFO or device does
 * not block. CSHM_ERR_NOT_FOUND, CSHM_ERR_PERMISSION; CSHM_ERR_CORRUPT: not a regular file; CSHM_ERR_BAD_NAME; CSHM_ERR_SYSTEM. */
cshm_status cshm__platform_path_open(const char *path, int *file, cshm_error *err);

/* Reads up to `size` bytes; *length is 0 at the end. */
cshm_status cshm__platform_file_read(int file, void *buffer, size_t size, size_t *length, cshm_error *err);

/* Puts a file of these bytes (0600; 0640 or 0660 and the group's where it is shared) in place of `name`, in one step: others see the old one or the new one, whole. */
cshm_status cshm__platform_file_replace(int directory, const char *name, const struct platform_share *share,
                                        const void *data, size_t length, cshm_error *err);

/* When a file was last written, in nanoseconds since 1970-01-01 UTC. */
cshm_status cshm__platform_file_written(int directory, const char *name, uint64_t *ns, cshm_error *err);

/* CSHM_ERR_NOT_FOUND when it is gone already. */
cshm_status cshm__platform_file_remove(int directory, const char *name, cshm_error *err);

void cshm__platform_close(int descriptor); /* -1 is allowed; errno is kept */

/* ---- segments -------------------------------------------------------------------------------------- */

/* A new shared-memory object of `size` bytes, all zero, all of them reserved, for those it is shared with (0600, 0640 or 0660, as
 * files), which will be called `name`. Until then it has no name, and vanishes with its last descriptor. Where the system cannot
 * make such (on Linux: without O_TMPFILE or /proc), it is called "<name>.new" in the meantime, and stays when its builder dies. The
 * open file *segment holds the builder's lease: who can seize that of a segment which cshm__platform_segment_is_new knows its
 * builder to be dead, and may remove it, holding the lease. Names are unique: nobody else makes one of this name.
 * CSHM_ERR_NO_SPACE: the message tells what was wanted, what was free, and which limit it was. */
cshm_status cshm__platform_segment_create(uint64_t size, const char *name, const struct platform_share *share,
                                          int *segment, cshm_error *err);

/* Whether that is the name of one in the making. */
bool cshm__platform_segment_is_new(const char *name);

/* Gives it its name, in one step, unless it has it already. That name it keeps: Linux gives a file whose last name is gone no
 * other. CSHM_ERR_EXISTS: the name is taken. */
cshm_status cshm__platform_segment_name(int segment, const char *name, cshm_error *err);

/* Takes what names it has away, those of the making, too; of -1 it does nothing. Its descriptor is still to be closed. */
void cshm__platform_segment_abandon(int segment, const char *name);

/* Opens a segment of ours and tells its real size. CSHM_ERR_NOT_FOUND; CSHM_ERR_PERMISSION, also where it has a second name (but
 * for that of the making): then it may be another thing of ours that someone wants changed; CSHM_ERR_CORRUPT: not a regular
 * file. */
cshm_status cshm__platform_segment_open(const char *name, const struct platform_share *share, bool writable,
                                        int *segment, uint64_t *size, cshm_error *err);

/* Whether who made an open segment of ours may put things into an open directory of ours, or, where that is -1, into one that this
 * user makes: a reader's segment in a store that its group may only read is none of it. */
bool cshm__platform_segment_may_join(int segment, int directory, const struct platform_share *share);

/* Whether nobody has removed its name; true where that cannot be found out. */
bool cshm__platform_segment_is_named(int segment);

/* CSHM_ERR_PERMISSION: it is another user's, whose names only that user, or root, can remove. */
cshm_status cshm__platform_segment_remove(const char *name, cshm_error *err);

/* Calls `each` with the name of every object that shares the segments' name space, until it returns false. */
cshm_status cshm__platform_segment_each(bool (*each)(void *user, const char *name), void *user, cshm_error *err);

/* All `length` bytes, or an error. A read past the end is CSHM_ERR_CORRUPT. */
cshm_status cshm__platform_segment_write(int segment, uint64_t offset, const void *data, uint64_t length,
                                         cshm_error *err);
cshm_status cshm__platform_segment_read(int segment, uint64_t offset, void *buffer, size_t length, cshm_error *err);

/* Maps all of it. The first `head` bytes can be read only, whatever the mode. The descriptor may then be closed. */
cshm_status cshm__platform_map(int segment, uint64_t size, uint64_t head, uint32_t mode, void **base, cshm_error *err);

/* Maps a piece to be read and written, which a child of fork() does not have; `offset` is a multiple of 1 MiB. */
cshm_status cshm__platform_map_part(int segment, uint64_t offset, uint64_t size, void **base, cshm_error *err);

void cshm__platform_unmap(void *base, uint64_t size);

/* ---- sealed segments ------------------------------------------------------------------------------- */

/* A sealed segment lies in no directory: whoever has a descriptor of it has it, and it lives as long as a process has it open
 * or mapped. From the beginning it can be neither shrunk nor grown, by anyone; once it is closed, not be written to either. */
struct platform_sealed {
  int segment; /* a descriptor of it, for reading */
  uint64_t size;
  uint64_t device; /* this and the next say which one it is, as long as it lives */
  uint64_t inode;
};

bool cshm__platform_sealed_is_same(const struct platform_sealed *one, const struct platform_sealed *other);

/* As cshm__platform_segment_create, sealed in its size. `name` is for people who look at what a process has open. */
cshm_status cshm__platform_sealed_create(const char *name, uint64_t size, int *segment, cshm_error *err);

/* Takes the right to write away from all, for ever. Waits 100 ms at most for mappings that can write to go. CSHM_ERR_STATE:
 * one has not. Such a mapping is one that can write, or was made from a descriptor that could: so map from one of
 * cshm__platform_sealed_reopen. */
cshm_status cshm__platform_sealed_close(int segment, cshm_error *err);

/* A new descriptor of it that can only be read, whatever `segment` can. CSHM_ERR_UNSUPPORTED: /proc is not mounted. */
cshm_status cshm__platform_sealed_reopen(int segment, struct platform_sealed *sealed, cshm_error *err);

/* The same of a descriptor of which nothing is known but that someone gave it: checks that it is a file of memory, all of it
 * there, and sealed against all changes. It does not block, and nothing of it is read. CSHM_ERR_INVALID_ARGUMENT: not open;
 * CSHM_ERR_CORRUPT, CSHM_ERR_PERMISSION: not sealed. */
cshm_status cshm__platform_sealed_open(int given, struct platform_sealed *sealed, cshm_error *err);

/* Closes sealed->segment, unless the program has done that, and has opened something else. -1 is allowed; errno is kept. */
void cshm__platform_sealed_release(const struct platform_sealed *sealed);

/* A new descriptor for someone else. CSHM_ERR_STATE: the program has closed sealed->segment, and opened something else. */
cshm_status cshm__platform_sealed_export(const struct platform_sealed *sealed, int *descriptor, cshm_error *err);

/* ---- leases on segments ---------------------------------------------------------------------------- */

/* A lease belongs to an open file, not to a process: it ends when that is closed in all processes that have it, however they
 * died, and in whatever namespace. A child of fork() has the same open files. A mapping keeps the open file that it was made
 * from, and the lease on that: so map from one that has no lease, where a lease is to end before its mapping does. */
enum platform_lease {
  PLATFORM_LEASE_OWNER,  /* one can have it */
  PLATFORM_LEASE_USERS,  /* many can have it, or one alone */
  PLATFORM_LEASE_BUILDER /* one: who makes the segment, or is about to switch a project to it, or away from it */
};

/* Takes a lease with a new open file of the segment, *lease; that of the users together with others. Does not wait. `name` is
 * the segment's name, or the one it will be given: where /proc is not mounted it is opened by that.
 * CSHM_ERR_UNSUPPORTED: neither can be. */
cshm_status cshm__platform_lease_take(int segment, const char *name, enum platform_lease which, int *lease,
                                      cshm_error *err);

/* Takes the users' lease, together with others, with the open file `segment` itself. `wait`: while someone has it alone;
 * otherwise that is a failure. */
cshm_status cshm__platform_lease_join(int segment, bool wait, cshm_error *err);

/* Takes a lease alone with the open file `segment`, which must be writable, if nobody else has it. Does not wait. */
bool cshm__platform_lease_seize(int segment, enum platform_lease which);

/* Gives back what the two before have taken; as with a directory, closing alone would not. */
void cshm__platform_lease_leave(int segment, enum platform_lease which);

bool cshm__platform_lease_is_free(int segment, enum platform_lease which);

/* ---- waiting for a change of a segment ------------------------------------------------------------- */

/* Sleeps while the 32-bit word, in any mapping of a segment, is `value`: until cshm__platform_wake, for `timeout_ns` at most.
 * Returns early for a signal, and at times for nothing: the caller looks again. */
void cshm__platform_wait(const void *word, uint32_t value, uint64_t timeout_ns);

/* Wakes all who wait for the word at `offset`, in all processes. */
void cshm__platform_wake(int segment, uint64_t offset);

/* ---- memory ---------------------------------------------------------------------------------------- */

/* Whether `wanted` bytes of shared memory can be had: the file system (not for sealed segments, which lie in none that has a
 * size), the machine, the control group, the process's own limits. CSHM_ERR_NO_SPACE names the limit that is in the way, and
 * the cure. */
cshm_status cshm__platform_memory_check(uint64_t wanted, bool sealed, cshm_error *err);

#endif
