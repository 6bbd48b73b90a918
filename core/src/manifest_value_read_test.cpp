// SPDX-License-Identifier: MIT
extern "C" {
#include "dtype.h"
#include "error.h"
#include "manifest_value.h"
#include "manifest_value_read.h"
#include "text.h"
}
#include "document_shown.hpp"

#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

namespace {

using Shape = std::vector<int64_t>;

uint64_t size_of(const std::string &dtype, const Shape &shape) {
  cshm_dtype parts = CSHM_DTYPE_INIT;
  uint64_t nbytes = 0;
  REQUIRE(cshm__dtype_parse(dtype.data(), dtype.size(), &parts, nullptr, nullptr) == CSHM_OK);
  REQUIRE(cshm__shape_nbytes(uint32_t(shape.size()), shape.data(), parts.itemsize, &nbytes, nullptr) == CSHM_OK);
  return nbytes;
}

// Its bytes, or the message without the file's name.
std::string read(const std::string &dtype, const Shape &shape, const std::string &flow) {
  const Document document(cshm__manifest_yaml, "value:\n " + flow);
  INFO(document.message);
  REQUIRE(document.status == CSHM_OK);
  const uint32_t node = cshm__document_find(&document.it, 0, "value");
  std::vector<unsigned char> data(size_of(dtype, shape), 0xEE); // what is there before must not stay
  cshm_error err = CSHM_ERROR_INIT, checked = CSHM_ERROR_INIT;
  cshm_status status = cshm__manifest_value_read(&document.it, node, dtype.data(), dtype.size(), uint32_t(shape.size()),
                                                 shape.data(), data.data(), data.size(), &err);
  CHECK(cshm__manifest_value_read(&document.it, node, dtype.data(), dtype.size(), uint32_t(shape.size()), shape.data(),
                                  nullptr, data.size(), &checked) == status);
  CHECK(std::string(checked.message) == err.message);
  if (status == CSHM_OK) return {data.begin(), data.end()};
  CHECK(status == (std::strstr(err.message, "fewer elements") ? CSHM_ERR_LIMIT : CSHM_ERR_CORRUPT));
  return std::string(err.message).substr(std::strlen("f:"));
}

manifest_dialect dialect_of(bool big_integers) {
  manifest_dialect dialect = {};
  dialect.assign = ": ";
  dialect.nan = ".nan";
  dialect.infinity = ".inf";
  dialect.minus_infinity = "-.inf";
  dialect.big_integers = big_integers;
  return dialect;
}

void check_round_trip(const std::string &dtype, const Shape &shape, const std::string &bytes) {
  for (bool big_integers : {true, false}) {
    manifest_dialect dialect = dialect_of(big_integers);
    struct text text = {};
    const manifest_value value = {dtype.data(),
                                  dtype.size(),
                                  uint32_t(shape.size()),
                                  shape.data(),
                                  reinterpret_cast<const unsigned char *>(bytes.data()),
                                  bytes.size(),
                                  false};
    REQUIRE(bytes.size() == size_of(dtype, shape));
    REQUIRE(cshm__manifest_value(&dialect, &value, &text));
    const std::string written(text.data, text.length);
    std::free(text.data);
    INFO(dtype << ": " << written);
    CHECK(read(dtype, shape, written) == bytes);
  }
}

template <typename T>
std::string bytes_of(const std::vector<T> &values) {
  return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T)};
}

std::string swapped(std::string bytes, size_t size) {
  for (size_t at = 0; at < bytes.size(); at += size)
    for (size_t i = 0; i < size / 2; i++)
      std::swap(bytes[at + i], bytes[at + size - 1 - i]);
  return bytes;
}

// Both byte orders.
template <typename T>
void check_numbers(const std::string &type, const std::vector<T> &values) {
  const std::string bytes = bytes_of(values);
  check_round_trip((sizeof(T) == 1 ? "|" : "<") + type, {int64_t(values.size())}, bytes);
  if (sizeof(T) > 1) check_round_trip(">" + type, {int64_t(values.size())}, swapped(bytes, sizeof(T)));
}

} // namespace

TEST_CASE("what was written of a number is read as the same bytes", "[manifest_value_read]") {
  check_round_trip("|b1", {2}, {"\1\0", 2});
  check_numbers<int8_t>("i1", {INT8_MIN, -1, 0, INT8_MAX});
  check_numbers<int16_t>("i2", {INT16_MIN, -1, 0, INT16_MAX});
  check_numbers<int32_t>("i4", {INT32_MIN, -1, 0, INT32_MAX});
  check_numbers<int64_t>("i8", {INT64_MIN, -1, 0, INT64_MAX});
  check_numbers<uint8_t>("u1", {0, UINT8_MAX});
  check_numbers<uint16_t>("u2", {0, UINT16_MAX});
  check_numbers<uint32_t>("u4", {0, UINT32_MAX});
  check_numbers<uint64_t>("u8", {0, INT64_MAX, uint64_t(INT64_MAX) + 1, UINT64_MAX});
  check_numbers<int64_t>("M8[ns]", {INT64_MIN, -1, INT64_MAX});
  check_numbers<int64_t>("m8[25s]", {INT64_MIN, -1, INT64_MAX});
}

TEST_CASE("what was written of a float is read as the same bytes", "[manifest_value_read]") {
  using F = std::numeric_limits<float>;
  using D = std::numeric_limits<double>;
  check_numbers<uint16_t>("f2", {0x0000, 0x8000, 0x0001, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7E00, 0x2E66});
  check_numbers<float>("f4", {0.0f, -0.0f, F::max(), F::lowest(), F::min(), F::denorm_min(), F::infinity(),
                              -F::infinity(), F::quiet_NaN(), 0.1f, 16777217.0f});
  check_numbers<double>("f8", {0.0, -0.0, D::max(), D::lowest(), D::min(), D::denorm_min(), D::infinity(),
                               -D::infinity(), D::quiet_NaN(), 0.1, 1e22});
  const std::string c8 = bytes_of<float>({0.1f, -0.0f, F::quiet_NaN(), F::infinity()});
  const std::string c16 = bytes_of<double>({0.1, -0.0, D::quiet_NaN(), D::infinity()});
  check_round_trip("<c8", {2}, c8);
  check_round_trip(">c8", {2}, swapped(c8, 4));
  check_round_trip("<c16", {2}, c16);
  check_round_trip(">c16", {1, 2}, swapped(c16, 8));
}

TEST_CASE("what was written of strings and bytes is read as the same bytes", "[manifest_value_read]") {
  check_round_trip("|S4", {3}, {"K\0\0\0\xC3\xA9ta\0\0\0\0", 12});
  check_round_trip("|S3", {}, {"a\0b", 3});
  check_round_trip("|S4", {2}, {"\xFF\0\0\0\0\xFE\0\0", 8});
  check_round_trip("<U2", {2}, {"\xAC\x20\0\0\0\0\0\0\x80\xF9\1\0a\0\0\0", 16});
  check_round_trip(">U1", {2}, {"\0\1\xF9\x80\0\0\0\0", 8});
  check_round_trip("<U1", {}, {"\0\xD8\0\0", 4});
  for (size_t size = 1; size < 8; size++)
    check_round_trip("|V" + std::to_string(size), {2},
                     std::string("\0\xFF\x10\xFB\xEF\xBE\1\0\2\3\4\5\6\7", 14).substr(0, size_t(size) * 2));
}

TEST_CASE("what was written of structured values is read as the same bytes, padding as zeros",
          "[manifest_value_read]") {
  const std::string dtype = R"([["x","<i2"],["","|V2"],["v","|u1",[2,2]],["in",[["s","|S2"],["b","|b1"]],[2]]])";
  const std::string one("\x05\x00\0\0\1\2\3\4hi\1x\0\0", 14), two("\xFF\xFF\0\0\5\6\7\x08\xFF\0\0\0\0\1", 14);
  check_round_trip(dtype, {}, one);
  check_round_trip(dtype, {2}, one + two);
  check_round_trip(dtype, {1, 2, 1}, two + one);
  check_round_trip(dtype, {0}, "");
  CHECK(read(" " + dtype, {}, R"([5, [[1, 2], [3, 4]], [["hi", true], ["x", false]]])") == one);
}

TEST_CASE("lists are read as the shape nests them", "[manifest_value_read]") {
  check_round_trip("|u1", {2, 3}, "\1\2\3\4\5\6");
  check_round_trip("|u1", {1, 1, 1}, "\7");
  check_round_trip("|u1", {int64_t(1) << 40, 0}, "");
  CHECK(read("|u1", {2, 0}, "[[], []]") == "");
  CHECK(read("|u1", {2, 0}, "[[]]") == "2:2: wanted a list of 2 elements, not of 1, found a list");
  CHECK(read("|u1", {2, 0}, "[[], [1]]") == "2:7: wanted a list of 0 elements, not of 1, found a list");
  CHECK(read("|u1", {0}, "[1]") == "2:2: wanted a list of 0 elements, not of 1, found a list");
  CHECK(read("|u1", {0}, "7") == "2:2: wanted a list of 0 elements, found '7'");
  CHECK(read("|u1", {2, 1}, "[[1], 2]") == "2:8: wanted a list of 1 element, found '2'");
  CHECK(read("|u1", {3}, "[1, 2]") == "2:2: wanted a list of 3 elements, not of 2, found a list");
  CHECK(read("|u1", {2}, "[1, [2]]") == "2:6: wanted a whole number from 0 to 255, found a list");
  CHECK(read("|u1", {}, "[1]") == "2:2: wanted a whole number from 0 to 255, found a list");
}

TEST_CASE("a float is rounded once, from its text", "[manifest_value_read]") {
  CHECK(read("<f4", {}, "1.0000000596046447753906250000001") == bytes_of<float>({1.00000012f}));
  CHECK(read("<f2", {}, "1.00048828125000000000000000001") == "\x01\x3C");
  CHECK(read("<f8", {3}, "[3, -0.0, 18446744073709551615]") == bytes_of<double>({3.0, -0.0, 18446744073709551616.0}));
  CHECK(read("<f4", {}, "16777217") == bytes_of<float>({16777216.0f}));
}

TEST_CASE("a number out of range is refused with what its type holds", "[manifest_value_read]") {
  CHECK(read("|i1", {}, "128") == "2:2: wanted a whole number from -128 to 127, found '128'");
  CHECK(read("<i2", {}, "-32769") == "2:2: wanted a whole number from -32768 to 32767, found '-32769'");
  CHECK(read("<i8", {2}, "[0, 9223372036854775808]") ==
        "2:6: wanted a whole number from -9223372036854775808 to 9223372036854775807, found '9223372036854775808'");
  CHECK(read("<u4", {}, "4294967296") == "2:2: wanted a whole number from 0 to 4294967295, found '4294967296'");
  CHECK(read("<u8", {}, "-1") == "2:2: wanted a whole number from 0 to 18446744073709551615, found '-1'");
  CHECK(read("<u8", {}, R"("18446744073709551616")") ==
        "2:2: wanted a whole number from 0 to 18446744073709551615, found '18446744073709551616'");
  CHECK(read("<u8", {}, R"("")") == "2:2: wanted a whole number from 0 to 18446744073709551615, found ''");
  CHECK(read("<u4", {}, R"("5")") == "2:2: wanted a whole number from 0 to 4294967295, found '5'");
  CHECK(read("<i4", {}, "1.0") == "2:2: wanted a whole number from -2147483648 to 2147483647, found '1.0'");
  CHECK(read("<f2", {}, "65520") == "2:2: wanted a number that a float of 2 bytes holds, found '65520'");
  CHECK(read("<f4", {}, "3.5e38") == "2:2: wanted a number that a float of 4 bytes holds, found '3.5e38'");
  CHECK(read("<f8", {}, "true") == "2:2: wanted a number, found 'true'");
  CHECK(read("<f8", {}, R"("1.5")") == "2:2: wanted a number, found '1.5'");
  CHECK(read("|b1", {}, "1") == "2:2: wanted true or false, found '1'");
  CHECK(read("<c8", {}, "[1.5]") == "2:2: wanted a complex number: a list of two numbers, found a list");
  CHECK(read("<c8", {}, R"([1.5, "x"])") == "2:8: wanted a number, found 'x'");
  CHECK(read("<M8[ns]", {}, "2024-01-01") == "2:2: wanted a whole number of 64 bits, or \"NaT\", found '2024-01-01'");
}

TEST_CASE("a string is its text, also where that looks like something else", "[manifest_value_read]") {
  CHECK(read("|S4", {4}, "[1e3, true, 10, no]") == std::string("1e3\0true10\0\0no\0\0", 16));
  CHECK(read("<U3", {}, "1e3") == std::string("1\0\0\0e\0\0\0003\0\0\0", 12));
  CHECK(read("|V3", {}, "1234") == "\xD7\x6D\xF8");
  CHECK(read("|S2", {}, R"("abc")") ==
        "2:2: wanted text of at most 2 bytes, or base64 of as many in a map, found 'abc'");
  CHECK(read("<U2", {}, R"("abc")") ==
        "2:2: wanted text of at most 2 characters, or base64 of as many in a map, found 'abc'");
  CHECK(read("|S2", {}, "[1]") == "2:2: wanted text of at most 2 bytes, or base64 of as many in a map, found a list");
  CHECK(read("|S2", {}, R"({bytes: "AA=="})") ==
        "2:2: wanted text of at most 2 bytes, or base64 of as many in a map, found a map");
}

TEST_CASE("base64 has its padding, and no more or less bytes than the type", "[manifest_value_read]") {
  CHECK(read("|V1", {}, R"("/w==")") == "\xFF");
  CHECK(read("|S2", {}, R"({base64: "/wA="})") == std::string("\xFF\0", 2));
  for (const std::string bad : {"/w", "/w=", "/w===", "/x==", "/w=w", "====", "/wA=", "_w==", ""}) {
    INFO(bad);
    CHECK(read("|V1", {}, '"' + bad + '"') == "2:2: wanted 1 bytes in base64, found '" + bad + "'");
  }
  CHECK(read("|V2", {}, R"("/wB=")") == "2:2: wanted 2 bytes in base64, found '/wB='");
  CHECK(read("|S2", {}, R"({base64: "/w=="})") == "2:11: wanted 2 bytes in base64, found '/w=='");
}

TEST_CASE("a structured value has all its fields", "[manifest_value_read]") {
  const std::string dtype = R"([["x","<i2"],["","|V2"],["v","|u1",[2]]])";
  CHECK(read(dtype, {}, "[5]") == "2:2: wanted a list of 2 fields, not of 1, found a list");
  CHECK(read(dtype, {}, "[5, [1, 2], 3]") == "2:2: wanted a list of 2 fields, not of 3, found a list");
  CHECK(read(dtype, {}, "5") == "2:2: wanted a list of 2 fields, found '5'");
  CHECK(read(dtype, {2}, "[[5, [1, 2]], [6, [1, 2, 3]]]") ==
        "2:20: wanted a list of 2 elements, not of 3, found a list");
}

TEST_CASE("a dtype of absurd length is not read again without end", "[manifest_value_read]") {
  const std::string dtype = R"([[")" + std::string(60000, 'x') + R"(","|u1"]])";
  std::string flow = "[";
  for (int i = 0; i < 300; i++)
    flow += i ? ",[1]" : "[1]";
  CHECK(read(dtype, {300}, flow + "]").find("wanted fewer elements of so long a dtype, found a list") !=
        std::string::npos);
}
