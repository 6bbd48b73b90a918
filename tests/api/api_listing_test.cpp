// Listings: what is in a store, whole or not.
//
// SPDX-License-Identifier: MIT
#include "api_fixture.hpp"

#include <ctime>

using namespace api;

TEST_CASE("a listing is ordered by name and describes each project") {
  Store store;
  const std::string tag = unique_name("l");
  const auto before = static_cast<uint64_t>(std::time(nullptr)) * 1000000000;
  for (const char *name : {"b", "a", "c"})
    share_sample(store, name + tag);
  REQUIRE(store.names() == std::vector<std::string>{"a" + tag, "b" + tag, "c" + tag});

  Error err;
  Listing listing;
  REQUIRE_OK(cshm_list(store, listing.out(), err), err);
  cshm_project project = CSHM_PROJECT_INIT;
  REQUIRE_OK(cshm_listing_project(listing, 1, &project, err), err);
  Attachment attachment;
  attach(store, "b" + tag, attachment);
  const cshm_attachment_info info = describe(attachment);
  REQUIRE(project.status == CSHM_OK);
  REQUIRE(std::string(project.message).empty());
  REQUIRE(project.manifest == store.manifest("b" + tag).string());
  REQUIRE(std::string(project.segment) == info.segment);
  REQUIRE(project.generation == info.generation);
  REQUIRE(project.generation != 0);
  REQUIRE(project.nbytes == info.nbytes);
  REQUIRE(project.nbytes == fs::file_size(segments_of("b" + tag).at(0)));
  REQUIRE(project.created_ns == info.created_ns);
  REQUIRE(project.created_ns >= before);
  REQUIRE(project.created_ns < before + UINT64_C(3600) * 1000000000);
  REQUIRE(project.array_count == 2);
  REQUIRE(project.lifetime == CSHM_PERSISTENT);
}

TEST_CASE("a listing is of one moment") {
  Store store;
  const std::string project = unique_name("moment");
  share_sample(store, project);
  Error err;
  Listing listing;
  REQUIRE_OK(cshm_list(store, listing.out(), err), err);
  store.unlink(project);
  share_sample(store, project + "-later");
  uint64_t count = 0;
  REQUIRE_OK(cshm_listing_count(listing, &count, err), err);
  REQUIRE(count == 1);
  cshm_project found = CSHM_PROJECT_INIT;
  REQUIRE_OK(cshm_listing_project(listing, 0, &found, err), err);
  REQUIRE(found.name == project);
  REQUIRE_STATUS(cshm_listing_project(listing, 1, &found, err), err, CSHM_ERR_NOT_FOUND);
  REQUIRE_STATUS(cshm_listing_project(listing, UINT64_MAX, &found, err), err, CSHM_ERR_NOT_FOUND);
}

TEST_CASE("what is not a manifest is not a project") {
  Store store;
  const std::string project = unique_name("other");
  share_sample(store, project);
  spill(store.root() / "notes.txt", "mine");
  spill(store.root() / "cute-shm.", "no name");
  spill(store.root() / ("cute-shm." + project), "no syntax");
  fs::create_directory(store.root() / "cute-shm.folder.yaml.d");
  REQUIRE(store.names() == std::vector<std::string>{project});
}

TEST_CASE("a project that cannot be attached is listed with the reason") {
  Store store;
  const std::string tag = unique_name("sick");
  for (const char *name : {"a-well", "b-no-segment", "c-no-yaml", "d-truncated"})
    share_sample(store, name + tag);
  REQUIRE(fs::remove(segments_of("b-no-segment" + tag).at(0)));
  const std::string orphan = segments_of("c-no-yaml" + tag).at(0);
  spill(store.manifest("c-no-yaml" + tag), "%&?\n\t- not: [yaml");
  fs::resize_file(segments_of("d-truncated" + tag).at(0), 4096);

  Error err;
  Listing listing;
  REQUIRE_OK(cshm_list(store, listing.out(), err), err);
  uint64_t count = 0;
  REQUIRE_OK(cshm_listing_count(listing, &count, err), err);
  REQUIRE(count == 4);
  const std::vector<int32_t> wanted = {CSHM_OK, CSHM_ERR_NOT_FOUND, CSHM_ERR_CORRUPT, CSHM_ERR_CORRUPT};
  for (uint64_t i = 0; i < count; i++) {
    cshm_project project = CSHM_PROJECT_INIT;
    REQUIRE_OK(cshm_listing_project(listing, i, &project, err), err);
    INFO(project.name << ": " << project.message);
    REQUIRE(std::string(cshm_status_name(project.status)) == cshm_status_name(wanted[i]));
    REQUIRE(std::string(project.message).empty() == (wanted[i] == CSHM_OK));
    cshm_attachment attachment{0};
    REQUIRE(cshm_attach(store, project.name, nullptr, &attachment, nullptr) == wanted[i]);
  }
  fs::remove(orphan);
  fs::remove(store.manifest("c-no-yaml" + tag));
}

TEST_CASE("a shorter struct is filled as far as it goes") {
  Store store;
  share_sample(store, unique_name("short"));
  Error err;
  Listing listing;
  REQUIRE_OK(cshm_list(store, listing.out(), err), err);
  cshm_project project;
  std::memset(&project, 0x5a, sizeof project);
  project.size = offsetof(cshm_project, generation);
  REQUIRE_OK(cshm_listing_project(listing, 0, &project, err), err);
  REQUIRE(project.size == offsetof(cshm_project, generation));
  REQUIRE(std::string(project.message).empty());
  REQUIRE(project.generation == 0x5a5a5a5a5a5a5a5a);
  REQUIRE(project.lifetime == 0x5a5a5a5a);
}
