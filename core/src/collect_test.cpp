// SPDX-License-Identifier: MIT
#include "builder_scratch.hpp"
extern "C" {
#include "collect.h"
#include "hash.h"
#include "project.h"
}
#include <fcntl.h>

namespace {

// A copy of the project's segment as another generation's, in a state; returns its name.
std::string leave(Scratch &scratch, format_state state) {
  const std::string name = scratch.segments().at(0), left = name.substr(0, name.size() - 16) + "00000000000000ff";
  std::string bytes = scratch.read_file("/dev/shm/" + name);
  auto *header = reinterpret_cast<format_header *>(bytes.data());
  header->generation = 0xff;
  header->state = state;
  header->header_checksum = cshm__hash_bytes(header, offsetof(format_header, header_checksum));
  scratch.write_file("/dev/shm/" + left, bytes);
  return left;
}

int open_segment(const std::string &name) {
  int segment = -1;
  uint64_t size;
  REQUIRE(cshm__platform_segment_open(name.c_str(), nullptr, true, &segment, &size, nullptr) == CSHM_OK);
  return segment;
}

} // namespace

TEST_CASE("a segment that someone is at work on is no garbage, until the builder's lease ends", "[collect]") {
  Scratch scratch;
  REQUIRE(scratch.publish(1) == CSHM_OK);
  const std::string left = leave(scratch, GENERATE(FORMAT_FILLED, FORMAT_RETIRED));
  const int segment = open_segment(left);
  REQUIRE(cshm__platform_lease_seize(segment, PLATFORM_LEASE_BUILDER));
  CHECK_FALSE(cshm__collect_has(&scratch.where, -1, nullptr));
  REQUIRE(cshm__collect(&scratch.where, false, nullptr, nullptr) == CSHM_OK);
  CHECK(scratch.segments().size() == 2);
  cshm__platform_close(segment);
  CHECK(cshm__collect_has(&scratch.where, -1, nullptr));
  CHECK(cshm__collect_has(&scratch.where, -1, scratch.project().c_str()));
  CHECK_FALSE(cshm__collect_has(&scratch.where, -1, scratch.project("q").c_str()));
  REQUIRE(cshm__collect(&scratch.where, true, nullptr, nullptr) == CSHM_OK);
  CHECK(scratch.segments().size() == 2);
  REQUIRE(cshm__collect(&scratch.where, false, nullptr, nullptr) == CSHM_OK);
  CHECK(scratch.segments().size() == 1);
}

TEST_CASE("an orphan without a manifest is retired and removed while its lease is held alone", "[collect]") {
  Scratch scratch;
  REQUIRE(scratch.publish(1, false, CSHM_OWNER) == CSHM_OK); // owned by this process
  REQUIRE(unlink(scratch.manifest().c_str()) == 0);
  REQUIRE(cshm__collect(&scratch.where, false, nullptr, nullptr) == CSHM_OK);
  REQUIRE(scratch.segments().size() == 1); // it is alive
  const std::string name = scratch.segments()[0];
  const std::string bytes = scratch.read_file("/dev/shm/" + name);
  REQUIRE(unlink(("/dev/shm/" + name).c_str()) == 0);
  scratch.write_file("/dev/shm/" + name, bytes); // the same without an owner
  const int segment = open_segment(name);
  REQUIRE(cshm__collect(&scratch.where, false, nullptr, nullptr) == CSHM_OK);
  CHECK(scratch.segments().empty());
  format_header header;
  REQUIRE(cshm__project_read_header(segment, bytes.size(), name.c_str(), &header));
  CHECK(header.state == FORMAT_RETIRED); // who has it mapped is told
  CHECK(cshm__platform_lease_is_free(segment, PLATFORM_LEASE_OWNER));
  cshm__platform_close(segment);
}

TEST_CASE("a published project gives its builder's lease back, a failed publication does not", "[collect][publish]") {
  Scratch scratch;
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  builder *late = nullptr;
  REQUIRE(cshm__builder_new(&scratch.where, scratch.project().c_str(), &options, &late, nullptr) == CSHM_OK);
  REQUIRE(scratch.publish(1) == CSHM_OK);
  const int segment = open_segment(scratch.segments().at(0));
  CHECK(cshm__platform_lease_is_free(segment, PLATFORM_LEASE_BUILDER));
  cshm__platform_close(segment);
  REQUIRE(scratch.fill_and_publish(late, 2) == CSHM_ERR_EXISTS);
  const int again = open(("/proc/self/fd/" + std::to_string(late->segment)).c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(again >= 0);
  CHECK_FALSE(cshm__platform_lease_is_free(again, PLATFORM_LEASE_BUILDER));
  cshm__platform_close(again);
  cshm__builder_free(late);
}
