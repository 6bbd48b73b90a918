// SPDX-License-Identifier: MIT
#include "builder_scratch.hpp"
extern "C" {
#include "hash.h"
#include "project.h"
#include "project_remove.h"
#include "publish.h"
}
#include <sys/stat.h>
#include <thread>

TEST_CASE("a published project is one manifest and one segment, for this user alone", "[publish][builder]") {
  Scratch scratch;
  REQUIRE(scratch.publish(7) == CSHM_OK);
  REQUIRE(scratch.files() == std::vector<std::string>{"cute-shm." + scratch.project() + ".yaml"});
  REQUIRE(scratch.segments().size() == 1);
  struct stat info{};
  REQUIRE(stat(("/dev/shm/" + scratch.segments()[0]).c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
  REQUIRE(stat(scratch.manifest().c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
  mapping *mapped = scratch.attach();
  CHECK(Scratch::value(mapped) == 7);
  CHECK(mapped->index.header->state == FORMAT_PUBLISHED);
  cshm__mapping_release(mapped);
}

TEST_CASE("an existing project is untouched unless overwriting was asked for", "[publish][builder]") {
  Scratch scratch;
  REQUIRE(scratch.publish(1) == CSHM_OK);
  CHECK(scratch.publish(2) == CSHM_ERR_EXISTS);
  CHECK(std::string(scratch.err.message).find("exists already in store " + scratch.root + "; it is untouched") !=
        std::string::npos);
  mapping *old = scratch.attach();
  CHECK(Scratch::value(old) == 1);
  REQUIRE(scratch.publish(3, true) == CSHM_OK);
  CHECK(scratch.segments().size() == 1);
  bool current = true;
  CHECK(Scratch::value(old) == 1); // a reader keeps what it has
  REQUIRE(cshm__mapping_is_current(old, &current, nullptr) == CSHM_OK);
  CHECK_FALSE(current);
  mapping *now = scratch.attach();
  CHECK(Scratch::value(now) == 3);
  REQUIRE(cshm__mapping_is_current(now, &current, nullptr) == CSHM_OK);
  CHECK(current);
  cshm__mapping_release(old);
  cshm__mapping_release(now);
}

TEST_CASE("of two builders of one name, the second to publish is told, and leaves nothing", "[publish][builder]") {
  Scratch scratch;
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  builder *late = nullptr;
  REQUIRE(cshm__builder_new(&scratch.where, scratch.project().c_str(), &options, &late, nullptr) == CSHM_OK);
  REQUIRE(scratch.publish(1) == CSHM_OK);
  CHECK(scratch.fill_and_publish(late, 2) == CSHM_ERR_EXISTS);
  cshm__builder_free(late);
  CHECK(scratch.segments().size() == 1);
  mapping *mapped = scratch.attach();
  CHECK(Scratch::value(mapped) == 1);
  cshm__mapping_release(mapped);
}

TEST_CASE("threads that race to create one name: one wins, nothing leaks", "[publish][threads]") {
  Scratch scratch;
  std::atomic<int> won{0}, lost{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; t++)
    threads.emplace_back([&, t] {
      cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
      builder *made = nullptr;
      if (cshm__builder_new(&scratch.where, scratch.project().c_str(), &options, &made, nullptr) != CSHM_OK) {
        lost++;
        return;
      }
      uint32_t array;
      int32_t value = t;
      mapping *mapped = nullptr;
      cshm__tree_array(&made->tree, "a", "<i4", 0, nullptr, CSHM_ORDER_C, &array, nullptr);
      cshm__builder_allocate(made, nullptr);
      cshm__builder_write(made, array, 0, &value, sizeof value, nullptr);
      cshm__builder_map_published(made, &mapped, nullptr);
      cshm_status status = cshm__builder_publish(made, mapped, true, nullptr);
      if (status == CSHM_OK) won++;
      if (status == CSHM_ERR_EXISTS) lost++;
      cshm__mapping_release(mapped);
      cshm__builder_free(made);
    });
  for (auto &thread : threads)
    thread.join();
  CHECK(won == 1);
  CHECK(lost == 3);
  CHECK(scratch.segments().size() == 1);
}

TEST_CASE("a manifest whose segment is gone does not stand in the way", "[publish][builder]") {
  Scratch scratch;
  REQUIRE(scratch.publish(1) == CSHM_OK);
  REQUIRE(unlink(("/dev/shm/" + scratch.segments()[0]).c_str()) == 0);
  mapping *mapped = nullptr;
  CHECK(cshm__mapping_open(&scratch.where, scratch.project().c_str(), CSHM_READ_WRITE, &mapped, &scratch.err) ==
        CSHM_ERR_NOT_FOUND);
  CHECK(std::string(scratch.err.message).find("has lost its segment") != std::string::npos);
  REQUIRE(scratch.publish(2) == CSHM_OK);
  mapped = scratch.attach();
  CHECK(Scratch::value(mapped) == 2);
  cshm__mapping_release(mapped);
}

TEST_CASE("a damaged manifest exists, and can be overwritten", "[publish][builder]") {
  Scratch scratch;
  scratch.write_file(scratch.manifest(), "]");
  CHECK(scratch.publish(1) == CSHM_ERR_EXISTS);
  REQUIRE(scratch.publish(2, true) == CSHM_OK);
  mapping *mapped = scratch.attach();
  CHECK(Scratch::value(mapped) == 2);
  cshm__mapping_release(mapped);
}

TEST_CASE("a failed switch leaves nothing behind", "[publish]") {
  Scratch scratch;
  std::filesystem::create_directories(scratch.manifest() +
                                      "/x"); // a folder cannot be replaced by a file, not even by root
  CHECK(scratch.publish(2, true) != CSHM_OK);
  CHECK(std::string(scratch.err.message).find("store " + scratch.root) != std::string::npos);
  CHECK(scratch.segments().empty());
  CHECK(scratch.files().size() == 1);
}

TEST_CASE("a builder keeps its order of steps", "[builder]") {
  Scratch scratch;
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  builder *made = nullptr;
  REQUIRE(cshm__builder_new(&scratch.where, scratch.project().c_str(), &options, &made, nullptr) == CSHM_OK);
  CHECK(cshm__builder_expect(made, BUILDER_ALLOCATED, &scratch.err) == CSHM_ERR_STATE);
  uint32_t array;
  int64_t shape[] = {10};
  REQUIRE(cshm__tree_array(&made->tree, "x", "<i2", 1, shape, 0, &array, nullptr) == CSHM_OK);
  REQUIRE(cshm__builder_allocate(made, nullptr) == CSHM_OK);
  CHECK(cshm__builder_expect(made, BUILDER_DECLARING, &scratch.err) == CSHM_ERR_STATE);
  CHECK(cshm__builder_write(made, array, 18, "ab", 2, nullptr) == CSHM_OK);
  CHECK(cshm__builder_write(made, array, 19, "ab", 2, nullptr) == CSHM_ERR_INVALID_ARGUMENT);
  CHECK(cshm__builder_write(made, array, UINT64_MAX, "ab", 2, nullptr) == CSHM_ERR_INVALID_ARGUMENT);
  CHECK(cshm__builder_write(made, 1, 0, "ab", 2, nullptr) == CSHM_ERR_NOT_FOUND);
  void *data = nullptr;
  uint64_t nbytes = 0;
  REQUIRE(cshm__builder_map(made, array, &data, &nbytes, nullptr) == CSHM_OK);
  CHECK(nbytes == 20);
  CHECK(memcmp((char *)data + 18, "ab", 2) == 0); // pieces and place are the same memory
  CHECK(((char *)data)[0] == 0);
  cshm__builder_free(made); // aborts
  CHECK(scratch.segments().empty());
  CHECK(scratch.files().empty());
}

TEST_CASE("what a kill between the steps of publishing leaves goes with the next publication or unlinking",
          "[publish][project]") {
  Scratch scratch;
  REQUIRE(scratch.publish(1) == CSHM_OK);
  std::string name = scratch.segments()[0], left = name.substr(0, name.rfind('.')) + ".left";
  auto leave = [&](format_state state) { // a copy of the segment as such a process would have left it
    std::string bytes = scratch.read_file("/dev/shm/" + name);
    bytes[offsetof(format_header, state)] = (char)state;
    uint64_t generation = 4711, checksum;
    memcpy(&bytes[offsetof(format_header, generation)], &generation, sizeof generation);
    checksum = cshm__hash_bytes(bytes.data(), offsetof(format_header, header_checksum));
    memcpy(&bytes[offsetof(format_header, header_checksum)], &checksum, sizeof checksum);
    scratch.write_file("/dev/shm/" + left, bytes);
  };
  leave(GENERATE(FORMAT_FILLED, FORMAT_RETIRED)); // before the manifest was switched; before the old one was removed
  REQUIRE(scratch.segments().size() == 2);
  SECTION("publication") {
    REQUIRE(scratch.publish(2, true) == CSHM_OK);
    CHECK(scratch.segments().size() == 1);
    mapping *mapped = scratch.attach();
    CHECK(Scratch::value(mapped) == 2);
    cshm__mapping_release(mapped);
  }
  SECTION("unlinking") {
    REQUIRE(cshm__project_unlink(&scratch.where, scratch.project().c_str(), 0, nullptr) == CSHM_OK);
    CHECK(scratch.segments().empty());
  }
}

TEST_CASE("a published segment that no manifest points to is not garbage, but the project", "[publish][project]") {
  Scratch scratch;
  REQUIRE(scratch.publish(1) == CSHM_OK);
  REQUIRE(unlink(scratch.manifest().c_str()) == 0); // someone swept /tmp
  CHECK(scratch.publish(2) == CSHM_ERR_EXISTS);
  mapping *mapped = scratch.attach();
  CHECK(Scratch::value(mapped) == 1);
  cshm__mapping_release(mapped);
  REQUIRE(unlink(scratch.manifest().c_str()) == 0);
  REQUIRE(scratch.publish(2, true) == CSHM_OK); // replaces it
  CHECK(scratch.segments().size() == 1);
}

TEST_CASE("tidying up spares the project of the same name of a store that shares the root under another prefix",
          "[publish][project]") {
  Scratch scratch;
  const std::string name = scratch.project();
  const store ours = scratch.where;
  store theirs{};
  cshm_store_options options = CSHM_STORE_OPTIONS_INIT;
  options.manifest = CSHM_MANIFEST_TOML;
  options.prefix = "other.";
  REQUIRE(cshm__store_init(&theirs, scratch.root.c_str(), &options, nullptr) == CSHM_OK);
  scratch.where = theirs;
  REQUIRE(scratch.publish(1) == CSHM_OK);
  const std::string segment = "/dev/shm/" + scratch.segments().at(0);
  std::string bytes = scratch.read_file(segment); // as a kill leaves it just after, or just before, a manifest's switch
  bytes[offsetof(format_header, state)] = (char)GENERATE(FORMAT_FILLED, FORMAT_RETIRED);
  scratch.write_file(segment, bytes);
  scratch.where = ours;
  REQUIRE(scratch.publish(2) == CSHM_OK);
  SECTION("publication") {}
  SECTION("unlinking") { REQUIRE(cshm__project_unlink(&ours, name.c_str(), 0, nullptr) == CSHM_OK); }
  scratch.where = theirs;
  mapping *mapped = scratch.attach();
  CHECK(Scratch::value(mapped) == 1);
  cshm__mapping_release(mapped);
}
