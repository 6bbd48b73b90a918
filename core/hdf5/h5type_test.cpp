// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

extern "C" {
#include "h5type.h"
}
#include <functional>
#include <memory>
#include <string>

namespace {

// Maps a type that `make` makes; what comes of it: the dtype, or "- " and the reason.
struct Mapped {
  explicit Mapped(hid_t file_type) {
    good = cshm__h5_type_begin(file_type, type.get(), &reason);
    H5Tclose(file_type);
  }
  Mapped(const Mapped &) = delete;
  Mapped &operator=(const Mapped &) = delete;
  ~Mapped() {
    if (good) cshm__h5_type_end(type.get());
  }
  std::string text() const { return good ? type->dtype.text : std::string("- ") + reason.text; }

  std::unique_ptr<h5type> type = std::make_unique<h5type>();
  h5reason reason{};
  bool good;
};

std::string map(hid_t file_type) { return Mapped(H5Tcopy(file_type)).text(); }

hid_t compound(size_t size, const std::vector<std::tuple<const char *, size_t, hid_t>> &members) {
  hid_t type = H5Tcreate(H5T_COMPOUND, size);
  for (const auto &[name, offset, member] : members)
    REQUIRE(H5Tinsert(type, name, offset, member) >= 0);
  return type;
}

hid_t array(hid_t base, std::vector<hsize_t> lengths) {
  return H5Tarray_create2(base, static_cast<unsigned>(lengths.size()), lengths.data());
}

} // namespace

TEST_CASE("numbers keep size, sign and byte order", "[h5type]") {
  CHECK(map(H5T_STD_I8BE) == "|i1");
  CHECK(map(H5T_STD_U16BE) == ">u2");
  CHECK(map(H5T_STD_I64LE) == "<i8");
  CHECK(map(H5T_IEEE_F32BE) == ">f4");
  CHECK(map(H5T_IEEE_F64LE) == "<f8");
  CHECK(map(H5T_STD_B16LE) == "<u2");
  CHECK(map(H5T_NATIVE_LDOUBLE) == "<f8");
  CHECK(map(H5T_VAX_F32) == "- floats in VAX byte order have no dtype");
}

TEST_CASE("the type to read with is the file's where nothing has to be converted", "[h5type]") {
  Mapped mapped(compound(16, {{"a", 0, H5T_STD_I32LE}, {"b", 8, H5T_IEEE_F64BE}}));
  REQUIRE(mapped.good);
  hid_t same = compound(16, {{"a", 0, H5T_STD_I32LE}, {"b", 8, H5T_IEEE_F64BE}});
  CHECK(H5Tequal(mapped.type->memory, same) > 0);
  H5Tclose(same);
}

TEST_CASE("compounds keep their offsets, with padding in the gaps", "[h5type]") {
  CHECK(Mapped(compound(24, {{"a", 2, H5T_STD_I16LE}, {"b", 8, H5T_IEEE_F64BE}})).text() ==
        R"([["","|V2"],["a","<i2"],["","|V4"],["b",">f8"],["","|V8"]])");
  CHECK(Mapped(compound(6, {{"b", 2, H5T_STD_I32LE}, {"a", 0, H5T_STD_I16LE}})).text() ==
        R"([["a","<i2"],["b","<i4"]])");
  CHECK(Mapped(compound(5, {{"a\"\\\n", 0, H5T_STD_I8LE}, {"\xC3\xA9", 1, H5T_STD_I32LE}})).text() ==
        "[[\"a\\\"\\\\\\u000a\",\"|i1\"],[\"\xC3\xA9\",\"<i4\"]]");
}

TEST_CASE("a field that needs more room than in the file moves those behind it", "[h5type]") {
  hid_t three = H5Tcopy(H5T_STD_I32LE);
  H5Tset_size(three, 3);
  Mapped mapped(compound(8, {{"a", 0, three}, {"b", 3, H5T_STD_I8LE}, {"c", 4, H5T_STD_I32LE}}));
  H5Tclose(three);
  CHECK(mapped.text() == R"([["a","<i4"],["b","|i1"],["c","<i4"]])");
  CHECK(H5Tget_size(mapped.type->memory) == 9);
}

TEST_CASE("arrays in compounds are sub-arrays, at the top they are dimensions", "[h5type]") {
  hid_t inner = array(H5T_STD_I16LE, {3}), outer = array(inner, {2, 4});
  Mapped field(compound(48, {{"v", 0, outer}}));
  CHECK(field.text() == R"([["v","<i2",[2,4,3]]])");
  Mapped top(H5Tcopy(outer));
  CHECK(top.text() == "<i2");
  REQUIRE(top.type->ndim == 3);
  CHECK(top.type->shape[0] == 2);
  CHECK(top.type->shape[2] == 3);
  CHECK(H5Tget_size(top.type->memory) == 48);
  H5Tclose(inner);
  H5Tclose(outer);
}

TEST_CASE("{r, i} of two equal floats is complex, also in other types", "[h5type]") {
  hid_t pair = compound(16, {{"r", 0, H5T_IEEE_F64BE}, {"i", 8, H5T_IEEE_F64BE}});
  CHECK(map(pair) == ">c16");
  CHECK(Mapped(compound(16, {{"z", 0, pair}})).text() == R"([["z",">c16"]])");
  CHECK(Mapped(array(pair, {2})).text() == ">c16");
  H5Tclose(pair);
  CHECK(Mapped(compound(12, {{"r", 0, H5T_IEEE_F32LE}, {"i", 4, H5T_IEEE_F64LE}})).text() ==
        R"([["r","<f4"],["i","<f8"]])");
  CHECK(Mapped(compound(8, {{"r", 0, H5T_STD_I32LE}, {"i", 4, H5T_STD_I32LE}})).text() ==
        R"([["r","<i4"],["i","<i4"]])");
}

TEST_CASE("a reason names the field", "[h5type]") {
  hid_t words = H5Tcopy(H5T_C_S1);
  H5Tset_size(words, H5T_VARIABLE);
  hid_t inner = compound(sizeof(char *), {{"name", 0, words}});
  CHECK(Mapped(compound(16, {{"n", 0, H5T_STD_I32LE}, {"in", 8, inner}})).text() ==
        "- field 'in': field 'name': variable-length strings inside of other types are not supported yet");
  H5Tclose(words);
  H5Tclose(inner);
  CHECK(Mapped(compound(4, {{"\xFF", 0, H5T_STD_I32LE}})).text() == "- it has a field whose name is not UTF-8");
}

TEST_CASE("types that would not fit into a dtype are refused", "[h5type]") {
  hid_t deep = compound(4, {{"x", 0, H5T_STD_I32LE}});
  for (int i = 0; i < 20; i++) {
    hid_t next = compound(4, {{"x", 0, deep}});
    H5Tclose(deep);
    deep = next;
  }
  CHECK(Mapped(deep).text().find("its compounds nest deeper than 16") != std::string::npos);
  hid_t broad = H5Tcreate(H5T_COMPOUND, 4000);
  for (size_t i = 0; i < 1000; i++)
    H5Tinsert(broad, (std::string(100, 'n') + std::to_string(i)).c_str(), 4 * i, H5T_STD_I32LE);
  CHECK(Mapped(broad).text() == "- its dtype is longer than 65535 bytes");
}

TEST_CASE("opaque bytes are raw, unless h5py tagged them as one of numpy's types", "[h5type]") {
  auto opaque = [](const char *tag) {
    hid_t type = H5Tcreate(H5T_OPAQUE, 8);
    H5Tset_tag(type, tag);
    return Mapped(type).text();
  };
  CHECK(opaque("NUMPY:<M8[ns]") == "<M8[ns]");
  CHECK(opaque("NUMPY:<m8[25s]") == "<m8[25s]");
  CHECK(opaque("NUMPY:<f4") == "|V8"); // of another size
  CHECK(opaque("NUMPY:nonsense") == "|V8");
  CHECK(opaque("a picture") == "|V8");
}
