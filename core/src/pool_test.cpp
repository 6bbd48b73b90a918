// SPDX-License-Identifier: MIT
extern "C" {
#include "pool.h"
}
#include "catch.hpp"

#include <cstring>
#include <string>

TEST_CASE("a pool keeps what was added, aligned, with zeros between", "[pool]") {
  pool bytes{};
  uint32_t first = 9, second = 9;
  REQUIRE(cshm__pool_add(&bytes, "abc", 3, 1, &first, nullptr) == CSHM_OK);
  REQUIRE(cshm__pool_add(&bytes, "defg", 4, 16, &second, nullptr) == CSHM_OK);
  CHECK(first == 0);
  CHECK(second == 16);
  CHECK(std::string((char *)bytes.data, bytes.size) == std::string("abc\0\0\0\0\0\0\0\0\0\0\0\0\0defg", 20));
  cshm__pool_free(&bytes);
  CHECK(bytes.size == 0);
}

TEST_CASE("a pool adds zeros for NULL, and nothing for nothing", "[pool]") {
  pool bytes{};
  uint32_t offset = 9;
  REQUIRE(cshm__pool_add(&bytes, nullptr, 0, 8, &offset, nullptr) == CSHM_OK);
  CHECK(offset == 0);
  REQUIRE(cshm__pool_add(&bytes, nullptr, 1000, 1, &offset, nullptr) == CSHM_OK);
  CHECK(bytes.size == 1000);
  for (size_t i = 0; i < bytes.size; i++)
    REQUIRE(bytes.data[i] == 0);
  cshm__pool_free(&bytes);
}

TEST_CASE("a pool refuses to grow past 4 GiB and stays as it was", "[pool]") {
  pool bytes{};
  uint32_t offset = 9;
  REQUIRE(cshm__pool_add(&bytes, "x", 1, 1, &offset, nullptr) == CSHM_OK);
  CHECK(cshm__pool_add(&bytes, nullptr, (size_t)UINT32_MAX, 1, &offset, nullptr) == CSHM_ERR_LIMIT);
  CHECK(bytes.size == 1);
  cshm__pool_free(&bytes);
}
