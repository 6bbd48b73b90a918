// SPDX-License-Identifier: MIT
extern "C" {
#include "hash.h"
}
#include "document_shown.hpp"

namespace {

cshm_status add(Document &document, uint32_t parent, uint32_t kind, const std::string &key, uint32_t *number = nullptr,
                uint32_t line = 3) {
  document_node node = {};
  node.kind = kind;
  node.parent = parent;
  node.line = line;
  node.column = 7;
  cshm_error err = CSHM_ERROR_INIT;
  document.status = cshm__document_add(&document.it, &node, {key.data(), key.size()}, {"text", 4}, number, &err);
  document.message = err.message;
  return document.status;
}

cshm_status check_text(std::string text, std::string &message, size_t *length = nullptr) {
  Document document;
  cshm_error err = CSHM_ERROR_INIT;
  document_source source = {text.data(), text.size(), "f"};
  const cshm_status status = cshm__document_check_text(&document.it, &source, &err);
  message = err.message;
  if (length) *length = source.length;
  return status;
}

} // namespace

TEST_CASE("children are found by key and in the order in which they were added", "[document]") {
  Document document;
  uint32_t list, map;
  REQUIRE(add(document, DOCUMENT_NONE, DOCUMENT_MAP, "") == CSHM_OK);
  REQUIRE(add(document, 0, DOCUMENT_LIST, "z", &list) == CSHM_OK);
  REQUIRE(add(document, list, DOCUMENT_MAP, "", &map) == CSHM_OK);
  REQUIRE(add(document, map, DOCUMENT_STRING, "z") == CSHM_OK);
  REQUIRE(add(document, 0, DOCUMENT_NULL, "") == CSHM_OK);
  REQUIRE(add(document, list, DOCUMENT_NULL, "") == CSHM_OK);
  CHECK(document.shown() == "{z:[{z:p\"text\"} n] :n}");
  CHECK(document.node(0).count == 2);
  CHECK(cshm__document_find(&document.it, 0, "z") == list);
  CHECK(cshm__document_find(&document.it, 0, "") == 4);
  CHECK(cshm__document_find(&document.it, map, "z") == 3);
  CHECK(cshm__document_find(&document.it, map, "y") == DOCUMENT_NONE);
  CHECK(document.node(3).level == 4);
}

TEST_CASE("a key that comes twice, or has a NUL, is refused, however many there are", "[document]") {
  Document document;
  REQUIRE(add(document, DOCUMENT_NONE, DOCUMENT_MAP, "") == CSHM_OK);
  for (int i = 0; i < 100000; i++)
    if (add(document, 0, DOCUMENT_NULL, std::to_string(i))) FAIL(document.message);
  for (int i = 0; i < 100000; i += 33333) {
    CHECK(add(document, 0, DOCUMENT_NULL, std::to_string(i)) == CSHM_ERR_CORRUPT);
    CHECK(document.message == "f:3:7: wanted every key once, found '" + std::to_string(i) + "'");
  }
  CHECK(add(document, 0, DOCUMENT_NULL, std::string("a\0b", 3)) == CSHM_ERR_CORRUPT);
  CHECK(document.message == "f:3:7: wanted keys without a NUL, found one with it");
  CHECK(document.node(0).count == 100000);
  CHECK(cshm__document_find(&document.it, 0, "99999") == 100000);
}

TEST_CASE("keys that were made to meet in the table of keys are refused, as they would make it slow", "[document]") {
  Document document;
  REQUIRE(add(document, DOCUMENT_NONE, DOCUMENT_MAP, "") == CSHM_OK);
  int added = 0;
  for (uint32_t i = 0; document.status == CSHM_OK && added < 1000; i++) {
    const std::string key = std::to_string(i);
    const uint64_t mixed = cshm__hash_bytes(key.data(), key.size()) * UINT64_C(0x9E3779B97F4A7C15);
    if ((mixed >> 32 & 4095) != 0) continue;
    add(document, 0, DOCUMENT_NULL, key);
    added++;
  }
  CHECK(document.status == CSHM_ERR_LIMIT);
  CHECK(document.message == "f:3:7: wanted keys as people choose them, found hundreds made to have the same hash");
  CHECK(added == 257);
}

TEST_CASE("64 levels of maps and lists may hold values, and no further level", "[document]") {
  Document document;
  uint32_t last = DOCUMENT_NONE;
  for (int level = 1; level <= CSHM_MANIFEST_MAX_DEPTH; level++)
    REQUIRE(add(document, last, DOCUMENT_LIST, "", &last) == CSHM_OK);
  CHECK(add(document, last, DOCUMENT_NULL, "") == CSHM_OK);
  CHECK(add(document, last, DOCUMENT_MAP, "") == CSHM_ERR_LIMIT);
  CHECK(document.message == "f:3:7: wanted at most 64 levels, found one more");
}

TEST_CASE("a million values fit, and no more", "[document]") {
  Document document;
  REQUIRE(add(document, DOCUMENT_NONE, DOCUMENT_LIST, "") == CSHM_OK);
  for (int i = 1; i < CSHM_MANIFEST_MAX_NODES; i++)
    if (add(document, 0, DOCUMENT_NULL, "")) FAIL(document.message);
  CHECK(add(document, 0, DOCUMENT_NULL, "") == CSHM_ERR_LIMIT);
  CHECK(document.message == "f:3:7: wanted at most 1000000 values, found one more");
}

TEST_CASE("messages tell a node by its file, place and text", "[document]") {
  Document document(("dir/" + std::string(300, 'x') + ".yaml").c_str());
  char found[DOCUMENT_FOUND_SIZE];
  REQUIRE(add(document, DOCUMENT_NONE, DOCUMENT_MAP, "") == CSHM_OK);
  REQUIRE(add(document, 0, DOCUMENT_LIST, "a", nullptr, 9) == CSHM_OK);
  REQUIRE(add(document, 0, DOCUMENT_STRING, "b") == CSHM_OK);
  CHECK(std::string(cshm__document_found(&document.it, 0, found)) == "a map");
  CHECK(std::string(cshm__document_found(&document.it, 1, found)) == "a list");
  CHECK(std::string(cshm__document_found(&document.it, 2, found)) == "'text'");
  const std::string name = document.it.name;
  CHECK(name.size() == DOCUMENT_NAME_SIZE - 1);
  CHECK(name.substr(0, 4) == "...x");
  CHECK(name.substr(name.size() - 6) == "x.yaml");
  cshm_error err = CSHM_ERROR_INIT;
  CHECK(cshm__document_fail(&document.it, 1, CSHM_ERR_BAD_TYPE, "a number", &err) == CSHM_ERR_BAD_TYPE);
  CHECK(std::string(err.message) == name + ":9:7: wanted a number, found a list");
  const std::string crabs = std::string(58, 'x') + "\xF0\x9F\xA6\x80\xF0\x9F\xA6\x80";
  CHECK(std::string(cshm__document_quoted(crabs.data(), crabs.size(), found)) == "'" + std::string(58, 'x') + "'");
}

TEST_CASE("a text is UTF-8 without NULs, and its byte-order mark is passed over", "[document]") {
  std::string message;
  size_t length;
  CHECK(check_text("\xEF\xBB\xBFg\xC3\xA9", message, &length) == CSHM_OK);
  CHECK(length == 3);
  CHECK(check_text("", message) == CSHM_OK);
  CHECK(check_text("a\n\xC3\xA9\xFF", message) == CSHM_ERR_CORRUPT);
  CHECK(message == "f:2:2: wanted UTF-8, found a byte that is none");
  CHECK(check_text(std::string("a\0", 2), message) == CSHM_ERR_CORRUPT);
  CHECK(message == "f:1:2: wanted UTF-8, found a NUL");
  CHECK(check_text("\xFF\xFE"
                   "a",
                   message) == CSHM_ERR_CORRUPT);
  CHECK(check_text(std::string(CSHM_MANIFEST_MAX_SIZE, 'x'), message) == CSHM_OK);
  CHECK(check_text(std::string(CSHM_MANIFEST_MAX_SIZE + 1, 'x'), message) == CSHM_ERR_LIMIT);
  CHECK(message == "f: wanted at most 67108864 bytes, found 67108865");
}

TEST_CASE("comments before all else are kept, and nothing that could end one", "[document]") {
  const struct {
    const char *text, *lead;
  } cases[] = {{"", ""},
               {"a: 1\n# b\n", ""},
               {" # a\n", ""},
               {"# a\n#\n\n# b\n", "# a\n#\n"},
               {"# a\r\n# b\r\nc: 1", "# a\n# b\n"},
               {"# the end", "# the end\n"},
               {"#\ta\xC2\x85"
                "b\xE2\x80\xA8"
                "c\rd\x7F\xC3\xA9\n",
                "#\ta?b?c?d?\xC3\xA9\n"}};
  for (const auto &wanted : cases) {
    Document document;
    cshm_error err = CSHM_ERROR_INIT;
    const document_source source = {wanted.text, std::char_traits<char>::length(wanted.text), "f"};
    REQUIRE(cshm__document_keep_lead(&document.it, &source, &err) == CSHM_OK);
    CHECK(document.lead() == wanted.lead);
  }
}
