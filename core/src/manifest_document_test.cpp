// SPDX-License-Identifier: MIT
// From one syntax into the other and back: byte for byte what is written from a segment.
#include "document_shown.hpp"
#include "manifest_project.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <limits>
#include <vector>

namespace {

const auto &yaml = cshm__manifest_yaml;
const auto &toml = cshm__manifest_toml;

struct Written {
  cshm_status status;
  std::string text;
  std::string message;
};

Written write(const manifest_syntax &syntax, const Document &document) {
  INFO(document.message);
  REQUIRE(document.status == CSHM_OK);
  struct text text = {};
  cshm_error err = CSHM_ERROR_INIT;
  const cshm_status status = syntax.write_document(&document.it, &text, &err);
  Written written = {status, std::string(text.data ? text.data : "", text.length), err.message};
  std::free(text.data);
  return written;
}

std::string converted(const manifest_syntax &from, const std::string &text, const manifest_syntax &to) {
  const Written written = write(to, Document(from, text));
  INFO(written.message);
  CHECK(written.status == CSHM_OK);
  return written.text;
}

// YAML and TOML that are to say the same, and to be what the library writes.
void check_pair(const std::string &in_yaml, const std::string &in_toml) {
  CHECK(converted(yaml, in_yaml, toml) == in_toml);
  CHECK(converted(toml, in_toml, yaml) == in_yaml);
  CHECK(converted(yaml, in_yaml, yaml) == in_yaml);
  CHECK(converted(toml, in_toml, toml) == in_toml);
}

void check_refused(const std::string &in_yaml, const std::string &message) {
  const Written written = write(toml, Document(yaml, in_yaml));
  CHECK(written.status == CSHM_ERR_UNSUPPORTED);
  CHECK(written.message == message);
}

template <class T>
std::string bytes_of(std::initializer_list<T> values) {
  return std::string(reinterpret_cast<const char *>(values.begin()), values.size() * sizeof(T));
}

std::string swapped(std::string bytes, size_t size) {
  for (size_t at = 0; at < bytes.size(); at += size)
    std::reverse(bytes.begin() + std::ptrdiff_t(at), bytes.begin() + std::ptrdiff_t(at + size));
  return bytes;
}

std::string utf32(const std::u32string &text, size_t characters) {
  std::string bytes(reinterpret_cast<const char *>(text.data()), text.size() * 4);
  bytes.resize(characters * 4);
  return bytes;
}

const char *const hard_strings[] = {"no",
                                    "1e3",
                                    "~",
                                    "2024-01-01",
                                    "",
                                    " ",
                                    "null",
                                    "0x10",
                                    "a: b",
                                    "# c",
                                    "- d",
                                    "\"q\"",
                                    "'",
                                    "\\",
                                    "a.b",
                                    "\n",
                                    "\t\r\x7F\x01",
                                    "<<",
                                    "{}",
                                    "\xC3\xA9",
                                    "\xE2\x80\xA8",
                                    "\xEF\xBB\xBF",
                                    "\xF0\x9F\xA6\x80",
                                    "\xF4\x8F\xBF\xBD",
                                    "\xEF\xBF\xBE",
                                    "1_000"};

void add_integers(Project &project) {
  project.attribute("", "i1", "|i1", {3}, bytes_of<int8_t>({-128, 0, 127}));
  project.attribute("", "i2", "<i2", {2}, bytes_of<int16_t>({INT16_MIN, INT16_MAX}));
  project.attribute("", "i4", ">i4", {2}, swapped(bytes_of<int32_t>({INT32_MIN, INT32_MAX}), 4));
  project.attribute("", "i8", "<i8", {3}, bytes_of<int64_t>({INT64_MIN, INT64_MAX, -1}));
  project.attribute("", "u1", "|u1", {1, 2}, bytes_of<uint8_t>({0, 255}));
  project.attribute("", "u8", "<u8", {3}, bytes_of<uint64_t>({UINT64_MAX, uint64_t(INT64_MAX) + 1, INT64_MAX}));
  project.attribute("", "u8b", ">u8", {}, swapped(bytes_of<uint64_t>({UINT64_MAX - 1}), 8));
  project.attribute("", "b", "|b1", {2}, bytes_of<uint8_t>({0, 1}));
  project.attribute("", "M", "<M8[ns]", {2}, bytes_of<int64_t>({INT64_MIN, 1}));
  project.attribute("", "m", ">m8[25s]", {}, swapped(bytes_of<int64_t>({-5}), 8));
}

void add_floats(Project &project) {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  project.attribute("", "f2", "<f2", {6}, bytes_of<uint16_t>({0x7E00, 0x7C00, 0xFC00, 0x8000, 0x0001, 0x2E66}));
  project.attribute("", "f4", "<f4", {4}, bytes_of<float>({0.1f, -0.0f, FLT_MAX, 1.4e-45f}));
  project.attribute("", "f8", "<f8", {9}, bytes_of<double>({nan, inf, -inf, -0.0, 0.1, DBL_MAX, 5e-324, 1e16, 1e22}));
  project.attribute("", "c8", "<c8", {}, bytes_of<float>({-0.0f, 1e-7f}));
  project.attribute("", "c16", ">c16", {1}, swapped(bytes_of<double>({-inf, nan}), 8));
}

void add_strings(Project &project) {
  for (const char *string : hard_strings) {
    const std::string text = string;
    project.attribute("", "S" + text, ("|S" + std::to_string(text.size() + 2)).c_str(), {},
                      text + std::string(2, '\0'));
    project.note(CSHM_NOTE_ORIGIN, string, string);
  }
  project.attribute("", "S no text", "|S3", {2}, std::string("\xFF\0\0ab\0", 6));
  project.attribute("", "U", "<U3", {2}, utf32(U"\U0010FFFFé", 3) + utf32(U"no", 3));
  project.attribute("", "U no text", "<U1", {}, std::string("\0\xD8\0\0", 4));
  project.attribute("", "V", "|V5", {2}, std::string("\0\1\2\3\4\xFF\xFE\xFD\xFC\xFB", 10));
  project.attribute("", std::string(161, 'k'), "|u1", {}, "\1");
  project.attribute("", std::string(200, '\1') + "\xF0\x9F\xA6\x80", "|u1", {}, "\1");
}

void add_shapes(Project &project) {
  project.attribute("g", "none", "<f8", {0, 5}, "");
  project.attribute("g", "deep", "<i2", {1, 2, 1, 2}, bytes_of<int16_t>({1, 2, 3, 4}));
  project.attribute("g", "fields", "[[\"x y\",\"<f4\"],[\"\",\"|V4\"],[\"n\",\">i2\",[2]],[\"u\",\"<u8\"]]", {1},
                    bytes_of<float>({1.5f, 0.0f}) + swapped(bytes_of<int16_t>({-1, 2}), 2) +
                        bytes_of<uint64_t>({UINT64_MAX}));
  project.attribute("g", "not written", "|V65537", {}, std::string(65537, '\0'));
}

void add_arrays(Project &project) {
  for (const char *dtype : {"|b1", "|i1",     "<i2",     ">i4",  "<i8",
                            "|u1", ">u2",     "<u4",     "<u8",  "<f2",
                            "<f4", ">f8",     "<c8",     "<c16", "|S3",
                            "<U2", "<M8[ns]", "<m8[3D]", "|V7",  "[[\"a\",\"<f8\"],[\"b\",\"|S2\",[2,1]]]"})
    project.array((std::string("arrays/") + dtype).c_str(), dtype, {2, 3}, CSHM_ORDER_FORTRAN);
  const uint32_t first = project.array("scalar", "<f8", {});
  project.array("empty", ">i2", {0, 5});
  for (const char *path : {"no", "1e3", "~", "a.b", "\"", " ", "\n", "\xF0\x9F\xA6\x80"})
    project.array(path, "|u1", {1});
  REQUIRE(cshm__tree_alias(&project.tree, "again", first, &project.err) == CSHM_OK);
  REQUIRE(cshm__tree_group(&project.tree, "no attributes", &project.err) == CSHM_OK);
}

} // namespace

TEST_CASE("a manifest of all that there is is the same after the way through the other syntax", "[manifest_document]") {
  Project project;
  REQUIRE(cshm__tree_group(&project.tree, "g", &project.err) == CSHM_OK);
  add_integers(project);
  add_floats(project);
  add_strings(project);
  add_shapes(project);
  add_arrays(project);
  project.note(CSHM_NOTE_SKIPPED, "x/y", "a \"reason\"");
  project.open(robot);
  check_pair(project.written(yaml), project.written(toml));
}

TEST_CASE("a manifest of nothing is the same after that way", "[manifest_document]") {
  Project project;
  project.open(robot);
  check_pair(project.written(yaml), project.written(toml));
}

TEST_CASE("what is not known keeps its order, and lists are tables only behind all else", "[manifest_document]") {
  check_pair("{}\n", "");
  check_pair("# a\n#\xF0\x9F\xA6\x80\nb: 1\n", "# a\n#\xF0\x9F\xA6\x80\nb = 1\n");
  check_pair("b: 1\na:\n  - {c: 2}\n  - {a: [], b: {}}\n", "b = 1\n\n[[a]]\nc = 2\n\n[[a]]\na = []\nb = {}\n");
  check_pair("a:\n  - {c: 2}\nb: 1\nd:\n  - {e: {f: {g: 1}, h: [{i: 1}]}, j: 2}\n",
             "a = [{c = 2}]\nb = 1\n\n[[d]]\ne.f = {g = 1}\ne.h = [{i = 1}]\nj = 2\n");
  check_pair("a: [{}]\nb: [{c: 1}, 2]\n", "a = [{}]\nb = [{c = 1}, 2]\n");
  check_pair("cute-shm-layout: 1\nattributes: {\"b\": true, \"a\": {dtype: \"<f4\", shape: [], value: .nan}}\n",
             "cute-shm-layout = 1\nattributes = {\"b\" = true, \"a\" = {dtype = \"<f4\", shape = [], value = nan}}\n");
}

TEST_CASE("keys are quoted where a parser may take them for something else", "[manifest_document]") {
  std::string in_yaml, in_toml;
  for (const char *bare : {"a", "cute-shm", "A_1", "e3", "nan", "inf", "yes1", "nullable"}) {
    in_yaml += std::string(bare) + ": 1\n";
    in_toml += std::string(bare) + " = 1\n";
  }
  for (const char *quoted : {"y", "N", "yes", "No", "ON", "off", "true", "False", "null", "", "1", "-a", "_", "a.b",
                             "a b", "<<", "\xC3\xA9"}) {
    in_yaml += "\"" + std::string(quoted) + "\": 1\n";
    in_toml += "\"" + std::string(quoted) + "\" = 1\n";
  }
  check_pair(in_yaml, in_toml);
  const std::string k(161, 'k');
  check_pair("? \"" + k + "\"\n: {? \"" + k + "\": 1}\n", "\"" + k + "\" = {\"" + k + "\" = 1}\n");
  // A key is not repeated where that could make a large text of a small one.
  const std::string r(65, 'r');
  check_pair(r + ": [{a: 1}]\nb:\n  - {" + r + ": {a: 1}}\n", r + " = [{a = 1}]\n\n[[b]]\n" + r + " = {a = 1}\n");
}

TEST_CASE("strings without quotes are strings where a manifest has strings", "[manifest_document]") {
  CHECK(converted(yaml,
                  "project: 0x10\ngeneration: 0000000000000012\ncreated: 2024-01-01\n"
                  "groups:\n- path: 1e3\n  attributes:\n    a: {dtype: <U5, shape: [], value: 0x1F}\n"
                  "    b: {dtype: '|S4', shape: [1], value: [null]}\n",
                  toml) == "project = \"0x10\"\ngeneration = \"0000000000000012\"\ncreated = \"2024-01-01\"\n\n"
                           "[[groups]]\npath = \"1e3\"\n"
                           "attributes.\"a\" = {dtype = \"<U5\", shape = [], value = \"0x1F\"}\n"
                           "attributes.\"b\" = {dtype = \"|S4\", shape = [1], value = [\"null\"]}\n");
}

TEST_CASE("values and fills are what their dtype makes of them", "[manifest_document]") {
  const std::string in_yaml = "cute-shm-layout: 1\n", in_toml = "cute-shm-layout = 1\n";
  check_pair(in_yaml + "arrays:\n  - {path: \"a\", dtype: \"uint64\", shape: [], fill: 18446744073709551615}\n",
             in_toml + "\n[[arrays]]\npath = \"a\"\ndtype = \"uint64\"\nshape = []\nfill = \"18446744073709551615\"\n");
  check_pair(in_yaml + "arrays:\n  - {path: \"a\", dtype: \"<f4\", shape: [], fill: 0.1}\n",
             in_toml + "\n[[arrays]]\npath = \"a\"\ndtype = \"<f4\"\nshape = []\nfill = 0.1\n");
  // What does not fit is written as it is: to refuse it is for who judges the meaning.
  check_pair(in_yaml + "arrays:\n  - {dtype: \"<f4\", fill: \"x\"}\n",
             in_toml + "\n[[arrays]]\ndtype = \"<f4\"\nfill = \"x\"\n");
  const std::string large = in_yaml + "attributes: {\"a\": {dtype: \"|V100000\", shape: [], value: \"" +
                            std::string(133334, 'A') + "==\"}}\n";
  CHECK(converted(yaml, large, yaml) == large);
}

TEST_CASE("a value is the same where its list is no list of tables, as something follows it", "[manifest_document]") {
  check_pair(
      "cute-shm-layout: 1\nattributes: {\"a\": {dtype: \"<u8\", shape: [], value: 18446744073709551615}}\n"
      "arrays:\n  - {path: \"64\", dtype: \"<u8\", fill: 18446744073709551615}\nb: 1\n",
      "cute-shm-layout = 1\nattributes = {\"a\" = {dtype = \"<u8\", shape = [], value = \"18446744073709551615\"}}\n"
      "arrays = [{path = \"64\", dtype = \"<u8\", fill = \"18446744073709551615\"}]\nb = 1\n");
  CHECK(converted(yaml, "arrays: [{path: 64}]\nb: 1\n", toml) == "arrays = [{path = \"64\"}]\nb = 1\n");
}

TEST_CASE("a manifest has no attributes of its own and no fills: such keys are not known", "[manifest_document]") {
  CHECK(converted(yaml, "arrays: [{dtype: <U5, fill: 1}]\nattributes: {a: 1}\n", toml) ==
        "arrays = [{dtype = \"<U5\", fill = 1}]\nattributes = {a = 1}\n");
}

TEST_CASE("what TOML has not is refused with its place", "[manifest_document]") {
  check_refused("a: 1\nb: [~]\n", "f:2:5: wanted a value that TOML has, found '~'");
  check_refused("a: {b: }\n", "f:1:8: wanted a value that TOML has, found ''");
  check_refused("a: 9223372036854775808\n",
                "f:1:4: wanted for TOML a whole number below 2^63, or a string, found '9223372036854775808'");
  CHECK(converted(yaml, "a: [-9223372036854775808, 9223372036854775807]\n", toml) ==
        "a = [-9223372036854775808, 9223372036854775807]\n");
  CHECK(converted(yaml, "a: [~, 18446744073709551615]\n", yaml) == "a: [null, 18446744073709551615]\n");
}
