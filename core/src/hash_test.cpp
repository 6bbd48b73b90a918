// SPDX-License-Identifier: MIT
extern "C" {
#include "hash.h"
}
#include "catch.hpp"

// From the specification of XXH3: another implementation must find the same.
TEST_CASE("the hash is XXH3-64 with seed 0", "[hash]") {
  CHECK(cshm__hash_bytes("", 0) == 0x2D06800538D394C2u);
  CHECK(cshm__hash_path("", 0) == 0x38D394C2u);
  CHECK(cshm__hash_bytes("a", 1) == 0xE6C632B61E964E1Fu);
}
