// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

extern "C" {
#include "h5plan.h"
}
#include <cstring>
#include <string>
#include <vector>

namespace {

struct Plan : h5plan {
  Plan() { cshm__h5_plan_begin(this); }
  Plan(const Plan &) = delete;
  Plan &operator=(const Plan &) = delete;
  ~Plan() { cshm__h5_plan_end(this); }
};

} // namespace

TEST_CASE("memory of a plan is zeroed, aligned and apart", "[h5plan]") {
  Plan plan;
  for (size_t size : {size_t{0}, size_t{1}, size_t{100}, size_t{70000}, size_t{3}, size_t{200000}, size_t{65536}}) {
    auto *memory = static_cast<unsigned char *>(cshm__h5_plan_alloc(&plan, size));
    REQUIRE(memory != nullptr);
    CHECK(reinterpret_cast<uintptr_t>(memory) % alignof(max_align_t) == 0);
    for (size_t i = 0; i < size; i++)
      REQUIRE(memory[i] == 0);
    memset(memory, 0xFF, size);
  }
  CHECK(cshm__h5_plan_alloc(&plan, SIZE_MAX) == nullptr);
  CHECK(cshm__h5_plan_alloc(&plan, SIZE_MAX - 64) == nullptr);
}

TEST_CASE("bytes that are kept are what they were, whatever is kept beside them, and the same are kept once",
          "[h5plan]") {
  Plan plan;
  const auto *known = cshm__h5_plan_keep_text(&plan, "<f8");
  CHECK(cshm__h5_plan_keep_text(&plan, "<f8") == known);
  CHECK(cshm__h5_plan_keep(&plan, "<f8", 3) != known); // not a text
  CHECK(cshm__h5_plan_keep(&plan, "", 0) != nullptr);
  std::vector<const char *> kept;
  for (int i = 0; i < 1000; i++)
    kept.push_back(cshm__h5_plan_keep_text(&plan, ("name " + std::to_string(i)).c_str()));
  for (size_t i = 0; i < kept.size(); i++)
    REQUIRE(std::string(kept[i]) == "name " + std::to_string(i));
  CHECK(std::string(known) == "<f8");
}

TEST_CASE("paths are joined, the root's without a slash", "[h5plan]") {
  Plan plan;
  CHECK(std::string(cshm__h5_plan_join(&plan, "", "a")) == "a");
  CHECK(std::string(cshm__h5_plan_join(&plan, "a/b", "c")) == "a/b/c");
}

TEST_CASE("objects are found by address, however many there are", "[h5plan]") {
  Plan plan;
  CHECK(cshm__h5_plan_at(&plan, 96) == H5PLAN_NONE);
  for (uint64_t i = 0; i < 5000; i++) {
    size_t node = 0;
    REQUIRE(cshm__h5_plan_node(&plan, "x", 800 * i, &node) == CSHM_OK);
    REQUIRE(node == i);
    REQUIRE(cshm__h5_plan_enter(&plan, 800 * i, node) == CSHM_OK);
  }
  for (uint64_t i = 0; i < 5000; i++)
    REQUIRE(cshm__h5_plan_at(&plan, 800 * i) == i);
  CHECK(cshm__h5_plan_at(&plan, 801) == H5PLAN_NONE);
}

TEST_CASE("what is skipped is told in order, in UTF-8 whatever the name", "[h5plan]") {
  Plan plan;
  REQUIRE(cshm__h5_plan_skip(&plan, "caf\xE9/\xC3\xA9", nullptr, "its name") == CSHM_OK);
  REQUIRE(cshm__h5_plan_skip(&plan, "a", "units\xFF", "no") == CSHM_OK);
  REQUIRE(plan.skip_count == 2);
  CHECK(std::string(plan.skips->path) == "caf\\xe9/\xC3\xA9");
  CHECK(std::string(plan.skips->reason) == "its name");
  CHECK(std::string(plan.skips->next->path) == "a@units\\xff");
  CHECK(plan.skips->next->next == nullptr);
}

TEST_CASE("attributes keep their order", "[h5plan]") {
  Plan plan;
  size_t node = 0;
  REQUIRE(cshm__h5_plan_node(&plan, "x", 1, &node) == CSHM_OK);
  for (const char *name : {"z", "a", "m"}) {
    h5value value{};
    REQUIRE(cshm__h5_plan_attribute(&plan, node, name, &value) == CSHM_OK);
  }
  std::string names;
  for (const h5attribute *at = plan.nodes[node].attributes; at; at = at->next)
    names += at->name;
  CHECK(names == "zam");
}

TEST_CASE("the sum of the data counts what will be loaded, and does not overflow", "[h5plan]") {
  Plan plan;
  for (int i = 0; i < 6; i++) {
    size_t node = 0;
    REQUIRE(cshm__h5_plan_node(&plan, "x", 1, &node) == CSHM_OK);
    plan.nodes[node].value.nbytes = 100;
    plan.nodes[node].kind = i < 4 ? H5KIND_DATASET : i == 4 ? H5KIND_ALIAS : H5KIND_SKIPPED;
  }
  CHECK(cshm__h5_plan_nbytes(&plan) == 400);
  for (int i = 0; i < 4; i++)
    plan.nodes[i].value.nbytes = UINT64_C(1) << 62;
  CHECK(cshm__h5_plan_nbytes(&plan) == UINT64_MAX);
}
