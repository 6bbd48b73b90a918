// SPDX-License-Identifier: MIT
extern "C" {
#include "utf8.h"
}
#include "catch.hpp"

#include <string>

static bool valid(const std::string &text) { return cshm__utf8_valid(text.data(), text.size()); }

TEST_CASE("well-formed text of every length of sequence is UTF-8", "[utf8]") {
  CHECK(valid(""));
  CHECK(valid("plain"));
  CHECK(valid("longer than eight bytes, all ASCII"));
  CHECK(valid("\xC3\xA9"));
  CHECK(valid("\xE2\x82\xAC and more ASCII after it"));
  CHECK(valid("\xF0\x9F\xA6\x80"));
  CHECK(valid("\xF4\x8F\xBF\xBF"));
  CHECK(valid(std::string("a\0b", 3)));
}

TEST_CASE("what the Unicode standard calls ill-formed is not UTF-8", "[utf8]") {
  CHECK_FALSE(valid("\x80"));
  CHECK_FALSE(valid("\xC3"));
  CHECK_FALSE(valid("\xC0\x80"));         // overlong NUL
  CHECK_FALSE(valid("\xE0\x9F\xBF"));     // overlong
  CHECK_FALSE(valid("\xED\xA0\x80"));     // surrogate
  CHECK_FALSE(valid("\xF0\x8F\xBF\xBF")); // overlong
  CHECK_FALSE(valid("\xF4\x90\x80\x80")); // above U+10FFFF
  CHECK_FALSE(valid("\xF5\x80\x80\x80"));
  CHECK_FALSE(valid("eight ok\xFF"));
  CHECK_FALSE(valid("seven b\xE2\x82"));
}

TEST_CASE("a character put is the character that comes next, for all of Unicode", "[utf8]") {
  size_t characters = 0;
  for (uint32_t code = 0; code <= 0x110000; code++) {
    char bytes[4];
    uint32_t read = 0;
    size_t count = cshm__utf8_put(code, bytes);
    if (count == 0) continue;
    characters++;
    if (cshm__utf8_next(bytes, count, &read) != count || read != code || !cshm__utf8_valid(bytes, count))
      FAIL("U+" << std::hex << code);
    if (cshm__utf8_next(bytes, count - 1, &read) != 0) FAIL("cut U+" << std::hex << code);
  }
  CHECK(characters == 0x110000 - 0x800);
}

// ASCII is taken in steps of many bytes: a fault must be found at any distance from either end.
TEST_CASE("one wrong byte is found anywhere in a long text", "[utf8]") {
  for (size_t length = 1; length <= 100; length++)
    for (size_t at = 0; at < length; at++) {
      std::string text(length, 'a');
      REQUIRE(cshm__utf8_valid(text.data(), text.size()));
      text[at] = '\x80';
      REQUIRE_FALSE(cshm__utf8_valid(text.data(), text.size()));
    }
}
