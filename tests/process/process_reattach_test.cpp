// Reattaching where other processes come and go.
//
// SPDX-License-Identifier: MIT
#include "process_fixture.hpp"

using namespace process;

TEST_CASE("when the owner died there is nothing to reattach, until another publishes that name") {
  Store store;
  const std::string project = unique_name("owned");
  Child owner([&](Child &self) {
    if (!publish_plain(store, project, CSHM_OWNER, false, 1)) return 1;
    self.reached();
    return 0;
  });
  owner.wait_reached();
  Attachment old, same, newer;
  attach(store, project, old);
  Error err;
  REQUIRE_OK(cshm_attachment_reattach(old, same.out(), err), err);
  REQUIRE(describe(same).generation == describe(old).generation);
  owner.kill();
  REQUIRE(owner.wait() == 128 + SIGKILL);
  cshm_attachment none{0};
  REQUIRE_STATUS(cshm_attachment_reattach(old, &none, err), err, CSHM_ERR_NOT_FOUND);
  share_sample(store, project, 3);
  REQUIRE_OK(cshm_attachment_reattach(old, newer.out(), err), err);
  REQUIRE(values_at(newer, "a") == ramp(6, 3));
}

TEST_CASE("a child of fork reattaches from an attachment that it inherited") {
  for (const cshm_mode mode : {CSHM_READ_ONLY, CSHM_READ_WRITE, CSHM_PRIVATE}) {
    CAPTURE(mode);
    Store store;
    const std::string project = unique_name("fork");
    share_sample(store, project, 1);
    Attachment attachment;
    attach(store, project, attachment, mode);
    const cshm_attachment inherited = attachment;
    Child child([&](Child &self) {
      cshm_attachment newer{0};
      self.reached();
      if (cshm_attachment_reattach(inherited, &newer, nullptr) != CSHM_OK) return 1;
      return first_value(inherited) == 1 && first_value(newer) == 2 && cshm_detach(newer, nullptr) == CSHM_OK ? 0 : 2;
    });
    child.wait_reached();
    share_sample(store, project, 2, true);
    child.go_on();
    REQUIRE(child.wait() == 0);
  }
}
