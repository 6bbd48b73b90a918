// SPDX-License-Identifier: MIT
#include "manifest_scratch.hpp"

namespace {

const HeadReader toml = {cshm__manifest_toml, "cute-shm = 1\n"
                                              "project = \"robot\"\n"
                                              "generation = \"9f0c3a5be1d27788\"\n"
                                              "segment = \"cute-shm.robot.k3v9\"\n"
                                              "bytes = 8192\n"};

std::string repeated(const std::string &text, size_t count) {
  std::string result;
  for (size_t i = 0; i < count; i++)
    result += text;
  return result;
}

// As long as the text is, it must not be read beyond the first piece.
const std::string padding(1 << 20, 'x');

} // namespace

TEST_CASE("a TOML head is read, in pieces of any size", "[manifest_toml]") {
  for (size_t piece : {size_t(1), size_t(2), size_t(7), SIZE_MAX})
    toml.check_good(toml.read(toml.good + "\n[[groups]]\npath = \"\"\n", piece));
  toml.check_good(toml.good);
}

TEST_CASE("no more is read than it takes to find the first table", "[manifest_toml]") {
  Head found = toml.read("# comment\n" + toml.good + "\n[[arrays]]\npath = \"" + padding);
  toml.check_good(found);
  CHECK(found.consumed <= 1024);
  found = toml.read("# " + std::string(3000, '-') + "\n" + toml.good + "[x]\n" + padding);
  toml.check_good(found);
  CHECK(found.consumed <= 4096);
}

TEST_CASE("what comes after the head is not looked at", "[manifest_toml]") {
  toml.check_good(toml.good + "[[arrays]]\nno TOML at all \xFF");
  toml.check_good(toml.good + "  [ arrays ]\nbytes = 1\n");
  toml.check_good(toml.good + "\t[");
  toml.check_good(toml.good + "\r\n[x]");
}

TEST_CASE("the first table is told from all that looks like one", "[manifest_toml]") {
  const std::string lookalikes[] = {
      "# \" ''' \n# [x]\n",
      "x = \"\"\"\n[x]\n\\\"\"\"\n[y]\n\"\"\"\n",
      "x = \"\"\"\n[x]\"\"\"\"\"\n",
      "x = '''\n[x]\n\\'''\n",
      "x = '''\n[x]'''''\n",
      "x = \"\\\"\" # '\n",
      "x = '\\'\n",
      "x = ''\ny = \"\"\n",
      "x = \"[\"\n",
      "x = [\n[1, 2], # ]]]\n[\"]\", ']', \"\"\"]\"\"\", '''\n]'''],\n]\n",
      "x = {a = [\n[1]\n], b = \"}\"}\n",
      "'[x]' = 1\n\"[y]\" = 2\n",
  };
  for (const std::string &text : lookalikes) {
    toml.check_good(text + toml.good + "[[arrays]]\n");
    toml.check_good(toml.good + text + "[[arrays]]\n");
  }
}

TEST_CASE("keys of TOML come in any order and spelling, and those that are not known are passed over",
          "[manifest_toml]") {
  toml.check_good("bytes = 8_192\n"
                  "later = {a = [1, {b = \"c\"}], d.e = 1979-05-27T07:32:00Z}\n"
                  "segment = 'cute-shm.robot.k3v9'\n"
                  "\"generation\" = \"\"\"\n9f0c3a5be1d27788\"\"\"\n"
                  "text = '''\nbytes = 1\n'''\n"
                  "a.b.c = -0.0\n"
                  "project = \"\\u0072obot\" # comment\r\n"
                  "'cute-shm' = 0x1\n");
  toml.check_good("\xEF\xBB\xBF" + toml.good);
}

TEST_CASE("a TOML manifest of a newer version is told from a damaged one", "[manifest_toml]") {
  const std::string newer =
      "wanted version 1: this manifest was written by a newer cute-shm; update this one, found '2'";
  toml.check_bad(toml.with("cute-shm = 1", "cute-shm = 2"), ":1:12: " + newer, CSHM_ERR_VERSION);
  toml.check_bad("project = {new = \"kind\"}\ncute-shm = 2\n", ":2:12: " + newer, CSHM_ERR_VERSION);
  const std::string version = ":1:12: wanted the manifest's version, a number such as 1, found ";
  toml.check_bad(toml.with("cute-shm = 1", "cute-shm = 0"), version + "'0'");
  toml.check_bad(toml.with("cute-shm = 1", "cute-shm = -1"), version + "'-1'");
  toml.check_bad(toml.with("cute-shm = 1", "cute-shm = \"1\""), version + "'1'");
}

TEST_CASE("values of TOML that are no good are refused with their place", "[manifest_toml]") {
  const std::string project = ":2:11: wanted a project's name: 1 to 200 bytes, no '/', not starting with '.', found ";
  const std::string segment = ":4:11: wanted a segment's name: 1 to 255 bytes, no '/', not starting with '.', found ";
  const std::string generation = ":3:14: wanted a generation: 16 digits from 0-9a-f, not all 0, found ";
  const std::string bytes = ":5:9: wanted the segment's size, a number of bytes, found ";
  const std::string single = ":2:11: wanted a string or a whole number, found ";
  const struct {
    const char *from, *to;
    std::string message;
  } cases[] = {
      {"\"robot\"", "\"\"", project + "''"},
      {"\"robot\"", "\"a/b\"", project + "'a/b'"},
      {"\"robot\"", "\".x\"", project + "'.x'"},
      {"\"robot\"", "[\"robot\"]", single + "a list"},
      {"\"robot\"", "{a = 1}", single + "a table"},
      {"\"robot\"", "1.0", single + "a number that is not whole"},
      {"\"robot\"", "true", single + "true or false"},
      {"\"robot\"", "2024-01-01", single + "a date or a time"},
      {"\"robot\"", "07:32:00", single + "a date or a time"},
      {"cute-shm.robot.k3v9", "../x", segment + "'../x'"},
      {"cute-shm.robot.k3v9", "a/b", segment + "'a/b'"},
      {"9f0c3a5be1d27788", "9f0c3a5be1d2778", generation + "'9f0c3a5be1d2778'"},
      {"9f0c3a5be1d27788", "9F0C3A5BE1D27788", generation + "'9F0C3A5BE1D27788'"},
      {"9f0c3a5be1d27788", "0000000000000000", generation + "'0000000000000000'"},
      {"8192", "-1", bytes + "'-1'"},
      {"8192", "0", bytes + "'0'"},
      {"8192", "\"8192\"", bytes + "'8192'"},
      {"8192", "8192.0", ":5:9: wanted a string or a whole number, found a number that is not whole"},
      {"project =", "project.x =", ":2:1: wanted a string or a whole number, found a table"},
  };
  for (const auto &each : cases)
    toml.check_bad(toml.with(each.from, each.to), each.message);
  toml.check_bad(toml.with("robot", std::string(201, 'x')), project + "'" + std::string(61, 'x') + "'");
  CHECK(toml.read(toml.with("\"robot\"", "\"a\\u0000b\"")).status == CSHM_ERR_CORRUPT);
  CHECK(toml.read(toml.with("cute-shm.robot.k3v9", std::string(256, 'x'))).status == CSHM_ERR_CORRUPT);
  CHECK(toml.read(toml.with("cute-shm.robot.k3v9", std::string(255, 'x'))).status == CSHM_OK);
}

TEST_CASE("a file of cute-shm 1.2 is called so", "[manifest_toml]") {
  const std::string leaf = "shm_name = \"cute-shm.p.x\"\nshm_private_name = \"/cute-shm.p.x\"\nshape = [\n    3,\n]\n";
  const std::string words = " was written by cute-shm 1.2, whose projects only that version attaches and unlinks";
  toml.check_bad("[a]\n" + leaf, words);
  toml.check_bad("[empty]\n\n[b.b1]\n" + leaf, words);
  const std::string ours = toml.good + "[groups]\n" + leaf;
  CHECK(toml.read(ours).status == CSHM_OK);
}

TEST_CASE("what lacks a key of the head is refused where the head ends", "[manifest_toml]") {
  toml.check_bad("", ":1:1: wanted the key 'cute-shm', found the end of the head");
  toml.check_bad("# \xC3\xA9", ":1:4: wanted the key 'cute-shm', found the end of the head");
  toml.check_bad("[[groups]]\n" + toml.good, ":1:1: wanted the key 'cute-shm', found the end of the head");
  const std::string two = toml.good.substr(0, toml.good.find("generation"));
  toml.check_bad(two, ":3:1: wanted the key 'generation', found the end of the head");
  toml.check_bad(two + "\n  [x]\n" + toml.good, ":4:3: wanted the key 'generation', found the end of the head");
}

TEST_CASE("what is no TOML is refused with its place", "[manifest_toml]") {
  const struct {
    std::string text, place;
  } cases[] = {
      {"hello", ":1:6"},
      {toml.with("project = ", "project: "), ":2:8"},
      {toml.with("\"robot\"", "robot"), ":2:11"},
      {toml.with("\"robot\"", "\"robot"), ":2:17"},
      {toml.with("\"robot\"", "\"\\x\""), ":2:13"},
      {toml.with("generation", "project = \"other\"\ngeneration"), ":3:11"},
      {toml.with("8192", "08"), ":5:11"},
      {toml.with("8192", "99999999999999999999"), ":5:29"},
      {toml.with("8192", "8192 8192"), ":5:14"},
      {toml.with("8192", ""), ":5:9"},
      {toml.with("robot", "\xFF"), ":2:11"},
      {toml.with("robot", std::string(1, '\0')), ":2:12"},
      {std::string("\xFF\xFE") + "a", ":1:1"},
      {toml.good + "x = '''\n[y]", ":7:4"},
      {toml.good + "x = [\n[1]\n", ":7:5"},
      {toml.good + "]", ":6:1"},
      {toml.good + "a\xC3\xA9 = 1\n", ":6:2"},
      {toml.good + "x = [1}\n", ":6:7"},
      {toml.good + "x = [}\n", ":6:6"},
      {toml.good + "x = {a = ]\n", ":6:10"},
      {"- a: b\n", ":1:3"},
      {"{\"cute-shm\": 1}", ":1:1"},
  };
  for (const auto &each : cases) {
    Head found = toml.read(each.text);
    INFO(each.text);
    CHECK(found.status == CSHM_ERR_CORRUPT);
    const std::string beginning = "manifest f.toml" + each.place + ": not TOML: ";
    CHECK(found.message.substr(0, beginning.size()) == beginning);
    CHECK(found.message.size() > beginning.size());
    CHECK(found.message.find('\n') == std::string::npos);
  }
}

TEST_CASE("a key of TOML that comes twice is named", "[manifest_toml]") {
  Head found = toml.read(toml.with("generation", "project = \"other\"\ngeneration"));
  CHECK(found.message.find("cannot redefine existing string 'project'") != std::string::npos);
  CHECK(toml.read("other = 1\nother = 2\n" + toml.good).status == CSHM_ERR_CORRUPT);
}

TEST_CASE("levels, and the size of the head, are bounded", "[manifest_toml]") {
  const std::string deep = ": wanted at most 64 levels, found one more";
  toml.check_good("x = " + std::string(63, '[') + std::string(63, ']') + "\n" + toml.good);
  toml.check_bad("x = " + std::string(64, '[') + std::string(64, ']') + "\n" + toml.good, ":1:68" + deep);
  toml.check_bad("x = " + std::string(100000, '[') + "\n" + toml.good, ":1:68" + deep);
  toml.check_bad("\n" + repeated("a.", 100000) + "a = 1\n" + toml.good, ":2:128" + deep);
  toml.check_bad("x = " + repeated("{a.b=", 100000) + "\n" + toml.good, ":1:162" + deep);
  toml.check_bad("x = " + repeated("[{a=", 100000) + "\n" + toml.good, ":1:130" + deep);
  toml.check_good("x = [" + repeated("1.5, {a.b = 2.5},\n", 1000) + "]\n" + toml.good);
  toml.check_good(repeated("# a.b.c [[[ \"\n", 100) + "x = '" + std::string(100, '[') + std::string(100, '.') + "'\n" +
                  toml.good);

  const std::string large = ": what comes before its first table is larger than 1024 KiB: write lists as [[tables]]";
  toml.check_good("x = \"" + std::string(1000000, 'x') + "\"\n" + toml.good);
  toml.check_bad("x = \"" + std::string(1 << 20, 'x') + "\"\n" + toml.good, large);
  toml.check_bad(std::string(2 << 20, '\n'), large);
}

TEST_CASE("a source of TOML that fails gives its own status and message", "[manifest_toml]") {
  Head found = toml.read(toml.good, 10, 50);
  CHECK(found.status == CSHM_ERR_SYSTEM);
  CHECK(found.message == "the disk is gone");
}

TEST_CASE("every beginning of a TOML manifest is refused without a crash", "[manifest_toml]") {
  for (size_t length = 0; length <= toml.good.find("8192"); length++)
    if (toml.read(toml.good.substr(0, length)).status != CSHM_ERR_CORRUPT)
      FAIL("accepted the first " << length << " bytes");
}

TEST_CASE("every change of one byte of a TOML manifest is judged without a crash", "[manifest_toml]") {
  toml.change_every_byte(toml.good + "\n[[arrays]]\npath = \"a\"\n");
  toml.change_every_byte("other = {a = [1, \"\\u00e9\"], b.c = '''x\n'''}\nx = \"\"\"\\\n\"\"\"\n" + toml.good);
}
