// SPDX-License-Identifier: MIT
extern "C" {
#include "tree_table.h"
}
#include "catch.hpp"

#include <set>

namespace {

std::set<uint32_t> under(const tree_table &table, uint32_t hash) {
  std::set<uint32_t> found;
  uint32_t step = 0;
  for (uint32_t n = cshm__table_next(&table, hash, &step); n != UINT32_MAX; n = cshm__table_next(&table, hash, &step))
    found.insert(n);
  return found;
}

void add(tree_table &table, uint32_t hash, uint32_t number) {
  REQUIRE(cshm__table_reserve(&table, nullptr) == CSHM_OK);
  cshm__table_add(&table, hash, number);
}

} // namespace

TEST_CASE("a table gives all numbers under a hash, and no others", "[tree_table]") {
  tree_table table = {};
  CHECK(under(table, 7).empty());
  for (uint32_t i = 0; i < 3000; i++)
    add(table, i / 3 * 0x10001, i); // neighbours in the table, and three of each hash
  for (uint32_t i = 0; i < 1000; i++)
    REQUIRE(under(table, i * 0x10001) == std::set<uint32_t>{3 * i, 3 * i + 1, 3 * i + 2});
  CHECK(under(table, 5).empty());
  CHECK(table.slot_count <= 4 * 3000);
  cshm__table_free(&table);
  CHECK(table.slots == nullptr);
}
