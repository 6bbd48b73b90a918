// SPDX-License-Identifier: MIT
#include "h5scratch.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sys/wait.h>
#include <thread>

namespace {

// The program that a load in isolation starts, while this lives.
struct Loader {
  explicit Loader(const char *path, const char *way = "") {
    setenv("CUTE_SHM_HDF5_LOADER", path, 1);
    setenv("CUTESHM_HOSTILE", way, 1);
  }
  Loader(const Loader &) = delete;
  Loader &operator=(const Loader &) = delete;
  ~Loader() {
    unsetenv("CUTE_SHM_HDF5_LOADER");
    unsetenv("CUTESHM_HOSTILE");
  }
};

cshm_hdf5_options isolated() {
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  options.isolate = 1;
  return options;
}

std::string make_numbers(const H5Scratch &scratch) {
  return scratch.make([](hid_t file) {
    add_numbers(file, "a", {100, 100});
    add_numbers(file, "b", {1000, 1000}, {10, 1000});
    add_strings(file, "words", 100);
  });
}

uint64_t nbytes_of(const H5Scratch &scratch, const std::string &path, cshm_hdf5_options options, uint32_t isolate) {
  uint64_t nbytes = 0;
  cshm_error err = scratch.err;
  options.isolate = isolate;
  INFO(err.message);
  REQUIRE(cshm_hdf5_nbytes(path.c_str(), &options, &nbytes, &err) == CSHM_OK);
  return nbytes;
}

bool has_segment(const std::string &project) {
  for (const auto &entry : std::filesystem::directory_iterator("/dev/shm"))
    if (entry.path().filename().string().find(project) != std::string::npos) return true;
  return false;
}

bool has_child() { return waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD; }

// A name that nobody else's segment has.
std::string own_name() { return "isolated-" + std::to_string(getpid()); }

void check_nothing_is_left(const H5Scratch &scratch) {
  CHECK(scratch.projects().empty());
  CHECK_FALSE(has_segment(own_name()));
  CHECK_FALSE(has_child());
}

int32_t element(cshm_attachment attachment, const char *path, size_t index) {
  cshm_array array{};
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  REQUIRE(cshm_array_open(attachment, path, &array, nullptr) == CSHM_OK);
  REQUIRE(cshm_array_describe(array, &view, nullptr) == CSHM_OK);
  int32_t value = static_cast<const int32_t *>(view.data)[index];
  cshm_array_release(array, nullptr);
  return value;
}

} // namespace

TEST_CASE("a file that another process reads is loaded as in this one", "[h5isolate]") {
  H5Scratch scratch;
  Loader loader(CUTESHM_TEST_LOADER);
  std::string path = make_numbers(scratch);
  cshm_hdf5_options options = isolated();
  cshm_attachment attachment{};
  std::vector<uint64_t> totals;
  options.user = &totals;
  options.progress = [](void *user, uint64_t done, uint64_t total) -> int32_t {
    if (done == total) static_cast<std::vector<uint64_t> *>(user)->push_back(total);
    return 0;
  };
  REQUIRE(cshm_hdf5_load(scratch.store, own_name().c_str(), path.c_str(), &options, &attachment, &scratch.err) ==
          CSHM_OK);
  CHECK(element(attachment, "a", 9999) == 9999);
  CHECK(element(attachment, "b", 999999) == 999999);
  CHECK(totals.back() >= 4 * 1010000);
  CHECK_FALSE(has_child());
  cshm_detach(attachment, nullptr);
}

TEST_CASE("a file that another process reads can be loaded sealed, and once", "[h5isolate]") {
  H5Scratch scratch;
  Loader loader(CUTESHM_TEST_LOADER);
  std::string path = make_numbers(scratch);
  cshm_hdf5_options options = isolated();
  cshm_attachment attachment{};
  options.sealed = 1;
  REQUIRE(cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, &attachment, &scratch.err) == CSHM_OK);
  CHECK(element(attachment, "b", 999999) == 999999);
  cshm_detach(attachment, nullptr);
  options.sealed = 0;
  REQUIRE(cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, nullptr, &scratch.err) == CSHM_OK);
  CHECK(cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, nullptr, &scratch.err) == CSHM_ERR_EXISTS);
}

TEST_CASE("files that other processes read are loaded at the same time", "[h5isolate]") {
  H5Scratch scratch;
  Loader loader(CUTESHM_TEST_LOADER);
  std::string path = make_numbers(scratch);
  cshm_hdf5_options options = isolated();
  std::vector<std::thread> threads;
  std::vector<cshm_status> statuses(4, CSHM_ERR_STATE);
  for (size_t i = 0; i < statuses.size(); i++)
    threads.emplace_back([&, i] {
      statuses[i] =
          cshm_hdf5_load(scratch.store, ("p" + std::to_string(i)).c_str(), path.c_str(), &options, nullptr, nullptr);
    });
  for (std::thread &thread : threads)
    thread.join();
  CHECK(statuses == std::vector<cshm_status>(4, CSHM_OK));
  CHECK_FALSE(has_child());
}

TEST_CASE("a file that another process measures has as many bytes as in this one", "[h5isolate]") {
  H5Scratch scratch;
  Loader loader(CUTESHM_TEST_LOADER);
  std::string path = make_numbers(scratch);
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  const uint64_t words = 1000 + 101 * sizeof(int64_t);
  CHECK(nbytes_of(scratch, path, options, 0) == 4 * 1010000 + words);
  CHECK(nbytes_of(scratch, path, options, 1) == 4 * 1010000 + words);
  options.select = "a\nwords";
  CHECK(nbytes_of(scratch, path, options, 0) == 40000 + words);
  CHECK(nbytes_of(scratch, path, options, 1) == 40000 + words);
  options.max_bytes_per_dataset = 40000 - 1;
  CHECK(nbytes_of(scratch, path, options, 0) == words);
  CHECK(nbytes_of(scratch, path, options, 1) == words);
  check_nothing_is_left(scratch);
}

TEST_CASE("the process that measures a file may do what it will: the caller is told", "[h5isolate]") {
  struct Case { const char *way, *words; };
  const auto test = GENERATE(
      Case{"crash", "crashed while it read 'b/b1' (signal 11"}, Case{"loop", "came to no end while it read 'b/b1'"},
      Case{"exit", "ended while it read 'b/b1'"}, Case{"no kind", "out of hand"}, Case{"many lengths", "out of hand"},
      Case{"array twice", "out of hand"}, Case{"nothing done", "out of hand"});
  H5Scratch scratch;
  Loader loader(CUTESHM_TEST_HOSTILE_LOADER, test.way);
  cshm_hdf5_options options = isolated();
  uint64_t nbytes = 4711;
  CHECK(cshm_hdf5_nbytes(make_numbers(scratch).c_str(), &options, &nbytes, &scratch.err) == CSHM_ERR_HDF5);
  INFO(test.way << ": " << scratch.err.message);
  CHECK(std::string(scratch.err.message).find(test.words) != std::string::npos);
  CHECK(nbytes == 4711);
  check_nothing_is_left(scratch);
}

TEST_CASE("a file is measured until the caller wants no more", "[h5isolate]") {
  H5Scratch scratch;
  Loader loader(CUTESHM_TEST_HOSTILE_LOADER, "sleep");
  std::string path = make_numbers(scratch);
  cshm_hdf5_options options = isolated();
  uint64_t nbytes = 0;
  options.progress = [](void *, uint64_t, uint64_t) -> int32_t { return 1; };
  CHECK(cshm_hdf5_nbytes(path.c_str(), &options, &nbytes, &scratch.err) == CSHM_ERR_CANCELLED);
  CHECK(cshm_hdf5_nbytes((scratch.folder + "/none").c_str(), nullptr, &nbytes, &scratch.err) == CSHM_ERR_NOT_FOUND);
  CHECK(cshm_hdf5_nbytes(path.c_str(), nullptr, nullptr, &scratch.err) == CSHM_ERR_INVALID_ARGUMENT);
  check_nothing_is_left(scratch);
}

TEST_CASE("what another process says of a file is the caller's to read", "[h5isolate]") {
  H5Scratch scratch;
  Loader loader(CUTESHM_TEST_LOADER);
  cshm_hdf5_options options = isolated();
  std::string path = scratch.folder + "/none.h5";
  CHECK(cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, nullptr, &scratch.err) == CSHM_ERR_NOT_FOUND);
  CHECK(std::string(scratch.err.message).find("none.h5") != std::string::npos);
  std::ofstream(path) << "this is no HDF5 file";
  CHECK(cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, nullptr, &scratch.err) == CSHM_ERR_HDF5);
  check_nothing_is_left(scratch);
}

TEST_CASE("the process that reads a file may do what it will: the caller is told, and nothing is left", "[h5isolate]") {
  struct Case { const char *way, *words; };
  const auto test = GENERATE(
      Case{"exit", "ended while it read 'b/b1' (exit status 0)"},
      Case{"crash", "crashed while it read 'b/b1' (signal 11"}, Case{"kill", "was killed while it read 'b/b1'"},
      Case{"loop", "came to no end while it read 'b/b1' (signal 24"}, Case{"hang up", "was killed while it read"},
      Case{"no kind", "out of hand"}, Case{"too short", "out of hand"}, Case{"too long", "out of hand"},
      Case{"empty", "out of hand"}, Case{"fewer lengths", "out of hand"}, Case{"many lengths", "out of hand"},
      Case{"nothing done", "out of hand"}, Case{"no such status", "out of hand"}, Case{"no text", "out of hand"},
      Case{"crash later", "crashed while it read 'b/b1'"});
  H5Scratch scratch;
  Loader loader(CUTESHM_TEST_HOSTILE_LOADER, test.way);
  std::string path = make_numbers(scratch);
  cshm_hdf5_options options = isolated();
  INFO(test.way);
  CHECK(cshm_hdf5_load(scratch.store, own_name().c_str(), path.c_str(), &options, nullptr, &scratch.err) ==
        CSHM_ERR_HDF5);
  INFO(scratch.err.message);
  CHECK(std::string(scratch.err.message).find(test.words) != std::string::npos);
  check_nothing_is_left(scratch);
}

TEST_CASE("declarations that a builder refuses, and an index that is overwritten, fail the load", "[h5isolate]") {
  const char *way = GENERATE("array twice", "scribble");
  H5Scratch scratch;
  Loader loader(CUTESHM_TEST_HOSTILE_LOADER, way);
  std::string path = make_numbers(scratch);
  cshm_hdf5_options options = isolated();
  CHECK(cshm_hdf5_load(scratch.store, own_name().c_str(), path.c_str(), &options, nullptr, &scratch.err) != CSHM_OK);
  check_nothing_is_left(scratch);
}

TEST_CASE("a load can be cancelled while the process that reads the file does nothing", "[h5isolate]") {
  H5Scratch scratch;
  Loader loader(CUTESHM_TEST_HOSTILE_LOADER, "sleep");
  std::string path = make_numbers(scratch);
  cshm_hdf5_options options = isolated();
  int calls = 0;
  options.user = &calls;
  options.progress = [](void *user, uint64_t, uint64_t) -> int32_t { return ++*static_cast<int *>(user) == 3; };
  CHECK(cshm_hdf5_load(scratch.store, own_name().c_str(), path.c_str(), &options, nullptr, &scratch.err) ==
        CSHM_ERR_CANCELLED);
  CHECK(calls == 3);
  check_nothing_is_left(scratch);
}

TEST_CASE("a caller that ignores SIGCHLD, or has no such program, is told so", "[h5isolate]") {
  H5Scratch scratch;
  std::string path = make_numbers(scratch);
  cshm_hdf5_options options = isolated();
  {
    Loader loader("/nowhere/cuteshm-hdf5-load");
    CHECK(cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, nullptr, &scratch.err) == CSHM_ERR_UNSUPPORTED);
    CHECK(std::string(scratch.err.message).find("/nowhere/cuteshm-hdf5-load") != std::string::npos);
  }
  Loader loader(CUTESHM_TEST_LOADER);
  auto before = signal(SIGCHLD, SIG_IGN);
  CHECK(cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, nullptr, &scratch.err) == CSHM_OK);
  signal(SIGCHLD, before);
}

TEST_CASE("a process that reads a file ends with its parent", "[h5isolate]") {
  H5Scratch scratch;
  Loader loader(CUTESHM_TEST_LOADER);
  std::string path = scratch.make([](hid_t file) { add_numbers(file, "a", {1000, 1000}); });
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  pid_t child = fork();
  if (child == 0) { // dies in its first progress call; both ends of the pipe are then closed, if nobody else has them
    cshm_hdf5_options options = isolated();
    options.progress = [](void *, uint64_t, uint64_t) -> int32_t { return kill(getpid(), SIGKILL); };
    cshm_store store{};
    if (cshm_store_open((scratch.folder + "/store").c_str(), nullptr, &store, nullptr) != CSHM_OK) _exit(1);
    cshm_hdf5_load(store, own_name().c_str(), path.c_str(), &options, nullptr, nullptr);
    _exit(1);
  }
  close(ends[1]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  char byte = 0;
  CHECK(read(ends[0], &byte, 1) == 0);
  close(ends[0]);
  check_nothing_is_left(scratch);
}
