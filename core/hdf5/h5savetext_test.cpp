// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

extern "C" {
#include "h5savetext.h"
}
#include <cstring>
#include <string>
#include <vector>

namespace {

std::string bytes_of(const std::u32string &text, bool big = false) {
  std::string bytes;
  for (const char32_t code : text)
    for (unsigned byte = 0; byte < 4; byte++)
      bytes += static_cast<char>(code >> (8 * (big ? 3 - byte : byte)));
  return bytes;
}

// Strings of two characters, packed into `to` bytes each.
std::string packed(std::string bytes, size_t to, bool big = false) {
  const h5pack pack{8, to, big};
  const size_t count = bytes.size() / 8;
  cshm__h5_savetext_pack(&pack, reinterpret_cast<unsigned char *>(bytes.data()), count);
  return bytes.substr(0, count * to);
}

size_t measured(const std::u32string &text, const char *dtype) {
  const std::string bytes = bytes_of(text, dtype[0] == '>');
  return cshm__h5_savetext_packed(dtype, bytes.data(), bytes.size());
}

} // namespace

TEST_CASE("strings of one size need as many bytes as the longest of them in UTF-8", "[h5savetext]") {
  const auto *dtype = GENERATE("<U2", ">U2");
  REQUIRE(measured({U'a', U'b', 0x20AC, 0, U'c', 0}, dtype) == 3);
  REQUIRE(measured({0, 0, 0, 0}, dtype) == 1);
  REQUIRE(measured({}, dtype) == 1);
  REQUIRE(measured({0x10FFFF, 0x10FFFF}, dtype) == 8);
}

TEST_CASE("what is no text is not packed", "[h5savetext]") {
  REQUIRE(measured({0, U'a'}, "<U2") == 0);
  REQUIRE(measured({0xD800, 0}, "<U2") == 0);
  REQUIRE(measured({0x110000, 0}, "<U2") == 0);
  REQUIRE(measured({U'a', 0, U'b', 0xDFFF}, ">U2") == 0);
}

TEST_CASE("strings are packed in place, with NULs behind them", "[h5savetext]") {
  const bool big = GENERATE(false, true);
  const std::string bytes = bytes_of({U'a', U'b', 0x20AC, 0, 0, 0, U'c', 0}, big);
  REQUIRE(packed(bytes, 3, big) == std::string("ab\0\u20AC\0\0\0c\0\0", 12));
  REQUIRE(packed(bytes_of({0x1F600, 0x1F601}, big), 8, big) == "\U0001F600\U0001F601");
}

TEST_CASE("what has changed since it was measured is cut at a character, and no character is a question mark",
          "[h5savetext]") {
  REQUIRE(packed(bytes_of({U'a', 0x20AC}), 3) == std::string("a\0\0", 3));
  REQUIRE(packed(bytes_of({0xD800, U'b'}), 2) == "?b");
}

TEST_CASE("a word is known only as a single string of just its width", "[h5savetext]") {
  const std::string bytes = bytes_of(U"utf8"), longer = bytes_of({U'u', U't', U'f', U'8', 0});
  cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
  attribute.dtype = "<U4";
  attribute.data = bytes.data();
  attribute.nbytes = bytes.size();
  REQUIRE(cshm__h5_savetext_is(&attribute, "utf8"));
  REQUIRE_FALSE(cshm__h5_savetext_is(&attribute, "utf9"));
  REQUIRE_FALSE(cshm__h5_savetext_is(&attribute, "utf"));
  attribute.dtype = "<U5";
  attribute.data = longer.data();
  attribute.nbytes = longer.size();
  REQUIRE_FALSE(cshm__h5_savetext_is(&attribute, "utf8"));
}
