// Children that are another user, or have a /dev/shm of their own.
//
// SPDX-License-Identifier: MIT
#pragma once

#include "process_fixture.hpp"

#include <grp.h>
#include <sched.h>
#include <sys/mount.h>

namespace process {

constexpr uid_t NOBODY = 65534;

// In a child: becomes another user than root. Where the tests do not run as root it is that user already.
inline bool become_nobody() {
  return geteuid() != 0 || (setgroups(0, nullptr) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
}

// Runs a function in a child as another user than root.
inline int unprivileged(const std::function<int()> &work) {
  return in_child([&] { return become_nobody() ? work() : 98; });
}

// In a child: a folder is a tmpfs of this child's own. `more`: further namespaces it is to have.
inline bool own_tmpfs(const char *folder, const char *options, int more = 0) {
  const int flags = (geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) | more;
  return unshare(flags) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("tmpfs", folder, "tmpfs", 0, options) == 0;
}

// The same for /dev/shm, of so many bytes.
inline bool small_dev_shm(const char *size) { return own_tmpfs("/dev/shm", size); }

} // namespace process
