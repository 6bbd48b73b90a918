/*
 * cute-shm: from an HDF5 file to a project, and back. Library libcuteshm_hdf5; those who only attach do not need it.
 *
 * SPDX-License-Identifier: MIT
 *
 * The rules at the top of <cuteshm/cuteshm.h> hold here, too. HDF5 itself runs one call at a time: loads in several
 * threads of one process wait for each other, but not while a progress callback runs. Do not fork while a load is under
 * way.
 */
#ifndef CUTESHM_HDF5_H
#define CUTESHM_HDF5_H

#include <cuteshm/cuteshm.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Called now and then while data is read, by the thread that called the library, with bytes of data.
 * @param[in] user   as given in the options
 * @param[in] done   bytes written so far; 0 at first, `total` at last. It begins at 0 again, with a smaller total, when a
 *                   dataset turned out to be unreadable and the load starts anew without it
 * @param[in] total  bytes to write. While `done` is 0 it may still grow: how much there is in strings and sequences of any
 *                   length has to be read first
 * @return 0 to go on; anything else cancels: CSHM_ERR_CANCELLED, and nothing is created
 */
typedef int32_t (*cshm_progress_fn)(void *user, uint64_t done, uint64_t total);

/** Which other files may be read: what a link, a virtual dataset or external storage names is chosen by whoever wrote the
 * file. */
typedef enum cshm_hdf5_outside {
  CSHM_HDF5_OUTSIDE_DATA = 0,   /**< data of virtual datasets and external storage, in the file's folder or below it */
  CSHM_HDF5_OUTSIDE_FOLDER = 1, /**< and what links into other files lead to, there */
  CSHM_HDF5_OUTSIDE_ANYWHERE = 2, /**< all that anywhere */
} cshm_hdf5_outside;

typedef struct cshm_hdf5_options {
  uint32_t size;                  /**< sizeof(cshm_hdf5_options) */
  uint32_t overwrite;             /**< as in cshm_builder_options */
  uint32_t lifetime;              /**< a cshm_lifetime */
  uint32_t strict;                /**< not 0: fail, before anything is created, where an object would be skipped */
  cshm_progress_fn progress;      /**< or NULL */
  void *user;                     /**< for `progress` */
  const char *producer;           /**< as in cshm_builder_options */
  uint32_t sealed;                /**< as in cshm_builder_options; `attachment` may then not be NULL */
  uint32_t threads;               /**< that read and unfold chunks; 0: as many as there are cores */
  uint32_t native_endian;         /**< not 0: numbers of the other byte order become those of this machine */
  uint32_t external_links;        /**< a cshm_hdf5_outside */
  const char *select;             /**< globs, one a line: only what one of them matches is loaded; NULL: everything */
  const char *exclude;            /**< the same of what is left out, whatever `select` says; or NULL */
  uint64_t max_bytes_per_dataset; /**< larger datasets are left out; 0: none is */
  uint32_t isolate; /**< not 0: a process of its own reads the file, and HDF5 is not called in this one; see below */
  uint32_t isolate_seconds; /**< of processor time that it may use without getting any further; 0: 4 */
  uint64_t isolate_memory;  /**< bytes that it may have; 0: half of the machine's, and 1 GiB at least */
} cshm_hdf5_options;

#define CSHM_HDF5_OPTIONS_INIT                                                                                         \
  {sizeof(cshm_hdf5_options),                                                                                          \
   0,                                                                                                                  \
   CSHM_PERSISTENT,                                                                                                    \
   0,                                                                                                                  \
   NULL,                                                                                                               \
   NULL,                                                                                                               \
   NULL,                                                                                                               \
   0,                                                                                                                  \
   0,                                                                                                                  \
   0,                                                                                                                  \
   CSHM_HDF5_OUTSIDE_DATA,                                                                                             \
   NULL,                                                                                                               \
   NULL,                                                                                                               \
   0,                                                                                                                  \
   0,                                                                                                                  \
   0,                                                                                                                  \
   0}

/**
 * Loads a whole HDF5 file, or what of it is selected, into shared memory and publishes it as a project. Data is streamed
 * through buffers of a few MiB and 4 chunks a thread, whatever the file's size, by `threads` threads where HDF5 is not
 * needed: contiguous data and chunks without conversion, with deflate, shuffle, fletcher32 and lzf. Signals are blocked in
 * them, and they end before this returns.
 * `select` and `exclude` are globs, one a line, for paths: `*` stands for anything within a level, `**` across levels, `?` for
 * one character, and a backslash takes its meaning from the next; one that matches a group takes all that is in it. What is
 * left out by them, or as too large, is not skipped: notes of kind CSHM_NOTE_ORIGIN tell what was asked for, and how many
 * objects were left out. What cannot be represented is left out and told by a note of kind CSHM_NOTE_SKIPPED
 * (path, reason); notes of kind CSHM_NOTE_ORIGIN tell the file's path, size and modification time.
 * On failure nothing is created, and a project that was to be overwritten is whole.
 *
 * HDF5 can be made to crash, to loop or to eat memory by a file that is damaged, or made for it. With `isolate` that ends
 * another process, and this call with CSHM_ERR_HDF5, which names the object that was being read. It is the program
 * `cuteshm-hdf5-load`, beside this library, in libexec, or where $CUTE_SHM_HDF5_LOADER says. It runs as this user, with all
 * rights: HDF5 taken over by a file can do what this user can. Loads in several threads then do not wait for each other.
 * @param[in] store        where to publish
 * @param[in] project      its name
 * @param[in] file         path of the HDF5 file
 * @param[in] options      NULL for the defaults
 * @param[out] attachment  a read-only attachment of the new project, which the caller then owns; or NULL
 * @param[out] err         or NULL
 * @return CSHM_ERR_NOT_FOUND: no such file, or `select` matches nothing in it; CSHM_ERR_HDF5: not HDF5, truncated, written
 *         by a newer HDF5 than the one linked, or unreadable; CSHM_ERR_EXISTS; CSHM_ERR_BAD_NAME; CSHM_ERR_NO_SPACE: the
 *         message lists the ten largest datasets, and nothing was created; CSHM_ERR_CANCELLED;
 *         CSHM_ERR_UNSUPPORTED: `strict`, and an object cannot be represented; or another HDF5 library has taken the place of
 *         the one this was built for; or `isolate`, and the program for it is not there; CSHM_ERR_PERMISSION; CSHM_ERR_SYSTEM.
 * Since 2.0.
 */
CSHM_API cshm_status cshm_hdf5_load(cshm_store store, const char *project, const char *file,
                                    const cshm_hdf5_options *options, cshm_attachment *attachment, cshm_error *err);

/**
 * The data in a file, in bytes: what cshm_hdf5_load with the same options would put into arrays, with those that turn out to
 * be unreadable only then. Strings and sequences of any length are read for it, no other data. With `isolate` by a process of
 * its own, as there.
 * @param[in] file     path of the HDF5 file
 * @param[in] options  NULL for the defaults. Those of the project (overwrite, lifetime, sealed, producer) and `strict` mean
 *                     nothing here; `progress` is told 0 of what is known so far
 * @param[out] nbytes  bytes; untouched on failure
 * @param[out] err     or NULL
 * @return CSHM_ERR_NOT_FOUND: no such file, or `select` matches nothing in it; CSHM_ERR_HDF5: as cshm_hdf5_load;
 *         CSHM_ERR_CANCELLED; CSHM_ERR_UNSUPPORTED: `isolate`, and the program for it is not there, or another HDF5 library
 *         has taken the place of the one this was built for; CSHM_ERR_PERMISSION; CSHM_ERR_SYSTEM. Since 2.0.
 */
CSHM_API cshm_status cshm_hdf5_nbytes(const char *file, const cshm_hdf5_options *options, uint64_t *nbytes,
                                      cshm_error *err);

typedef struct cshm_hdf5_save_options {
  uint32_t size;      /**< sizeof(cshm_hdf5_save_options) */
  uint32_t overwrite; /**< not 0: replace a file that is there already, as soon as the new one is whole */
  uint32_t deflate;   /**< level of compression, 1 to 9; 0: none */
  uint32_t shuffle; /**< not 0: before compressing, put together the first bytes of all elements, then the second ... */
  uint64_t chunk;   /**< bytes of a chunk, at most 1 GiB; 0: 1 MiB where `deflate` asks for chunks, else none at all */
  uint32_t threads; /**< that compress; 0: as many as there are cores */
  uint32_t reserved;         /**< 0 */
  cshm_progress_fn progress; /**< or NULL */
  void *user;                /**< for `progress` */
} cshm_hdf5_save_options;

#define CSHM_HDF5_SAVE_OPTIONS_INIT {sizeof(cshm_hdf5_save_options), 0, 0, 0, 0, 0, 0, NULL, NULL}

/**
 * Saves a project as an HDF5 file: groups, arrays and all attributes; second paths as hard links, ragged arrays as datasets of
 * strings or sequences of any length; what loading marked (enums, references, null dataspaces ...) as what it was; notes are not
 * saved. docs/hdf5.md tells how each dtype is mapped: loaded again, the project is the same but for its notes and for the order of
 * arrays that are in Fortran's. HDF5 1.8 and later read the file.
 * Data goes straight from shared memory to the file, or through 4 chunks a thread where there are chunks. Whoever writes into the
 * project meanwhile may be saved half.
 *
 * The file gets its name when it is whole and on the disk: on failure, or when the process is killed, nothing remains of it, and a
 * file that was to be overwritten is whole. Only where the file system knows no files without a name is it called
 * `.cute-shm.*.part` until then, and a process that is killed leaves that.
 * @param[in] attachment  in any mode
 * @param[in] file        path of the HDF5 file; a symbolic link is followed
 * @param[in] options     NULL for the defaults
 * @param[out] err        or NULL
 * @return CSHM_ERR_EXISTS: there is such a file, and `overwrite` is 0, or it is no regular file; CSHM_ERR_NOT_FOUND: no such
 *         folder; CSHM_ERR_BAD_NAME: the path ends with "/"; CSHM_ERR_NO_SPACE: the disk is full; CSHM_ERR_CANCELLED;
 *         CSHM_ERR_HDF5: HDF5 has no room for an object, which is named: a dtype of thousands of fields, say;
 *         CSHM_ERR_UNSUPPORTED: as cshm_hdf5_load; CSHM_ERR_INVALID_ARGUMENT: an option out of its range;
 *         CSHM_ERR_PERMISSION; CSHM_ERR_SYSTEM. Since 2.0.
 */
CSHM_API cshm_status cshm_hdf5_save(cshm_attachment attachment, const char *file, const cshm_hdf5_save_options *options,
                                    cshm_error *err);

/** The version of the HDF5 library in use, "1.10.8". Static string. Never fails. Since 2.0. */
CSHM_API const char *cshm_hdf5_version(void);

#ifdef __cplusplus
}
#endif
#endif /* CUTESHM_HDF5_H */
