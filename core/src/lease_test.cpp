// SPDX-License-Identifier: MIT
#include "builder_scratch.hpp"
extern "C" {
#include "lease.h"
#include "listing.h"
#include "platform.h"
#include "project.h"
#include "project_remove.h"
}
#include <csignal>
#include <sys/wait.h>

namespace {
// Runs `work` in a child and tells how the child ended.
template <typename Work>
int in_child(Work work) {
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    work();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}
size_t listed(Scratch &scratch) {
  listing *found = nullptr;
  REQUIRE(cshm__listing_make(&scratch.where, &found, nullptr) == CSHM_OK);
  size_t count = found->count;
  cshm__listing_free(found);
  return count;
}
} // namespace

TEST_CASE("a project whose owner was killed is gone at the next look", "[lease][process]") {
  Scratch scratch;
  int status = in_child([&] {
    scratch.publish(1, false, CSHM_OWNER);
    raise(SIGKILL);
  });
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(scratch.segments().size() == 1); // nobody has looked yet
  SECTION("list") { CHECK(listed(scratch) == 0); }
  SECTION("attach") {
    mapping *mapped = nullptr;
    CHECK(cshm__mapping_open(&scratch.where, scratch.project().c_str(), CSHM_READ_ONLY, &mapped, nullptr) ==
          CSHM_ERR_NOT_FOUND);
  }
  SECTION("create") {
    REQUIRE(scratch.publish(2) == CSHM_OK);
    REQUIRE(cshm__project_unlink(&scratch.where, scratch.project().c_str(), 0, nullptr) == CSHM_OK);
  }
  CHECK(scratch.segments().empty());
  CHECK(scratch.files().empty());
}

TEST_CASE("what nobody uses any more is held alone while it is replaced, so that nobody attaches it meanwhile",
          "[lease][process]") {
  Scratch scratch;
  REQUIRE(WIFSIGNALED(in_child([&] {
    cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
    options.lifetime = CSHM_LAST_USER;
    builder *made = nullptr;
    if (cshm__builder_new(&scratch.where, scratch.project().c_str(), &options, &made, nullptr) != CSHM_OK) _exit(2);
    uint32_t array;
    mapping *mapped = nullptr;
    cshm__tree_array(&made->tree, "a", "<i4", 0, nullptr, CSHM_ORDER_C, &array, nullptr);
    cshm__builder_allocate(made, nullptr);
    cshm__builder_map_published(made, &mapped, nullptr);
    cshm__builder_publish(made, mapped, true, nullptr); // and keeps the mapping
    raise(SIGKILL);
  })));
  struct project previous;
  bool live = true;
  int directory = -1, other = -1;
  uint64_t size;
  REQUIRE(scratch.segments().size() == 1);
  REQUIRE(cshm__platform_directory_open(scratch.root.c_str(), nullptr, false, &directory, nullptr) == CSHM_OK);
  REQUIRE(cshm__platform_segment_open(scratch.segments()[0].c_str(), nullptr, false, &other, &size, nullptr) ==
          CSHM_OK);
  REQUIRE(cshm__platform_lease_is_free(other, PLATFORM_LEASE_USERS));
  REQUIRE(cshm__project_previous(&scratch.where, directory, scratch.project().c_str(), &previous, &live, nullptr) ==
          CSHM_OK);
  CHECK_FALSE(live);
  CHECK_FALSE(cshm__platform_lease_is_free(other, PLATFORM_LEASE_USERS));
  cshm__project_let_previous_go(&previous);
  CHECK(cshm__platform_lease_is_free(other, PLATFORM_LEASE_USERS));
  cshm__platform_close(other);
  cshm__platform_close(directory);
}

TEST_CASE("a project is gone at once when its owner exits", "[lease][process]") {
  Scratch scratch;
  int status = in_child([&] {
    scratch.publish(1, false, CSHM_OWNER);
    exit(0);
  });
  REQUIRE(WIFEXITED(status));
  CHECK(scratch.segments().empty());
  CHECK(scratch.files().empty());
}

TEST_CASE("a child of the owner neither unlinks nor keeps alive", "[lease][process]") {
  Scratch scratch;
  int to_grandchild[2], from_grandchild[2];
  REQUIRE(pipe(to_grandchild) == 0);
  REQUIRE(pipe(from_grandchild) == 0);
  int status = in_child([&] {
    scratch.publish(1, false, CSHM_OWNER);
    scratch.attach(); // children inherit the mapping, too
    char byte = 0;
    if (in_child([] { exit(0); }) != 0) _exit(2); // a child that exits in the ordinary way
    if (scratch.segments().size() != 1) _exit(3); // ... has removed nothing
    if (fork() == 0) {                            // a child that outlives its parent
      close(to_grandchild[1]);
      (void)!write(from_grandchild[1], &byte, 1);
      (void)!read(to_grandchild[0], &byte, 1);
      _exit(0);
    }
    (void)!read(from_grandchild[0], &byte, 1); // it runs: its copy of the lease is closed
    raise(SIGKILL);
  });
  REQUIRE(WIFSIGNALED(status));
  CHECK(listed(scratch) == 0);
  CHECK(scratch.segments().empty());
  for (int end : {to_grandchild[0], to_grandchild[1], from_grandchild[0], from_grandchild[1]})
    close(end);
}

TEST_CASE("a child made while a store was locked does not keep it locked", "[lease][process]") {
  Scratch scratch;
  int locked, again;
  REQUIRE(cshm__platform_directory_open(scratch.where.root, nullptr, true, &locked, nullptr) == CSHM_OK);
  REQUIRE(cshm__platform_directory_lock(locked, false, nullptr) == CSHM_OK);
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    pause();
    _exit(0);
  }
  REQUIRE(cshm__platform_directory_open(scratch.where.root, nullptr, true, &again, nullptr) == CSHM_OK);
  CHECK(cshm__platform_directory_lock(again, false, nullptr) == CSHM_ERR_TIMEOUT);
  cshm__platform_directory_close(locked);
  CHECK(cshm__platform_directory_lock(again, false, nullptr) == CSHM_OK);
  cshm__platform_directory_close(again);
  kill(child, SIGKILL);
  REQUIRE(waitpid(child, nullptr, 0) == child);
}

TEST_CASE("an owner's project that someone else overwrote or unlinked is left alone at exit", "[lease][process]") {
  Scratch scratch;
  int status = in_child([&] {
    scratch.publish(1, false, CSHM_OWNER);
    if (in_child([&] { scratch.publish(2, true); }) != 0) _exit(2);
    exit(0);
  });
  REQUIRE(status == 0);
  mapping *mapped = scratch.attach();
  CHECK(Scratch::value(mapped) == 2);
  cshm__mapping_release(mapped);
}

TEST_CASE("memory of an owned project is given back when it is unlinked, not only at exit", "[lease]") {
  Scratch scratch;
  auto open_files = [] {
    size_t count = 0;
    for (const auto &entry : std::filesystem::directory_iterator("/proc/self/fd"))
      count += !entry.path().empty();
    return count;
  };
  size_t before = open_files();
  REQUIRE(scratch.publish(1, false, CSHM_OWNER) == CSHM_OK);
  CHECK(open_files() == before + 1);
  REQUIRE(cshm__project_unlink(&scratch.where, scratch.project().c_str(), 0, nullptr) == CSHM_OK);
  cshm__lease_sweep();
  CHECK(open_files() == before);
}
