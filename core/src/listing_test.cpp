// SPDX-License-Identifier: MIT
#include "builder_scratch.hpp"
extern "C" {
#include "listing.h"
}

TEST_CASE("a listing is ordered and tells of damage instead of hiding it", "[listing]") {
  Scratch scratch;
  REQUIRE(scratch.publish(1, false, CSHM_PERSISTENT, "c") == CSHM_OK);
  REQUIRE(scratch.publish(1, false, CSHM_OWNER, "a") == CSHM_OK);
  scratch.write_file(scratch.manifest("b"), "not: [a manifest");
  scratch.write_file(scratch.root + "/README", "not ours");
  listing *found = nullptr;
  REQUIRE(cshm__listing_make(&scratch.where, &found, nullptr) == CSHM_OK);
  REQUIRE(found->count == 3);
  CHECK(found->entries[0].project.name == scratch.project("a"));
  CHECK(found->entries[1].project.name == scratch.project("b"));
  CHECK(found->entries[2].project.name == scratch.project("c"));
  CHECK(found->entries[0].project.lifetime == CSHM_OWNER);
  CHECK(found->entries[2].project.lifetime == CSHM_PERSISTENT);
  CHECK(found->entries[2].project.array_count == 1);
  CHECK(found->entries[2].project.manifest == scratch.manifest("c"));
  CHECK(std::string(found->entries[2].project.segment).find("cute-shm." + scratch.project("c") + ".") == 0);
  CHECK(found->entries[1].project.status == CSHM_ERR_CORRUPT);
  CHECK(std::string(found->entries[1].project.message).find(scratch.manifest("b")) != std::string::npos);
  cshm__listing_free(found);
}

TEST_CASE("a project that lost its segment is listed as such", "[listing]") {
  Scratch scratch;
  REQUIRE(scratch.publish(1) == CSHM_OK);
  std::string segment = scratch.segments()[0];
  REQUIRE(unlink(("/dev/shm/" + segment).c_str()) == 0);
  listing *found = nullptr;
  REQUIRE(cshm__listing_make(&scratch.where, &found, nullptr) == CSHM_OK);
  REQUIRE(found->count == 1);
  CHECK(found->entries[0].project.status == CSHM_ERR_NOT_FOUND);
  CHECK(found->entries[0].project.segment == segment);
  cshm__listing_free(found);
}

TEST_CASE("a store that is not there is empty, and is not made", "[listing]") {
  store nowhere{};
  REQUIRE(cshm__store_init(&nowhere, "/tmp/cute-shm-test-nowhere/at/all", nullptr, nullptr) == CSHM_OK);
  listing *found = nullptr;
  REQUIRE(cshm__listing_make(&nowhere, &found, nullptr) == CSHM_OK);
  CHECK(found->count == 0);
  CHECK_FALSE(std::filesystem::exists("/tmp/cute-shm-test-nowhere"));
  cshm__listing_free(found);
}
