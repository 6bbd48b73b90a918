// SPDX-License-Identifier: MIT
extern "C" {
#include "manifest_check.h"
#include "manifest_declare.h"
#include "manifest_value.h"
}
#include "document_shown.hpp"

#include <cstdlib>
#include <vector>

namespace {

const std::string yaml_top = "cute-shm-layout: 1\n";
const std::string toml_top = "cute-shm-layout = 1\n";

// A layout, declared.
struct Declared {
  tree it;
  manifest_fills fills = {};
  std::string message; // without the file's name; "" where nothing is wrong
  cshm_status status = CSHM_OK;

  Declared(const manifest_syntax &syntax, const std::string &text) {
    const Document document(syntax, text);
    cshm_error err = CSHM_ERROR_INIT, checked = CSHM_ERROR_INIT;
    INFO(text << "\n" << document.message);
    REQUIRE(document.status == CSHM_OK);
    REQUIRE(cshm__tree_init(&it, nullptr) == CSHM_OK);
    status = cshm__manifest_declare(&document.it, &it, &fills, &err);
    message = status == CSHM_OK ? "" : std::string(err.message).substr(2);
    // the check says the same, but for the status of what comes twice
    CHECK((cshm__manifest_check(&document.it, &checked) == CSHM_OK) == (status == CSHM_OK));
    CHECK(std::string(checked.message) == err.message);
  }
  ~Declared() {
    cshm__tree_free(&it);
    cshm__manifest_fills_free(&fills);
  }
  Declared(const Declared &) = delete;
  Declared &operator=(const Declared &) = delete;

  std::string string(uint32_t place, uint32_t length) const {
    return {reinterpret_cast<const char *>(it.strings.data) + place, length};
  }
  std::string dtype(uint32_t number) const {
    const format_dtype &found = reinterpret_cast<const format_dtype *>(it.dtypes.pool.data)[number];
    return string(found.text, found.text_length);
  }
  std::string shape(uint32_t ndim, uint32_t extents) const {
    std::string all = "[";
    for (uint32_t i = 0; i < ndim; i++)
      all += (i ? "," : "") + std::to_string(reinterpret_cast<const int64_t *>(it.extents.data)[extents + i]);
    return all + "]";
  }
  // " @name=<f8[2][0.5, 1.0]"
  std::string attribute(const tree_attribute &attribute) const {
    manifest_dialect dialect = {};
    dialect.nan = ".nan";
    dialect.big_integers = true;
    struct text text = {};
    const std::string type = dtype(attribute.record.dtype);
    const manifest_value value = {type.data(),
                                  type.size(),
                                  attribute.record.ndim,
                                  reinterpret_cast<const int64_t *>(it.extents.data) + attribute.record.extents,
                                  it.blobs.data + attribute.record.value,
                                  attribute.record.nbytes,
                                  false};
    REQUIRE(cshm__manifest_value(&dialect, &value, &text));
    const std::string written(text.data, text.length);
    std::free(text.data);
    return " @" + string(attribute.record.name, attribute.record.name_length) + "=" + type +
           shape(attribute.record.ndim, attribute.record.extents) + written;
  }
  // All of it: nodes in the order of declaration, a line each.
  std::string shown() const {
    std::string all = message;
    for (uint32_t i = 0; i < it.nodes.count && message.empty(); i++) {
      const tree_node &node = *cshm__tree_node(&it, i);
      all += "/" + string(node.path, node.path_length);
      if (node.array != FORMAT_NONE) {
        const format_array &array = reinterpret_cast<const format_array *>(it.arrays.pool.data)[node.array];
        all += array.node == i ? " " + dtype(array.dtype) + shape(array.ndim, array.extents) + (array.order ? "F" : "")
                               : " = " + std::to_string(node.array);
      }
      for (uint32_t a = node.first_attribute; a != FORMAT_NONE;) {
        const tree_attribute &one = reinterpret_cast<const tree_attribute *>(it.attributes.pool.data)[a];
        all += attribute(one);
        a = one.next;
      }
      all += "\n";
    }
    return all;
  }
  // "0:ffff" for each fill: its array and bytes.
  std::string shown_fills() const {
    std::string all;
    for (uint32_t i = 0; i < fills.records.count; i++) {
      const manifest_fill &fill = reinterpret_cast<const manifest_fill *>(fills.records.pool.data)[i];
      all += (i ? " " : "") + std::to_string(fill.array) + ":";
      for (uint32_t at = 0; at < fill.nbytes; at++) {
        char digits[3];
        std::snprintf(digits, sizeof digits, "%02x", fills.bytes.data[fill.bytes + at]);
        all += digits;
      }
    }
    return all;
  }
};

std::string yaml(const std::string &text) { return Declared(cshm__manifest_yaml, yaml_top + text).shown(); }
std::string toml(const std::string &text) { return Declared(cshm__manifest_toml, toml_top + text).shown(); }

// How a root's attribute is understood, or the message; the value begins in line 3 of the text, column 6.
std::string attribute(const std::string &value) {
  const std::string all = yaml("attributes:\n  a: " + value);
  return all.substr(0, 5) == "/ @a=" ? all.substr(5, all.size() - 6) : all;
}

// Dtype and shape of an array, or the message; the value begins in line 4, column 10.
std::string dtype(const std::string &value) {
  const std::string all = yaml("arrays:\n- shape: []\n  dtype: " + value + "\n  path: a");
  return all.substr(0, 5) == "/\n/a " ? all.substr(5, all.size() - 6) : all;
}

std::string fill(const std::string &type, const std::string &value) {
  const std::string text = yaml_top + "arrays:\n- {path: a, dtype: " + type + ", shape: [2],\n fill: " + value + "}";
  const Declared declared(cshm__manifest_yaml, text);
  return declared.message.empty() ? declared.shown_fills() : declared.message;
}

} // namespace

TEST_CASE("a layout declares groups, arrays, aliases and attributes, the same in both syntaxes", "[manifest_declare]") {
  const std::string expected = "/ @title=<U5[]\"Arm 3\"\n"
                               "/joints @names=<U5[2][\"base\", \"elbow\"]\n"
                               "/joints/position <f8[7] @units=<U3[]\"rad\"\n"
                               "/jacobian <f4[6,7]F\n"
                               "/q = 0\n";
  CHECK(yaml("attributes: {title: Arm 3}\ngroups:\n- path: joints\n  attributes: {names: [base, elbow]}\narrays:\n"
             "- {path: q, alias: joints/position}\n"
             "- {path: joints/position, dtype: float64, shape: [7], fill: .nan, attributes: {units: rad}}\n"
             "- {path: jacobian, dtype: '<f4', shape: [6, 7], order: F}\n") == expected);
  CHECK(toml("attributes.title = 'Arm 3'\n[[groups]]\npath = 'joints'\nattributes.names = ['base', 'elbow']\n"
             "[[arrays]]\npath = 'q'\nalias = 'joints/position'\n"
             "[[arrays]]\npath = 'joints/position'\ndtype = 'float64'\nshape = [7]\nfill = nan\n"
             "attributes.units = 'rad'\n"
             "[[arrays]]\npath = 'jacobian'\ndtype = '<f4'\nshape = [6, 7]\norder = 'F'\n") == expected);
  CHECK(yaml("") == "/\n");
}

TEST_CASE("a plain attribute tells its dtype by itself", "[manifest_declare]") {
  CHECK(attribute("1") == "<i8[]1");
  CHECK(attribute("-9223372036854775808") == "<i8[]-9223372036854775808");
  CHECK(attribute("[1, 18446744073709551615]") == "<u8[2][1, 18446744073709551615]");
  CHECK(attribute("[1, 2.5]") == "<f8[2][1.0, 2.5]");
  CHECK(attribute("[-1, 18446744073709551615, 0.5]") == "<f8[3][-1.0, 1.8446744073709552e+19, 0.5]");
  CHECK(attribute(".nan") == "<f8[].nan");
  CHECK(attribute("[true, false]") == "|b1[2][true, false]");
  CHECK(attribute("K") == "<U1[]\"K\"");
  CHECK(attribute("''") == "<U1[]\"\"");
  CHECK(attribute("[[a, \xE2\x82\xAC], [no, 2024-01-01]]") ==
        "<U10[2,2][[\"a\", \"\xE2\x82\xAC\"], [\"no\", \"2024-01-01\"]]");
  CHECK(attribute("[]") == "<f8[0][]");
  CHECK(attribute("[[], []]") == "<f8[2,0][]");
}

TEST_CASE("a plain attribute is regular, and of one kind", "[manifest_declare]") {
  const std::string one_of = "wanted a number, true or false, a string, or regular lists of one of these, found ";
  CHECK(attribute("[1, a]") == "3:10: wanted a number, as before it in this attribute, found 'a'");
  CHECK(attribute("[a, 1]") == "3:10: wanted a string, as before it in this attribute, found '1'");
  CHECK(attribute("[true, 1]") == "3:13: wanted true or false, as before it in this attribute, found '1'");
  CHECK(attribute("[1, [2]]") == "3:10: " + one_of + "a list");
  CHECK(attribute("[[1], 2]") == "3:12: wanted a list of 1, as the first one is, found '2'");
  CHECK(attribute("[[1, 2], [3]]") == "3:15: wanted a list of 2, as the first one is, found a list");
  CHECK(attribute("[[], [1]]") == "3:11: wanted a list of 0, as the first one is, found a list");
  CHECK(attribute("[-1, 9223372036854775808]") ==
        "3:11: wanted a number below 2^63, since others are negative, found '9223372036854775808'");
  CHECK(attribute("~") == "3:6: " + one_of + "'~'");
  CHECK(attribute("[{a: 1}]") == "3:7: " + one_of + "a map");
}

TEST_CASE("an attribute in full tells its dtype, and may leave the shape to its value", "[manifest_declare]") {
  CHECK(attribute("{dtype: float32, shape: [2], value: [0.5, 1]}") == "<f4[2][0.5, 1.0]");
  CHECK(attribute("{dtype: i2, value: [[1], [2]]}") == "<i2[2,1][[1], [2]]");
  CHECK(attribute("{dtype: c16, value: [[1, 2]]}") == "<c16[1][[1.0, 2.0]]");
  CHECK(attribute("{dtype: c8, value: [1, 2]}") == "<c8[][1.0, 2.0]");
  CHECK(attribute("{dtype: S3, value: 1e3}") == "|S3[]\"1e3\"");
  CHECK(attribute("{dtype: i2}") == "3:6: wanted a map with the key 'value', found one without");
  CHECK(attribute("{dtype: i2, shape: []}") == "3:6: wanted a map with the key 'value', found one without");
  CHECK(attribute("{dtype: [[x, i2]], value: [1]}") == "3:6: wanted a map with the key 'shape', found one without");
  CHECK(attribute("{dtype: i2, sahpe: [1], value: 1}") ==
        "3:25: wanted the keys of an attribute: dtype, shape, value, found 'sahpe'; did you mean 'shape'?");
}

TEST_CASE("a dtype by hand is a typestring, numpy's name, or a list of fields", "[manifest_declare]") {
  for (const char *word : {"f8", "<f8", "=f8", "float64", "'|f8'"})
    CHECK(dtype(word) == "<f8[]");
  CHECK(dtype("'>f8'") == ">f8[]");
  CHECK(dtype("bool") == "|b1[]");
  CHECK(dtype("uint8") == "|u1[]");
  CHECK(dtype("<i1") == "|i1[]");
  CHECK(dtype("int16") == "<i2[]");
  CHECK(dtype("complex128") == "<c16[]");
  CHECK(dtype("S12") == "|S12[]");
  CHECK(dtype("U8") == "<U8[]");
  CHECK(dtype("datetime64[25s]") == "<M8[25s][]");
  CHECK(dtype("m8[ns]") == "<m8[ns][]");
  CHECK(dtype(R"('[["x", "<f8"]]')") == R"([["x","<f8"]][])");
  CHECK(dtype("[[x, float32], ['', V4], [\"p\\\"\", [[q, '>u2', [2, 3]]]]]") ==
        R"([["x","<f4"],["","|V4"],["p\"",[["q",">u2",[2,3]]]]][])");
}

TEST_CASE("a dtype that is wrong is told where it is", "[manifest_declare]") {
  CHECK(dtype("float46").substr(0, 35) == "4:10: dtype 'float46': at byte 0: w");
  CHECK(dtype("f3") == "4:10: dtype '<f3': at byte 2: wanted 2, 4 or 8: the bytes of a float, found '3'");
  CHECK(dtype("''").substr(0, 26) == "4:10: dtype '': at its end");
  CHECK(dtype("{x: f8}") == "4:10: wanted a dtype: \"<f8\", float64, or a list of fields, found a map");
  CHECK(dtype("[x, f8]") == "4:11: wanted a field: a list of its name, its type, and maybe a shape, found 'x'");
  CHECK(dtype("[[x]]") == "4:11: wanted a field: a list of its name, its type, and maybe a shape, found a list");
  CHECK(dtype("[[x, f8], [y, f3]]").substr(0, 37) == "4:24: dtype '<f3': at byte 2: wanted ");
  CHECK(dtype("[[x, f8], [y, f8, [-1]]]") == "4:29: wanted a length: a whole number from 0 up, found '-1'");
  CHECK(dtype("[[x, f8], [x, f8]]").find(": wanted a name that no other field of this list has, found") !=
        std::string::npos);
  CHECK(dtype("[]").substr(0, 18) == "4:10: dtype '[]': ");
}

TEST_CASE("a fill is one element", "[manifest_declare]") {
  CHECK(fill("u1", "7") == "0:07");
  CHECK(fill("'>u2'", "0x8000") == "0:8000");
  CHECK(fill("f4", ".nan") == "0:0000c07f");
  CHECK(fill("'M8[s]'", "NaT") == "0:0000000000000080");
  CHECK(fill("[[x, u1, [2]], ['', V1], [s, S2]]", "[[1, 2], ab]") == "0:0102006162");
  CHECK(fill("u1", "0") == ""); // what is zero anyhow
  CHECK(fill("u1", "256") == "4:8: wanted a whole number from 0 to 255, found '256'");
  CHECK(fill("u1", "[1, 1]") == "4:8: wanted a whole number from 0 to 255, found a list");
  CHECK(fill("S2147483647", "''") == "4:8: wanted values of at most 64 MiB in all, found ''");
}

TEST_CASE("a layout has no keys that are not known, and the near one is told", "[manifest_declare]") {
  const std::string array = "wanted the keys of an array: path, dtype, shape, order, fill, attributes, alias, found ";
  CHECK(yaml("array: []") == "2:8: wanted the keys of a layout: cute-shm-layout, attributes, groups, arrays, found "
                             "'array'; did you mean 'arrays'?");
  CHECK(yaml("arrays:\n- {path: a, dtpye: f8, shape: []}") == "3:20: " + array + "'dtpye'; did you mean 'dtype'?");
  CHECK(toml("[[arrays]]\npath = 'a'\ndtpye = 'f8'\nshape = []") == "4:9: " + array + "'dtpye'; did you mean 'dtype'?");
  CHECK(yaml("arrays:\n- {path: a, dtype: f8, shape: [], offset: 0}") == "3:43: " + array + "'offset'");
  CHECK(yaml("arrays:\n- {path: a, alias: b, dtype: f8}") ==
        "3:30: wanted the keys of an alias: path, alias, found 'dtype'");
  CHECK(yaml("groups:\n- {path: a, attribute: {}}") ==
        "3:24: wanted the keys of a group: path, attributes, found 'attribute'; did you mean 'attributes'?");
  CHECK(yaml("cute-shm: 1").find("found 'cute-shm'") != std::string::npos);
}

TEST_CASE("a layout of another version is refused", "[manifest_declare]") {
  const Declared newer(cshm__manifest_yaml, "cute-shm-layout: 2\nshapes: 1");
  CHECK(newer.message == "1:18: wanted version 1 of a layout, found '2'");
  CHECK(newer.status == CSHM_ERR_VERSION);
  const Declared text(cshm__manifest_toml, "cute-shm-layout = '1'");
  CHECK(text.message == "1:19: wanted the layout's version: 1, found '1'");
  CHECK(Declared(cshm__manifest_yaml, "cute-shm-layout: 0").message == "1:18: wanted version 1 of a layout, found '0'");
}

TEST_CASE("a layout's paths are those of a tree", "[manifest_declare]") {
  CHECK(yaml("groups: [{path: a}]\narrays: [{path: a, dtype: f8, shape: []}]") == "3:17: \"a\" is a group already");
  CHECK(yaml("groups: [{path: ''}]\nattributes: {}") == "2:17: wanted every group once, found ''");
  CHECK(yaml("arrays: [{path: a, alias: b}]") == "2:27: wanted the path of an array, found 'b'");
  CHECK(yaml("arrays: [{path: 1e3, dtype: f8, shape: []}]") == "/\n/1e3 <f8[]\n");
}

TEST_CASE("a manifest is a layout, too, if it has all values", "[manifest_declare]") {
  const std::string head = "cute-shm: 1\nproject: p\ngeneration: 9f0c3a5be1d27788\nsegment: s\nbytes: 16384\n";
  const std::string rest =
      "groups: [{path: '', attributes: {n: {dtype: '<i4', shape: [], value: 5}}}]\n"
      "arrays: [{path: a, dtype: '<f8', shape: [2], order: F, offset: 0, bytes: 16}, {path: b, alias: a}]\n";
  CHECK(Declared(cshm__manifest_yaml, head + rest).shown() == "/ @n=<i4[]5\n/a <f8[2]F\n/b = 0\n");
  const Document without(cshm__manifest_yaml,
                         head + "groups: [{path: '', attributes: {n: {dtype: '<i4', shape: []}}}]\n");
  tree made;
  manifest_fills fills = {};
  cshm_error err = CSHM_ERROR_INIT;
  REQUIRE(cshm__tree_init(&made, nullptr) == CSHM_OK);
  CHECK(cshm__manifest_declare(&without.it, &made, &fills, &err) == CSHM_ERR_CORRUPT);
  CHECK(std::string(err.message) == "f:6:37: wanted a map with the key 'value', found one without");
  cshm__tree_free(&made);
  cshm__manifest_fills_free(&fills);
}
