// What the collector and the repair of manifests tell, as values.
//
// SPDX-License-Identifier: MIT
#pragma once

#include "api_fixture.hpp"

namespace api {

// An entry of a listing.
struct Told {
  std::string name, manifest, segment, message;
  int32_t status;
  uint64_t nbytes;
};

inline std::vector<Told> told_by(cshm_listing listing) {
  Error err;
  uint64_t count = 0;
  REQUIRE_OK(cshm_listing_count(listing, &count, err), err);
  std::vector<Told> found;
  for (uint64_t i = 0; i < count; i++) {
    cshm_project project = CSHM_PROJECT_INIT;
    REQUIRE_OK(cshm_listing_project(listing, i, &project, err), err);
    found.push_back({project.name, project.manifest, project.segment, project.message, project.status, project.nbytes});
  }
  return found;
}

// Removed, or with `dry` what would be.
inline std::vector<Told> collect(cshm_store store, bool dry = false) {
  cshm_collect_options options = CSHM_COLLECT_OPTIONS_INIT;
  options.dry_run = dry ? 1 : 0;
  Error err;
  Listing listing;
  REQUIRE_OK(cshm_store_collect(store, &options, listing.out(), err), err);
  return told_by(listing);
}

// A dry run must tell just what the collection after it removes, and that must leave nothing for a third.
inline std::vector<Told> collect_twice(cshm_store store) {
  const std::vector<Told> wanted = collect(store, true), found = collect(store);
  REQUIRE(wanted.size() == found.size());
  for (size_t i = 0; i < found.size(); i++) {
    REQUIRE(wanted[i].message == found[i].message);
    REQUIRE(wanted[i].nbytes == found[i].nbytes);
    REQUIRE(found[i].status == CSHM_OK);
  }
  REQUIRE(collect(store).empty());
  return found;
}

// `project` may be NULL: all of them.
inline std::vector<Told> repair(cshm_store store, const char *project) {
  Error err;
  Listing listing;
  REQUIRE_OK(cshm_store_repair(store, project, listing.out(), err), err);
  return told_by(listing);
}

// Whether the store's users' lease on a project is taken.
inline bool in_use(cshm_store store, const std::string &name) {
  Error err;
  Listing listing;
  REQUIRE_OK(cshm_list(store, listing.out(), err), err);
  uint64_t count = 0;
  REQUIRE_OK(cshm_listing_count(listing, &count, err), err);
  for (uint64_t i = 0; i < count; i++) {
    cshm_project project = CSHM_PROJECT_INIT;
    REQUIRE_OK(cshm_listing_project(listing, i, &project, err), err);
    if (project.name == name) return project.in_use == 1;
  }
  FAIL(name << " is not listed");
  return false;
}

} // namespace api
