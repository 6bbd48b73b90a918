// Every step of the collector, of repair, of reattaching and of sealed sharing fails.
//
// SPDX-License-Identifier: MIT
#include "../process/process_fixture.hpp"
#include "operations.hpp"

using namespace faults;

namespace {

// What a producer leaves that is killed with its project named, and not published: a segment, a manifest in the making.
void leave_behind(const Store &store, const std::string &alive, Build &build) {
  REQUIRE(process::in_child([&] {
            shim_arm({SHIM_RENAME, 1, SHIM_KILL_BEFORE, 0, false});
            (void)build.all(nullptr);
            return 0;
          }) == 128 + SIGKILL);
  REQUIRE(leftovers(store, build.project, false, {alive}).size() == 2);
}

} // namespace

TEST_CASE("whatever fails while a store is collected, what is alive stays, and the next collection takes the rest") {
  Store store;
  Build build;
  const std::string alive = unique_name("alive");
  share_sample(store, alive, 5);
  Operation operation = creating(store, build, "collect");
  cshm_listing listing{0};
  operation.prepare = [&] { leave_behind(store, alive, build); };
  operation.run = [&](cshm_error *err) { return cshm_store_collect(store, nullptr, &listing, err); };
  operation.give_back = [&] {
    if (listing.id != 0) (void)cshm_listing_close(listing, nullptr);
    listing = {0};
  };
  operation.look = [&] {
    REQUIRE(state_of(store, alive) == "5");
    return state_of(store, operation.project);
  };
  operation.others = {alive};
  operation.turns = true;
  operation.after = "none";
  REQUIRE(fail_every_step(store, operation).faults > 100);
}

TEST_CASE("whatever fails while a project is repaired, it can be attached") {
  Store store;
  Build build;
  Operation operation = overwriting(store, store, build, "repair");
  const auto share = operation.prepare;
  operation.prepare = [&] {
    share();
    fs::remove(store.manifest(operation.project));
  };
  operation.turns = true;
  operation.run = [&](cshm_error *err) { return cshm_store_repair(store, operation.project.c_str(), nullptr, err); };
  operation.after = "1";
  REQUIRE(fail_every_step(store, operation).failed > 20);
}

TEST_CASE("whatever fails while a project that lost its manifest is attached, it can be attached") {
  Store store;
  Build build;
  Operation operation = overwriting(store, store, build, "adopt");
  const auto share = operation.prepare;
  cshm_attachment attachment{0};
  operation.prepare = [&] {
    share();
    fs::remove(store.manifest(operation.project));
  };
  operation.run = [&](cshm_error *err) {
    return cshm_attach(store, operation.project.c_str(), nullptr, &attachment, err);
  };
  operation.give_back = [&] {
    if (attachment.id != 0) (void)cshm_detach(attachment, nullptr);
    attachment = {0};
  };
  operation.after = "1";
  REQUIRE(fail_every_step(store, operation).failed > 20);
}

TEST_CASE("whatever fails while a newer generation is attached, the older one is held") {
  Store store;
  Build build;
  Operation operation = overwriting(store, store, build, "reattach");
  Attachment old;
  share_sample(store, operation.project, 0);
  attach(store, operation.project, old);
  cshm_attachment newer{0};
  operation.run = [&](cshm_error *err) { return cshm_attachment_reattach(old, &newer, err); };
  operation.give_back = [&] {
    if (newer.id != 0) (void)cshm_detach(newer, nullptr);
    newer = {0};
  };
  operation.look = [&] {
    REQUIRE(values_at(old, "a") == ramp(6, 0));
    return state_of(store, operation.project);
  };
  operation.after = "1";
  REQUIRE(fail_every_step(store, operation).failed > 20);
}

TEST_CASE("whatever fails while a project waits for the next, it stays as it is") {
  Store store;
  Build build;
  Operation operation = overwriting(store, store, build, "wait for a newer one");
  Attachment old;
  share_sample(store, operation.project, 0);
  attach(store, operation.project, old);
  operation.run = [&](cshm_error *err) { return cshm_attachment_wait_newer(old, 1000000, err); };
  operation.after = "1";
  REQUIRE(fail_every_step(store, operation).failed > 10);
}

TEST_CASE("whatever fails while a sealed project is made and handed over, nothing of it stays") {
  Store store;
  Build build;
  Operation operation = creating(store, build, "sealed");
  build.sealed = true;
  build.attach = true;
  cshm_attachment given{0};
  int32_t fd = -1;
  operation.run = [&](cshm_error *err) {
    cshm_status status = build.all(err);
    if (!status) status = cshm_attachment_export_fd(build.attachment, &fd, err);
    if (!status) status = cshm_attach_fd(fd, nullptr, &given, err);
    return status;
  };
  operation.give_back = [&] {
    if (given.id != 0) (void)cshm_detach(given, nullptr);
    if (fd >= 0) close(fd);
    given = {0};
    fd = -1;
    build.give_back();
  };
  operation.after = "none"; // no store has it
  REQUIRE(fail_every_step(store, operation).failed > 50);
}
