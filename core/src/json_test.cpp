// SPDX-License-Identifier: MIT
extern "C" {
#include "json.h"
}
#include "catch.hpp"

#include <string>

static std::string decoded(const std::string &text) {
  char buffer[64];
  size_t length = sizeof buffer;
  cshm_error err = CSHM_ERROR_INIT;
  if (cshm__json_string(text.data(), text.size(), buffer, &length, &err) != CSHM_OK)
    return "bad: " + std::string(err.message);
  return std::string(buffer, length);
}

static bool bad(const std::string &text) { return decoded(text).compare(0, 5, "bad: ") == 0; }

TEST_CASE("a JSON string is decoded to UTF-8", "[json]") {
  CHECK(decoded(R"("")").empty());
  CHECK(decoded(R"("plain")") == "plain");
  CHECK(decoded(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
  CHECK(decoded(R"("\u00e9\u20AC\ud83e\udd80")") == "\xC3\xA9\xE2\x82\xAC\xF0\x9F\xA6\x80");
  CHECK(decoded("\"\xC3\xA9\"") == "\xC3\xA9");
}

TEST_CASE("what is no JSON string is refused", "[json]") {
  const char *const texts[] = {
      "",          "\"",          "x",           R"("a)",       R"(a")",        R"("\")",   R"("\x")",
      R"("\u12")", R"("\u12g4")", R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("a"b")", R"("\ud800\u0041")",
      "\"\n\"",    "\"\xFF\"",    "\"\xC3\"",    R"("a" )"};
  for (const char *text : texts) {
    INFO(text);
    CHECK(bad(text));
  }
}

TEST_CASE("a buffer that is too small is told the length wanted and left alone", "[json]") {
  const std::string text = R"("\u00e9t\u00e9")"; // 5 bytes
  char buffer[] = "untouched";
  size_t length = 5;
  CHECK(cshm__json_string(text.data(), text.size(), buffer, &length, nullptr) == CSHM_ERR_BUFFER_TOO_SMALL);
  CHECK(length == 5);
  CHECK(std::string(buffer) == "untouched");
  length = 0;
  CHECK(cshm__json_string(text.data(), text.size(), nullptr, &length, nullptr) == CSHM_ERR_BUFFER_TOO_SMALL);
  CHECK(length == 5);
  length = 6;
  CHECK(cshm__json_string(text.data(), text.size(), buffer, &length, nullptr) == CSHM_OK);
  CHECK(std::string(buffer) == "\xC3\xA9t\xC3\xA9");
}
