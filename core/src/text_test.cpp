// SPDX-License-Identifier: MIT
extern "C" {
#include "text.h"
}
#include "catch.hpp"

#include <cstdlib>
#include <cstring>
#include <string>

namespace {

struct Text {
  struct text text = {};
  Text() = default;
  Text(const Text &) = delete;
  Text &operator=(const Text &) = delete;
  ~Text() { std::free(text.data); }
  std::string str() const { return std::string(text.data ? text.data : "", text.length); }
};

std::string quoted(const std::string &string) {
  Text out;
  cshm__text_add_quoted(&out.text, string.data(), string.size());
  return out.str();
}

std::string base64(const std::string &bytes) {
  Text out;
  cshm__text_add_base64(&out.text, reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size());
  return out.str();
}

} // namespace

TEST_CASE("text grows as it is added to", "[text]") {
  Text out;
  std::string wanted;
  for (int i = 0; i < 5000; i++) {
    cshm__text_add_word(&out.text, "word ");
    cshm__text_add_signed(&out.text, i - 2500);
    wanted += "word " + std::to_string(i - 2500);
  }
  CHECK(out.str() == wanted);
  CHECK_FALSE(out.text.failed);
}

TEST_CASE("numbers are written up to their limits", "[text]") {
  Text out;
  cshm__text_add_unsigned(&out.text, 0);
  cshm__text_add_word(&out.text, " ");
  cshm__text_add_unsigned(&out.text, UINT64_MAX);
  cshm__text_add_word(&out.text, " ");
  cshm__text_add_signed(&out.text, INT64_MIN);
  cshm__text_add_word(&out.text, " ");
  cshm__text_add_signed(&out.text, INT64_MAX);
  CHECK(out.str() == "0 18446744073709551615 -9223372036854775808 9223372036854775807");
}

TEST_CASE("strings are quoted on one line, and what a parser does not print is escaped", "[text]") {
  CHECK(quoted("") == R"("")");
  CHECK(quoted("plain # text: [1, 2] 'x'") == R"("plain # text: [1, 2] 'x'")");
  CHECK(quoted("a\"b\\c") == R"("a\"b\\c")");
  CHECK(quoted("\b\t\n\f\r") == R"("\b\t\n\f\r")");
  CHECK(quoted(std::string("\0\x01\x1B\x7F", 4)) == R"("\u0000\u0001\u001b\u007f")");
  CHECK(quoted("\xC2\x80\xC2\x85\xC2\x9F\xC2\xA0") == "\"\\u0080\\u0085\\u009f\xC2\xA0\"");
  CHECK(quoted("\xE2\x80\xA8\xE2\x80\xA9\xEF\xBB\xBF") == R"("\u2028\u2029\ufeff")");
  CHECK(quoted("\xEF\xBF\xBE\xEF\xBF\xBF") == R"("\ufffe\uffff")");
  CHECK(quoted("\xC3\xA9\xE2\x82\xAC\xF0\x9F\xA6\x80") == "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\xA6\x80\"");
  CHECK(quoted("a\xFF") == "\"a\xEF\xBF\xBD\"");
}

TEST_CASE("bytes are written as RFC 4648 has them", "[text]") {
  CHECK(base64("") == R"("")");
  CHECK(base64("f") == R"("Zg==")");
  CHECK(base64("fo") == R"("Zm8=")");
  CHECK(base64("foo") == R"("Zm9v")");
  CHECK(base64("foobar") == R"("Zm9vYmFy")");
  CHECK(base64("\xFF\xFE\xFD\xFB") == R"("//79+w==")");
}

TEST_CASE("text that ran out of memory stays failed and keeps what it had", "[text]") {
  Text out;
  cshm__text_add_word(&out.text, "kept");
  CHECK(cshm__text_room(&out.text, SIZE_MAX / 2) == nullptr);
  CHECK(out.text.failed);
  cshm__text_add_word(&out.text, " and not this");
  CHECK(out.str() == "kept");
}

TEST_CASE("strings are joined, and cut where the buffer ends", "[text]") {
  const char *const strings[] = {"abc", "", "de", nullptr};
  for (size_t size = 1; size <= 8; size++) {
    char buffer[16];
    std::memset(buffer, '#', sizeof buffer);
    cshm__text_join(buffer, size, strings);
    CHECK(std::string(buffer) == std::string("abcde").substr(0, size - 1));
    CHECK(buffer[size] == '#');
  }
}

TEST_CASE("a number has its digits", "[text]") {
  char buffer[TEXT_DIGITS_SIZE];
  CHECK(std::string(cshm__text_digits(0, buffer)) == "0");
  CHECK(std::string(cshm__text_digits(1009, buffer)) == "1009");
  CHECK(std::string(cshm__text_digits(UINT64_MAX, buffer)) == "18446744073709551615");
}
