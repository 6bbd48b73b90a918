// SPDX-License-Identifier: MIT
extern "C" {
#include "manifest.h"
}
#include "catch.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace {

struct Source {
  std::string text;
  size_t at;
  size_t piece;   // bytes at most for one call
  size_t fail_at; // fails when this much was read
};

cshm_status read_source(void *user, unsigned char *buffer, size_t size, size_t *length, cshm_error *err) {
  Source *source = static_cast<Source *>(user);
  if (source->at >= source->fail_at) {
    if (err) std::strcpy(err->message, "the disk is gone");
    return CSHM_ERR_SYSTEM;
  }
  *length = std::min({size, source->piece, source->text.size() - source->at});
  std::memcpy(buffer, source->text.data() + source->at, *length);
  source->at += *length;
  return CSHM_OK;
}

struct Head {
  cshm_status status;
  manifest_head head;
  std::string message;
  size_t consumed;
};

Head read(const std::string &text, size_t piece = SIZE_MAX, size_t fail_at = SIZE_MAX) {
  Source source = {text, 0, piece, fail_at};
  Head result = {};
  cshm_error err = CSHM_ERROR_INIT;
  result.status = cshm__manifest_yaml.read_head(read_source, &source, "f.yaml", &result.head, &err);
  result.message = err.message;
  result.consumed = source.at;
  return result;
}

const std::string good = "cute-shm: 1\n"
                         "project: \"robot\"\n"
                         "generation: \"9f0c3a5be1d27788\"\n"
                         "segment: \"cute-shm.robot.k3v9\"\n"
                         "bytes: 8192\n";

std::string with(const std::string &from, const std::string &to) {
  std::string text = good;
  size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

void check_good(const Head &found) {
  INFO(found.message);
  CHECK(found.status == CSHM_OK);
  CHECK(found.head.generation == 0x9f0c3a5be1d27788);
  CHECK(found.head.nbytes == 8192);
  CHECK(std::string(found.head.project) == "robot");
  CHECK(std::string(found.head.segment) == "cute-shm.robot.k3v9");
}

void check_bad(const std::string &text, const std::string &message, cshm_status status = CSHM_ERR_CORRUPT) {
  Head found = read(text);
  INFO(text);
  CHECK(found.status == status);
  CHECK(found.message == "manifest f.yaml" + message);
  CHECK(found.head.generation == 0); // nothing is written but on success
}

} // namespace

TEST_CASE("a head is read, in pieces of any size", "[manifest_yaml]") {
  for (size_t piece : {size_t(1), size_t(2), size_t(7), SIZE_MAX})
    check_good(read(good, piece));
}

TEST_CASE("no more is read than it takes to know the head", "[manifest_yaml]") {
  Head found = read("# comment\n" + good + "arrays:\n" + std::string(1 << 20, ' '));
  check_good(found);
  CHECK(found.consumed <= 1024);
  check_good(read(good + "later: *unknown\n"));
}

TEST_CASE("keys come in any order, and those that are not known are passed over", "[manifest_yaml]") {
  check_good(read("bytes: 8192\n"
                  "later: {a: [1, {b: c}], ? [x, y] : z}\n"
                  "segment: cute-shm.robot.k3v9\n"
                  "other:\n- a\n- b: c\n"
                  "generation: '9f0c3a5be1d27788'\n"
                  "text: |\n  bytes: 1\n"
                  "project: robot\n"
                  "cute-shm: 1\n"));
  check_good(read("{cute-shm: 1, project: robot, \"generation\": \"9f0c3a5be1d27788\", segment: "
                  "cute-shm.robot.k3v9, bytes: 8192}"));
  check_good(read("%YAML 1.2\n---\n" + good));
}

TEST_CASE("a manifest of a newer version is told from a damaged one", "[manifest_yaml]") {
  check_bad(with("cute-shm: 1", "cute-shm: 2"),
            ":1:11: wanted version 1: this manifest was written by a newer cute-shm; update this one, found '2'",
            CSHM_ERR_VERSION);
  check_bad(with("cute-shm: 1", "cute-shm: 0"), ":1:11: wanted the manifest's version, a number such as 1, found '0'");
  check_bad(with("cute-shm: 1", "cute-shm: \"1\""),
            ":1:11: wanted the manifest's version, a number such as 1, found '1'");
  check_bad(with("cute-shm: 1", "cute-shm: 1.0"),
            ":1:11: wanted the manifest's version, a number such as 1, found '1.0'");
}

TEST_CASE("values that are no good are refused with their place", "[manifest_yaml]") {
  const std::string project = "wanted a project's name: 1 to 200 bytes, no '/', not starting with '.', found ";
  const std::string segment = "wanted a segment's name: 1 to 255 bytes, no '/', not starting with '.', found ";
  const std::string generation = "wanted a generation: 16 digits from 0-9a-f, not all 0, found ";
  const std::string bytes = "wanted the segment's size, a number of bytes, found ";
  check_bad(with("\"robot\"", "\"\""), ":2:10: " + project + "''");
  check_bad(with("\"robot\"", "\"a/b\""), ":2:10: " + project + "'a/b'");
  check_bad(with("\"robot\"", "\".x\""), ":2:10: " + project + "'.x'");
  check_bad(with("\"robot\"", "[robot]"), ":2:10: wanted a single value, found a list");
  check_bad(with("\"robot\"", "\"" + std::string(201, 'x') + "\""),
            ":2:10: " + project + "'" + std::string(61, 'x') + "'");
  CHECK(read(with("\"robot\"", "\"a\\0b\"")).status == CSHM_ERR_CORRUPT);
  check_bad(with("cute-shm.robot.k3v9", "../x"), ":4:10: " + segment + "'../x'");
  check_bad(with("cute-shm.robot.k3v9", "a/b"), ":4:10: " + segment + "'a/b'");
  CHECK(read(with("cute-shm.robot.k3v9", std::string(256, 'x'))).status == CSHM_ERR_CORRUPT);
  CHECK(read(with("cute-shm.robot.k3v9", std::string(255, 'x'))).status == CSHM_OK);
  check_bad(with("9f0c3a5be1d27788", "9f0c3a5be1d2778"), ":3:13: " + generation + "'9f0c3a5be1d2778'");
  check_bad(with("9f0c3a5be1d27788", "9F0C3A5BE1D27788"), ":3:13: " + generation + "'9F0C3A5BE1D27788'");
  check_bad(with("9f0c3a5be1d27788", "0000000000000000"), ":3:13: " + generation + "'0000000000000000'");
  check_bad(with("8192", "-1"), ":5:8: " + bytes + "'-1'");
  check_bad(with("8192", "0x10"), ":5:8: " + bytes + "'0x10'");
  check_bad(with("8192", "08"), ":5:8: " + bytes + "'08'");
  check_bad(with("8192", "99999999999999999999"), ":5:8: " + bytes + "'99999999999999999999'");
}

TEST_CASE("what is no manifest is refused with its place", "[manifest_yaml]") {
  const std::string mapping = "wanted a mapping: cute-shm, project, generation, ..., found ";
  check_bad("", ":1:1: wanted a manifest, found the end");
  check_bad("hello", ":1:1: " + mapping + "a scalar");
  check_bad("- a", ":1:1: " + mapping + "a list");
  check_bad("{}", ":1:2: wanted the key 'cute-shm', found the end");
  check_bad(good.substr(0, good.find("segment")), ":4:1: wanted the key 'segment', found the end");
  check_bad(with("project", "? [a]\n: b\nproject"), ":2:3: wanted the key 'project', found a list");
  check_bad("cute-shm: 1\nproject: \"robot\n", ":3:1: not YAML: found unexpected end of stream");
  CHECK(read("a: \xFF\n").status == CSHM_ERR_CORRUPT);
  CHECK(read(std::string("a: \0\n", 5)).status == CSHM_ERR_CORRUPT);
  CHECK(read("\xFF\xFE" + std::string("a\0:\0 \0b\0", 8)).status == CSHM_ERR_CORRUPT);
}

TEST_CASE("anchors, aliases, tags and double keys are refused", "[manifest_yaml]") {
  check_bad(with("\"robot\"", "&a \"robot\""), ":2:10: wanted plain YAML, found an anchor");
  check_bad(with("\"robot\"", "!x \"robot\""), ":2:10: wanted plain YAML, found a tag");
  check_bad(with("project", "x: [1, *a]\nproject"), ":2:8: wanted plain YAML, found an alias");
  check_bad(with("project", "x: &a {b: c}\nproject"), ":2:4: wanted plain YAML, found an anchor");
  check_bad(with("project", "x: !!seq [1]\nproject"), ":2:4: wanted plain YAML, found a tag");
  check_bad("&a {}", ":1:1: wanted plain YAML, found an anchor");
  check_bad("%TAG ! x:\n---\n" + good, ":1:1: wanted plain YAML, found a %TAG directive");
  check_bad(with("generation", "project: \"other\"\ngeneration"), ":3:10: wanted every key once, found 'other'");
}

TEST_CASE("levels, and the whole size, are bounded", "[manifest_yaml]") {
  check_good(read("x: " + std::string(63, '[') + std::string(63, ']') + "\n" + good));
  check_bad("x: " + std::string(64, '[') + std::string(64, ']') + "\n" + good,
            ":1:67: wanted at most 64 levels, found one more");
  check_bad("x: " + std::string(100000, '[') + "\n" + good, ":1:67: wanted at most 64 levels, found one more");
  std::string large = "x: \"" + std::string(MANIFEST_MAX_SIZE, 'x') + "\"\n" + good;
  check_bad(large, ": larger than 64 MiB");
}

TEST_CASE("a source that fails gives its own status and message", "[manifest_yaml]") {
  Head found = read(good, 10, 50);
  CHECK(found.status == CSHM_ERR_SYSTEM);
  CHECK(found.message == "the disk is gone");
}

TEST_CASE("every beginning of a manifest is refused without a crash", "[manifest_yaml]") {
  for (size_t length = 0; length <= good.find("8192"); length++)
    if (read(good.substr(0, length)).status != CSHM_ERR_CORRUPT) FAIL("accepted the first " << length << " bytes");
}

TEST_CASE("every change of one byte of a manifest is judged without a crash", "[manifest_yaml]") {
  const std::string after = good + "arrays:\n  - {path: \"a\"}\n";
  const std::string before = "other: {a: [1, \"\\u00e9\"], ? [x] : z}\n" + good;
  for (const std::string &whole : {after, before}) {
    REQUIRE(read(whole).status == CSHM_OK);
    for (size_t at = 0; at < whole.size(); at++) {
      for (int byte = 0; byte < 256; byte++) {
        std::string changed = whole;
        changed[at] = char(byte);
        Head found = read(changed);
        bool known = found.status == CSHM_OK || found.status == CSHM_ERR_CORRUPT || found.status == CSHM_ERR_VERSION;
        bool told = found.status == CSHM_OK || !found.message.empty();
        if (!known || !told) FAIL("byte " << at << " as " << byte << " gives " << found.status);
      }
    }
  }
}

// The head as it is written is read without libyaml. What is a little different must give what libyaml makes of it: here,
// the same after a line that only libyaml reads.
TEST_CASE("a head means the same whether a parser reads it or not", "[manifest_yaml]") {
  const std::string only_parser = "\"unknown\": {}\n";
  std::vector<std::string> texts = {good, "# a comment\n#\n" + good, with("cute-shm: 1\n", "bytes: 8192\n")};
  for (size_t at = 0; at < good.size(); at++)
    for (char c : {'\0', '\t', '\r', ' ', '#', '"', '\\', '\'', ':', '-', '0', '1', 'x', '\n', '\x80', '\xc3'}) {
      std::string text = good;
      text[at] = c;
      texts.push_back(text);
      texts.push_back(good.substr(0, at) + c + good.substr(at));
    }
  for (const std::string &text : texts) {
    INFO(text);
    const Head plain = read(text), parsed = read(only_parser + text);
    CHECK((plain.status == CSHM_OK) == (parsed.status == CSHM_OK));
    if (plain.status || parsed.status) continue;
    CHECK(plain.head.generation == parsed.head.generation);
    CHECK(plain.head.nbytes == parsed.head.nbytes);
    CHECK(std::string(plain.head.project) == parsed.head.project);
    CHECK(std::string(plain.head.segment) == parsed.head.segment);
  }
}
