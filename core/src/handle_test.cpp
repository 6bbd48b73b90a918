// SPDX-License-Identifier: MIT
extern "C" {
#include "handle.h"
}
#include "catch.hpp"

#include <atomic>
#include <random>
#include <thread>
#include <vector>

namespace {
std::atomic<int> destroyed{0};
void destroy(void *, uint64_t) { destroyed++; }

uint64_t make(handle_kind kind, uint64_t extra = 0) {
  uint64_t id = 0;
  REQUIRE(cshm__handle_new(kind, handle_target{nullptr, extra, destroy}, &id, nullptr) == CSHM_OK);
  return id;
}
} // namespace

TEST_CASE("a handle gives its target back until it is released", "[handle]") {
  destroyed = 0;
  uint64_t id = make(HANDLE_ARRAY, 42);
  handle_target target{};
  REQUIRE(cshm__handle_pin(id, HANDLE_ARRAY, &target, nullptr) == CSHM_OK);
  CHECK(target.extra == 42);
  cshm__handle_unpin(id);
  CHECK(cshm__handle_release(id, HANDLE_ARRAY, nullptr) == CSHM_OK);
  CHECK(destroyed == 1);
  CHECK(cshm__handle_pin(id, HANDLE_ARRAY, &target, nullptr) == CSHM_ERR_STALE_HANDLE);
  CHECK(cshm__handle_release(id, HANDLE_ARRAY, nullptr) == CSHM_ERR_STALE_HANDLE);
  CHECK(destroyed == 1);
}

TEST_CASE("a handle of another kind, 0, and made-up ids are stale", "[handle]") {
  uint64_t id = make(HANDLE_STORE);
  handle_target target{};
  CHECK(cshm__handle_pin(id, HANDLE_ARRAY, &target, nullptr) == CSHM_ERR_STALE_HANDLE);
  uint64_t relabelled = (id & 0x00FFFFFFFFFFFFFFu) | (uint64_t)HANDLE_ARRAY << 56;
  CHECK(cshm__handle_pin(relabelled, HANDLE_ARRAY, &target, nullptr) == CSHM_ERR_STALE_HANDLE);
  CHECK(cshm__handle_release(relabelled, HANDLE_ARRAY, nullptr) == CSHM_ERR_STALE_HANDLE);
  CHECK(cshm__handle_release(0, HANDLE_STORE, nullptr) == CSHM_ERR_STALE_HANDLE);
  CHECK(cshm__handle_release(id + 1, HANDLE_STORE, nullptr) == CSHM_ERR_STALE_HANDLE);
  CHECK(cshm__handle_release(UINT64_MAX, HANDLE_STORE, nullptr) == CSHM_ERR_STALE_HANDLE);
  CHECK(cshm__handle_release(id, HANDLE_STORE, nullptr) == CSHM_OK);
}

TEST_CASE("a pinned target outlives the last release", "[handle]") {
  destroyed = 0;
  uint64_t id = make(HANDLE_ARRAY);
  handle_target target{};
  REQUIRE(cshm__handle_pin(id, HANDLE_ARRAY, &target, nullptr) == CSHM_OK);
  CHECK(cshm__handle_release(id, HANDLE_ARRAY, nullptr) == CSHM_OK);
  CHECK(destroyed == 0);
  CHECK(cshm__handle_release(id, HANDLE_ARRAY, nullptr) == CSHM_ERR_STALE_HANDLE); // though still pinned
  cshm__handle_unpin(id);
  CHECK(destroyed == 1);
}

TEST_CASE("as many releases as references, and no more than 65535 of them", "[handle]") {
  destroyed = 0;
  uint64_t id = make(HANDLE_ATTACHMENT);
  for (int i = 1; i < 65535; i++)
    REQUIRE(cshm__handle_retain(id, HANDLE_ATTACHMENT, nullptr) == CSHM_OK);
  CHECK(cshm__handle_retain(id, HANDLE_ATTACHMENT, nullptr) == CSHM_ERR_LIMIT);
  for (int i = 1; i < 65535; i++)
    REQUIRE(cshm__handle_release(id, HANDLE_ATTACHMENT, nullptr) == CSHM_OK);
  CHECK(destroyed == 0);
  CHECK(cshm__handle_release(id, HANDLE_ATTACHMENT, nullptr) == CSHM_OK);
  CHECK(destroyed == 1);
}

TEST_CASE("the count of live handles returns to where it was", "[handle]") {
  uint64_t before = cshm__handle_live();
  std::vector<uint64_t> ids;
  for (int i = 0; i < 10000; i++)
    ids.push_back(make(HANDLE_ARRAY));
  CHECK(cshm__handle_live() == before + 10000);
  for (uint64_t id : ids)
    REQUIRE(cshm__handle_release(id, HANDLE_ARRAY, nullptr) == CSHM_OK);
  CHECK(cshm__handle_live() == before);
}

TEST_CASE("a million random releases never crash and never hit a live handle by chance", "[handle]") {
  std::mt19937_64 random(20261122);
  uint64_t kept = make(HANDLE_ARRAY, 7);
  std::vector<uint64_t> released;
  for (int i = 0; i < 1000; i++)
    released.push_back(make(HANDLE_ARRAY));
  for (uint64_t id : released)
    REQUIRE(cshm__handle_release(id, HANDLE_ARRAY, nullptr) == CSHM_OK);
  for (int i = 0; i < 1000000; i++) {
    uint64_t id = i % 2 ? random() : released[random() % released.size()];
    if (id == kept) continue;
    REQUIRE(cshm__handle_release(id, (handle_kind)(1 + random() % 5), nullptr) == CSHM_ERR_STALE_HANDLE);
  }
  handle_target target{};
  REQUIRE(cshm__handle_pin(kept, HANDLE_ARRAY, &target, nullptr) == CSHM_OK);
  CHECK(target.extra == 7);
  cshm__handle_unpin(kept);
  CHECK(cshm__handle_release(kept, HANDLE_ARRAY, nullptr) == CSHM_OK);
}

TEST_CASE("threads that race to release one handle destroy it once", "[handle][threads]") {
  for (int round = 0; round < 200; round++) {
    destroyed = 0;
    uint64_t id = make(HANDLE_ARRAY);
    std::atomic<int> released{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; t++)
      threads.emplace_back([&] {
        handle_target target{};
        for (int i = 0; i < 20; i++)
          if (cshm__handle_pin(id, HANDLE_ARRAY, &target, nullptr) == CSHM_OK) cshm__handle_unpin(id);
        if (cshm__handle_release(id, HANDLE_ARRAY, nullptr) == CSHM_OK) released++;
      });
    for (auto &thread : threads)
      thread.join();
    REQUIRE(released == 1);
    REQUIRE(destroyed == 1);
  }
}
