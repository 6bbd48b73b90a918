// SPDX-License-Identifier: MIT
#include "manifest_project.hpp"

namespace {

std::string line(const std::string &text, const std::string &beginning) {
  size_t at = text.find("\n" + beginning);
  return at == std::string::npos ? "" : text.substr(at + 1, text.find('\n', at + 1) - at - 1);
}

// Without the offsets and the segment's size, which are the layout's business.
std::string without_places(std::string text) {
  for (const char *key : {"offset: ", "\nbytes: ", "offset = ", "\"\nbytes = "}) {
    for (size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + 1)) {
      size_t digits = at + std::strlen(key);
      text.replace(digits, text.find_first_not_of("0123456789", digits) - digits, "N");
    }
  }
  return text;
}

} // namespace

TEST_CASE("a manifest tells the whole project, in either syntax", "[manifest_write]") {
  Project project;
  project.array("b/b1", "<f8", {3, 3});
  uint32_t first = project.array("b/b 2", "[[\"x\",\"<f4\"],[\"n\",\"<i4\"]]", {2}, CSHM_ORDER_FORTRAN);
  project.array("scalar", "|b1", {});
  project.array("empty", ">i2", {0, 5});
  REQUIRE(cshm__tree_alias(&project.tree, "again", first, &project.err) == CSHM_OK);
  REQUIRE(cshm__tree_group(&project.tree, "c", &project.err) == CSHM_OK);
  project.attribute("", "title", "<U2", {}, std::string("h\0\0\0i\0\0\0", 8));
  project.attribute("b/b1", "units", "|S1", {}, "K");
  project.attribute("b/b1", "", "|u1", {2, 1}, "\1\2");
  project.attribute("c", "large", "|V65537", {}, std::string(65537, '\0'));
  project.note(CSHM_NOTE_SKIPPED, "x/y", "a \"reason\"");
  project.note(CSHM_NOTE_ORIGIN, "producer", "test");
  project.note(CSHM_NOTE_ORIGIN, "producer", "twice");
  project.open(robot);
  CHECK(without_places(project.written()) ==
        R"(# A cute-shm project: docs/format.md tells how to read it. Written by cute-shm 2.0.0.
cute-shm: 1
project: "robot"
generation: "9f0c3a5be1d27788"
segment: "cute-shm.robot.k3v9"
lifetime: "persistent"
bytes: N
created: "2026-11-22T17:30:29.123456789Z"
origin:
  - {key: "producer", text: "test"}
  - {key: "producer", text: "twice"}
skipped:
  - {path: "x/y", reason: "a \"reason\""}
groups:
  - {path: "", attributes: {"title": {dtype: "<U2", shape: [], value: "hi"}}}
  - {path: "b"}
  - {path: "c", attributes: {"large": {dtype: "|V65537", shape: []}}}
arrays:
  - {path: "b/b1", dtype: "<f8", shape: [3, 3], order: "C", offset: N, bytes: 72, attributes: {"units": {dtype: "|S1", shape: [], value: "K"}, "": {dtype: "|u1", shape: [2, 1], value: [[1], [2]]}}}
  - {path: "b/b 2", dtype: "[[\"x\",\"<f4\"],[\"n\",\"<i4\"]]", shape: [2], order: "F", offset: N, bytes: 16}
  - {path: "scalar", dtype: "|b1", shape: [], order: "C", offset: N, bytes: 1}
  - {path: "empty", dtype: ">i2", shape: [0, 5], order: "C", offset: N, bytes: 0}
  - {path: "again", alias: "b/b 2"}
)");
  CHECK(without_places(project.written(cshm__manifest_toml)) ==
        R"(# A cute-shm project: docs/format.md tells how to read it. Written by cute-shm 2.0.0.
cute-shm = 1
project = "robot"
generation = "9f0c3a5be1d27788"
segment = "cute-shm.robot.k3v9"
lifetime = "persistent"
bytes = N
created = "2026-11-22T17:30:29.123456789Z"

[[origin]]
key = "producer"
text = "test"

[[origin]]
key = "producer"
text = "twice"

[[skipped]]
path = "x/y"
reason = "a \"reason\""

[[groups]]
path = ""
attributes."title" = {dtype = "<U2", shape = [], value = "hi"}

[[groups]]
path = "b"

[[groups]]
path = "c"
attributes."large" = {dtype = "|V65537", shape = []}

[[arrays]]
path = "b/b1"
dtype = "<f8"
shape = [3, 3]
order = "C"
offset = N
bytes = 72
attributes."units" = {dtype = "|S1", shape = [], value = "K"}
attributes."" = {dtype = "|u1", shape = [2, 1], value = [[1], [2]]}

[[arrays]]
path = "b/b 2"
dtype = "[[\"x\",\"<f4\"],[\"n\",\"<i4\"]]"
shape = [2]
order = "F"
offset = N
bytes = 16

[[arrays]]
path = "scalar"
dtype = "|b1"
shape = []
order = "C"
offset = N
bytes = 1

[[arrays]]
path = "empty"
dtype = ">i2"
shape = [0, 5]
order = "C"
offset = N
bytes = 0

[[arrays]]
path = "again"
alias = "b/b 2"
)");
}

TEST_CASE("a manifest of nothing is whole", "[manifest_write]") {
  Project project;
  layout_identity identity = robot;
  identity.project = "a \"b\"\n\xF0\x9F\xA6\x80";
  identity.lifetime = CSHM_OWNER;
  identity.generation = 10;
  project.open(identity);
  const std::string text = project.written();
  CHECK(line(text, "project:") == "project: \"a \\\"b\\\"\\n\xF0\x9F\xA6\x80\"");
  CHECK(line(text, "generation:") == "generation: \"000000000000000a\"");
  CHECK(line(text, "lifetime:") == "lifetime: \"owner\"");
  CHECK(text.find("origin") == std::string::npos);
  CHECK(text.find("skipped") == std::string::npos);
  CHECK(text.substr(text.find("arrays")) == "arrays: []\ngroups:\n  - {path: \"\"}\n");
  const std::string toml = project.written(cshm__manifest_toml);
  CHECK(line(toml, "project") == "project = \"a \\\"b\\\"\\n\xF0\x9F\xA6\x80\"");
  CHECK(toml.substr(toml.find("arrays")) == "arrays = []\n\n[[groups]]\npath = \"\"\n");
}

TEST_CASE("dates are those of the calendar", "[manifest_write]") {
  struct {
    uint64_t seconds;
    const char *wanted;
  } const cases[] = {{0, "1970-01-01T00:00:00"},          {951782399, "2000-02-28T23:59:59"},
                     {951782400, "2000-02-29T00:00:00"},  {951868800, "2000-03-01T00:00:00"},
                     {1704067199, "2023-12-31T23:59:59"}, {4107542399, "2100-02-28T23:59:59"},
                     {4107542400, "2100-03-01T00:00:00"}, {18446744073, "2554-07-21T23:34:33"}};
  for (const auto &wanted : cases) {
    Project project;
    layout_identity identity = robot;
    identity.created_ns = wanted.seconds * 1000000000 + 7;
    project.open(identity);
    CHECK(line(project.written(), "created:") == "created: \"" + std::string(wanted.wanted) + ".000000007Z\"");
  }
}

TEST_CASE("an attribute's name that is too long for a key of YAML is marked as one", "[manifest_write]") {
  Project project;
  project.attribute("", std::string(160, 'x'), "|u1", {}, "\1");
  project.attribute("", std::string(161, 'y'), "|u1", {}, "\1");
  project.open(robot);
  const std::string text = project.written();
  CHECK(text.find("{\"xxx") != std::string::npos);
  CHECK(text.find(", ? \"yyy") != std::string::npos);
}
