// Every step fails: whichever call of the system or of the heap gives an error, nothing leaks, nothing tears, and words are said.
//
// SPDX-License-Identifier: MIT
#include "operations.hpp"

using namespace faults;

namespace {

const char *name_of(cshm_lifetime lifetime) {
  return lifetime == CSHM_PERSISTENT ? "persistent" : lifetime == CSHM_OWNER ? "owner" : "last user";
}

const char *name_of(cshm_mode mode) {
  return mode == CSHM_READ_ONLY ? "read-only" : mode == CSHM_READ_WRITE ? "read-write" : "private";
}

} // namespace

TEST_CASE("whatever fails while a project is created, it is there whole or not at all") {
  const cshm_lifetime lifetime = GENERATE(CSHM_PERSISTENT, CSHM_OWNER, CSHM_LAST_USER);
  const bool attach = GENERATE(false, true);
  Store store;
  Build build;
  Operation operation =
      creating(store, build, std::string("create, ") + name_of(lifetime) + (attach ? ", attached" : ""));
  build.lifetime = lifetime;
  build.attach = attach;
  operation.keeps = lifetime == CSHM_OWNER || (lifetime == CSHM_LAST_USER && !attach) ? 1 : 0;
  if (lifetime == CSHM_LAST_USER && attach) operation.after = "none"; // which ends with giving it back
  REQUIRE(fail_every_step(store, operation).failed > 30);
}

TEST_CASE("whatever fails while a project is overwritten, the old one or the new one is there, whole") {
  const bool from_toml = GENERATE(false, true), to_toml = GENERATE(false, true);
  Store store(to_toml ? CSHM_MANIFEST_TOML : CSHM_MANIFEST_YAML);
  OtherSyntax other(store, from_toml ? CSHM_MANIFEST_TOML : CSHM_MANIFEST_YAML);
  Build build;
  Operation operation =
      overwriting(store, other, build,
                  std::string("overwrite, ") + (from_toml ? "TOML" : "YAML") + " by " + (to_toml ? "TOML" : "YAML"));
  REQUIRE(fail_every_step(store, operation).failed > 30);
}

TEST_CASE("a publication that failed can be tried again") {
  Store store;
  Build build;
  Operation operation = creating(store, build, "publish, and again");
  operation.prepare = [&] {
    Error err;
    REQUIRE_OK(build.declare(err), err);
    REQUIRE_OK(build.fill(err), err);
  };
  bool failed = false;
  operation.run = [&](cshm_error *err) {
    const cshm_status status = build.publish(err);
    failed = status != CSHM_OK;
    return status;
  };
  operation.give_back = [&] {
    if (failed) failed = build.publish(nullptr) != CSHM_OK;
    build.give_back();
  };
  operation.before = "7";
  operation.ends = true;
  REQUIRE(fail_every_step(store, operation).failed > 50);
  REQUIRE_FALSE(failed);
}

TEST_CASE("whatever fails while a project is attached, it stays as it is") {
  const cshm_lifetime lifetime = GENERATE(CSHM_PERSISTENT, CSHM_OWNER, CSHM_LAST_USER);
  const cshm_mode mode = GENERATE(CSHM_READ_ONLY, CSHM_READ_WRITE, CSHM_PRIVATE);
  Store store;
  const std::string project = unique_name("fault");
  share_sample(store, project, 1, false, lifetime);
  cshm_attachment attachment{0};
  cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
  options.mode = mode;
  Operation operation;
  operation.name = std::string("attach, ") + name_of(lifetime) + ", " + name_of(mode);
  operation.project = project;
  operation.before = operation.after = "1";
  operation.run = [&](cshm_error *err) { return cshm_attach(store, project.c_str(), &options, &attachment, err); };
  operation.give_back = [&] {
    if (attachment.id != 0) (void)cshm_detach(attachment, nullptr);
    attachment = {0};
  };
  operation.look = [&] { return state_of(store, project); };
  REQUIRE(fail_every_step(store, operation).failed > 20);
}

TEST_CASE("whatever fails while the last user lets go, the project is gone") {
  const cshm_mode mode = GENERATE(CSHM_READ_ONLY, CSHM_READ_WRITE);
  Store store;
  Build build;
  Operation operation = creating(store, build, std::string("detach, ") + name_of(mode));
  cshm_attachment attachment{0};
  build.lifetime = CSHM_LAST_USER;
  build.attach = true;
  operation.prepare = [&] {
    Error err;
    cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
    options.mode = mode;
    REQUIRE_OK(build.all(err), err);
    REQUIRE_OK(cshm_attach(store, operation.project.c_str(), &options, &attachment, err), err);
    build.give_back();
  };
  operation.run = [&](cshm_error *err) { return cshm_detach(attachment, err); };
  operation.give_back = [&] { build.give_back(); };
  operation.before = operation.after = "none";
  operation.ends = true;
  REQUIRE(fail_every_step(store, operation).harmless > 20);
}

TEST_CASE("whatever fails while a project is unlinked, it is there whole, or gone") {
  const cshm_lifetime lifetime = GENERATE(CSHM_PERSISTENT, CSHM_OWNER, CSHM_LAST_USER);
  Store store;
  Build build;
  Operation operation = overwriting(store, store, build, std::string("unlink, ") + name_of(lifetime));
  operation.prepare = [&] { share_sample(store, operation.project, 1, false, lifetime); };
  operation.run = [&](cshm_error *err) { return cshm_unlink(store, operation.project.c_str(), err); };
  // A lease whose segment could not be looked at goes with the next call.
  operation.give_back = [&] { (void)cshm_unlink(store, "nobody", nullptr); };
  operation.after = "none";
  operation.failed_is_undecided = true;
  operation.ends = true;
  REQUIRE(fail_every_step(store, operation).failed > 20);
}

TEST_CASE("whatever fails while a store is listed, a project is told of, and stays as it is") {
  Store store;
  Build build;
  Operation operation = overwriting(store, store, build, "list");
  cshm_listing listing{0};
  bool listed = true;
  operation.run = [&](cshm_error *err) {
    uint64_t count = 0;
    cshm_status status = cshm_list(store, &listing, err);
    if (!status) status = cshm_listing_count(listing, &count, err);
    listed = status != CSHM_OK || count == 1;
    return status;
  };
  operation.give_back = [&] {
    if (listing.id != 0) (void)cshm_listing_close(listing, nullptr);
    listing = {0};
  };
  operation.look = [&] { return listed ? state_of(store, operation.project) : "not listed"; };
  operation.after = "1";
  REQUIRE(fail_every_step(store, operation).failed > 5);
}

TEST_CASE("whatever fails when a project is asked whether it is the newest, it stays as it is") {
  Store store;
  Build build;
  Operation operation = overwriting(store, store, build, "is current");
  Attachment attachment;
  share_sample(store, operation.project, 0);
  attach(store, operation.project, attachment);
  operation.run = [&](cshm_error *err) {
    int32_t current = 0;
    return cshm_attachment_is_current(attachment, &current, err);
  };
  operation.after = "1";
  REQUIRE(fail_every_step(store, operation).failed > 5);
}

TEST_CASE("whatever fails while a store is opened, nothing stays of it") {
  Store store;
  Build build;
  Operation operation = creating(store, build, "open a store");
  cshm_store opened{0};
  const std::string root = store.root();
  operation.run = [&](cshm_error *err) { return cshm_store_open(root.c_str(), nullptr, &opened, err); };
  operation.give_back = [&] {
    if (opened.id != 0) (void)cshm_store_close(opened, nullptr);
    opened = {0};
  };
  operation.after = "none";
  REQUIRE(fail_every_step(store, operation).failed >= 3);
}
