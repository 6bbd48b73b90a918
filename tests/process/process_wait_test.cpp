// Waiting for a newer generation, which another process publishes.
//
// SPDX-License-Identifier: MIT
#include "process_fixture.hpp"

#include <chrono>

using namespace process;

namespace {

constexpr int64_t SECOND = 1000000000;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// A child that waits, and tells by its exit code: 0 there is a newer one, 1 time is over.
void wait_in(Child &child, const std::function<void()> &change) {
  child.wait_reached();
  child.go_on();
  (void)usleep(20000); // most likely it sleeps by now; where it does not yet, it must see the change all the same
  const auto begin = std::chrono::steady_clock::now();
  change();
  REQUIRE(child.wait() == 0);
  REQUIRE(seconds_since(begin) < 5);
}

int wait_newer(Child &self, cshm_store store, const std::string &project, cshm_mode mode) {
  cshm_attachment attachment{0};
  if (!attach_plain(store, project, &attachment, mode)) return 2;
  self.reached();
  const cshm_status status = cshm_attachment_wait_newer(attachment, -1, nullptr);
  int32_t current = -1;
  if (cshm_attachment_is_current(attachment, &current, nullptr) != CSHM_OK || current != 0) return 3;
  return status == CSHM_OK ? 0 : 1;
}

} // namespace

TEST_CASE("a wait ends when another process overwrites or unlinks, in all modes of attaching") {
  Store store;
  const std::string project = unique_name("wait");
  for (const cshm_mode mode : {CSHM_READ_ONLY, CSHM_READ_WRITE, CSHM_PRIVATE})
    for (const bool overwrite : {true, false}) {
      CAPTURE(mode, overwrite);
      share_sample(store, project, 1, true);
      Child waiter([&](Child &self) { return wait_newer(self, store, project, mode); });
      wait_in(waiter, [&] {
        if (overwrite)
          share_sample(store, project, 2, true);
        else
          store.unlink(project);
      });
    }
}

TEST_CASE("a wait is woken up, and does not only look from time to time") {
  Store store;
  const std::string project = unique_name("wake");
  share_sample(store, project, 1);
  double longest = 0;
  int slow = 0;
  for (int round = 0; round < 20; round++) {
    Child waiter([&](Child &self) { return wait_newer(self, store, project, CSHM_READ_ONLY); });
    waiter.wait_reached();
    waiter.go_on();
    (void)usleep(15000);
    const auto begin = std::chrono::steady_clock::now();
    share_sample(store, project, round, true);
    REQUIRE(waiter.wait() == 0);
    longest = std::max(longest, seconds_since(begin));
    slow += seconds_since(begin) > 0.04 ? 1 : 0;
  }
  // A look every 100 ms alone would be slower than 40 ms in half of the rounds.
  CAPTURE(longest);
  REQUIRE(slow < 7);
}

TEST_CASE("a wait ends when the owner dies, though nobody wakes it up") {
  Store store;
  const std::string project = unique_name("owned");
  Child owner([&](Child &self) {
    if (!publish_plain(store, project, CSHM_OWNER, false, 1)) return 1;
    self.reached();
    pause();
    return 0;
  });
  owner.wait_reached();
  Child waiter([&](Child &self) { return wait_newer(self, store, project, CSHM_READ_ONLY); });
  wait_in(waiter, [&] {
    owner.kill();
    (void)owner.wait();
  });
}

TEST_CASE("a signal does not end a wait") {
  Store store;
  const std::string project = unique_name("signal");
  share_sample(store, project, 1);
  Child waiter([&](Child &self) {
    struct sigaction action = {};
    action.sa_handler = [](int) {};
    (void)sigaction(SIGUSR1, &action, nullptr);
    return wait_newer(self, store, project, CSHM_READ_ONLY);
  });
  wait_in(waiter, [&] {
    for (int i = 0; i < 20; i++) {
      REQUIRE(waiter.signal(SIGUSR1));
      (void)usleep(2000);
    }
    share_sample(store, project, 2, true);
  });
}

TEST_CASE("a wait comes to an end when its time is over, and at once where nothing is to be waited for") {
  Store store;
  const std::string project = unique_name("time");
  share_sample(store, project, 1);
  Attachment attachment;
  attach(store, project, attachment);
  Error err;
  auto begin = std::chrono::steady_clock::now();
  REQUIRE_STATUS(cshm_attachment_wait_newer(attachment, 0, err), err, CSHM_ERR_TIMEOUT);
  REQUIRE_STATUS(cshm_attachment_wait_newer(attachment, SECOND / 4, err), err, CSHM_ERR_TIMEOUT);
  require_words(err, {project, "250 ms"});
  REQUIRE(seconds_since(begin) >= 0.25);
  share_sample(store, project, 2, true);
  begin = std::chrono::steady_clock::now();
  REQUIRE_OK(cshm_attachment_wait_newer(attachment, -1, err), err);
  REQUIRE_OK(cshm_attachment_wait_newer(attachment, 0, err), err);
  REQUIRE_OK(cshm_attachment_wait_newer(attachment, INT64_MAX, err), err);
  REQUIRE(seconds_since(begin) < 5);
}
