// SPDX-License-Identifier: MIT
extern "C" {
#include "h5double.h"
}

#include <catch2/catch.hpp>

#include <string>

namespace {

struct Plan {
  h5plan plan{};
  Plan() { cshm__h5_plan_begin(&plan); }
  Plan(const Plan &) = delete;
  Plan &operator=(const Plan &) = delete;
  ~Plan() { cshm__h5_plan_end(&plan); }
  size_t add(const char *path, h5kind kind) {
    size_t number = 0;
    REQUIRE(cshm__h5_plan_node(&plan, path, plan.node_count, &number) == CSHM_OK);
    plan.nodes[number].kind = kind;
    return number;
  }
};

} // namespace

TEST_CASE("of two nodes of one path the first stays, and nothing below the second", "[h5double]") {
  Plan made;
  size_t root = made.add("", H5KIND_GROUP), first = made.add("a", H5KIND_DATASET), twice = made.add("a", H5KIND_GROUP);
  size_t other = made.add("b", H5KIND_ALIAS), below = made.add("a/c", H5KIND_GROUP),
         deep = made.add("a/c/d", H5KIND_DATASET);
  made.plan.nodes[below].parent = twice;
  made.plan.nodes[deep].parent = below;
  REQUIRE(cshm__h5_doubles(&made.plan) == CSHM_OK);
  for (size_t kept : {root, first, other})
    CHECK(made.plan.nodes[kept].kind != H5KIND_SKIPPED);
  for (size_t dropped : {twice, below, deep})
    CHECK(made.plan.nodes[dropped].kind == H5KIND_SKIPPED);
  REQUIRE(made.plan.skip_count == 1);
  CHECK(std::string(made.plan.skips->path) == "a");
}

TEST_CASE("what was skipped already is no double of anything", "[h5double]") {
  Plan made;
  made.add("", H5KIND_GROUP);
  size_t skipped = made.add("a", H5KIND_SKIPPED), stays = made.add("a", H5KIND_DATASET);
  REQUIRE(cshm__h5_doubles(&made.plan) == CSHM_OK);
  CHECK(made.plan.nodes[skipped].kind == H5KIND_SKIPPED);
  CHECK(made.plan.nodes[stays].kind == H5KIND_DATASET);
  CHECK(made.plan.skip_count == 0);
}
