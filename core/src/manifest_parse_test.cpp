// SPDX-License-Identifier: MIT
// Whole texts in both syntaxes, as documents.
#include "document_shown.hpp"

#include <cmath>
#include <vector>

namespace {

const auto &yaml = cshm__manifest_yaml;
const auto &toml = cshm__manifest_toml;

std::string shown(const manifest_syntax &syntax, const std::string &text) {
  Document document(syntax, text);
  INFO(text);
  INFO(document.message);
  REQUIRE(document.status == CSHM_OK);
  return document.shown();
}

void check_bad(const manifest_syntax &syntax, const std::string &text, const std::string &message,
               cshm_status status = CSHM_ERR_CORRUPT) {
  Document document(syntax, text);
  INFO(text.substr(0, 200));
  CHECK(document.message == message);
  CHECK(document.status == status);
}

std::string times(int count, const std::string &text) {
  std::string all;
  for (int i = 0; i < count; i++)
    all += text;
  return all;
}

} // namespace

TEST_CASE("plain scalars are what the core schema of YAML 1.2 makes of them", "[manifest_parse]") {
  const struct {
    const char *text, *wanted;
  } cases[] = {{"", "n"},
               {"~", "n"},
               {"null", "n"},
               {"Null", "n"},
               {"NULL", "n"},
               {"nULL", "p\"nULL\""},
               {"true", "t"},
               {"True", "t"},
               {"TRUE", "t"},
               {"false", "F"},
               {"False", "F"},
               {"FALSE", "F"},
               {"yes", "p\"yes\""},
               {"no", "p\"no\""},
               {"on", "p\"on\""},
               {"off", "p\"off\""},
               {"y", "p\"y\""},
               {"0", "i0"},
               {"-0", "i0"},
               {"+12", "i12"},
               {"-12", "i-12"},
               {"0777", "i777"},
               {"0o17", "i15"},
               {"0x1F", "i31"},
               {"0xff", "i255"},
               {"0b11", "p\"0b11\""},
               {"0o8", "p\"0o8\""},
               {"-0x1", "p\"-0x1\""},
               {"0x", "p\"0x\""},
               {"1_000", "p\"1_000\""},
               {"12:30:45", "p\"12:30:45\""},
               {"2024-01-01", "p\"2024-01-01\""},
               {"18446744073709551615", "i18446744073709551615"},
               {"-9223372036854775808", "i-9223372036854775808"},
               {"0xFFFFFFFFFFFFFFFF", "i18446744073709551615"},
               {"1.5", "f1.500000"},
               {"1.", "f1.000000"},
               {".5", "f0.500000"},
               {"-.5e1", "f-5.000000"},
               {"1e3", "f1000.000000"},
               {"1E+3", "f1000.000000"},
               {"-0.0", "f-0.000000"},
               {".", "p\".\""},
               {".e3", "p\".e3\""},
               {"1e", "p\"1e\""},
               {"1e+", "p\"1e+\""},
               {"1.5.5", "p\"1.5.5\""},
               {".inf", "finf"},
               {"-.Inf", "f-inf"},
               {"+.INF", "finf"},
               {"inf", "p\"inf\""},
               {".nan", "fnan"},
               {".NaN", "fnan"},
               {"-.nan", "p\"-.nan\""},
               {"nan", "p\"nan\""},
               {"a b", "p\"a b\""},
               {"\"1\"", "s\"1\""},
               {"'~'", "s\"~\""},
               {"\"\"", "s\"\""},
               {"1e-999", "f0.000000"}};
  for (const auto &wanted : cases) {
    INFO(wanted.text);
    CHECK(shown(yaml, std::string("a: ") + wanted.text + "\n") == std::string("{a:") + wanted.wanted + "}");
  }
  Document hex(yaml, "a: 0x1F");
  CHECK(hex.string(hex.node(1).text, hex.node(1).text_length) == "0x1F");
}

TEST_CASE("numbers that 64 bits do not hold are refused", "[manifest_parse]") {
  const std::string whole = "wanted a whole number from -2^63 to 2^64-1 (or a string, in quotes), found ";
  check_bad(yaml, "a: 18446744073709551616", "f:1:4: " + whole + "'18446744073709551616'");
  check_bad(yaml, "a:\n  b: -9223372036854775809", "f:2:6: " + whole + "'-9223372036854775809'");
  check_bad(yaml, "a: [0x10000000000000000]", "f:1:5: " + whole + "'0x10000000000000000'");
  const std::string finite = "wanted a number that 64 bits hold, .inf or -.inf (or a string, in quotes), found ";
  check_bad(yaml, "a: 1e999", "f:1:4: " + finite + "'1e999'");
  Document large(toml, "a = 9223372036854775808");
  CHECK(large.status == CSHM_ERR_CORRUPT);
  CHECK(large.message.find("f:1:") == 0);
}

TEST_CASE("maps and lists of YAML are read in every style", "[manifest_parse]") {
  CHECK(shown(yaml, "{}") == "{}");
  CHECK(shown(yaml, "%YAML 1.2\n---\na: 1\n...\n") == "{a:i1}");
  CHECK(shown(yaml, "z: {b: [1, {c: d}], a: }\ny:\n- x: 1\n  w: 2\n- []\n") ==
        "{z:{b:[i1 {c:p\"d\"}] a:n} y:[{x:i1 w:i2} []]}");
  CHECK(shown(yaml, "a: |\n  1\nb: >-\n  2\n") == "{a:s\"1\n\" b:s\"2\"}");
  CHECK(shown(yaml, "\xEF\xBB\xBF"
                    "a: 1\r\nb:\r\n  - 2\r\n") == "{a:i1 b:[i2]}");
  CHECK(shown(yaml, "a: {? \"" + std::string(2000, 'k') + "\" : {b: 1}, c: 2}") ==
        "{a:{" + std::string(2000, 'k') + ":{b:i1} c:i2}}");
  CHECK(shown(yaml, "? a\n: 1\n? b\n") == "{a:i1 b:n}");
  CHECK(shown(yaml, "\"<<\": 1\n\"\": 2\n1: 3\n") == "{<<:i1 :i2 1:i3}");
  CHECK(shown(yaml, "a: \"x\\0y\"") == std::string("{a:s\"x\0y\"}", 10));
}

TEST_CASE("what a manifest never needs of YAML is refused with its place", "[manifest_parse]") {
  const std::string map = "wanted a map: cute-shm, project, groups, arrays, ..., found ";
  check_bad(yaml, "", "f:1:1: wanted a map, found the end");
  check_bad(yaml, "- a", "f:1:1: " + map + "a list");
  check_bad(yaml, "hello", "f:1:1: " + map + "a scalar");
  check_bad(yaml, "a: &x 1", "f:1:4: wanted plain YAML, found an anchor");
  check_bad(yaml, "a: &x [1]", "f:1:4: wanted plain YAML, found an anchor");
  check_bad(yaml, "a: 1\nb: *x", "f:2:4: wanted plain YAML, found an alias");
  check_bad(yaml, "a: {&x b: 1}", "f:1:5: wanted plain YAML, found an anchor");
  check_bad(yaml, "a: !!str 1", "f:1:4: wanted plain YAML, found a tag");
  check_bad(yaml, "a: ! \"x\"", "f:1:4: wanted plain YAML, found a tag");
  check_bad(yaml, "%TAG ! x:\n---\na: 1", "f:1:1: wanted plain YAML, found a %TAG directive");
  check_bad(yaml, "a: 1\n---\nb: 2", "f:2:1: wanted one document, found another document");
  check_bad(yaml, "a: {<<: {b: 1}}",
            "f:1:5: wanted plain YAML, found a merge key (a key that is called so is written in quotes)");
  check_bad(yaml, "? [a, b]\n: 1", "f:1:3: wanted a single value as a key, found a list");
  check_bad(yaml, "a:\n  ? {b: 1}\n  : 1", "f:2:5: wanted a single value as a key, found a mapping");
  check_bad(yaml, "a: 1\nb: 2\na: 3", "f:3:4: wanted every key once, found 'a'");
  check_bad(yaml, "1: 1\n\"1\": 2", "f:2:6: wanted every key once, found '1'");
  check_bad(yaml, "\"a\\0\": 2", "f:1:8: wanted keys without a NUL, found one with it");
  check_bad(yaml, "a: \"b", "f:1:6: not YAML: found unexpected end of stream");
  check_bad(yaml, "a: \xFF", "f:1:4: wanted UTF-8, found a byte that is none");
  check_bad(yaml, std::string("a: \0", 4), "f:1:4: wanted UTF-8, found a NUL");
  check_bad(yaml, "a: \x01", "f:1:4: not YAML: control characters are not allowed");
}

TEST_CASE("TOML is read in the order in which it is written", "[manifest_parse]") {
  CHECK(shown(toml, "") == "{}");
  CHECK(shown(toml, "z = 1\na = 'x'\nm = {z = 1, a = [2, {q = 1, b = true}]}\n") ==
        "{z:i1 a:s\"x\" m:{z:i1 a:[i2 {q:i1 b:t}]}}");
  CHECK(shown(toml, "z.y.b = 1\nz.a = 2\nz.y.a = 3\n") == "{z:{y:{b:i1 a:i3} a:i2}}");
  CHECK(shown(toml, "[[z]]\nb = 1\na = 2\n[[z]]\n[[y]]\n[z.x]\nk = 1\n") == "{z:[{b:i1 a:i2} {x:{k:i1}}] y:[{}]}");
  CHECK(shown(toml, "[b.c]\nx = 1\n[b]\na = 2\n[a]\n") == "{b:{c:{x:i1} a:i2} a:{}}");
  CHECK(shown(toml, "\xEF\xBB\xBF"
                    "a = 1\r\n# c\r\nb = 2\r\n") == "{a:i1 b:i2}");
  CHECK(shown(toml, "a = 0x1F\nb = 0o17\nc = 0b11\nd = 1_000\ne = -9223372036854775808\n") ==
        "{a:i31 b:i15 c:i3 d:i1000 e:i-9223372036854775808}");
  CHECK(shown(toml, "a = inf\nb = -inf\nc = nan\nd = -0.0\ne = 1e3\n") ==
        "{a:finf b:f-inf c:fnan d:f-0.000000 e:f1000.000000}");
  CHECK(shown(toml, "\"\" = 1\n'a.b' = 2\n\"\\u00e9\" = \"x\\u0000y\"\n\"<<\" = 3\n") ==
        std::string("{:i1 a.b:i2 \xC3\xA9:s\"x\0y\" <<:i3}", 28));
  CHECK(shown(toml, "a = \"\"\"\nx\"\"\"\nb = '''y'''\n") == "{a:s\"x\" b:s\"y\"}");
}

TEST_CASE("what TOML has and manifests have not is refused with its place and the cure", "[manifest_parse]") {
  const std::string date = "wanted a string: write dates and times in quotes, found a date or a time";
  check_bad(toml, "a = 1\nb = [2024-01-01]", "f:2:6: " + date);
  check_bad(toml, "a = 12:30:00", "f:1:5: " + date);
  check_bad(toml, "a = 2024-01-01T00:00:00Z", "f:1:5: " + date);
  Document twice(toml, "a = 1\na = 2");
  CHECK(twice.status == CSHM_ERR_CORRUPT);
  CHECK(twice.message.find("f:2:") == 0);
  check_bad(toml, "\"a\\u0000\" = 2", "f:1:13: wanted keys without a NUL, found one with it");
  check_bad(toml, "a = \xFF", "f:1:5: wanted UTF-8, found a byte that is none");
  check_bad(toml, std::string("a = '\0'", 7), "f:1:6: wanted UTF-8, found a NUL");
  Document control(toml, "a = '\x01'");
  CHECK(control.status == CSHM_ERR_CORRUPT);
  check_bad(toml, "[a]\nshm_private_name = \"x\"\n",
            "manifest f was written by cute-shm 1.2, whose projects only that version attaches and unlinks");
}

TEST_CASE("levels are bounded in both syntaxes", "[manifest_parse]") {
  const std::string too_deep = ": wanted at most 64 levels, found one more";
  CHECK(shown(yaml, "a: " + times(63, "[") + times(63, "]")).size() > 63);
  CHECK(shown(toml, "a = " + times(63, "[") + times(63, "]")).size() > 63);
  CHECK(shown(toml, "a = " + times(62, "[") + "1.5, {b = 2.5}" + times(62, "]") + "\n").size() > 63);
  check_bad(yaml, "a: " + times(64, "[") + times(64, "]"), "f:1:67" + too_deep, CSHM_ERR_LIMIT);
  check_bad(toml, "a = " + times(64, "[") + times(64, "]"), "f:1:68" + too_deep, CSHM_ERR_LIMIT);
  check_bad(yaml, "a: " + times(100000, "["), "f:1:67" + too_deep, CSHM_ERR_LIMIT);
  check_bad(toml, "a = " + times(100000, "["), "f:1:68" + too_deep, CSHM_ERR_LIMIT);
  check_bad(toml, "[" + times(100000, "a.") + "a]", "f:1:127" + too_deep, CSHM_ERR_LIMIT);
  check_bad(toml, times(100000, "a.") + "a = 1", "f:1:128" + too_deep, CSHM_ERR_LIMIT);
  // Each half is short enough for the parser.
  Document both(toml, "[" + times(40, "a.") + "a]\nb = " + times(40, "[") + times(40, "]"));
  CHECK(both.status == CSHM_ERR_LIMIT);
}

TEST_CASE("the number of values is bounded in both syntaxes, before TOML is parsed", "[manifest_parse]") {
  const std::string too_many = ": wanted at most 1000000 values, found one more";
  for (const auto *syntax : {&yaml, &toml}) {
    const bool is_yaml = syntax == &yaml;
    const std::string list = (is_yaml ? "a: [" : "a = [") + times(999997, "1,") + "1";
    CHECK(Document(*syntax, list + "]").it.node_count == CSHM_MANIFEST_MAX_NODES);
    check_bad(*syntax, list + ",1]", std::string(is_yaml ? "f:1:2000001" : "f:1:2000002") + too_many, CSHM_ERR_LIMIT);
  }
  CHECK(Document(toml, times(1000001, "[[a]]\n")).message == "f:1000001:2" + too_many);
  CHECK(Document(toml, times(60000, "[a" + times(50, ".b") + "]\n")).status == CSHM_ERR_LIMIT);
}

TEST_CASE("what is larger than 64 MiB is refused before it is parsed", "[manifest_parse]") {
  for (const auto *syntax : {&yaml, &toml})
    CHECK(Document(*syntax, std::string(CSHM_MANIFEST_MAX_SIZE + 1, '#')).status == CSHM_ERR_LIMIT);
}

TEST_CASE("every beginning and every change of one byte of a text is judged without a crash", "[manifest_parse]") {
  const std::string texts[] = {"# c\ncute-shm: 1\na: {b: [1, \"\\u00e9\", .5], ? \"c\" : z}\n",
                               "# c\ncute-shm = 1\na.b = [1, \"\\u00e9\", .5]\n[[z]]\nc = {d = 'e'}\n"};
  for (const auto *syntax : {&yaml, &toml})
    for (const std::string &text : texts)
      for (size_t at = 0; at < text.size(); at++)
        for (int byte = 0; byte < 256; byte++) {
          std::string changed = byte == 255 ? text.substr(0, at) : text;
          if (byte < 255) changed[at] = char(byte);
          Document document(*syntax, changed);
          const bool known = document.status == CSHM_OK || document.status == CSHM_ERR_CORRUPT;
          if (!known || (document.status && document.message.empty())) FAIL(changed << ": " << document.message);
        }
}
