/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE

#include "h5process.h"

#include "error.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "cuteshm-hdf5-load"
#define PATH_SIZE 4096
#define LEAST_MEMORY ((uint64_t)1 << 30)
#define MAX_FILES 1024

extern char **environ; /* NOLINT(readability-redundant-declaration): not every C library declares it */

/* ---- the program ------------------------------------------------------------------------------------ */

/* The folder of the library, or program, that has this code. */
static bool own_folder(char *folder, size_t size) {
  static const char here = 0;
  Dl_info info;
  if (!dladdr(&here, &info) || !info.dli_fname) return false;
  const char *end = strrchr(info.dli_fname, '/');
  if (!end || (size_t)(end - info.dli_fname) >= size) return false;
  memcpy(folder, info.dli_fname, (size_t)(end - info.dli_fname));
  folder[end - info.dli_fname] = '\0';
  return true;
}

/* Beside the library, as in a build tree and in wheels; or where it is installed. */
static bool find_program(char *path, size_t size) {
  static const char *const places[] = {"", CUTESHM_LIB_TO_LIBEXEC "/", "../bin/"};
  char folder[PATH_SIZE];
  const char *given = secure_getenv("CUTE_SHM_HDF5_LOADER");
  if (given && given[0] != '\0') return snprintf(path, size, "%s", given) < (int)size;
  if (!own_folder(folder, sizeof folder)) return false;
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    int length = snprintf(path, size, "%s/%s" PROGRAM, folder, places[i]);
    if (length < (int)size && access(path, X_OK) == 0) return true;
  }
  return false;
}

/* ---- the parent ------------------------------------------------------------------------------------- */

static cshm_status make_page(struct h5process *process, cshm_error *err) {
  process->page = memfd_create("cuteshm-hdf5-load", MFD_CLOEXEC);
  if (process->page < 0 || ftruncate(process->page, sizeof *process->at))
    return cshm__fail_errno(err, errno, "a page to share with " PROGRAM);
  void *at = mmap(NULL, sizeof *process->at, PROT_READ | PROT_WRITE, MAP_SHARED, process->page, 0);
  if (at == MAP_FAILED) return cshm__fail_errno(err, errno, "a page to share with " PROGRAM);
  process->at = (struct h5at *)at;
  return CSHM_OK;
}

/* No signal of this process is ignored or blocked there, and those of its terminal are not for it. */
static int set_attributes(posix_spawnattr_t *attributes) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  int error = posix_spawnattr_setsigmask(attributes, &none);
  if (!error) error = posix_spawnattr_setsigdefault(attributes, &all);
  if (!error) error = posix_spawnattr_setpgroup(attributes, 0);
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;
  return error ? error : posix_spawnattr_setflags(attributes, flags);
}

/* It has its end of the socket, and nothing of this process's input and output but where errors go. */
static int set_actions(posix_spawn_file_actions_t *actions, int socket) {
  int error = posix_spawn_file_actions_adddup2(actions, socket, H5PROCESS_SOCKET);
  if (!error) error = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
  return error ? error : posix_spawn_file_actions_addopen(actions, 1, "/dev/null", O_WRONLY, 0);
}

static int spawn(const char *program, int socket, int64_t *id) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  char *arguments[] = {(char *)PROGRAM, NULL};
  pid_t child = 0;
  int error = posix_spawn_file_actions_init(&actions);
  if (error) return error;
  error = posix_spawnattr_init(&attributes);
  if (!error) {
    error = set_attributes(&attributes);
    if (!error) error = set_actions(&actions, socket);
    if (!error) error = posix_spawn(&child, program, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  *id = error ? 0 : child;
  return error;
}

cshm_status cshm__h5_process_begin(struct h5process *process, cshm_error *err) {
  char program[PATH_SIZE];
  int ends[2];
  *process = (struct h5process)H5PROCESS_INIT;
  if (!find_program(program, sizeof program))
    return cshm__fail(err, CSHM_ERR_UNSUPPORTED, 0,
                      "the program " PROGRAM ", which reads a file in isolation, is not beside the library: set "
                      "CUTE_SHM_HDF5_LOADER to its path, or load without isolation");
  cshm_status status = make_page(process, err);
  if (status) return status;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
    return cshm__fail_errno(err, errno, "a socket to " PROGRAM);
  process->socket = ends[0];
  int error = spawn(program, ends[1], &process->id);
  close(ends[1]);
  if (!error) return CSHM_OK;
  return cshm__fail(err, CSHM_ERR_UNSUPPORTED, error, "%s, which reads a file in isolation, cannot be run: %s", program,
                    strerror(error));
}

static void tell_fate(int state, struct h5process_fate *fate) {
  int signal = WIFSIGNALED(state) ? WTERMSIG(state) : 0;
  fate->end = signal == SIGXCPU   ? H5PROCESS_OUT_OF_TIME
              : signal == SIGKILL ? H5PROCESS_KILLED
              : signal            ? H5PROCESS_CRASHED
                                  : H5PROCESS_LEFT;
  if (signal)
    snprintf(fate->words, sizeof fate->words, "signal %d, %s", signal, strsignal(signal));
  else
    snprintf(fate->words, sizeof fate->words, "exit status %d", WIFEXITED(state) ? WEXITSTATUS(state) : -1);
}

static pid_t wait_for(int64_t id, int *state, int flags) {
  pid_t reaped;
  do
    reaped = waitpid((pid_t)id, state, flags);
  while (reaped < 0 && errno == EINTR);
  return reaped;
}

static void hang_up(struct h5process *process) {
  if (process->socket >= 0) close(process->socket);
  process->socket = -1;
}

/* One that has ended already, ends as it did: the signal changes nothing then. Where the caller's own handler of SIGCHLD, or the
 * kernel when SIGCHLD is ignored, has reaped it, its number may be another's: it gets no signal. One that may get no signal of
 * ours any more, ends because it is alone. */
static void reap(struct h5process *process, struct h5process_fate *fate) {
  int state = 0;
  pid_t reaped = wait_for(process->id, &state, WNOHANG);
  if (reaped == 0) {
    kill((pid_t)process->id, SIGKILL);
    hang_up(process);
    reaped = wait_for(process->id, &state, 0);
  }
  process->id = 0;
  if (reaped > 0)
    tell_fate(state, fate);
  else
    *fate = (struct h5process_fate){H5PROCESS_LEFT, "nobody knows how"};
}

void cshm__h5_process_end(struct h5process *process, struct h5process_fate *fate) {
  struct h5process_fate ignored;
  if (process->id > 0) reap(process, fate ? fate : &ignored);
  hang_up(process);
  if (process->at) munmap(process->at, sizeof *process->at);
  if (process->page >= 0) close(process->page);
  *process = (struct h5process)H5PROCESS_INIT;
}

/* ---- the socket ------------------------------------------------------------------------------------- */

int cshm__h5_socket_wait(int socket, bool to_send, int timeout_ms) {
  struct pollfd want = {socket, to_send ? POLLOUT : POLLIN, 0};
  int ready = poll(&want, 1, timeout_ms);
  if (ready < 0 && errno == EINTR) return 0; /* the caller comes again */
  return ready > 0 ? 1 : ready;
}

union descriptor_message {
  struct cmsghdr header;
  char room[CMSG_SPACE(sizeof(int))];
};

ptrdiff_t cshm__h5_socket_send(int socket, const void *data, size_t size, int descriptor) {
  union descriptor_message more;
  struct iovec part = {(void *)data, size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  memset(&more, 0, sizeof more);
  if (descriptor >= 0) {
    message.msg_control = &more;
    message.msg_controllen = sizeof more.room;
    more.header =
        (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof descriptor), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&more.header), &descriptor, sizeof descriptor);
  }
  ssize_t sent;
  do
    sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  return sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : sent;
}

ptrdiff_t cshm__h5_socket_receive(int socket, void *data, size_t size, int *descriptor) {
  union descriptor_message more;
  struct iovec part = {data, size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (descriptor) {
    message.msg_control = &more;
    message.msg_controllen = sizeof more.room;
  }
  ssize_t got;
  do
    got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  struct cmsghdr *header = got > 0 && descriptor ? CMSG_FIRSTHDR(&message) : NULL;
  if (header && header->cmsg_type == SCM_RIGHTS) memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
  return got;
}

/* ---- the child -------------------------------------------------------------------------------------- */

static void limit(int what, rlim_t most) {
  struct rlimit now;
  if (getrlimit((__rlimit_resource_t)what, &now)) return;
  now.rlim_cur = most < now.rlim_max ? most : now.rlim_max;
  setrlimit((__rlimit_resource_t)what, &now);
}

static uint64_t half_of_memory(void) {
  long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  uint64_t half = pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size / 2 : 0;
  return half > LEAST_MEMORY ? half : LEAST_MEMORY;
}

/* Not every program sees to it that those it starts have none of its descriptors. */
void cshm__h5_process_alone(void) { closefrom(H5PROCESS_SOCKET + 1); }

void cshm__h5_process_limit(int64_t parent, uint64_t memory) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != (pid_t)parent) _exit(EXIT_FAILURE); /* it had died before */
  signal(SIGXFSZ, SIG_IGN);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_NOFILE, MAX_FILES);
#if CUTESHM_LIMIT_MEMORY
  limit(RLIMIT_DATA, memory ? memory : half_of_memory());
#else
  (void)memory, (void)half_of_memory;
#endif
}

bool cshm__h5_process_allow(int descriptor, uint64_t *size) {
  struct stat info;
  if (descriptor < 0 || fstat(descriptor, &info)) return false;
  limit(RLIMIT_FSIZE, (rlim_t)info.st_size);
  *size = (uint64_t)info.st_size;
  return S_ISREG(info.st_mode);
}

struct h5at *cshm__h5_process_page(int descriptor) {
  void *at =
      descriptor < 0 ? MAP_FAILED : mmap(NULL, sizeof(struct h5at), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (descriptor >= 0) close(descriptor);
  return at == MAP_FAILED ? NULL : (struct h5at *)at;
}
