// Reattaching: from an attachment to the newest generation of its project.
//
// SPDX-License-Identifier: MIT
#include "api_fixture.hpp"

using namespace api;

namespace {

void reattach(cshm_attachment attachment, Attachment &newer) {
  Error err;
  REQUIRE_OK(cshm_attachment_reattach(attachment, newer.out(), err), err);
}

} // namespace

TEST_CASE("after an overwrite reattaching gives the new generation in the same mode, and leaves the old one whole") {
  for (const cshm_mode mode : {CSHM_READ_ONLY, CSHM_READ_WRITE, CSHM_PRIVATE}) {
    CAPTURE(mode);
    Store store;
    const std::string project = unique_name("reattach");
    share_sample(store, project, 1);
    Attachment old, newer;
    attach(store, project, old, mode);
    share_sample(store, project, 50, true);
    reattach(old, newer);
    REQUIRE(describe(newer).mode == mode);
    REQUIRE(describe(newer).generation != describe(old).generation);
    REQUIRE(values_at(newer, "a") == ramp(6, 50));
    REQUIRE(values_at(old, "a") == ramp(6, 1));
    REQUIRE(is_current(newer));
    REQUIRE_FALSE(is_current(old));
  }
}

TEST_CASE("where it still is the newest, reattaching is one more attachment, with a mapping of its own if private") {
  Store store;
  const std::string project = unique_name("same");
  share_sample(store, project, 1);
  for (const cshm_mode mode : {CSHM_READ_ONLY, CSHM_READ_WRITE, CSHM_PRIVATE}) {
    CAPTURE(mode);
    const uint64_t before = cshm_live_handles();
    Attachment old, newer;
    attach(store, project, old, mode);
    reattach(old, newer);
    REQUIRE(cshm_live_handles() == before + 2);
    REQUIRE(describe(newer).generation == describe(old).generation);
    REQUIRE((describe(newer).base == describe(old).base) == (mode != CSHM_PRIVATE));
    old.release();
    REQUIRE(values_at(newer, "a") == ramp(6, 1));
  }
}

TEST_CASE("of an unlinked project there is nothing to reattach, until there is one of that name again") {
  Store store;
  const std::string project = unique_name("unlinked");
  share_sample(store, project, 1);
  Attachment old, newer;
  attach(store, project, old);
  store.unlink(project);
  Error err;
  cshm_attachment none{0};
  REQUIRE_STATUS(cshm_attachment_reattach(old, &none, err), err, CSHM_ERR_NOT_FOUND);
  require_words(err, {project, store.root().string()});
  REQUIRE(none.id == 0);
  REQUIRE(values_at(old, "a") == ramp(6, 1));
  share_sample(store, project, 2);
  reattach(old, newer);
  REQUIRE(values_at(newer, "a") == ramp(6, 2));
}

TEST_CASE("reattaching asks the store that the attachment came from, and needs no handle of it") {
  Store store, other;
  const std::string project = unique_name("store");
  share_sample(store, project, 1);
  share_sample(other, project, 80);
  Attachment old, newer;
  {
    const cshm_store closed = open_store(store.root(), CSHM_MANIFEST_DEFAULT);
    attach(closed, project, old);
    Error err;
    REQUIRE_OK(cshm_store_close(closed, err), err);
  }
  share_sample(store, project, 2, true);
  reattach(old, newer);
  REQUIRE(values_at(newer, "a") == ramp(6, 2));
}

TEST_CASE("before publish a builder's attachment reattaches to what a new attach would get") {
  Store store;
  const std::string project = unique_name("building");
  Builder builder(store, project, true);
  builder.array("a", "<f8", {6}).allocate();
  Error err;
  Attachment built, before, after;
  REQUIRE_OK(cshm_builder_attach(builder, built.out(), err), err);
  cshm_attachment none{0};
  REQUIRE_STATUS(cshm_attachment_reattach(built, &none, err), err, CSHM_ERR_NOT_FOUND);
  share_sample(store, project, 4);
  reattach(built, before);
  REQUIRE(describe(before).mode == CSHM_READ_WRITE);
  REQUIRE(values_at(before, "a") == ramp(6, 4));
  builder.write(0, ramp(6, 9)).publish();
  reattach(built, after);
  REQUIRE(describe(after).base == describe(built).base);
  REQUIRE(values_at(after, "a") == ramp(6, 9));
}

TEST_CASE("reattaching without a place for the new handle is a programming error") {
  Error err;
  REQUIRE_STATUS(cshm_attachment_reattach(cshm_attachment{0}, nullptr, err), err, CSHM_ERR_INVALID_ARGUMENT);
  require_words(err, {"newer"});
}
