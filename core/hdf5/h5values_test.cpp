// SPDX-License-Identifier: MIT
#include "h5scratch.hpp"

extern "C" {
#include "h5values.h"
}
#include <cstdio>
#include <utility>

namespace {

// Text put in pieces that are as large as the buffer, so that a character may lie in two of them.
struct Text {
  explicit Text(const std::string &text, size_t capacity) : file(std::tmpfile()) {
    REQUIRE(pwrite(fileno(file), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    REQUIRE(cshm__h5_heap_begin(&heap, fileno(file), 0, text.size(), 8, 8) == CSHM_OK);
    values.budget = capacity;
    REQUIRE(cshm__h5_values_begin(&values, 0, 0) == CSHM_OK);
    const h5object object{0, text.size()};
    REQUIRE(cshm__h5_values_string(&values, &heap, &object, text.size(), &reason, nullptr) == CSHM_OK);
    CHECK(reason.text[0] == '\0');
  }
  Text(const Text &) = delete;
  Text &operator=(const Text &) = delete;
  ~Text() {
    cshm__h5_values_end(&values);
    cshm__h5_heap_end(&heap);
    std::fclose(file);
  }
  std::FILE *file;
  h5heap heap{};
  h5values values{};
  h5reason reason{};
};

} // namespace

TEST_CASE("text is UTF-8 or not, however it is cut into pieces", "[h5values]") {
  const std::pair<const char *, bool> cases[] = {{"", true},
                                                 {"plain", true},
                                                 {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", true},
                                                 {"caf\xE9", false},
                                                 {"\xC3", false},
                                                 {"\xF0\x9F\x98", false},
                                                 {"\xA9\xC3", false},
                                                 {"\xFF", false},
                                                 {"a\xF0\x9F\x98\x80 b", true},
                                                 {"\xED\xA0\x80", false}};
  for (const auto &[text, good] : cases)
    for (size_t capacity = 1; capacity < 12; capacity++) {
      CAPTURE(text, capacity);
      Text put(text, capacity);
      CHECK(put.values.is_utf8 == good);
      CHECK(put.values.count == std::string(text).size());
    }
}

TEST_CASE("a string ends at its first NUL", "[h5values]") {
  for (size_t capacity = 1; capacity < 9; capacity++)
    CHECK(Text(std::string("abc\0def\xFF", 8), capacity).values.count == 3);
}

TEST_CASE("no more is written than was measured", "[h5values]") {
  H5Scratch scratch;
  cshm_builder builder{};
  uint32_t array = 0;
  const int64_t length = 4;
  REQUIRE(cshm_builder_open(scratch.store, "p", nullptr, &builder, nullptr) == CSHM_OK);
  REQUIRE(cshm_builder_array(builder, "a", "|u1", 1, &length, CSHM_ORDER_C, &array, nullptr) == CSHM_OK);
  REQUIRE(cshm_builder_allocate(builder, nullptr) == CSHM_OK);
  h5progress progress{};
  h5values values{};
  h5reason reason{};
  values.builder = builder;
  values.array = array;
  values.room = 4;
  values.progress = &progress;
  REQUIRE(cshm__h5_values_begin(&values, 0, 0) == CSHM_OK);
  CHECK(cshm__h5_values_bytes(&values, "abc", 3, &reason, nullptr) == CSHM_OK);
  CHECK(std::string(reason.text).empty());
  CHECK(cshm__h5_values_bytes(&values, "de", 2, &reason, nullptr) == CSHM_OK);
  CHECK(std::string(reason.text) == "it changes while it is read");
  CHECK(values.count == 3);
  CHECK(cshm__h5_values_flush(&values, &reason, nullptr) == CSHM_OK);
  CHECK(progress.done == 3);
  cshm__h5_values_end(&values);
  REQUIRE(cshm_builder_abort(builder, nullptr) == CSHM_OK);
}

TEST_CASE("a sum of lengths that overflows is told", "[h5values]") {
  h5values values{};
  h5reason reason{};
  h5heap heap{};
  const h5object object{8, 8};
  REQUIRE(cshm__h5_values_begin(&values, H5T_STD_I64LE, H5T_STD_I64LE) == CSHM_OK);
  for (int i = 0; i < 2; i++)
    CHECK(cshm__h5_values_items(&values, &heap, &object, UINT64_C(1) << 61, &reason, nullptr) == CSHM_OK);
  CHECK(std::string(reason.text).empty());
  CHECK(cshm__h5_values_items(&values, &heap, &object, UINT64_C(1) << 62, &reason, nullptr) == CSHM_OK);
  CHECK(std::string(reason.text) == "its elements make more than 2^62 bytes");
  cshm__h5_values_end(&values);
}
