// SPDX-License-Identifier: MIT
extern "C" {
#include "manifest_value.h"
}
#include "catch.hpp"

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

// As far as values go.
manifest_dialect dialect_of(const char *assign, const char *nan, const char *infinity, const char *minus_infinity,
                            bool big_integers) {
  manifest_dialect dialect = {};
  dialect.assign = assign;
  dialect.nan = nan;
  dialect.infinity = infinity;
  dialect.minus_infinity = minus_infinity;
  dialect.big_integers = big_integers;
  return dialect;
}

const manifest_dialect yaml = dialect_of(": ", ".nan", ".inf", "-.inf", true);
const manifest_dialect toml = dialect_of(" = ", "nan", "inf", "-inf", false);

std::string written(const std::string &dtype, const std::vector<int64_t> &shape, const std::string &bytes,
                    const manifest_dialect &dialect = yaml) {
  struct text text = {};
  cshm__text_add_word(&text, "before");
  const std::vector<char> exact(bytes.begin(), bytes.end());
  const manifest_value value = {dtype.data(),
                                dtype.size(),
                                uint32_t(shape.size()),
                                shape.data(),
                                reinterpret_cast<const unsigned char *>(exact.data()),
                                exact.size(),
                                false};
  bool there = cshm__manifest_value(&dialect, &value, &text);
  std::string all(text.data, text.length);
  std::free(text.data);
  REQUIRE(all.substr(0, 6) == "before");
  if (!there) REQUIRE(all == "before");
  return there ? all.substr(6) : "(left out)";
}

template <typename T>
std::string bytes_of(const std::vector<T> &values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  if (!values.empty()) std::memcpy(&bytes[0], values.data(), bytes.size());
  return bytes;
}

} // namespace

TEST_CASE("numbers are written as numbers", "[manifest_value]") {
  CHECK(written("|b1", {2}, {"\x01\x00", 2}) == "[true, false]");
  CHECK(written("|i1", {3}, "\x80\xFF\x7F") == "[-128, -1, 127]");
  CHECK(written("<i2", {}, "\xFE\xFF") == "-2");
  CHECK(written(">i4", {}, {"\0\0\1\2", 4}) == "258");
  CHECK(written("<i8", {2}, bytes_of<int64_t>({INT64_MIN, INT64_MAX})) ==
        "[-9223372036854775808, 9223372036854775807]");
  CHECK(written("|u1", {}, "\xFF") == "255");
  CHECK(written("<u8", {}, bytes_of<uint64_t>({UINT64_MAX})) == "18446744073709551615");
  CHECK(written("<f2", {}, "\x66\x2E") == "0.1");
  CHECK(written(">f4", {}, {"\x3F\x80\x00\x00", 4}) == "1.0");
  CHECK(written("<f8", {2}, bytes_of<double>({0.1, -0.0})) == "[0.1, -0.0]");
  CHECK(written("<c16", {}, bytes_of<double>({1.5, -2})) == "[1.5, -2.0]");
  CHECK(written("<c8", {1}, bytes_of<float>({0.1f, 1e20f})) == "[[0.1, 1.0e+20]]");
}

TEST_CASE("what is no finite number has a word", "[manifest_value]") {
  const double inf = 1e308 * 10, nan = inf - inf;
  CHECK(written("<f8", {3}, bytes_of<double>({nan, inf, -inf})) == "[.nan, .inf, -.inf]");
  CHECK(written("<f2", {3}, {"\x00\x7E\x00\x7C\x00\xFC", 6}) == "[.nan, .inf, -.inf]");
  CHECK(written("<f4", {1}, bytes_of<float>({float(-inf)})) == "[-.inf]");
  CHECK(written("<M8[ns]", {2}, bytes_of<int64_t>({-5, INT64_MIN})) == "[-5, \"NaT\"]");
  CHECK(written("<m8[s]", {}, bytes_of<int64_t>({INT64_MIN})) == "\"NaT\"");
}

TEST_CASE("the other dialect has words of its own", "[manifest_value]") {
  const double inf = 1e308 * 10, nan = inf - inf;
  CHECK(written("<f8", {3}, bytes_of<double>({nan, inf, -inf}), toml) == "[nan, inf, -inf]");
  CHECK(written("<u8", {2}, bytes_of<uint64_t>({UINT64_MAX, INT64_MAX}), toml) ==
        "[\"18446744073709551615\", 9223372036854775807]");
  CHECK(written("|S1", {}, "\xFF", toml) == "{base64 = \"/w==\"}");
}

TEST_CASE("strings are text where they can be, without the NULs at their end", "[manifest_value]") {
  CHECK(written("|S4", {2}, {"K\0\0\0\xC3\xA9ta", 8}) == "[\"K\", \"\xC3\xA9ta\"]");
  CHECK(written("|S3", {}, {"a\0b", 3}) == R"("a\u0000b")");
  CHECK(written("|S3", {}, {"\0\0\0", 3}) == R"("")");
  CHECK(written("|S2", {}, {"\xFF\0", 2}) == R"({base64: "/wA="})");
  CHECK(written("<U2", {}, {"\xAC\x20\0\0\0\0\0\0", 8}) == "\"\xE2\x82\xAC\"");
  CHECK(written(">U1", {2}, {"\0\1\xF9\x80\0\0\0\0", 8}) == "[\"\xF0\x9F\xA6\x80\", \"\"]");
  CHECK(written("<U1", {}, {"\0\xD8\0\0", 4}) == R"({base64: "ANgAAA=="})");
  CHECK(written("|V3", {1}, "foo") == R"(["Zm9v"])");
}

TEST_CASE("lists nest as the shape does", "[manifest_value]") {
  CHECK(written("|u1", {2, 3}, "\1\2\3\4\5\6") == "[[1, 2, 3], [4, 5, 6]]");
  CHECK(written("|u1", {1, 1, 1}, "\7") == "[[[7]]]");
  CHECK(written("|u1", {0}, "") == "[]");
  CHECK(written("|u1", {int64_t(1) << 40, 0}, "") == "[]");
}

TEST_CASE("structured values are lists of their fields, padding left out", "[manifest_value]") {
  const std::string dtype = R"([["x","<i2"],["","|V2"],["v","|u1",[2,2]],["in",[["s","|S2"],["b","|b1"]]]])";
  const std::string one("\x05\x00PP\1\2\3\4hi\1", 11), two("\xFF\xFFPP\5\6\7\x08x\0\0", 11);
  CHECK(written(dtype, {}, one) == R"([5, [[1, 2], [3, 4]], ["hi", true]])");
  CHECK(written(dtype, {2}, one + two) ==
        R"([[5, [[1, 2], [3, 4]], ["hi", true]], [-1, [[5, 6], [7, 8]], ["x", false]]])");
}

TEST_CASE("what is too large or nests too deep is left out", "[manifest_value]") {
  CHECK(written("|u1", {65536}, std::string(65536, '\1')).size() == 65536 * 3);
  CHECK(written("|u1", {65537}, std::string(65537, '\1')) == "(left out)");
  CHECK(written("|u1", std::vector<int64_t>(32, 1), "\1") == std::string(32, '[') + "1" + std::string(32, ']'));
  CHECK(written("|u1", std::vector<int64_t>(33, 1), "\1") == "(left out)");
  CHECK(written(R"([["a","|u1",[1,1]]])", std::vector<int64_t>(29, 1), "\1") != "(left out)");
  CHECK(written(R"([["a","|u1",[1,1]]])", std::vector<int64_t>(30, 1), "\1") == "(left out)");
  const std::string long_name = R"([[")" + std::string(60000, 'x') + R"(","|u1"]])";
  CHECK(written(long_name, {2}, "\1\2") == "[[1], [2]]");
  CHECK(written(long_name, {65536}, std::string(65536, '\1')) == "(left out)");
  const std::string inner = R"([["a",)" + long_name + R"(,[65536]]])";
  CHECK(written(inner, {}, std::string(65536, '\1')) == "(left out)");
}
