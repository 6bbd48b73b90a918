// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

extern "C" {
#include "h5reference.h"
}
#include <cstring>
#include <string>

namespace {

// A root, and "a" at address 100; one attribute "r" of the root with these targets.
struct Plan : h5plan {
  explicit Plan(uint64_t first, uint64_t second) {
    cshm__h5_plan_begin(this);
    size_t node = 0;
    REQUIRE(cshm__h5_plan_node(this, "", 50, &node) == CSHM_OK);
    REQUIRE(cshm__h5_plan_enter(this, 50, node) == CSHM_OK);
    REQUIRE(cshm__h5_plan_node(this, "a", 100, &node) == CSHM_OK);
    REQUIRE(cshm__h5_plan_enter(this, 100, node) == CSHM_OK);
    addresses[0] = first;
    addresses[1] = second;
    targets.addresses = addresses;
    targets.count = 2;
  }
  Plan(const Plan &) = delete;
  Plan &operator=(const Plan &) = delete;
  ~Plan() { cshm__h5_plan_end(this); }
  const h5value &resolve() {
    h5value value{};
    value.ndim = 1;
    value.shape = &length;
    value.targets = &targets;
    REQUIRE(cshm__h5_plan_attribute(this, 0, "r", &value) == CSHM_OK);
    REQUIRE(cshm__h5_references(this) == CSHM_OK);
    REQUIRE(nodes[0].attributes != nullptr);
    return nodes[0].attributes->value;
  }
  uint64_t addresses[2]{};
  h5targets targets{};
  const int64_t length = 2;
};

} // namespace

TEST_CASE("references become paths from the root, null ones are empty", "[h5reference]") {
  Plan plan(100, 50);
  const h5value &value = plan.resolve();
  CHECK(std::string(value.dtype) == "<U2");
  CHECK(memcmp(value.data, "/\0\0\0a\0\0\0/\0\0\0\0\0\0\0", 16) == 0);
  CHECK(value.targets == nullptr);
  CHECK(plan.skip_count == 0);
  Plan null(0, 100);
  CHECK(memcmp(null.resolve().data, "\0\0\0\0\0\0\0\0/\0\0\0a\0\0\0", 16) == 0);
  CHECK(null.skip_count == 0);
}

TEST_CASE("references that lead nowhere are empty, and told", "[h5reference]") {
  Plan plan(101, 100);
  CHECK(memcmp(plan.resolve().data, "\0\0\0\0\0\0\0\0/\0\0\0a\0\0\0", 16) == 0);
  REQUIRE(plan.skip_count == 1);
  CHECK(std::string(plan.skips->path) == "@r");
  CHECK(std::string(plan.skips->reason) == "1 of 2 references lead to nothing in this file: stored as \"\"");
}

TEST_CASE("a reference list has paths with dimensions", "[h5reference]") {
  Plan plan(100, 50);
  int32_t dimensions[] = {1, -2};
  plan.targets.dimensions = dimensions;
  const h5value &value = plan.resolve();
  CHECK(std::string(value.dtype) == R"([["dataset","<U2"],["dimension","<i4"]])");
  CHECK(value.nbytes == 24);
  CHECK(memcmp(value.data, "/\0\0\0a\0\0\0\1\0\0\0/\0\0\0\0\0\0\0\xFE\xFF\xFF\xFF", 24) == 0);
}
