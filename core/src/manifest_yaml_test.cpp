// SPDX-License-Identifier: MIT
#include "manifest_scratch.hpp"

namespace {

const HeadReader yaml = {cshm__manifest_yaml, "cute-shm: 1\n"
                                              "project: \"robot\"\n"
                                              "generation: \"9f0c3a5be1d27788\"\n"
                                              "segment: \"cute-shm.robot.k3v9\"\n"
                                              "bytes: 8192\n"};

} // namespace

TEST_CASE("a head is read, in pieces of any size", "[manifest_yaml]") {
  for (size_t piece : {size_t(1), size_t(2), size_t(7), SIZE_MAX})
    yaml.check_good(yaml.read(yaml.good, piece));
}

TEST_CASE("no more is read than it takes to know the head", "[manifest_yaml]") {
  Head found = yaml.read("# comment\n" + yaml.good + "arrays:\n" + std::string(1 << 20, ' '));
  yaml.check_good(found);
  CHECK(found.consumed <= 1024);
  yaml.check_good(yaml.read(yaml.good + "later: *unknown\n"));
}

TEST_CASE("keys come in any order, and those that are not known are passed over", "[manifest_yaml]") {
  yaml.check_good(yaml.read("bytes: 8192\n"
                            "later: {a: [1, {b: c}], ? [x, y] : z}\n"
                            "segment: cute-shm.robot.k3v9\n"
                            "other:\n- a\n- b: c\n"
                            "generation: '9f0c3a5be1d27788'\n"
                            "text: |\n  bytes: 1\n"
                            "project: robot\n"
                            "cute-shm: 1\n"));
  yaml.check_good(yaml.read("{cute-shm: 1, project: robot, \"generation\": \"9f0c3a5be1d27788\", segment: "
                            "cute-shm.robot.k3v9, bytes: 8192}"));
  yaml.check_good(yaml.read("%YAML 1.2\n---\n" + yaml.good));
}

TEST_CASE("a manifest of a newer version is told from a damaged one", "[manifest_yaml]") {
  yaml.check_bad(yaml.with("cute-shm: 1", "cute-shm: 2"),
                 ":1:11: wanted version 1: this manifest was written by a newer cute-shm; update this one, found '2'",
                 CSHM_ERR_VERSION);
  yaml.check_bad(yaml.with("cute-shm: 1", "cute-shm: 0"),
                 ":1:11: wanted the manifest's version, a number such as 1, found '0'");
  yaml.check_bad(yaml.with("cute-shm: 1", "cute-shm: \"1\""),
                 ":1:11: wanted the manifest's version, a number such as 1, found '1'");
  yaml.check_bad(yaml.with("cute-shm: 1", "cute-shm: 1.0"),
                 ":1:11: wanted the manifest's version, a number such as 1, found '1.0'");
}

TEST_CASE("values that are no good are refused with their place", "[manifest_yaml]") {
  const std::string project = "wanted a project's name: 1 to 200 bytes, no '/', not starting with '.', found ";
  const std::string segment = "wanted a segment's name: 1 to 255 bytes, no '/', not starting with '.', found ";
  const std::string generation = "wanted a generation: 16 digits from 0-9a-f, not all 0, found ";
  const std::string bytes = "wanted the segment's size, a number of bytes, found ";
  yaml.check_bad(yaml.with("\"robot\"", "\"\""), ":2:10: " + project + "''");
  yaml.check_bad(yaml.with("\"robot\"", "\"a/b\""), ":2:10: " + project + "'a/b'");
  yaml.check_bad(yaml.with("\"robot\"", "\".x\""), ":2:10: " + project + "'.x'");
  yaml.check_bad(yaml.with("\"robot\"", "[robot]"), ":2:10: wanted a single value, found a list");
  yaml.check_bad(yaml.with("\"robot\"", "\"" + std::string(201, 'x') + "\""),
                 ":2:10: " + project + "'" + std::string(61, 'x') + "'");
  CHECK(yaml.read(yaml.with("\"robot\"", "\"a\\0b\"")).status == CSHM_ERR_CORRUPT);
  yaml.check_bad(yaml.with("cute-shm.robot.k3v9", "../x"), ":4:10: " + segment + "'../x'");
  yaml.check_bad(yaml.with("cute-shm.robot.k3v9", "a/b"), ":4:10: " + segment + "'a/b'");
  CHECK(yaml.read(yaml.with("cute-shm.robot.k3v9", std::string(256, 'x'))).status == CSHM_ERR_CORRUPT);
  CHECK(yaml.read(yaml.with("cute-shm.robot.k3v9", std::string(255, 'x'))).status == CSHM_OK);
  yaml.check_bad(yaml.with("9f0c3a5be1d27788", "9f0c3a5be1d2778"), ":3:13: " + generation + "'9f0c3a5be1d2778'");
  yaml.check_bad(yaml.with("9f0c3a5be1d27788", "9F0C3A5BE1D27788"), ":3:13: " + generation + "'9F0C3A5BE1D27788'");
  yaml.check_bad(yaml.with("9f0c3a5be1d27788", "0000000000000000"), ":3:13: " + generation + "'0000000000000000'");
  yaml.check_bad(yaml.with("8192", "-1"), ":5:8: " + bytes + "'-1'");
  yaml.check_bad(yaml.with("8192", "0x10"), ":5:8: " + bytes + "'0x10'");
  yaml.check_bad(yaml.with("8192", "08"), ":5:8: " + bytes + "'08'");
  yaml.check_bad(yaml.with("8192", "99999999999999999999"), ":5:8: " + bytes + "'99999999999999999999'");
}

TEST_CASE("what is no manifest is refused with its place", "[manifest_yaml]") {
  const std::string mapping = "wanted a mapping: cute-shm, project, generation, ..., found ";
  yaml.check_bad("", ":1:1: wanted a manifest, found the end");
  yaml.check_bad("hello", ":1:1: " + mapping + "a scalar");
  yaml.check_bad("- a", ":1:1: " + mapping + "a list");
  yaml.check_bad("{}", ":1:2: wanted the key 'cute-shm', found the end");
  yaml.check_bad(yaml.good.substr(0, yaml.good.find("segment")), ":4:1: wanted the key 'segment', found the end");
  yaml.check_bad(yaml.with("project", "? [a]\n: b\nproject"), ":2:3: wanted the key 'project', found a list");
  yaml.check_bad("cute-shm: 1\nproject: \"robot\n", ":3:1: not YAML: found unexpected end of stream");
  CHECK(yaml.read("a: \xFF\n").status == CSHM_ERR_CORRUPT);
  CHECK(yaml.read(std::string("a: \0\n", 5)).status == CSHM_ERR_CORRUPT);
  CHECK(yaml.read("\xFF\xFE" + std::string("a\0:\0 \0b\0", 8)).status == CSHM_ERR_CORRUPT);
}

TEST_CASE("anchors, aliases, tags and double keys are refused", "[manifest_yaml]") {
  yaml.check_bad(yaml.with("\"robot\"", "&a \"robot\""), ":2:10: wanted plain YAML, found an anchor");
  yaml.check_bad(yaml.with("\"robot\"", "!x \"robot\""), ":2:10: wanted plain YAML, found a tag");
  yaml.check_bad(yaml.with("project", "x: [1, *a]\nproject"), ":2:8: wanted plain YAML, found an alias");
  yaml.check_bad(yaml.with("project", "x: &a {b: c}\nproject"), ":2:4: wanted plain YAML, found an anchor");
  yaml.check_bad(yaml.with("project", "x: !!seq [1]\nproject"), ":2:4: wanted plain YAML, found a tag");
  yaml.check_bad("&a {}", ":1:1: wanted plain YAML, found an anchor");
  yaml.check_bad("%TAG ! x:\n---\n" + yaml.good, ":1:1: wanted plain YAML, found a %TAG directive");
  yaml.check_bad(yaml.with("generation", "project: \"other\"\ngeneration"),
                 ":3:10: wanted every key once, found 'other'");
}

TEST_CASE("levels, and the whole size, are bounded", "[manifest_yaml]") {
  yaml.check_good(yaml.read("x: " + std::string(63, '[') + std::string(63, ']') + "\n" + yaml.good));
  yaml.check_bad("x: " + std::string(64, '[') + std::string(64, ']') + "\n" + yaml.good,
                 ":1:67: wanted at most 64 levels, found one more");
  yaml.check_bad("x: " + std::string(100000, '[') + "\n" + yaml.good,
                 ":1:67: wanted at most 64 levels, found one more");
  std::string large = "x: \"" + std::string(MANIFEST_MAX_SIZE, 'x') + "\"\n" + yaml.good;
  yaml.check_bad(large, ": larger than 64 MiB");
}

TEST_CASE("a source that fails gives its own status and message", "[manifest_yaml]") {
  Head found = yaml.read(yaml.good, 10, 50);
  CHECK(found.status == CSHM_ERR_SYSTEM);
  CHECK(found.message == "the disk is gone");
}

TEST_CASE("every beginning of a manifest is refused without a crash", "[manifest_yaml]") {
  for (size_t length = 0; length <= yaml.good.find("8192"); length++)
    if (yaml.read(yaml.good.substr(0, length)).status != CSHM_ERR_CORRUPT)
      FAIL("accepted the first " << length << " bytes");
}

TEST_CASE("every change of one byte of a manifest is judged without a crash", "[manifest_yaml]") {
  const std::string after = yaml.good + "arrays:\n  - {path: \"a\"}\n";
  const std::string before = "other: {a: [1, \"\\u00e9\"], ? [x] : z}\n" + yaml.good;
  for (const std::string &whole : {after, before})
    yaml.change_every_byte(whole);
}
