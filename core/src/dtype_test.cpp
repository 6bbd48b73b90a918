// SPDX-License-Identifier: MIT
extern "C" {
#include "dtype.h"
}
#include "catch.hpp"

#include <string>
#include <vector>

namespace {

struct Parsed {
  cshm_status status;
  cshm_dtype parts;
  bool swapped;
  std::string message;
};

Parsed parse(const std::string &text) {
  Parsed result = {CSHM_OK, CSHM_DTYPE_INIT, false, ""};
  cshm_error err = CSHM_ERROR_INIT;
  const std::vector<char> exact(text.begin(), text.end()); // no NUL: the sanitizer sees a byte too far
  result.status = cshm__dtype_parse(exact.data(), exact.size(), &result.parts, &result.swapped, &err);
  result.message = err.message;
  return result;
}

std::string format_of(const dtype_field &field) {
  char buffer[256];
  size_t length = sizeof buffer;
  REQUIRE(cshm__dtype_format(&field, buffer, &length, nullptr) == CSHM_OK);
  return std::string(buffer, length);
}

std::string name_of(const dtype_field &field) {
  char buffer[256];
  size_t length = sizeof buffer;
  REQUIRE(cshm__json_string(field.name, field.name_length, buffer, &length, nullptr) == CSHM_OK);
  return std::string(buffer, length);
}

std::string canonical(const std::string &text) {
  REQUIRE(parse(text).status == CSHM_OK);
  std::vector<char> out(text.size());
  return std::string(out.data(), cshm__dtype_canonical(text.data(), text.size(), out.data()));
}

} // namespace

TEST_CASE("each plain type is taken apart", "[dtype]") {
  struct {
    const char *text;
    char kind, order;
    uint64_t itemsize;
  } const cases[] = {{"|b1", 'b', '|', 1},    {"|i1", 'i', '|', 1},
                     {"<i2", 'i', '<', 2},    {">i4", 'i', '>', 4},
                     {"<i8", 'i', '<', 8},    {"|u1", 'u', '|', 1},
                     {">u2", 'u', '>', 2},    {"<u4", 'u', '<', 4},
                     {"<u8", 'u', '<', 8},    {"<f2", 'f', '<', 2},
                     {">f4", 'f', '>', 4},    {"<f8", 'f', '<', 8},
                     {"<c8", 'c', '<', 8},    {">c16", 'c', '>', 16},
                     {"|S1", 'S', '|', 1},    {"|S2147483647", 'S', '|', 2147483647},
                     {"<U8", 'U', '<', 32},   {">U536870911", 'U', '>', 2147483644},
                     {"|V3", 'V', '|', 3},    {"<M8", 'M', '<', 8},
                     {">m8[ns]", 'm', '>', 8}};
  for (const auto &wanted : cases) {
    INFO(wanted.text);
    Parsed found = parse(wanted.text);
    CHECK(found.status == CSHM_OK);
    CHECK(found.parts.size == sizeof(cshm_dtype));
    CHECK(found.parts.kind == uint32_t(wanted.kind));
    CHECK(found.parts.byte_order == uint32_t(wanted.order));
    CHECK(found.parts.itemsize == wanted.itemsize);
    CHECK(found.parts.field_count == 0);
    CHECK(found.swapped == (wanted.order == '>'));
  }
}

TEST_CASE("units of dates and durations are taken apart", "[dtype]") {
  CHECK(std::string(parse("<M8").parts.unit).empty());
  CHECK(parse("<M8").parts.multiple == 1);
  for (const char *unit : {"Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"}) {
    Parsed found = parse("<m8[25" + std::string(unit) + "]");
    CHECK(found.status == CSHM_OK);
    CHECK(found.parts.multiple == 25);
    CHECK(found.parts.unit == std::string(unit));
    CHECK(parse("<M8[" + std::string(unit) + "]").parts.multiple == 1);
  }
  CHECK(parse("|i1").parts.multiple == 0);
}

TEST_CASE("every type has one spelling: all others are refused", "[dtype]") {
  for (const char *text : {"",
                           "f8",
                           "=f8",
                           "<f",
                           "<f3",
                           "<f16",
                           "<f08",
                           "<f8 ",
                           " <f8",
                           "<i1",
                           ">u1",
                           "<b1",
                           "|b2",
                           "|i2",
                           "|f8",
                           "<S3",
                           "|U3",
                           "|S0",
                           "|S",
                           "|V0",
                           "<V4",
                           "<c4",
                           "<c32",
                           "<x4",
                           "|O",
                           "|O8",
                           "<M4",
                           "<M8[]",
                           "<M8[ns",
                           "<M8[xs]",
                           "<M8[1s]",
                           "<M8[0s]",
                           "<M8[02s]",
                           "<M8[ns]x",
                           "<M8[2]",
                           "<i8[s]",
                           "<M8ns",
                           "|S-1",
                           "|S2147483648",
                           "<U536870912",
                           "|S99999999999999999999",
                           "<M8[2147483648s]",
                           "<M8[generic]",
                           "<f88",
                           "<i",
                           "<",
                           "<i84",
                           "|S1x"}) {
    INFO(text);
    Parsed found = parse(text);
    CHECK(found.status == CSHM_ERR_BAD_TYPE);
    CHECK(found.message.find("wanted") != std::string::npos);
  }
  CHECK(parse(std::string("<f8\0", 4)).status == CSHM_ERR_BAD_TYPE);
}

TEST_CASE("the message names the dtype, the place, what is wanted and what is there", "[dtype]") {
  CHECK(parse("<f16").message == "dtype '<f16': at byte 2: wanted 2, 4 or 8: the bytes of a float, found '16'");
  CHECK(parse("<f").message == "dtype '<f': at its end: wanted 2, 4 or 8: the bytes of a float");
  CHECK(
      parse(R"([["x","<f8"],["x","<i4"]])").message ==
      R"(dtype '[["x","<f8"],["x","<i4"]]': at byte 14: wanted a name that no other field of this list has, found '"x","<i4"]]')");
  CHECK(parse(R"([["x","<f3"]])").message ==
        R"(dtype '[["x","<f3"]]': at byte 9: wanted 2, 4 or 8: the bytes of a float, found '3"]]')");
}

TEST_CASE("a structured type is taken apart", "[dtype]") {
  const std::string text = R"([["x","<f8"],["","|V3"],["v",">i4",[3,2]],["in",[["a","|b1"],["b","<U2",[2]]]]])";
  Parsed found = parse(text);
  REQUIRE(found.status == CSHM_OK);
  CHECK(found.parts.kind == uint32_t('V'));
  CHECK(found.parts.byte_order == uint32_t('|'));
  CHECK(found.parts.field_count == 3);
  CHECK(found.parts.itemsize == 8 + 3 + 24 + 17);
  CHECK(found.swapped);
  CHECK_FALSE(parse(R"([["x","<f8"]])").swapped);

  dtype_field field;
  REQUIRE(cshm__dtype_field(text.data(), text.size(), 0, &field, nullptr) == CSHM_OK);
  CHECK(name_of(field) == "x");
  CHECK(format_of(field) == "<f8");
  CHECK(field.offset == 0);
  CHECK(field.nbytes == 8);
  CHECK(field.ndim == 0);
  REQUIRE(cshm__dtype_field(text.data(), text.size(), 1, &field, nullptr) == CSHM_OK);
  CHECK(name_of(field) == "v");
  CHECK(format_of(field) == ">i4");
  CHECK(field.offset == 11);
  CHECK(field.nbytes == 24);
  CHECK(field.ndim == 2);
  CHECK(field.shape[0] == 3);
  CHECK(field.shape[1] == 2);
  REQUIRE(cshm__dtype_field(text.data(), text.size(), 2, &field, nullptr) == CSHM_OK);
  CHECK(name_of(field) == "in");
  CHECK(format_of(field) == R"([["a","|b1"],["b","<U2",[2]]])");
  CHECK(field.offset == 35);
  CHECK(field.nbytes == 17);
  CHECK(cshm__dtype_field(text.data(), text.size(), 3, &field, nullptr) == CSHM_ERR_NOT_FOUND);
  CHECK(cshm__dtype_field("<f8", 3, 0, &field, nullptr) == CSHM_ERR_NOT_FOUND);
}

TEST_CASE("a structured type that is not one is refused", "[dtype]") {
  for (const char *text : {"[",
                           "[]",
                           "[]]",
                           "[[]]",
                           R"([["x"]])",
                           R"([["x",]])",
                           R"([["x","<f8",]])",
                           R"([["x","<f8",[]]])",
                           R"([["x","<f8",[0]]])",
                           R"([["x","<f8",[-1]]])",
                           R"([["x","<f8",[1.5]]])",
                           R"([["x","<f8",[03]]])",
                           R"([["x","<f8",3]])",
                           R"([["x","<f8",[3],1]])",
                           R"([["x","<f8"],])",
                           R"([["x","<f8"])",
                           R"(["x","<f8"])",
                           R"([["x","f8"]])",
                           R"([["x",8]])",
                           R"([["x",null]])",
                           R"([[["t","x"],"<f8"]])",
                           R"([["","<f8"]])",
                           R"([["",[["a","|b1"]]]])",
                           R"([["","|V4"]])",
                           R"([["x","<f8"],["","|V4",[2]]])",
                           R"([["x","<f8"]] x)",
                           R"([["x","<f8"]]])",
                           R"([["x","|V2147483648"]])",
                           R"([["x","|V2147483647"],["y","|b1"]])",
                           R"([["x","|V65536",[32768]]])",
                           R"([["x","<f8",[2147483647,2147483647,2147483647]]])",
                           R"([["\u0000","<f8"]])",
                           R"([["\ud800","<f8"]])",
                           R"([["x","\u003cf8"]])",
                           R"([['x','<f8']])",
                           R"([("x","<f8")])",
                           R"([["a","<f8"],["\u0061","<f8"]])",
                           R"([["x",[]]])"}) {
    INFO(text);
    CHECK(parse(text).status == CSHM_ERR_BAD_TYPE);
  }
  CHECK(parse("[[\"\xFF\",\"<f8\"]]").status == CSHM_ERR_BAD_TYPE);
  CHECK(parse("[[\"a\nb\",\"<f8\"]]").status == CSHM_ERR_BAD_TYPE);
}

TEST_CASE("a name may come again on another level", "[dtype]") {
  CHECK(parse(R"([["a",[["a","<f8"]]],["b",[["a","<f8"],["b","<f8"]]]])").status == CSHM_OK);
  CHECK(parse(R"([["b",[["a","<f8"],["a","<f8"]]]])").status == CSHM_ERR_BAD_TYPE);
}

TEST_CASE("types nest sixteen levels and no more", "[dtype]") {
  auto nested = [](int levels) {
    std::string text = "\"<f8\"";
    for (int i = 0; i < levels; i++)
      text = "[[\"a\"," + text + "]]";
    return text;
  };
  CHECK(parse(nested(16)).status == CSHM_OK);
  CHECK(parse(nested(17)).status == CSHM_ERR_BAD_TYPE);
  CHECK(parse(nested(6000)).status == CSHM_ERR_BAD_TYPE);
}

TEST_CASE("as many fields as a dtype's text can hold are known apart", "[dtype]") {
  std::string text = "[";
  int fields = 0;
  while (text.size() < CSHM_MAX_DTYPE - 40)
    text += (fields ? ",[\"" : "[\"") + std::to_string(fields) + "\",\"|b1\"]", fields++;
  CHECK(parse(text + "]").parts.field_count == uint32_t(fields));
  CHECK(parse(text + ",[\"0\",\"|b1\"]]").status == CSHM_ERR_BAD_TYPE);
  CHECK(parse(text + ",[\"x\",\"|b1\"]]").status == CSHM_OK);
  CHECK(parse(text + std::string(60, ' ') + "]").status == CSHM_ERR_BAD_TYPE);
}

TEST_CASE("every beginning of a type and every byte changed in it is judged without a crash", "[dtype]") {
  const std::string text = R"([["a\u00e9","<M8[25s]",[3,4]],["","|V12"],["b",[["c",">c16"]]]])";
  REQUIRE(parse(text).status == CSHM_OK);
  for (size_t length = 0; length < text.size(); length++)
    if (parse(text.substr(0, length)).status != CSHM_ERR_BAD_TYPE) FAIL("accepted: " << text.substr(0, length));
  for (size_t at = 0; at < text.size(); at++) {
    for (int byte = 0; byte < 256; byte++) {
      std::string changed = text;
      changed[at] = char(byte);
      Parsed found = parse(changed);
      if (found.status == CSHM_OK) {
        dtype_field field;
        for (uint32_t i = 0; i < found.parts.field_count; i++)
          if (cshm__dtype_field(changed.data(), changed.size(), i, &field, nullptr) != CSHM_OK)
            FAIL("no field " << i << " in " << changed);
      }
    }
  }
}

TEST_CASE("the canonical spelling is compact and unescaped", "[dtype]") {
  CHECK(canonical("<M8[ns]") == "<M8[ns]");
  CHECK(canonical(" [ [ \"a\" ,\n\"<f8\",\t[ 3 , 4 ] ] ] ") == R"([["a","<f8",[3,4]]])");
  CHECK(canonical(R"([["\u0061\u00e9\/","<f8"]])") == "[[\"a\xC3\xA9/\",\"<f8\"]]");
  CHECK(canonical(R"([["\u000a\u0022\u005c\b\u001f\u007f","<f8"]])") == "[[\"\\n\\\"\\\\\\b\\u001f\x7F\",\"<f8\"]]");
  CHECK(canonical(R"([["\ud83e\udd80",[["x","|b1"]]]])") == "[[\"\xF0\x9F\xA6\x80\",[[\"x\",\"|b1\"]]]]");
}

TEST_CASE("a shape's bytes are counted, and what does not fit is refused", "[dtype]") {
  uint64_t nbytes = 0;
  const int64_t plain[] = {3, 4, 5};
  CHECK(cshm__shape_nbytes(3, plain, 8, &nbytes, nullptr) == CSHM_OK);
  CHECK(nbytes == 480);
  CHECK(cshm__shape_nbytes(0, nullptr, 8, &nbytes, nullptr) == CSHM_OK);
  CHECK(nbytes == 8);
  const int64_t empty[] = {3, 0, 5};
  CHECK(cshm__shape_nbytes(3, empty, 8, &nbytes, nullptr) == CSHM_OK);
  CHECK(nbytes == 0);
  const int64_t largest[] = {int64_t(1) << 62};
  CHECK(cshm__shape_nbytes(1, largest, 1, &nbytes, nullptr) == CSHM_OK);
  CHECK(nbytes == uint64_t(1) << 62);
  CHECK(cshm__shape_nbytes(1, largest, 2, &nbytes, nullptr) == CSHM_ERR_LIMIT);
  const int64_t hidden[] = {0, int64_t(1) << 62, 4}; // no bytes, but strides would overflow
  CHECK(cshm__shape_nbytes(3, hidden, 8, &nbytes, nullptr) == CSHM_ERR_LIMIT);
  const int64_t wraps[] = {int64_t(1) << 32, int64_t(1) << 32};
  CHECK(cshm__shape_nbytes(2, wraps, 1, &nbytes, nullptr) == CSHM_ERR_LIMIT);
  const int64_t negative[] = {3, -1};
  cshm_error err = CSHM_ERROR_INIT;
  CHECK(cshm__shape_nbytes(2, negative, 8, &nbytes, &err) == CSHM_ERR_INVALID_ARGUMENT);
  CHECK(std::string(err.message) == "dimension 1 has the negative length -1");
  const int64_t ones[65] = {};
  CHECK(cshm__shape_nbytes(65, ones, 8, &nbytes, nullptr) == CSHM_ERR_INVALID_ARGUMENT);
}

TEST_CASE("strides are numpy's, in both orders, with and without elements", "[dtype]") {
  int64_t strides[3];
  const int64_t shape[] = {3, 4, 5};
  cshm__shape_strides(3, shape, 8, CSHM_ORDER_C, strides);
  CHECK(std::vector<int64_t>(strides, strides + 3) == std::vector<int64_t>{160, 40, 8});
  cshm__shape_strides(3, shape, 8, CSHM_ORDER_FORTRAN, strides);
  CHECK(std::vector<int64_t>(strides, strides + 3) == std::vector<int64_t>{8, 24, 96});
  const int64_t empty[] = {3, 0, 5};
  cshm__shape_strides(3, empty, 8, CSHM_ORDER_C, strides);
  CHECK(std::vector<int64_t>(strides, strides + 3) == std::vector<int64_t>{40, 40, 8});
}
