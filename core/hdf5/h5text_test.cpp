// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

extern "C" {
#include "h5text.h"
}
#include <string>
#include <vector>

namespace {

struct Text {
  explicit Text(std::vector<const char *> strings, uint64_t limit = 1 << 20) {
    cshm__h5_plan_begin(&plan);
    good = cshm__h5_text(&plan, const_cast<char *const *>(strings.data()), strings.size(), limit, &value, &reason);
  }
  Text(const Text &) = delete;
  Text &operator=(const Text &) = delete;
  ~Text() { cshm__h5_plan_end(&plan); }
  std::string data() const { return {static_cast<const char *>(value.data), static_cast<size_t>(value.nbytes)}; }

  h5plan plan{};
  h5value value{};
  h5reason reason{};
  bool good;
};

} // namespace

TEST_CASE("UTF-8 becomes UTF-32 as wide as the longest string", "[h5text]") {
  Text text({"a", "\xC3\xA9\xE2\x82\xAC", "\xF0\x9F\x98\x80"});
  REQUIRE(text.good);
  CHECK(std::string(text.value.dtype) == "<U2");
  CHECK(text.data() == std::string("a\0\0\0\0\0\0\0\xE9\0\0\0\xAC\x20\0\0\0\xF6\1\0\0\0\0\0", 24));
}

TEST_CASE("one string that is not UTF-8 makes all of them bytes", "[h5text]") {
  Text text({"\xC3\xA9", "caf\xE9"});
  REQUIRE(text.good);
  CHECK(std::string(text.value.dtype) == "|S4");
  CHECK(text.data() == std::string("\xC3\xA9\0\0caf\xE9", 8));
}

TEST_CASE("empty strings are one character wide, and a string never written is empty", "[h5text]") {
  for (const char *nothing : {"", static_cast<const char *>(nullptr)}) {
    Text text({nothing});
    REQUIRE(text.good);
    CHECK(std::string(text.value.dtype) == "<U1");
    CHECK(text.data() == std::string(4, '\0'));
  }
  Text none({});
  REQUIRE(none.good);
  CHECK(none.value.nbytes == 0);
}

TEST_CASE("one long string among many cannot blow them all up", "[h5text]") {
  std::string longest(1000, 'x');
  std::vector<const char *> strings(1000, "");
  strings[7] = longest.c_str();
  Text text(strings);
  CHECK_FALSE(text.good);
  CHECK(std::string(text.reason.text) ==
        "1000 strings of up to 1000 bytes are more than 1048576 bytes of fixed-width text");
}
