// SPDX-License-Identifier: MIT
// What a document must mean, and what hostile texts are answered, in both syntaxes.
extern "C" {
#include "manifest_check.h"
}
#include "document_shown.hpp"

namespace {

// Five lines: what comes behind begins in line 6.
const std::string yaml_head = "cute-shm: 1\nproject: robot\ngeneration: 9f0c3a5be1d27788\n"
                              "segment: cute-shm.robot.9f0c3a5be1d27788\nbytes: 16384\n";
const std::string toml_head = "cute-shm = 1\nproject = 'robot'\ngeneration = '9f0c3a5be1d27788'\n"
                              "segment = 'cute-shm.robot.9f0c3a5be1d27788'\nbytes = 16384\n";

// What is said of a text, without the file's name; "" where nothing is wrong.
std::string said(const manifest_syntax &syntax, const std::string &text, cshm_status wanted) {
  const Document document(syntax, text);
  cshm_error err = CSHM_ERROR_INIT;
  cshm_status status = document.status;
  std::string message = document.message;
  if (status == CSHM_OK) {
    status = cshm__manifest_check(&document.it, &err);
    message = err.message;
  }
  INFO(text.substr(0, 300) << "\n" << message);
  CHECK(status == (message.empty() ? CSHM_OK : wanted));
  return message.substr(0, 2) == "f:" ? message.substr(2) : message;
}

std::string yaml(const std::string &text, cshm_status wanted = CSHM_ERR_CORRUPT) {
  return said(cshm__manifest_yaml, text, wanted);
}
std::string toml(const std::string &text, cshm_status wanted = CSHM_ERR_CORRUPT) {
  return said(cshm__manifest_toml, text, wanted);
}

// A manifest of these arrays, each on a line of its own: the first is line 7.
std::string yaml_arrays(const std::string &items, cshm_status wanted = CSHM_ERR_CORRUPT) {
  return yaml(yaml_head + "arrays:\n" + items, wanted);
}
std::string toml_arrays(const std::string &items, cshm_status wanted = CSHM_ERR_CORRUPT) {
  return toml(toml_head + "arrays = [\n" + items + "]\n", wanted);
}

const std::string yaml_a = "- {path: a, dtype: '<f8', shape: [3], order: C, offset: 8192, bytes: 24}\n";
const std::string toml_a = "{path = 'a', dtype = '<f8', shape = [3], order = 'C', offset = 8192, bytes = 24},\n";

std::string replaced(std::string text, const std::string &from, const std::string &to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// The same change of the one array in both syntaxes, and what is said of it there.
struct Change {
  std::string yaml_from, yaml_to, yaml_place;
  std::string toml_from, toml_to, toml_place;
  std::string message;
  cshm_status status = CSHM_ERR_CORRUPT;
};

void check(const Change &change) {
  CHECK(yaml_arrays(replaced(yaml_a, change.yaml_from, change.yaml_to), change.status) ==
        change.yaml_place + ": " + change.message);
  CHECK(toml_arrays(replaced(toml_a, change.toml_from, change.toml_to), change.status) ==
        change.toml_place + ": " + change.message);
}

} // namespace

TEST_CASE("a manifest is good, with whatever keys it has beside those that are known", "[manifest_check]") {
  CHECK(yaml(yaml_head + "arrays: []\n") == "");
  CHECK(toml(toml_head + "arrays = []\n") == "");
  CHECK(yaml_arrays(yaml_a) == "");
  CHECK(toml_arrays(toml_a) == "");
  CHECK(yaml_arrays(replaced(yaml_a, "bytes", "color: {a: [1, 2]}, bytes")) == "");
  CHECK(yaml(yaml_head + "future: {a: 1}\nlifetime: owner\narrays: []\ngroups:\n- {path: '', x: 1}\n- {path: b}\n") ==
        "");
  CHECK(yaml("arrays: []\n" + yaml_head) == ""); // in any order
}

TEST_CASE("a manifest's head is the one that attach takes", "[manifest_check]") {
  const std::string newer =
      "wanted version 1: this manifest was written by a newer cute-shm; update this one, found '2'";
  CHECK(yaml("a: 1\n") == "1:1: wanted a map with the key 'cute-shm' or 'cute-shm-layout', found a map");
  CHECK(yaml(replaced(yaml_head, ": 1\n", ": 2\n"), CSHM_ERR_VERSION) == "1:11: " + newer);
  CHECK(toml(replaced(toml_head, "= 1\n", "= 2\n"), CSHM_ERR_VERSION) == "1:12: " + newer);
  CHECK(yaml(replaced(yaml_head, "bytes: 16384\n", "")) == "1:1: wanted a map with the key 'bytes', found one without");
  CHECK(yaml(yaml_head) == "1:1: wanted a map with the key 'arrays', found one without");
  CHECK(yaml(replaced(yaml_head, "16384", "-1")) == "5:8: wanted the segment's size, a number of bytes, found '-1'");
  CHECK(yaml(replaced(yaml_head, "16384", "0x4000") + "arrays: []") == "");
  CHECK(toml(replaced(toml_head, "16384", "16_384") + "arrays = []") == "");
  CHECK(yaml(replaced(yaml_head, "9f0c3a5be1d27788", "0000000000000000")) ==
        "3:13: wanted a generation: 16 digits from 0-9a-f, not all 0, found '0000000000000000'");
}

TEST_CASE("names that leave the store are refused", "[manifest_check]") {
  const std::string project = "wanted a project's name: 1 to 200 bytes, no '/', not starting with '.', found ";
  const std::string segment = "wanted a segment's name: 1 to 255 bytes, no '/', not starting with '.', found ";
  CHECK(yaml(replaced(yaml_head, "robot\n", "../robot\n")) == "2:10: " + project + "'../robot'");
  CHECK(toml(replaced(toml_head, "'robot'", "'../robot'")) == "2:11: " + project + "'../robot'");
  CHECK(yaml(replaced(yaml_head, "cute-shm.robot", "../tmp/robot")) ==
        "4:10: " + segment + "'../tmp/robot.9f0c3a5be1d27788'");
  CHECK(toml(replaced(toml_head, "cute-shm.robot", ".robot")) == "4:11: " + segment + "'.robot.9f0c3a5be1d27788'");
  CHECK(yaml(replaced(yaml_head, "project: robot", "project: \"a\\0b\"")) ==
        "2:10: wanted a string or a whole number, found one with a NUL");
}

TEST_CASE("an array has a path, a dtype, a shape and an order", "[manifest_check]") {
  const std::string no_path = "wanted a map with the key 'path', found one without";
  const std::string path = "wanted a path: names with '/' between them, found ";
  const std::string f9 = "dtype '<f9': at byte 2: wanted 2, 4 or 8: the bytes of a float, found '9'";
  const std::string name = "dtype 'float64': at byte 0: wanted '<', '>' or '|', as in \"<f8\", \">i4\", \"|S12\", or a "
                           "JSON list of fields, found 'float64'";
  const std::string large = "a shape of more than 2^62 bytes (dimension 1 has length 4294967296)";
  check({"path: a, ", "", "7:3", "path = 'a', ", "", "7:1", no_path});
  check({"path: a", "path: [a]", "7:10", "'a'", "['a']", "7:9", path + "a list"});
  check({"path: a", "path: \"a\\0\"", "7:10", "'a'", "\"a\\u0000\"", "7:9", path + "one with a NUL"});
  check({"path: a", "path: a//b", "7:10", "'a'", "'a//b'", "7:9", "path \"a//b\" is not allowed: a name is empty",
         CSHM_ERR_BAD_NAME});
  check({"path: a", "path: ''", "7:10", "'a'", "''", "7:9", "path \"\" is not allowed: a name is empty",
         CSHM_ERR_BAD_NAME});
  check({"'<f8'", "'<f9'", "7:20", "'<f8'", "'<f9'", "7:22", f9, CSHM_ERR_BAD_TYPE});
  check({"'<f8'", "float64", "7:20", "'<f8'", "'float64'", "7:22", name, CSHM_ERR_BAD_TYPE});
  check({"'<f8'", "[[x, '<f8']]", "7:20", "'<f8'", "[['x', '<f8']]", "7:22",
         "wanted a dtype: a string such as \"<f8\", found a list"});
  check({"[3]", "[-3]", "7:35", "[3]", "[-3]", "7:38", "wanted a length: a whole number from 0 up, found '-3'"});
  check({"[3]", "[3.0]", "7:35", "[3]", "[3.0]", "7:38", "wanted a length: a whole number from 0 up, found '3.0'"});
  check({"[3]", "3", "7:34", "[3]", "3", "7:37", "wanted a shape: a list of at most 64 lengths, found '3'"});
  check({"[3]", "[4294967296, 4294967296]", "7:34", "[3]", "[4294967296, 4294967296]", "7:37", large, CSHM_ERR_LIMIT});
  check({"order: C, ", "", "7:3", "order = 'C', ", "", "7:1", "wanted a map with the key 'order', found one without"});
  check({"order: C", "order: K", "7:46", "'C'", "'K'", "7:50", "wanted an order: C or F, found 'K'"});
}

TEST_CASE("an array has the bytes that dtype and shape make, in the segment", "[manifest_check]") {
  const std::string outside = "wanted an offset that leaves 24 bytes up to the segment's end, at 16384, found ";
  check({"offset: 8192, ", "", "7:3", "offset = 8192, ", "", "7:1",
         "wanted a map with the key 'offset', found one without"});
  check({"[3]", "[4]", "7:70", "[3]", "[4]", "7:78", "wanted 32 bytes, as dtype and shape make, found '24'"});
  check({"bytes: 24", "bytes: 25", "7:70", "bytes = 24", "bytes = 25", "7:78",
         "wanted 24 bytes, as dtype and shape make, found '25'"});
  check({": 8192", ": -8192", "7:57", "= 8192", "= -8192", "7:64",
         "wanted an offset: a whole number from 0 up, found '-8192'"});
  check({": 8192", ": 16361", "7:57", "= 8192", "= 16361", "7:64", outside + "'16361'"});
  check({": 8192", ": 9223372036854775807", "7:57", "= 8192", "= 9223372036854775807", "7:64",
         outside + "'9223372036854775807'"});
  CHECK(yaml_arrays(replaced(yaml_a, "8192", "16360")) == "");
}

TEST_CASE("no two arrays overlap", "[manifest_check]") {
  auto both = [](const std::string &offset, const std::string &message) {
    const std::string yaml_b = replaced(replaced(yaml_a, "a,", "b,"), "8192", offset);
    const std::string toml_b = replaced(replaced(toml_a, "'a'", "'b'"), "8192", offset);
    CHECK(yaml_arrays(yaml_a + yaml_b) == (message.empty() ? "" : "8:57: " + message));
    CHECK(toml_arrays(toml_a + toml_b) == (message.empty() ? "" : "8:64: " + message));
  };
  const std::string wanted = "wanted an offset outside of the bytes of array 'a', found ";
  both("8216", "");
  both("8168", "");
  both("8215", wanted + "'8215'");
  both("8192", wanted + "'8192'");
  both("8169", wanted + "'8169'");
  // one that has no bytes is in nobody's way, and one among many is found
  const std::string empty = replaced(replaced(replaced(yaml_a, "a,", "e,"), "[3]", "[0]"), "bytes: 24", "bytes: 0");
  CHECK(yaml_arrays(yaml_a + replaced(empty, "8192", "8200")) == "");
  std::string many;
  for (int i = 0; i < 300; i++)
    many += replaced(replaced(yaml_a, "a,", "n" + std::to_string(i) + ","), "8192", std::to_string(8184 - 24 * i));
  CHECK(yaml_arrays(many) == "");
  CHECK(yaml_arrays(many + replaced(yaml_a, "8192", "4105")) ==
        "307:57: wanted an offset outside of the bytes of array 'n170', found '4105'");
}

TEST_CASE("every path is there once, and none lies in an array", "[manifest_check]") {
  const std::string next = replaced(yaml_a, "8192", "4096");
  CHECK(yaml_arrays(yaml_a + next) == "8:10: \"a\" is an array already");
  CHECK(yaml_arrays(yaml_a + replaced(next, "a,", "/a,")) == "8:10: \"a\" is an array already");
  CHECK(yaml_arrays(yaml_a + replaced(next, "a,", "a/b,")) ==
        "8:10: \"a\" is an array already: \"a/b\" cannot lie in it or be it");
  CHECK(yaml_arrays(replaced(yaml_a, "a,", "a/b,") + next) == "8:10: \"a\" is a group already");
  CHECK(yaml(yaml_head + "groups: [{path: b}, {path: c}, {path: b}]\narrays: []") ==
        "6:39: wanted every group once, found 'b'");
  CHECK(yaml(yaml_head + "groups: [b]\narrays: []") == "6:10: wanted a map with the key 'path', found 'b'");
  CHECK(yaml(yaml_head + "groups: {path: b}\narrays: []") == "6:9: wanted groups: a list of maps, found a map");
  CHECK(toml(toml_head + "[[groups]]\npath = 'b'\n[[groups]]\npath = 'b'\n") ==
        "9:8: wanted every group once, found 'b'");
}

TEST_CASE("an alias names an array", "[manifest_check]") {
  CHECK(yaml_arrays("- {path: b, alias: a}\n" + yaml_a) == "");
  CHECK(toml_arrays("{path = 'b/c', alias = 'a'},\n" + toml_a) == "");
  CHECK(yaml_arrays(yaml_a + "- {path: b, alias: c}\n") == "8:20: wanted the path of an array, found 'c'");
  CHECK(toml_arrays(toml_a + "{path = 'b', alias = 'c'}\n") == "8:22: wanted the path of an array, found 'c'");
  CHECK(yaml_arrays(yaml_a + "- {path: b, alias: b}\n") == "8:20: wanted the path of an array, found 'b'");
  CHECK(yaml_arrays(yaml_a + "- {path: b, alias: ''}\n") == "8:20: wanted the path of an array, found ''");
  CHECK(yaml_arrays(yaml_a + "- {path: a, alias: a}\n") == "8:10: \"a\" is an array already");
}

TEST_CASE("attributes are checked, and may leave out their value", "[manifest_check]") {
  auto attribute = [](const std::string &text, cshm_status status = CSHM_ERR_CORRUPT) {
    return yaml_arrays(replaced(yaml_a, "}", ", attributes:\n   {u: " + text + "}}"), status);
  };
  CHECK(attribute("{dtype: '<f8', shape: [2], value: [1, .nan]}") == "");
  CHECK(attribute("{dtype: '<f8', shape: [1000000000, 1000]}") == "");
  CHECK(attribute("{dtype: '<f8', shape: [2], value: [1, x]}") == "8:46: wanted a number, found 'x'");
  CHECK(attribute("{dtype: '<f8', shape: [2], value: [1]}") ==
        "8:42: wanted a list of 2 elements, not of 1, found a list");
  CHECK(attribute("{dtype: f8, shape: [], value: 1}", CSHM_ERR_BAD_TYPE).substr(0, 18) == "8:16: dtype 'f8': ");
  CHECK(attribute("{dtype: '<f8', value: 1}") == "8:8: wanted a map with the key 'shape', found one without");
  CHECK(attribute("{shape: [], value: 1}") == "8:8: wanted a map with the key 'dtype', found one without");
  CHECK(attribute("kelvin") == "8:8: wanted an attribute: a map with dtype and shape, found 'kelvin'");
  CHECK(attribute("{dtype: '|S2147483647', shape: [], value: ''}", CSHM_ERR_LIMIT) ==
        "8:50: wanted values of at most 64 MiB in all, found ''");
  CHECK(attribute("{dtype: '<f8', shape: [4611686018427387904, 2]}", CSHM_ERR_LIMIT).substr(0, 31) ==
        "8:30: a shape of more than 2^62");
}
