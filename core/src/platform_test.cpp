// SPDX-License-Identifier: MIT
// What the system seldom does by itself is asked of a filter on its calls, in a child.
extern "C" {
#include "platform.h"
}
#include "catch.hpp"

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr uint64_t MIB = UINT64_C(1) << 20, SIZE = 300 * MIB + 4096;

// From now on fallocate fails with `error` in this process where its argument number `which` is larger than `most`, which has
// 32 bits, as the argument has.
bool fail_fallocate(unsigned which, uint32_t most, uint32_t error) {
  const auto argument = static_cast<uint32_t>(offsetof(seccomp_data, args) + which * sizeof(uint64_t));
  sock_filter steps[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                         BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fallocate, 0, 3),
                         BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument),
                         BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, most, 0, 1),
                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program = {sizeof steps / sizeof steps[0], steps};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

constexpr unsigned OFFSET = 2, LENGTH = 3;

size_t open_files() {
  size_t count = 0;
  for (const auto &entry : std::filesystem::directory_iterator("/proc/self/fd"))
    count += entry.path().empty() ? 0 : 1;
  return count;
}

// What a child says by its exit code. One that is stuck is ended, and says 128 and the signal's number.
template <typename Work>
int in_child(Work work) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    alarm(20);
    _exit(work());
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace

TEST_CASE("a segment is reserved piece by piece, so that signals, however fast they come, do not keep it from that",
          "[platform][process]") {
  REQUIRE(in_child([] {
            int segment = -1;
            struct stat info = {};
            if (!fail_fallocate(LENGTH, MIB, EINTR)) return 2;
            if (cshm__platform_segment_create(SIZE, "cute-shm.platform-test", nullptr, &segment, nullptr) != CSHM_OK ||
                fstat(segment, &info) != 0)
              return 3;
            const uint64_t reserved = static_cast<uint64_t>(info.st_blocks) * 512;
            return static_cast<uint64_t>(info.st_size) == SIZE && reserved == SIZE ? 0 : 4;
          }) == 0);
}

TEST_CASE("of a segment that cannot be reserved whole nothing stays", "[platform][process]") {
  REQUIRE(in_child([] {
            int segment = -1;
            cshm_error err = CSHM_ERROR_INIT;
            const size_t before = open_files();
            if (!fail_fallocate(OFFSET, MIB, ENOSPC)) return 2; // not the first piece
            if (cshm__platform_segment_create(SIZE, "cute-shm.platform-test", nullptr, &segment, &err) !=
                CSHM_ERR_NO_SPACE)
              return 3;
            return segment == -1 && open_files() == before ? 0 : 4;
          }) == 0);
}
