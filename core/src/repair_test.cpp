// SPDX-License-Identifier: MIT
#include "builder_scratch.hpp"
extern "C" {
#include "repair.h"
}
#include <sys/stat.h>

TEST_CASE("repairing works without anyone who wants to be told", "[repair]") {
  Scratch scratch;
  REQUIRE(scratch.publish(1) == CSHM_OK);
  const std::string text = scratch.read_file(scratch.manifest());
  scratch.write_file(scratch.manifest(), "]");
  REQUIRE(cshm__repair(&scratch.where, nullptr, nullptr, nullptr) == CSHM_OK);
  CHECK(scratch.read_file(scratch.manifest()) == text);
}

TEST_CASE("a manifest of a newer version is left alone", "[repair]") {
  Scratch scratch;
  REQUIRE(scratch.publish(1) == CSHM_OK);
  std::string text = scratch.read_file(scratch.manifest());
  text.replace(text.find("cute-shm: 1"), 11, "cute-shm: 9");
  scratch.write_file(scratch.manifest(), text);
  CHECK(cshm__repair(&scratch.where, scratch.project().c_str(), nullptr, &scratch.err) == CSHM_ERR_VERSION);
  CHECK(scratch.read_file(scratch.manifest()) == text);
}

TEST_CASE("a manifest that is a link, a folder or huge is told, or replaced, and read no further than it is needed",
          "[repair]") {
  Scratch scratch;
  REQUIRE(scratch.publish(1) == CSHM_OK);
  const std::string text = scratch.read_file(scratch.manifest());
  REQUIRE(unlink(scratch.manifest().c_str()) == 0);
  SECTION("link") {
    REQUIRE(symlink("/etc/passwd", scratch.manifest().c_str()) == 0);
    CHECK(cshm__repair(&scratch.where, scratch.project().c_str(), nullptr, nullptr) == CSHM_ERR_PERMISSION);
    REQUIRE(unlink(scratch.manifest().c_str()) == 0);
  }
  SECTION("folder") {
    REQUIRE(mkdir(scratch.manifest().c_str(), 0700) == 0);
    CHECK(cshm__repair(&scratch.where, scratch.project().c_str(), nullptr, nullptr) != CSHM_OK);
    REQUIRE(rmdir(scratch.manifest().c_str()) == 0);
  }
  SECTION("huge") {
    scratch.write_file(scratch.manifest(), "]");
    REQUIRE(truncate(scratch.manifest().c_str(), off_t{1} << 40) == 0);
  }
  REQUIRE(cshm__repair(&scratch.where, scratch.project().c_str(), nullptr, nullptr) == CSHM_OK);
  CHECK(scratch.read_file(scratch.manifest()) == text);
}
