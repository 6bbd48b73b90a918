// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

extern "C" {
#include "h5move.h"
}
#include <cstdio>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace {

// A file without a name: on a disk, or of shared memory.
struct File {
  explicit File(bool shared) : fd(shared ? memfd_create("h5move", MFD_CLOEXEC) : fileno(stream = tmpfile())) {
    REQUIRE(fd >= 0);
  }
  File(const File &) = delete;
  File &operator=(const File &) = delete;
  ~File() { stream ? fclose(stream) : close(fd); }

  void put(const std::string &bytes) const {
    REQUIRE(pwrite(fd, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  }
  std::string get(size_t size) const {
    std::string bytes(size, '?');
    REQUIRE(pread(fd, bytes.data(), size, 0) == static_cast<ssize_t>(size));
    return bytes;
  }

  FILE *stream = nullptr;
  int fd;
};

std::string ramp(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; i++)
    bytes[i] = static_cast<char>(i * 7 + i / 251);
  return bytes;
}

} // namespace

TEST_CASE("bytes are moved from any place to any place, and nothing beside them changes", "[h5move]") {
  const bool shared = GENERATE(false, true);
  const size_t from = GENERATE(as<size_t>{}, 0, 1, 4096, 70001), to = GENERATE(as<size_t>{}, 0, 5, 8192);
  const size_t size = GENERATE(as<size_t>{}, 1, 4095, 300000);
  const std::string bytes = ramp(from + size + 10);
  File source(shared), segment(true);
  source.put(bytes);
  segment.put(std::string(to + size + 10, '.'));
  REQUIRE(cshm__h5_move(source.fd, from, segment.fd, to, size) == size);
  CHECK(segment.get(to + size + 10) == std::string(to, '.') + bytes.substr(from, size) + std::string(10, '.'));
}

TEST_CASE("of a file that ends too early as much is moved as there is", "[h5move]") {
  File source(false), segment(true);
  source.put(ramp(10000));
  segment.put(std::string(20000, '.'));
  CHECK(cshm__h5_move(source.fd, 4000, segment.fd, 100, 10000) == 6000);
  CHECK(segment.get(20000) == std::string(100, '.') + ramp(10000).substr(4000) + std::string(13900, '.'));
  CHECK(cshm__h5_move(source.fd, 10000, segment.fd, 100, 10) == 0);
}

TEST_CASE("what the kernel does not move is left to those who can tell why", "[h5move]") {
  File source(false), segment(true);
  source.put(ramp(100));
  int pipes[2];
  REQUIRE(pipe(pipes) == 0);
  CHECK(cshm__h5_move(source.fd, 0, pipes[1], 0, 100) == 0); // it has no position
  CHECK(cshm__h5_move(pipes[1], 0, segment.fd, 0, 100) == 0);
  CHECK(cshm__h5_move(-1, 0, segment.fd, 0, 100) == 0);
  CHECK(cshm__h5_move(source.fd, 0, -1, 0, 100) == 0);
  close(pipes[0]);
  close(pipes[1]);
}
