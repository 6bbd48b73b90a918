/*
 * cute-shm: a nested tree of arrays in shared memory, used by many processes at once with no copy.
 *
 * SPDX-License-Identifier: MIT
 *
 * Words
 *   project     a named tree of groups and arrays; what a user creates, attaches, lists and unlinks
 *   store       a directory that holds the manifests of projects
 *   manifest    a text file of the store: where the project's segment is, and its table of contents
 *   segment     the POSIX shared-memory object that holds one generation of a project
 *   generation  the identity of one creation of a project; overwriting makes a new one
 *   attachment  this process's reference-counted mapping of a segment
 *   array       a reference-counted handle on one array of an attachment
 *   node        a group or an array of an attachment, by its number in the tree; node 0 is the root
 *   builder     a project being created
 *
 * Caveats of shared memory: read them once
 *   - Reading is safe while nobody writes. Whoever attaches CSHM_READ_WRITE writes under the eyes of all
 *     others; this release has no locks, so order writers and readers by means of your own.
 *   - Memory is given back when the project is unlinked *and* its last attachment is gone.
 *   - No call of this library can unmap memory that a live handle points into, but a process that
 *     truncates the segment by hand (`truncate /dev/shm/...`) makes later reads of others fail with SIGBUS.
 *     Nobody can do that to a sealed project (cshm_builder_options).
 *   - An attachment lives on in a child of fork(), handles included. A child never unlinks what its
 *     parent owns or uses. A builder belongs to the process that opened it.
 *   - A segment counts as memory of the tmpfs on /dev/shm: a container often allows it only 64 MiB
 *     (`--shm-size`). A sealed project does not lie there, and counts as memory of its producer.
 *
 * Rules that hold for every function, unless its comment says otherwise
 *   - Handles are passed by value and hold an id. A released or made-up handle gives
 *     CSHM_ERR_STALE_HANDLE, so does a second release: an error, never a crash. The id 0 is never valid.
 *   - `err` may be NULL. After CSHM_OK it is untouched; after a failure it holds status, errno and message.
 *   - An out-parameter is written only on CSHM_OK. On failure the caller owns nothing new.
 *   - Every call is thread-safe, on shared handles too, and may be made on both sides of fork().
 *   - Strings in are NUL-terminated UTF-8. Pointers out are borrowed: the comment names their owner.
 *   - Strings out are written to `buffer`: `*length` is its size in bytes on entry and the string's length
 *     without the NUL on return. If it does not fit, nothing is written, `*length` is the length wanted, and
 *     the status is CSHM_ERR_BUFFER_TOO_SMALL. A NULL buffer with `*length` 0 asks for the length.
 *   - A struct that begins with `size` is set up with its _INIT macro, also when it is filled by the
 *     library: the library reads and writes no more than `size` bytes of it.
 *   - Any call may give CSHM_ERR_INVALID_ARGUMENT (a NULL where none is allowed: a programming error) and
 *     CSHM_ERR_NO_MEMORY (the process's own heap); comments name these only where they mean more.
 *
 * Paths name a node: names joined by "/", such as "b/b1". One leading "/" is allowed and ignored; "" and
 * "/" are the root. A name is 1 to 1024 bytes of UTF-8 with no "/" and no NUL; "." is not a name.
 *
 * A dtype is numpy's array-interface typestring ("<f8", "|b1", "<c16", "|S12", "<U8", "<M8[ns]") or, for a
 * structured type, numpy's descr list written as JSON: [["x","<f8"],["v",">i4",[3]],["","|V4"]], where a
 * nameless "|V" is padding and a third item is the shape of a sub-array.
 */
#ifndef CUTESHM_CUTESHM_H
#define CUTESHM_CUTESHM_H

#include <stddef.h>
#include <stdint.h>

#if defined(SWIG) || !defined(__GNUC__)
#define CSHM_API
#else
#define CSHM_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- versions -------------------------------------------------------------------------------------- */

#define CSHM_VERSION_MAJOR 2
#define CSHM_VERSION_MINOR 0
#define CSHM_VERSION_PATCH 0
#define CSHM_VERSION_STRING "2.0.0"

/** The number in libcuteshm.so.N: programs built against one N run with every later library of that N. */
#define CSHM_ABI_VERSION 0

/** Of the bytes in a segment (docs/format.md). A reader refuses a newer major number. */
#define CSHM_FORMAT_MAJOR 1
#define CSHM_FORMAT_MINOR 1

/* ---- limits ---------------------------------------------------------------------------------------- */

#define CSHM_MAX_NDIM 64
#define CSHM_MAX_NAME 1024              /**< bytes of one group's or array's name */
#define CSHM_MAX_PATH 65535             /**< bytes of a whole path */
#define CSHM_MAX_PROJECT_NAME 200       /**< bytes of a project's name */
#define CSHM_MAX_DTYPE 65535            /**< bytes of a dtype string */
#define CSHM_MANIFEST_MAX_SIZE 67108864 /**< bytes of a manifest's or layout's text that are read: 64 MiB */
#define CSHM_MANIFEST_MAX_DEPTH 64      /**< levels of maps and lists */
#define CSHM_MANIFEST_MAX_NODES 1000000 /**< maps, lists and single values */

/* ---- status and error ------------------------------------------------------------------------------ */

/** What a call came to. The numbers are pinned; new ones are only appended. */
typedef enum cshm_status {
  CSHM_OK = 0,
  CSHM_ERR_INVALID_ARGUMENT = 1,  /**< programming error: an argument that no call could accept */
  CSHM_ERR_STALE_HANDLE = 2,      /**< programming error: handle released, of another kind, or made up */
  CSHM_ERR_STATE = 3,             /**< programming error: not in this order, or not in this mode */
  CSHM_ERR_NOT_FOUND = 4,         /**< no such project, node, attribute, file */
  CSHM_ERR_EXISTS = 5,            /**< a project or node of that name is there already; it is untouched */
  CSHM_ERR_BAD_NAME = 6,          /**< a project, node or segment name that is not allowed */
  CSHM_ERR_BAD_TYPE = 7,          /**< a dtype string that is not understood, or not the one wanted */
  CSHM_ERR_NO_SPACE = 8,          /**< not enough shared memory: nothing was created */
  CSHM_ERR_NO_MEMORY = 9,         /**< not enough memory in this process */
  CSHM_ERR_PERMISSION = 10,       /**< not allowed, or owned by someone else */
  CSHM_ERR_CORRUPT = 11,          /**< a segment or manifest that is damaged, truncated or not ours */
  CSHM_ERR_VERSION = 12,          /**< a segment or manifest written in a newer format */
  CSHM_ERR_GENERATION = 13,       /**< manifest and segment are not of one generation */
  CSHM_ERR_UNSUPPORTED = 14,      /**< the system or this build cannot do that */
  CSHM_ERR_CANCELLED = 15,        /**< the progress callback asked to stop; nothing was created */
  CSHM_ERR_BUFFER_TOO_SMALL = 16, /**< the caller's buffer; the length wanted was returned */
  CSHM_ERR_SYSTEM = 17,           /**< a system call failed: see sys_errno */
  CSHM_ERR_HDF5 = 18,             /**< the HDF5 library could not open or read the file */
  CSHM_ERR_LIMIT = 19,            /**< more than this format or this library can hold */
  CSHM_ERR_TIMEOUT = 20           /**< it had not happened when the time was over */
} cshm_status;

#define CSHM_ERROR_MESSAGE_SIZE 1008

/** Filled by a failing call. Owned by the caller; no allocation, no thread-local state. */
typedef struct cshm_error {
  uint32_t size;                         /**< sizeof(cshm_error): set by CSHM_ERROR_INIT */
  int32_t status;                        /**< a cshm_status */
  int32_t sys_errno;                     /**< errno of the system call at fault, or 0 */
  uint32_t reserved;                     /**< 0 */
  char message[CSHM_ERROR_MESSAGE_SIZE]; /**< one line of UTF-8: object, wanted, found, cure */
} cshm_error;

#define CSHM_ERROR_INIT {sizeof(cshm_error), 0, 0, 0, {0}}

/** The library's version, "2.0.0". Static string. Never fails. Since 2.0. */
CSHM_API const char *cshm_version(void);

/** The CSHM_ABI_VERSION the library was built with. Never fails. Since 2.0. */
CSHM_API uint32_t cshm_abi_version(void);

/**
 * A status's name, such as "CSHM_ERR_NOT_FOUND", or "CSHM_ERR_UNKNOWN" for a number not known. Static
 * string. Never fails. Since 2.0.
 * @param[in] status  any number
 */
CSHM_API const char *cshm_status_name(int32_t status);

/* ---- handles --------------------------------------------------------------------------------------- */

typedef struct cshm_store { uint64_t id; } cshm_store;           /**< a namespace of projects */
typedef struct cshm_builder { uint64_t id; } cshm_builder;       /**< a project being created */
typedef struct cshm_attachment { uint64_t id; } cshm_attachment; /**< a mapped project */
typedef struct cshm_array { uint64_t id; } cshm_array;           /**< one array of a mapped project */
typedef struct cshm_listing { uint64_t id; } cshm_listing;       /**< the projects of a store at one moment */
typedef struct cshm_manifest { uint64_t id; } cshm_manifest;     /**< a manifest or a layout that was read */

/** Live handles of all kinds in this process: 0 when everything was released. Never fails. Since 2.0. */
CSHM_API uint64_t cshm_live_handles(void);

/* ---- store ----------------------------------------------------------------------------------------- */

/**
 * The syntax of the manifests that a store writes; it reads every one. A project has one manifest: overwriting it from a
 * store of the other syntax replaces that, too, atomically. Two, put there by hand, are an error that names both.
 */
typedef enum cshm_manifest_format {
  CSHM_MANIFEST_DEFAULT = 0, /**< what $CUTE_SHM_MANIFEST says, "yaml" or "toml"; else YAML */
  CSHM_MANIFEST_YAML = 1,
  CSHM_MANIFEST_TOML = 2
} cshm_manifest_format;

/** What the users of a store's group may do with it, and with the projects that are put into it from now on. */
typedef enum cshm_access {
  CSHM_ACCESS_DEFAULT = 0,   /**< what $CUTE_SHM_ACCESS says, "r" or "rw"; else as the store is, a new one READ */
  CSHM_ACCESS_READ = 1,      /**< list and attach, CSHM_READ_ONLY and CSHM_PRIVATE */
  CSHM_ACCESS_READ_WRITE = 2 /**< all that the owner may: CSHM_READ_WRITE, create, overwrite, unlink */
} cshm_access;

typedef struct cshm_store_options {
  uint32_t size;      /**< sizeof(cshm_store_options) */
  uint32_t manifest;  /**< a cshm_manifest_format; CSHM_MANIFEST_DEFAULT by default */
  const char *prefix; /**< what manifests' file names begin with; NULL: "cute-shm." */
  const char *group;  /**< group of the system that shares it, a name or number; NULL: $CUTE_SHM_GROUP; "": nobody */
  uint32_t access;    /**< a cshm_access; looked at only where there is a group */
  uint32_t reserved;  /**< 0 */
} cshm_store_options;

#define CSHM_STORE_OPTIONS_INIT {sizeof(cshm_store_options), CSHM_MANIFEST_DEFAULT, NULL, NULL, CSHM_ACCESS_DEFAULT, 0}

/**
 * Opens the store at `root`. Nothing is created until a project is: a root that is not there is an empty store.
 * A store is this user's alone (directory 0700, manifests and segments 0600), unless a group is named, which all who use the
 * store must do: then its directory is the group's, 02750 or 02770, manifests and segments are 0640 or 0660 and the group's,
 * whatever the umask, and what other members of the group have put there is trusted. What belongs to anyone else, but to root,
 * is refused, and so is a directory that everybody can change (unless it is sticky and no group is named).
 *
 * The directory is made, or given to the group, by the first publication. One of this user's own that is there already must be
 * empty for that, or the group's before: what was made for its owner alone is not opened to others in passing. Its owner changes
 * what the group may do by naming another access at a publication; projects that are there keep theirs until they are overwritten.
 * Whoever may only read lists, and attaches CSHM_READ_ONLY and CSHM_PRIVATE; the rest gives CSHM_ERR_PERMISSION, and a project
 * whose owner died, which a reader cannot remove, is not found.
 * The caller owns `*store` and ends it with cshm_store_close.
 * @param[in] root     directory; NULL: $CUTE_SHM_ROOT, else with a group /tmp/cute-shm-group-<gid>, for all its members, and
 *                     without one /tmp/cute-shm-<uid> if it is there and ours, else /tmp/cute-shm if it is ours or absent,
 *                     else /tmp/cute-shm-<uid>
 * @param[in] options  NULL for the defaults
 * @param[out] store   the handle
 * @param[out] err     or NULL
 * @return CSHM_ERR_PERMISSION: the root is a symlink, owned by another user who is not root, or one that everybody can change;
 *         it is shared with a group that was not named, or is not of the one that was; it is this user's alone and not empty; or
 *         this process is not a member of the group;
 *         CSHM_ERR_BAD_NAME: the root is no directory, or longer than 3000 bytes, or the prefix holds "/" or is empty;
 *         CSHM_ERR_INVALID_ARGUMENT: no such syntax of manifests, in the options or in $CUTE_SHM_MANIFEST, or no such access;
 *         CSHM_ERR_NOT_FOUND: no such group. Since 2.0.
 */
CSHM_API cshm_status cshm_store_open(const char *root, const cshm_store_options *options, cshm_store *store,
                                     cshm_error *err);

/** Ends a store handle. Builders, attachments and listings made from it live on. Since 2.0. */
CSHM_API cshm_status cshm_store_close(cshm_store store, cshm_error *err);

/**
 * The store's root directory, absolute.
 * @param[in] store       the store
 * @param[out] buffer     at least 3001 bytes hold every root
 * @param[in,out] length  bytes, see the rules on top
 * @param[out] err        or NULL
 * @return CSHM_ERR_BUFFER_TOO_SMALL. Since 2.0.
 */
CSHM_API cshm_status cshm_store_root(cshm_store store, char *buffer, size_t *length, cshm_error *err);

/**
 * The path of the manifest that `project` has, whatever its syntax, or would be given, in this store.
 * @param[in] store       the store
 * @param[in] project     1 to 200 bytes of UTF-8, no "/", not starting with "."
 * @param[out] buffer     receives the absolute path
 * @param[in,out] length  bytes, see the rules on top
 * @param[out] err        or NULL
 * @return CSHM_ERR_BAD_NAME, CSHM_ERR_BUFFER_TOO_SMALL; CSHM_ERR_CORRUPT: it has two. Since 2.0.
 */
CSHM_API cshm_status cshm_store_manifest(cshm_store store, const char *project, char *buffer, size_t *length,
                                         cshm_error *err);

/**
 * Removes a project: its manifest (both, if it has two), and its segment as soon as the last attachment is gone. Those
 * who are attached keep a whole tree. A project of which the segment is gone already is removed without complaint.
 * A segment that is not this store's, whatever the manifest says, is left alone.
 *
 * In a store that a group shares, the segment of another user's project can be retired, but its name in /dev/shm only its owner
 * or root can remove: its memory is given back when one of them next publishes, unlinks or collects there. The same holds of
 * overwriting.
 * @param[in] store    the store
 * @param[in] project  its name
 * @param[out] err     or NULL
 * @return CSHM_ERR_NOT_FOUND: no such project (the message names the store and near matches); CSHM_ERR_BAD_NAME;
 *         CSHM_ERR_PERMISSION; CSHM_ERR_CORRUPT: the manifest is damaged and does not tell its segment; CSHM_ERR_SYSTEM.
 * Since 2.0.
 */
CSHM_API cshm_status cshm_unlink(cshm_store store, const char *project, cshm_error *err);

/* ---- listing --------------------------------------------------------------------------------------- */

/**
 * How long a project lives. All are gone when they are unlinked, and when the machine restarts.
 *
 * CSHM_LAST_USER. A process is a user from its first attachment of the project to its last detach (releases of arrays
 * included), or until it ends, however it ends. The last one to let go, or to exit, removes the project; what the last one left
 * because it was killed, ended by _exit, or found the store locked (a release does not wait), is removed by the next one who
 * lists the store, or attaches or creates a project of that name: it cannot be attached any more.
 *   - The publisher is a user by the attachment it asks cshm_builder_publish for, or has by cshm_builder_attach. If it has
 *     neither, it counts as a user until it exits: there is time for others to come, and they may outlast it.
 *   - A child of fork() is a user by the attachments that it inherits, until it detaches or ends. It is none by the
 *     publisher's waiting for its exit. A program that it turns into by exec is none; until the exec it counts.
 *   - A user holds one open descriptor for each mapping: a program that closes descriptors it does not know is not seen any
 *     more. It keeps its whole tree all the same.
 * Who has a project of another lifetime attached is seen, too (cshm_project, in_use), by its mapping alone, until that goes: it
 * costs no descriptor, and keeps nothing alive.
 */
typedef enum cshm_lifetime {
  CSHM_PERSISTENT = 0, /**< until it is unlinked, or the machine restarts */
  CSHM_OWNER = 1,      /**< until the process that published it exits, however it exits */
  CSHM_LAST_USER = 2   /**< until the last process that has it attached lets go or exits, however it exits */
} cshm_lifetime;

/** One project of a listing. Pointers are borrowed from the listing. */
typedef struct cshm_project {
  uint32_t size;        /**< sizeof(cshm_project) */
  int32_t status;       /**< CSHM_OK, or what manifest and header say against it (a cshm_status) */
  const char *name;     /**< the project */
  const char *manifest; /**< absolute path of its manifest */
  const char *segment;  /**< name in /dev/shm; "" where the manifest is damaged */
  const char *message;  /**< "" with CSHM_OK, else what is wrong */
  uint64_t generation;  /**< 0 where not known */
  uint64_t nbytes;      /**< bytes of shared memory, index included; 0 where not known */
  uint64_t created_ns;  /**< nanoseconds since 1970-01-01 UTC; 0 where not known */
  uint32_t array_count; /**< arrays */
  uint32_t lifetime;    /**< a cshm_lifetime */
  uint32_t in_use;      /**< 1: some process has it attached, this one included; 0: none has, or it is not known */
  uint32_t reserved;    /**< 0 */
} cshm_project;

#define CSHM_PROJECT_INIT {sizeof(cshm_project), 0, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0, 0, 0}

/**
 * The projects of a store, ordered by name. Those whose owner died, and those that nobody uses any more though they were to
 * live until their last user, are removed first. The caller owns
 * `*listing` and ends it with cshm_listing_close. A root that is not there gives an empty listing.
 * @param[in] store     the store
 * @param[out] listing  the handle
 * @param[out] err      or NULL
 * @return CSHM_ERR_PERMISSION, CSHM_ERR_SYSTEM: the root cannot be read. Since 2.0.
 */
CSHM_API cshm_status cshm_list(cshm_store store, cshm_listing *listing, cshm_error *err);

typedef struct cshm_collect_options {
  uint32_t size;    /**< sizeof(cshm_collect_options) */
  uint32_t dry_run; /**< not 0: remove nothing, only tell */
} cshm_collect_options;

#define CSHM_COLLECT_OPTIONS_INIT {sizeof(cshm_collect_options), 0}

/**
 * Removes what the dead have left in a store: projects whose owner died or whose last user is gone, segments of this store
 * that no manifest points to and that are no project (half-built, overwritten, unlinked), manifests whose segment is gone, and
 * files that were to become manifests. cshm_list, cshm_attach and cshm_builder_publish do the same for what they meet, but
 * leave a persistent project's manifest, so that its user learns what happened to it.
 * What is alive, in the making, or belongs to someone else is not touched. Safe beside every other call, in any process.
 * @param[in] store      the store; a root that is not there holds nothing
 * @param[in] options    NULL for the defaults
 * @param[out] leftovers a listing of what was removed, or with `dry_run` would be; or NULL. Of each: `name` of the project
 *                       ("" where not known), `manifest` ("" where there was none), `segment` ("" where there was none),
 *                       `nbytes` given back (0 where the last detach will do that), `message`: why; `status` CSHM_OK, or why it could not be removed.
 *                       The caller owns it and ends it with cshm_listing_close
 * @param[out] err       or NULL
 * @return CSHM_ERR_PERMISSION, CSHM_ERR_SYSTEM: the root or /dev/shm cannot be read. Since 2.0.
 */
CSHM_API cshm_status cshm_store_collect(cshm_store store, const cshm_collect_options *options, cshm_listing *leftovers,
                                        cshm_error *err);

/**
 * Writes manifests anew, from the segments, where they are gone, damaged, or of another generation than their segment: after a
 * cleaner swept the store's directory, say. A missing one is written anew by cshm_attach, too, which meets it first.
 * @param[in] store      the store
 * @param[in] project    its name; NULL: all of the store
 * @param[out] repaired  a listing of what was repaired, `message` telling what was wrong with it; or NULL. Where `project` is
 *                       NULL also of what could not be, and then `status` says why. The caller owns it and ends it with
 *                       cshm_listing_close
 * @param[out] err       or NULL
 * @return CSHM_ERR_NOT_FOUND: `project` has no segment to repair it from; CSHM_ERR_BAD_NAME; CSHM_ERR_PERMISSION;
 *         CSHM_ERR_SYSTEM. Since 2.0.
 */
CSHM_API cshm_status cshm_store_repair(cshm_store store, const char *project, cshm_listing *repaired, cshm_error *err);

/** How many projects the listing holds, in `*count`. Since 2.0. */
CSHM_API cshm_status cshm_listing_count(cshm_listing listing, uint64_t *count, cshm_error *err);

/**
 * One project of the listing.
 * @param[in] listing   the listing; it owns what `project` points to
 * @param[in] index     0 to count - 1
 * @param[out] project  set up with CSHM_PROJECT_INIT
 * @param[out] err      or NULL
 * @return CSHM_ERR_NOT_FOUND: index out of range. Since 2.0.
 */
CSHM_API cshm_status cshm_listing_project(cshm_listing listing, uint64_t index, cshm_project *project, cshm_error *err);

/** Ends a listing; pointers that came from it are invalid from then on. Since 2.0. */
CSHM_API cshm_status cshm_listing_close(cshm_listing listing, cshm_error *err);

/* ---- builder: creating a project ------------------------------------------------------------------- */

/** In which order an array's elements lie in memory. */
typedef enum cshm_order {
  CSHM_ORDER_C = 0,      /**< last dimension contiguous */
  CSHM_ORDER_FORTRAN = 1 /**< first dimension contiguous */
} cshm_order;

typedef struct cshm_builder_options {
  uint32_t size;        /**< sizeof(cshm_builder_options) */
  uint32_t overwrite;   /**< not 0: replace a project of that name at publish, atomically */
  uint32_t lifetime;    /**< a cshm_lifetime; CSHM_PERSISTENT by default */
  uint32_t sealed;      /**< not 0: see cshm_attachment_export_fd; `overwrite` and `lifetime` are then not looked at */
  const char *producer; /**< who made it, for the manifest: "program (language version)"; NULL: the C library */
} cshm_builder_options;

#define CSHM_BUILDER_OPTIONS_INIT {sizeof(cshm_builder_options), 0, CSHM_PERSISTENT, 0, NULL}

/**
 * Begins a project. Declare groups, arrays and attributes in any order; then cshm_builder_allocate; then fill; then
 * cshm_builder_publish. Until publish nobody sees anything, and a process that dies leaves nothing behind.
 * The caller owns `*builder` and ends it with cshm_builder_publish or cshm_builder_abort.
 * A builder belongs to the process that opened it, and to one thread at a time while declaring; filling may be done
 * by many threads at once.
 * @param[in] store     where it will be published; may be closed in the meantime
 * @param[in] project   1 to 200 bytes of UTF-8, no "/", no NUL, not starting with "."
 * @param[in] options   NULL for the defaults
 * @param[out] builder  the handle
 * @param[out] err      or NULL
 * @return CSHM_ERR_EXISTS: the project is there, and `overwrite` was not asked for; CSHM_ERR_BAD_NAME;
 *         CSHM_ERR_PERMISSION. Since 2.0.
 */
CSHM_API cshm_status cshm_builder_open(cshm_store store, const char *project, const cshm_builder_options *options,
                                       cshm_builder *builder, cshm_error *err);

/**
 * Declares a group and those above it. Declaring a group again is allowed and changes nothing.
 * @param[in] builder  before allocate
 * @param[in] path     "b" or "b/c"; "" is the root, which is always there
 * @param[out] err     or NULL
 * @return CSHM_ERR_EXISTS: an array is in the way; CSHM_ERR_BAD_NAME; CSHM_ERR_STATE; CSHM_ERR_LIMIT. Since 2.0.
 */
CSHM_API cshm_status cshm_builder_group(cshm_builder builder, const char *path, cshm_error *err);

/**
 * Declares an array and the groups above it.
 * @param[in] builder  before allocate
 * @param[in] path     where it lies
 * @param[in] dtype    see the top of this header
 * @param[in] ndim     0 to CSHM_MAX_NDIM dimensions; 0 is one element
 * @param[in] shape    ndim elements counts, each >= 0; may be NULL when ndim is 0
 * @param[in] order    a cshm_order: how you will write the bytes, and how others will see them
 * @param[out] array   the array's number for cshm_builder_write and _map: 0, 1, ... as declared; or NULL
 * @param[out] err     or NULL
 * @return CSHM_ERR_EXISTS: the path is taken; CSHM_ERR_BAD_NAME; CSHM_ERR_BAD_TYPE; CSHM_ERR_STATE;
 *         CSHM_ERR_LIMIT: more than 2^62 bytes or 2^30 nodes; CSHM_ERR_INVALID_ARGUMENT: a negative length. Since 2.0.
 */
CSHM_API cshm_status cshm_builder_array(cshm_builder builder, const char *path, const char *dtype, uint32_t ndim,
                                        const int64_t *shape, uint32_t order, uint32_t *array, cshm_error *err);

/**
 * Declares a second path to an array that was declared before: one copy of data and attributes, two names.
 * @param[in] builder  before allocate
 * @param[in] path     the new path
 * @param[in] array    the array's number
 * @param[out] err     or NULL
 * @return as cshm_builder_array; CSHM_ERR_NOT_FOUND: no such number. Since 2.0.
 */
CSHM_API cshm_status cshm_builder_alias(cshm_builder builder, const char *path, uint32_t array, cshm_error *err);

/**
 * Adds an attribute, a small typed array with a name, to a group or an array. The data is copied.
 * @param[in] builder  before allocate
 * @param[in] path     of a declared group or array; "" is the project itself
 * @param[in] name     0 to 65535 bytes of UTF-8 without NUL
 * @param[in] dtype    see the top of this header
 * @param[in] ndim     0 to CSHM_MAX_NDIM
 * @param[in] shape    ndim element counts; may be NULL when ndim is 0
 * @param[in] data     the elements in C order; may be NULL when nbytes is 0
 * @param[in] nbytes   must be what dtype and shape make
 * @param[out] err     or NULL
 * @return CSHM_ERR_NOT_FOUND: no such path; CSHM_ERR_EXISTS: it has an attribute of that name; CSHM_ERR_BAD_TYPE;
 *         CSHM_ERR_BAD_NAME; CSHM_ERR_STATE; CSHM_ERR_LIMIT; CSHM_ERR_INVALID_ARGUMENT: nbytes is wrong. Since 2.0.
 */
CSHM_API cshm_status cshm_builder_attribute(cshm_builder builder, const char *path, const char *name, const char *dtype,
                                            uint32_t ndim, const int64_t *shape, const void *data, uint64_t nbytes,
                                            cshm_error *err);

/** What a note tells. */
typedef enum cshm_note_kind {
  CSHM_NOTE_ORIGIN = 1, /**< where the data came from: key such as "producer" or "hdf5.path", and its value */
  CSHM_NOTE_SKIPPED = 2 /**< an object of the source that is not in the project: its path, and the reason */
} cshm_note_kind;

/**
 * Adds a note to the project: what a reader should know about where it came from.
 * @param[in] builder  before allocate
 * @param[in] kind     a cshm_note_kind
 * @param[in] key      UTF-8
 * @param[in] text     UTF-8
 * @param[out] err     or NULL
 * @return CSHM_ERR_STATE, CSHM_ERR_LIMIT. Since 2.0.
 */
CSHM_API cshm_status cshm_builder_note(cshm_builder builder, uint32_t kind, const char *key, const char *text,
                                       cshm_error *err);

/**
 * Reserves the shared memory, index included. After it nothing can be declared, and no write can fail for want of memory.
 * All bytes are zero at first.
 * @param[in] builder  not yet allocated
 * @param[out] err     or NULL
 * @return CSHM_ERR_NO_SPACE: the message names the number wanted, the number free, and which limit it was; the builder
 *         can be allocated again later; CSHM_ERR_STATE; CSHM_ERR_SYSTEM. Since 2.0.
 */
CSHM_API cshm_status cshm_builder_allocate(cshm_builder builder, cshm_error *err);

/**
 * Writes a piece of an array: the fastest way to fill (it does not fault in a mapping page by page).
 * @param[in] builder  allocated
 * @param[in] array    the array's number
 * @param[in] offset   bytes from the array's beginning
 * @param[in] data     nbytes bytes, in the array's own order and byte order
 * @param[in] nbytes   bytes; offset + nbytes must lie inside the array
 * @param[out] err     or NULL
 * @return CSHM_ERR_STATE; CSHM_ERR_NOT_FOUND: no such array; CSHM_ERR_INVALID_ARGUMENT: outside the array;
 *         CSHM_ERR_SYSTEM. Since 2.0.
 */
CSHM_API cshm_status cshm_builder_write(cshm_builder builder, uint32_t array, uint64_t offset, const void *data,
                                        uint64_t nbytes, cshm_error *err);

/**
 * Where an array lies in the segment, for another process that is to fill it: one that is handed the descriptor, and writes
 * by pwrite. What it does beside that array is between it and the caller, and it must be done before the project is published.
 * @param[in] builder      allocated; it owns the descriptor, which is closed by publish or abort
 * @param[in] array        the array's number
 * @param[out] descriptor  of the segment, open for reading and writing; the same for all arrays. Closed by exec
 * @param[out] offset      bytes from the segment's beginning
 * @param[out] nbytes      the array's bytes; or NULL
 * @param[out] err         or NULL
 * @return CSHM_ERR_STATE; CSHM_ERR_NOT_FOUND: no such array. Since 2.0.
 */
CSHM_API cshm_status cshm_builder_place(cshm_builder builder, uint32_t array, int32_t *descriptor, uint64_t *offset,
                                        uint64_t *nbytes, cshm_error *err);

/**
 * An array's memory, to be filled in place.
 * @param[in] builder  allocated; it owns the memory: the pointer is invalid after publish or abort (where that is too
 *                     early, take cshm_builder_attach); of a sealed project after a publish that failed, too
 * @param[in] array    the array's number
 * @param[out] data    its first byte; not NULL for an array without elements, either
 * @param[out] nbytes  its bytes; or NULL
 * @param[out] err     or NULL
 * @return CSHM_ERR_STATE; CSHM_ERR_NOT_FOUND: no such array; CSHM_ERR_SYSTEM. Since 2.0.
 */
CSHM_API cshm_status cshm_builder_map(cshm_builder builder, uint32_t array, void **data, uint64_t *nbytes,
                                      cshm_error *err);

/**
 * Attaches the project that is being built, CSHM_READ_WRITE, so that its arrays can be filled in place through nodes and
 * arrays. It is an attachment like any other: reference-counted, its memory stays mapped while anyone holds it, whatever
 * becomes of the builder. After publish it is a read-write attachment of the published project; after abort it is memory
 * that nobody else will see, and cshm_attachment_is_current says 0, as it does before publish.
 * The caller owns `*attachment` and ends it with cshm_detach. All attachments of one builder share one mapping.
 * In a child of fork() it lives on, as attachments do, while the builder does not.
 * @param[in] builder      allocated
 * @param[out] attachment  the handle
 * @param[out] err         or NULL
 * @return CSHM_ERR_STATE: not allocated yet, or in a child of fork(); CSHM_ERR_SYSTEM. Since 2.0.
 */
CSHM_API cshm_status cshm_builder_attach(cshm_builder builder, cshm_attachment *attachment, cshm_error *err);

/**
 * Makes the project visible to all, whole, in one step. On success the builder is ended. On failure nothing is visible,
 * a project that was to be overwritten is whole, and the builder lives: try again or abort.
 * @param[in] builder      allocated
 * @param[out] attachment  a read-only attachment of the new project, which the caller then owns; or NULL (what that means
 *                         for a project that lives until its last user: see cshm_lifetime)
 * @param[out] err         or NULL
 * @return CSHM_ERR_EXISTS: another process published that name first; CSHM_ERR_STATE: of a sealed one also, that it could still
 *         be written, by an attachment of cshm_builder_attach, or by a child that was forked while it was filled in place;
 *         CSHM_ERR_INVALID_ARGUMENT: a sealed one, and `attachment` is NULL, without which nobody would have it;
 *         CSHM_ERR_UNSUPPORTED: /proc is not mounted; CSHM_ERR_PERMISSION; CSHM_ERR_SYSTEM. Since 2.0.
 */
CSHM_API cshm_status cshm_builder_publish(cshm_builder builder, cshm_attachment *attachment, cshm_error *err);

/** Ends a builder; nothing of it remains. Since 2.0. */
CSHM_API cshm_status cshm_builder_abort(cshm_builder builder, cshm_error *err);

/* ---- attachment ------------------------------------------------------------------------------------ */

/** What an attachment may do. */
typedef enum cshm_mode {
  CSHM_READ_ONLY = 0,  /**< a write is a memory fault */
  CSHM_READ_WRITE = 1, /**< writes are seen by all */
  CSHM_PRIVATE = 2     /**< copy-on-write: writes are seen by this attachment only */
} cshm_mode;

typedef struct cshm_attach_options {
  uint32_t size; /**< sizeof(cshm_attach_options) */
  uint32_t mode; /**< a cshm_mode; CSHM_READ_ONLY by default */
} cshm_attach_options;

#define CSHM_ATTACH_OPTIONS_INIT {sizeof(cshm_attach_options), CSHM_READ_ONLY}

/**
 * Maps a project. Header and index are validated before any is used. Attaching a generation that this process has
 * mapped already in that mode shares the mapping (except CSHM_PRIVATE). The caller owns `*attachment` and ends it with
 * cshm_detach; the memory stays mapped until the arrays taken from it are released, too.
 * @param[in] store        the store
 * @param[in] project      its name
 * @param[in] options      NULL for the defaults
 * @param[out] attachment  the handle
 * @param[out] err         or NULL
 * @return CSHM_ERR_NOT_FOUND: no such project (the message names the store and near matches), or its segment is gone;
 *         CSHM_ERR_CORRUPT: manifest or segment truncated or damaged, or there are two manifests; CSHM_ERR_VERSION:
 *         written by a newer cute-shm; CSHM_ERR_GENERATION: the manifest does not belong to the segment;
 *         CSHM_ERR_PERMISSION; CSHM_ERR_BAD_NAME; CSHM_ERR_UNSUPPORTED: it lives until its last user, and /proc is not
 *         mounted, without which that cannot be told; CSHM_ERR_SYSTEM. Since 2.0.
 */
CSHM_API cshm_status cshm_attach(cshm_store store, const char *project, const cshm_attach_options *options,
                                 cshm_attachment *attachment, cshm_error *err);

/** Takes one more reference: as many cshm_detach are then needed. CSHM_ERR_LIMIT after 65535. Since 2.0. */
CSHM_API cshm_status cshm_attachment_retain(cshm_attachment attachment, cshm_error *err);

/** Drops one reference. Never waits for anyone. Array handles taken from it stay valid. Since 2.0. */
CSHM_API cshm_status cshm_detach(cshm_attachment attachment, cshm_error *err);

/** What there is to know about an attachment. Pointers are borrowed from it. */
typedef struct cshm_attachment_info {
  uint32_t size;        /**< sizeof(cshm_attachment_info) */
  uint32_t mode;        /**< a cshm_mode */
  const char *project;  /**< its name */
  const char *root;     /**< the store's root, as it was when the project was published; "" of a sealed one */
  const char *segment;  /**< the segment's name in /dev/shm; of a sealed one, what /proc/PID/fd calls it */
  uint64_t generation;  /**< identity of this creation of the project */
  uint64_t created_ns;  /**< nanoseconds since 1970-01-01 UTC */
  uint64_t nbytes;      /**< bytes mapped, index included */
  const void *base;     /**< first byte of the mapping: array offsets count from here */
  uint32_t node_count;  /**< groups and arrays, the root included */
  uint32_t array_count; /**< arrays; aliases count once */
  uint32_t note_count;  /**< notes */
  uint32_t lifetime;    /**< a cshm_lifetime; CSHM_LAST_USER for a sealed one */
  uint32_t sealed;      /**< 1: nobody can change or cut it, and it is in no store */
  uint32_t reserved;    /**< 0 */
} cshm_attachment_info;

#define CSHM_ATTACHMENT_INFO_INIT {sizeof(cshm_attachment_info), 0, NULL, NULL, NULL, 0, 0, 0, NULL, 0, 0, 0, 0, 0, 0}

/**
 * Describes an attachment.
 * @param[in] attachment  it owns what `info` points to
 * @param[out] info       set up with CSHM_ATTACHMENT_INFO_INIT
 * @param[out] err        or NULL
 * Since 2.0.
 */
CSHM_API cshm_status cshm_attachment_describe(cshm_attachment attachment, cshm_attachment_info *info, cshm_error *err);

/**
 * Whether this is still the generation that a new attach would get. Of a sealed project it always is.
 * @param[in] attachment  the attachment
 * @param[out] current    1, or 0 when the project was overwritten or unlinked
 * @param[out] err        or NULL
 * Since 2.0.
 */
CSHM_API cshm_status cshm_attachment_is_current(cshm_attachment attachment, int32_t *current, cshm_error *err);

/**
 * Waits until this is no longer the generation that a new attach would get: until the project is overwritten, unlinked, or gone
 * with its owner. Returns at once where that is so already. Whoever overwrites or unlinks wakes those who wait; of an owner
 * that was killed they learn within 100 ms. A signal does not end the wait: to stay able to react, wait in pieces.
 * @param[in] attachment  the attachment; it may be released meanwhile
 * @param[in] timeout_ns  nanoseconds; 0 only asks; negative waits for ever
 * @param[out] err        or NULL
 * @return CSHM_OK: attach again; CSHM_ERR_TIMEOUT: it still is current; CSHM_ERR_UNSUPPORTED, at once: it is sealed, and there
 *         will never be a newer one. Since 2.0.
 */
CSHM_API cshm_status cshm_attachment_wait_newer(cshm_attachment attachment, int64_t timeout_ns, cshm_error *err);

/**
 * Attaches the newest generation of the same project, in the same mode, from the store that this one came from, of which no
 * handle needs to be open. Where it still is the newest, that is one more attachment of it. The old one stays as it is: detach
 * it when you are done with it.
 * The caller owns `*newer` and ends it with cshm_detach.
 * @param[in] attachment  the attachment; of a sealed project there is never a newer one: CSHM_ERR_UNSUPPORTED
 * @param[out] newer      the handle
 * @param[out] err        or NULL
 * @return as cshm_attach. Since 2.0.
 */
CSHM_API cshm_status cshm_attachment_reattach(cshm_attachment attachment, cshm_attachment *newer, cshm_error *err);

/**
 * A descriptor of a sealed project's memory, to be handed to another process: through a Unix socket (SCM_RIGHTS), by
 * inheritance, or as /proc/PID/fd/N. A sealed project (cshm_builder_options) is in no store and has no name that could be
 * guessed; nobody, its producer included, can change, shrink or grow it once it is published, so that a reader needs no trust in
 * other readers, nor in the producer's good behaviour: it crosses containers and users. It lives as long as a process holds it
 * mapped or holds a descriptor of it. Each mapping of it holds one.
 * The descriptor is new, read-only, and closed by exec; the caller owns `*fd` and ends it with close().
 * @param[in] attachment  of a sealed project
 * @param[out] fd         the descriptor
 * @param[out] err        or NULL
 * @return CSHM_ERR_STATE: the project is not sealed, or not published yet, or the program has closed the mapping's descriptor and
 *         opened something else; CSHM_ERR_SYSTEM: it has closed it, or no descriptors are left. Since 2.0.
 */
CSHM_API cshm_status cshm_attachment_export_fd(cshm_attachment attachment, int32_t *fd, cshm_error *err);

/**
 * Maps a sealed project that another process has handed over. Seals, header and index are checked before any byte is used: what
 * is not sealed is refused, since whoever gave it could cut it while it is read; what is not all in memory is refused, too. `fd`
 * stays the caller's and may be closed. Attaching one that this process has mapped already in that mode shares the mapping
 * (except CSHM_PRIVATE).
 * The caller owns `*attachment` and ends it with cshm_detach.
 * @param[in] fd           the descriptor
 * @param[in] options      NULL for the defaults; CSHM_READ_WRITE cannot be had: CSHM_ERR_PERMISSION
 * @param[out] attachment  the handle
 * @param[out] err         or NULL
 * @return CSHM_ERR_INVALID_ARGUMENT: no open descriptor; CSHM_ERR_PERMISSION: not sealed; CSHM_ERR_CORRUPT: no memory, no segment
 *         of ours, or damaged; CSHM_ERR_VERSION; CSHM_ERR_SYSTEM. Since 2.0.
 */
CSHM_API cshm_status cshm_attach_fd(int32_t fd, const cshm_attach_options *options, cshm_attachment *attachment,
                                    cshm_error *err);

/** What a node is. */
typedef enum cshm_node_kind { CSHM_GROUP = 1, CSHM_ARRAY = 2 } cshm_node_kind;

/**
 * A group or an array. Nodes are numbered in tree order: a group, then all below it, children in the order of their
 * declaration. So the children of group g are g + 1, then each time `end` of the child before, up to `end` of g.
 * Pointers are borrowed from the attachment.
 */
typedef struct cshm_node {
  uint32_t size;            /**< sizeof(cshm_node) */
  uint32_t kind;            /**< a cshm_node_kind */
  const char *path;         /**< "b/b1"; "" for the root */
  const char *name;         /**< "b1"; "" for the root */
  uint32_t number;          /**< this node */
  uint32_t parent;          /**< the group it lies in; the root is its own */
  uint32_t end;             /**< the first node after it and all below it */
  uint32_t attribute_count; /**< its attributes */
} cshm_node;

#define CSHM_NODE_INIT {sizeof(cshm_node), 0, NULL, NULL, 0, 0, 0, 0}

/**
 * The node at a number: for iteration, 0 to node_count - 1.
 * @param[in] attachment  it owns what `node` points to
 * @param[in] number      the node
 * @param[out] node       set up with CSHM_NODE_INIT
 * @param[out] err        or NULL
 * @return CSHM_ERR_NOT_FOUND: number out of range. Since 2.0.
 */
CSHM_API cshm_status cshm_node_at(cshm_attachment attachment, uint32_t number, cshm_node *node, cshm_error *err);

/**
 * The node at a path.
 * @param[in] attachment  it owns what `node` points to
 * @param[in] path        "b/b1"; "" is the root
 * @param[out] node       set up with CSHM_NODE_INIT
 * @param[out] err        or NULL
 * @return CSHM_ERR_NOT_FOUND: nothing there; the message names the part of the path that is missing. Since 2.0.
 */
CSHM_API cshm_status cshm_node_find(cshm_attachment attachment, const char *path, cshm_node *node, cshm_error *err);

/** An attribute. Pointers are borrowed from the attachment. */
typedef struct cshm_attribute {
  uint32_t size;        /**< sizeof(cshm_attribute) */
  uint32_t ndim;        /**< dimensions */
  const char *name;     /**< its name */
  const char *dtype;    /**< see the top of this header */
  const int64_t *shape; /**< ndim element counts */
  const void *data;     /**< nbytes bytes in C order, 16-byte aligned */
  uint64_t nbytes;      /**< bytes */
} cshm_attribute;

#define CSHM_ATTRIBUTE_INIT {sizeof(cshm_attribute), 0, NULL, NULL, NULL, NULL, 0}

/**
 * An attribute by its number.
 * @param[in] attachment  it owns what `attribute` points to
 * @param[in] node        a node's number; 0 for the project's own attributes
 * @param[in] index       0 to attribute_count - 1, in the order they were added
 * @param[out] attribute  set up with CSHM_ATTRIBUTE_INIT
 * @param[out] err        or NULL
 * @return CSHM_ERR_NOT_FOUND: no such node or attribute. Since 2.0.
 */
CSHM_API cshm_status cshm_attribute_at(cshm_attachment attachment, uint32_t node, uint32_t index,
                                       cshm_attribute *attribute, cshm_error *err);

/** An attribute by its name: as cshm_attribute_at. Since 2.0. */
CSHM_API cshm_status cshm_attribute_find(cshm_attachment attachment, uint32_t node, const char *name,
                                         cshm_attribute *attribute, cshm_error *err);

/** A note. Pointers are borrowed from the attachment. */
typedef struct cshm_note {
  uint32_t size;    /**< sizeof(cshm_note) */
  uint32_t kind;    /**< a cshm_note_kind */
  const char *key;  /**< what, or the path */
  const char *text; /**< the value, or the reason */
} cshm_note;

#define CSHM_NOTE_INIT {sizeof(cshm_note), 0, NULL, NULL}

/** A note by its number, 0 to note_count - 1. CSHM_ERR_NOT_FOUND: out of range. Since 2.0. */
CSHM_API cshm_status cshm_note_at(cshm_attachment attachment, uint32_t index, cshm_note *note, cshm_error *err);

/* ---- array ----------------------------------------------------------------------------------------- */

/**
 * An array by its path. It keeps the memory mapped, whatever happens to the attachment. The caller owns `*array` and
 * ends it with cshm_array_release.
 * @param[in] attachment  the attachment
 * @param[in] path        "b/b1"
 * @param[out] array      the handle
 * @param[out] err        or NULL
 * @return CSHM_ERR_NOT_FOUND: nothing there; CSHM_ERR_BAD_TYPE: it is a group. Since 2.0.
 */
CSHM_API cshm_status cshm_array_open(cshm_attachment attachment, const char *path, cshm_array *array, cshm_error *err);

/** An array by its node number: as cshm_array_open. Since 2.0. */
CSHM_API cshm_status cshm_array_at(cshm_attachment attachment, uint32_t node, cshm_array *array, cshm_error *err);

/** Takes one more reference: as many releases are then needed. CSHM_ERR_LIMIT after 65535. Since 2.0. */
CSHM_API cshm_status cshm_array_retain(cshm_array array, cshm_error *err);

/** Drops one reference. Never waits for anyone: fit for a finalizer. Since 2.0. */
CSHM_API cshm_status cshm_array_release(cshm_array array, cshm_error *err);

/** Where an array lies and what it is. Pointers are borrowed from the array handle. */
typedef struct cshm_array_view {
  uint32_t size;          /**< sizeof(cshm_array_view) */
  uint32_t ndim;          /**< dimensions */
  void *data;             /**< first byte; do not write when `writable` is 0. Not NULL */
  uint64_t nbytes;        /**< bytes */
  uint64_t itemsize;      /**< bytes of one element */
  uint64_t offset;        /**< bytes from the beginning of the segment */
  const int64_t *shape;   /**< ndim element counts */
  const int64_t *strides; /**< ndim steps in bytes */
  const char *dtype;      /**< see the top of this header */
  const char *path;       /**< its path, of the node it was opened by */
  uint32_t node;          /**< its node's number */
  uint32_t order;         /**< a cshm_order */
  uint32_t writable;      /**< 1 in CSHM_READ_WRITE and CSHM_PRIVATE attachments */
  uint32_t byteswapped;   /**< 1 when elements are not in this machine's byte order */
} cshm_array_view;

#define CSHM_ARRAY_VIEW_INIT {sizeof(cshm_array_view), 0, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, 0, 0, 0, 0}

/**
 * Describes an array.
 * @param[in] array  it owns what `view` points to
 * @param[out] view  set up with CSHM_ARRAY_VIEW_INIT
 * @param[out] err   or NULL
 * Since 2.0.
 */
CSHM_API cshm_status cshm_array_describe(cshm_array array, cshm_array_view *view, cshm_error *err);

/**
 * Describes the array at a node without making a handle: for those who take many, or all.
 * @param[in] attachment  it owns what `view` points to
 * @param[in] node        a node's number
 * @param[out] view       set up with CSHM_ARRAY_VIEW_INIT
 * @param[out] err        or NULL
 * @return CSHM_ERR_NOT_FOUND: no such node; CSHM_ERR_BAD_TYPE: it is a group. Since 2.0.
 */
CSHM_API cshm_status cshm_attachment_view(cshm_attachment attachment, uint32_t node, cshm_array_view *view,
                                          cshm_error *err);

/* ---- manifests and layouts as text ----------------------------------------------------------------- */

/* docs/format.md tells what a manifest holds, and what a layout, written by hand, may. Attaching needs none of this: it reads the
 * head of a manifest, and the rest from the segment. */

/**
 * Reads a manifest or a layout from a file, and checks it. A file that ends in ".toml" is TOML, any other YAML.
 * Refused, with file, line and column, what was wanted and what was found: more than the limits above; anchors, aliases, tags,
 * merge keys and keys that come twice; a version that is not known; and, of a manifest, arrays that overflow, overlap or lie
 * outside of the segment, and names that leave the store. Unknown keys of a manifest are kept; those of a layout are refused.
 * The caller owns `*manifest` and ends it with cshm_manifest_close.
 * @param[in] file       its path; what is no regular file is refused
 * @param[out] manifest  the handle
 * @param[out] err       or NULL
 * @return CSHM_ERR_NOT_FOUND: no such file; CSHM_ERR_CORRUPT: not YAML or TOML, or not a manifest; CSHM_ERR_VERSION;
 *         CSHM_ERR_BAD_TYPE, CSHM_ERR_BAD_NAME: a dtype, path or name in it; CSHM_ERR_LIMIT: larger than the limits;
 *         CSHM_ERR_PERMISSION; CSHM_ERR_SYSTEM. Since 2.0.
 */
CSHM_API cshm_status cshm_manifest_read(const char *file, cshm_manifest *manifest, cshm_error *err);

/**
 * The same from a text in memory.
 * @param[in] text       UTF-8; need not end with a NUL
 * @param[in] nbytes     bytes of it
 * @param[in] format     a cshm_manifest_format; CSHM_MANIFEST_DEFAULT is YAML
 * @param[in] name       what messages call it, such as a file's name; NULL: "manifest"
 * @param[out] manifest  the handle
 * @param[out] err       or NULL
 * @return as cshm_manifest_read. Since 2.0.
 */
CSHM_API cshm_status cshm_manifest_parse(const char *text, size_t nbytes, uint32_t format, const char *name,
                                         cshm_manifest *manifest, cshm_error *err);

/** Ends a manifest handle. Since 2.0. */
CSHM_API cshm_status cshm_manifest_close(cshm_manifest manifest, cshm_error *err);

/**
 * Writes a manifest or layout as text: every key and value in the order in which it was read, comments only where they come before
 * all else. What was written by cute-shm comes out byte for byte, from either syntax into either.
 * @param[in] manifest    the manifest
 * @param[in] format      a cshm_manifest_format; CSHM_MANIFEST_DEFAULT is YAML
 * @param[out] buffer     receives the text
 * @param[in,out] length  bytes, see the rules on top
 * @param[out] err        or NULL
 * @return CSHM_ERR_BUFFER_TOO_SMALL; CSHM_ERR_UNSUPPORTED: it holds a value under an unknown key that the syntax has not, such as
 *         null in TOML; the message tells its line and column. Since 2.0.
 */
CSHM_API cshm_status cshm_manifest_text(cshm_manifest manifest, uint32_t format, char *buffer, size_t *length,
                                        cshm_error *err);

/**
 * The manifest of an attached project, written from its segment: what the store has, or would have.
 * @param[in] attachment  the attachment
 * @param[in] format      a cshm_manifest_format; CSHM_MANIFEST_DEFAULT is YAML
 * @param[out] buffer     receives the text
 * @param[in,out] length  bytes, see the rules on top
 * @param[out] err        or NULL
 * @return CSHM_ERR_BUFFER_TOO_SMALL; CSHM_ERR_STATE: the project is not published yet. Since 2.0.
 */
CSHM_API cshm_status cshm_attachment_manifest(cshm_attachment attachment, uint32_t format, char *buffer, size_t *length,
                                              cshm_error *err);

/**
 * Declares all groups, arrays and attributes of a layout, as if by the functions of the builder. Arrays are numbered in the
 * order of the layout, aliases not counted. Where the layout tells a fill value that is not zero, cshm_builder_allocate writes it.
 * A manifest is a layout, too: what it says of places in the segment is not looked at.
 * @param[in] builder  before allocate; what was declared before stays
 * @param[in] layout   may be closed afterwards
 * @param[out] err     or NULL
 * @return as cshm_builder_group, _array, _alias and _attribute, with file, line and column; then a part of the layout may be
 *         declared, and the builder is good for cshm_builder_abort only. Since 2.0.
 */
CSHM_API cshm_status cshm_builder_layout(cshm_builder builder, cshm_manifest layout, cshm_error *err);

/* ---- dtype ----------------------------------------------------------------------------------------- */

/**
 * A dtype, taken apart. Kinds: 'b' bool, 'i' int, 'u' uint, 'f' float, 'c' complex, 'S' bytes, 'U' UTF-32, 'M' datetime64,
 * 'm' timedelta64, 'V' raw bytes, or structured where field_count > 0.
 */
typedef struct cshm_dtype {
  uint32_t size;        /**< sizeof(cshm_dtype) */
  uint32_t kind;        /**< one of the letters below */
  uint32_t byte_order;  /**< '<', '>', or '|' where it has none; '|' for a structured type */
  uint32_t field_count; /**< fields of a structured type, padding excluded */
  uint64_t itemsize;    /**< bytes of one element */
  uint32_t multiple;    /**< of 'M' and 'm': 25 in "<m8[25s]"; else 0 */
  char unit[12];        /**< of 'M' and 'm': "ns"; "" for generic */
} cshm_dtype;

#define CSHM_DTYPE_INIT {sizeof(cshm_dtype), 0, 0, 0, 0, 0, {0}}

/** A field of a structured dtype. */
typedef struct cshm_field {
  uint32_t size;                /**< sizeof(cshm_field) */
  uint32_t ndim;                /**< dimensions of the sub-array; 0 for a plain field */
  uint64_t offset;              /**< bytes from the element's beginning */
  uint64_t nbytes;              /**< bytes of the field */
  int64_t shape[CSHM_MAX_NDIM]; /**< of the sub-array, C order */
} cshm_field;

#define CSHM_FIELD_INIT {sizeof(cshm_field), 0, 0, 0, {0}}

/**
 * Takes a dtype string apart, and so checks it.
 * @param[in] dtype   see the top of this header
 * @param[out] parts  set up with CSHM_DTYPE_INIT
 * @param[out] err    or NULL
 * @return CSHM_ERR_BAD_TYPE: not understood; the message says where. Since 2.0.
 */
CSHM_API cshm_status cshm_dtype_parse(const char *dtype, cshm_dtype *parts, cshm_error *err);

/**
 * A field of a structured dtype.
 * @param[in] dtype              see the top of this header
 * @param[in] index              0 to field_count - 1
 * @param[out] field             set up with CSHM_FIELD_INIT
 * @param[out] name              receives the field's name
 * @param[in,out] name_length    bytes, see the rules on top
 * @param[out] format            receives the field's own dtype, which may be structured again
 * @param[in,out] format_length  bytes, see the rules on top
 * @param[out] err               or NULL
 * @return CSHM_ERR_BAD_TYPE; CSHM_ERR_NOT_FOUND: no such field; CSHM_ERR_BUFFER_TOO_SMALL: one of the two (both
 *         lengths are set, nothing is written). Since 2.0.
 */
CSHM_API cshm_status cshm_dtype_field(const char *dtype, uint32_t index, cshm_field *field, char *name,
                                      size_t *name_length, char *format, size_t *format_length, cshm_error *err);

#ifdef __cplusplus
}
#endif
#endif /* CUTESHM_CUTESHM_H */
