// Dtypes, taken apart.
//
// SPDX-License-Identifier: MIT
#include "api_fixture.hpp"

using namespace api;

namespace {

struct Field {
  std::string name, format;
  uint64_t offset, nbytes;
  std::vector<int64_t> shape;

  bool operator==(const Field &other) const {
    return name == other.name && format == other.format && offset == other.offset && nbytes == other.nbytes &&
           shape == other.shape;
  }
};

cshm_dtype parse(const std::string &dtype) {
  CAPTURE(dtype);
  Error err;
  cshm_dtype parts = CSHM_DTYPE_INIT;
  REQUIRE_OK(cshm_dtype_parse(dtype.c_str(), &parts, err), err);
  return parts;
}

Field field_of(const std::string &dtype, uint32_t index) {
  Error err;
  cshm_field field = CSHM_FIELD_INIT;
  char name[64], format[256];
  size_t name_length = sizeof name, format_length = sizeof format;
  REQUIRE_OK(cshm_dtype_field(dtype.c_str(), index, &field, name, &name_length, format, &format_length, err), err);
  REQUIRE(name_length == std::strlen(name));
  REQUIRE(format_length == std::strlen(format));
  return {name, format, field.offset, field.nbytes, {field.shape, field.shape + field.ndim}};
}

} // namespace

TEST_CASE("plain dtypes: kind, byte order, itemsize") {
  struct {
    const char *dtype;
    char kind, byte_order;
    uint64_t itemsize;
  } const all[] = {{"|b1", 'b', '|', 1}, {"|i1", 'i', '|', 1},   {"<i2", 'i', '<', 2}, {">i4", 'i', '>', 4},
                   {"<i8", 'i', '<', 8}, {"|u1", 'u', '|', 1},   {">u2", 'u', '>', 2}, {"<u4", 'u', '<', 4},
                   {">u8", 'u', '>', 8}, {"<f2", 'f', '<', 2},   {">f4", 'f', '>', 4}, {"<f8", 'f', '<', 8},
                   {"<c8", 'c', '<', 8}, {">c16", 'c', '>', 16}, {"|S1", 'S', '|', 1}, {"|S300", 'S', '|', 300},
                   {"<U1", 'U', '<', 4}, {">U12", 'U', '>', 48}, {"|V5", 'V', '|', 5}};
  for (const auto &wanted : all) {
    CAPTURE(wanted.dtype);
    const cshm_dtype found = parse(wanted.dtype);
    REQUIRE(static_cast<char>(found.kind) == wanted.kind);
    REQUIRE(static_cast<char>(found.byte_order) == wanted.byte_order);
    REQUIRE(found.itemsize == wanted.itemsize);
    REQUIRE(found.field_count == 0);
    REQUIRE(found.multiple == 0);
    REQUIRE(std::string(found.unit).empty());
  }
}

TEST_CASE("times have a unit and a multiple") {
  for (const char *unit : {"Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"})
    for (const char *kind : {"M", "m"}) {
      const cshm_dtype found = parse(std::string("<") + kind + "8[" + unit + "]");
      REQUIRE(static_cast<char>(found.kind) == kind[0]);
      REQUIRE(std::string(found.unit) == unit);
      REQUIRE(found.multiple == 1);
      REQUIRE(found.itemsize == 8);
    }
  REQUIRE(parse(">m8[25s]").multiple == 25);
  REQUIRE(std::string(parse(">m8[25s]").unit) == "s");
  REQUIRE(std::string(parse("<m8").unit).empty());
}

TEST_CASE("records have fields, padding aside") {
  const std::string dtype = R"([["a","|u1"],["","|V7"],["b",">f8",[2,3]],["c",[["x","<i2"],["y","<U2"]]],["","|V4"]])";
  const cshm_dtype parts = parse(dtype);
  REQUIRE(static_cast<char>(parts.kind) == 'V');
  REQUIRE(static_cast<char>(parts.byte_order) == '|');
  REQUIRE(parts.field_count == 3);
  REQUIRE(parts.itemsize == 1 + 7 + 48 + 10 + 4);
  REQUIRE(field_of(dtype, 0) == Field{"a", "|u1", 0, 1, {}});
  REQUIRE(field_of(dtype, 1) == Field{"b", ">f8", 8, 48, {2, 3}});
  const Field nested = field_of(dtype, 2);
  REQUIRE(nested == Field{"c", R"([["x","<i2"],["y","<U2"]])", 56, 10, {}});
  REQUIRE(field_of(nested.format, 1) == Field{"y", "<U2", 2, 8, {}});
  Error err;
  cshm_field field = CSHM_FIELD_INIT;
  char text[16];
  size_t name_length = sizeof text, format_length = 0;
  REQUIRE_STATUS(cshm_dtype_field(dtype.c_str(), 3, &field, text, &name_length, nullptr, &format_length, err), err,
                 CSHM_ERR_NOT_FOUND);
}

TEST_CASE("names of fields are any text") {
  const std::string dtype = R"([["a \"b\" \\ c","<f8"],["\u00e9\ud83d\ude00","<f8"],["caf)"
                            "\xc3\xa9"
                            R"(","<f8"]])";
  REQUIRE(field_of(dtype, 0).name == "a \"b\" \\ c");
  REQUIRE(field_of(dtype, 1).name == "\xc3\xa9\xf0\x9f\x98\x80");
  REQUIRE(field_of(dtype, 2).name == "caf\xc3\xa9");
}

TEST_CASE("a field that does not fit tells both lengths and writes nothing") {
  const std::string dtype = R"([["long name","<f8"]])";
  Error err;
  cshm_field field = CSHM_FIELD_INIT;
  char name[4] = "abc", format[16] = "untouched";
  size_t name_length = sizeof name, format_length = sizeof format;
  REQUIRE_STATUS(cshm_dtype_field(dtype.c_str(), 0, &field, name, &name_length, format, &format_length, err), err,
                 CSHM_ERR_BUFFER_TOO_SMALL);
  REQUIRE(name_length == 9);
  REQUIRE(format_length == 3);
  REQUIRE(std::string(name) == "abc");
  REQUIRE(std::string(format) == "untouched");
}

TEST_CASE("a dtype is kept in one spelling") {
  Store store;
  const std::string project = unique_name("spelling");
  Builder(store, project)
      .array("a", " [ [ \"x\" , \"<f8\" ] , [ \"\\u00e9\" , \"<i2\" , [ 3 ] ] ] ", {1})
      .allocate()
      .publish();
  Attachment attachment;
  attach(store, project, attachment);
  Array array;
  open_array(attachment, "a", array);
  REQUIRE(std::string(describe(array).dtype) == "[[\"x\",\"<f8\"],[\"\xc3\xa9\",\"<i2\",[3]]]");
}

TEST_CASE("what is no dtype is refused with the place") {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  std::string nested = R"([["x","<f8"]])";
  for (int i = 0; i < 2000; i++)
    nested = "[[\"x\"," + nested + "]]";
  for (const std::string &dtype : {std::string(""),
                                   std::string("f8"),
                                   std::string("<f9"),
                                   std::string("<f16"),
                                   std::string("<f8 "),
                                   std::string("|O8"),
                                   std::string("object"),
                                   std::string("<M8[xs]"),
                                   std::string("<M8[s"),
                                   std::string("<M8[0s]"),
                                   std::string("|S0"),
                                   std::string("<U-1"),
                                   std::string("|S99999999999999999999"),
                                   std::string("<U2147483647"),
                                   std::string("[]"),
                                   std::string("["),
                                   std::string("[[]]"),
                                   std::string(R"([["x"]])"),
                                   std::string(R"([["x","<f8"])"),
                                   std::string(R"([["x","<f8"]]x)"),
                                   std::string(R"([["x","<f8"],["x","<f8"]])"),
                                   std::string(R"([["","<f8"]])"),
                                   std::string(R"([["","|V8"]])"),
                                   std::string(R"([["x","<f8",[-1]]])"),
                                   std::string(R"([["x","<f8",[4611686018427387904]]])"),
                                   std::string(R"([["x\ud83d","<f8"]])"),
                                   std::string(R"({"x":"<f8"})"),
                                   std::string("[[\"\xff\",\"<f8\"]]"),
                                   deep,
                                   nested}) {
    CAPTURE(dtype.substr(0, 60));
    Error err;
    cshm_dtype parts = CSHM_DTYPE_INIT;
    REQUIRE_STATUS(cshm_dtype_parse(dtype.c_str(), &parts, err), err, CSHM_ERR_BAD_TYPE);
    REQUIRE(parts.itemsize == 0);
  }
}
