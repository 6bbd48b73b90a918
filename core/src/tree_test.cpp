// SPDX-License-Identifier: MIT
extern "C" {
#include "tree.h"
}
#include "catch.hpp"

#include <string>

namespace {
struct Tree {
  tree t{};
  cshm_error err = CSHM_ERROR_INIT;
  Tree() { REQUIRE(cshm__tree_init(&t, nullptr) == CSHM_OK); }
  ~Tree() { cshm__tree_free(&t); }
  cshm_status array(const std::string &path, uint32_t *number = nullptr, const char *dtype = "<f8") {
    uint32_t ignored;
    int64_t shape[] = {2, 3};
    return cshm__tree_array(&t, path.c_str(), dtype, 2, shape, CSHM_ORDER_C, number ? number : &ignored, &err);
  }
  cshm_status attribute(const char *path, const char *name) {
    double value = 1.5;
    tree_value v = {"<f8", 0, nullptr, &value, sizeof value};
    return cshm__tree_attribute(&t, path, name, &v, &err);
  }
};
} // namespace

TEST_CASE("a declared array brings the groups above it", "[tree]") {
  Tree tree;
  uint32_t number = 9;
  REQUIRE(tree.array("/a/b/c", &number) == CSHM_OK);
  CHECK(number == 0);
  REQUIRE(cshm__tree_find(&tree.t, "a") != FORMAT_NONE);
  CHECK(cshm__tree_node(&tree.t, cshm__tree_find(&tree.t, "a"))->kind == CSHM_GROUP);
  CHECK(cshm__tree_node(&tree.t, cshm__tree_find(&tree.t, "a/b"))->kind == CSHM_GROUP);
  CHECK(cshm__tree_node(&tree.t, cshm__tree_find(&tree.t, "a/b/c"))->kind == CSHM_ARRAY);
  CHECK(cshm__tree_find(&tree.t, "/a/b/c") == cshm__tree_find(&tree.t, "a/b/c"));
  CHECK(cshm__tree_find(&tree.t, "a/c") == FORMAT_NONE);
  CHECK(cshm__tree_find(&tree.t, "") == 0);
}

TEST_CASE("a path is taken once; a group may be declared again", "[tree]") {
  Tree tree;
  REQUIRE(tree.array("a/b") == CSHM_OK);
  CHECK(tree.array("a/b") == CSHM_ERR_EXISTS);
  CHECK(tree.array("a") == CSHM_ERR_EXISTS);
  CHECK(std::string(tree.err.message) == "\"a\" is a group already");
  CHECK(tree.array("a/b/c") == CSHM_ERR_EXISTS);
  CHECK(cshm__tree_group(&tree.t, "a/b", nullptr) == CSHM_ERR_EXISTS);
  CHECK(cshm__tree_group(&tree.t, "a", nullptr) == CSHM_OK);
  CHECK(cshm__tree_group(&tree.t, "/", nullptr) == CSHM_OK);
  CHECK(cshm__tree_group(&tree.t, "", nullptr) == CSHM_OK);
}

TEST_CASE("names that no reader could use are refused before anything is added", "[tree]") {
  Tree tree;
  uint32_t before = tree.t.nodes.count;
  for (const char *path : {"", "/", "a//b", "a/", "a/./b", ".", "//a", "a/\xFF"}) {
    INFO(path);
    CHECK(tree.array(path) == CSHM_ERR_BAD_NAME);
  }
  CHECK(tree.array(std::string(CSHM_MAX_NAME + 1, 'x')) == CSHM_ERR_BAD_NAME);
  CHECK(tree.t.nodes.count == before);
  CHECK(tree.array(std::string(CSHM_MAX_NAME, 'x')) == CSHM_OK);
  std::string deep = "d";
  while (deep.size() <= CSHM_MAX_PATH)
    deep += "/d";
  CHECK(tree.array(deep) == CSHM_ERR_BAD_NAME);
  for (const char *path : {"a b", "a.b", "a#b", "..", "a\nb", "\xF0\x9F\xA6\x80", "shm_name"}) {
    INFO(path);
    CHECK(tree.array(path) == CSHM_OK);
  }
}

TEST_CASE("impossible arrays are refused", "[tree]") {
  Tree tree;
  uint32_t number;
  int64_t negative[] = {-1}, huge[] = {INT64_MAX, 2}, big[] = {(int64_t)1 << 58};
  CHECK(cshm__tree_array(&tree.t, "x", "<f8", 1, negative, 0, &number, nullptr) == CSHM_ERR_INVALID_ARGUMENT);
  CHECK(cshm__tree_array(&tree.t, "x", "<f8", 2, huge, 0, &number, nullptr) == CSHM_ERR_LIMIT);
  CHECK(cshm__tree_array(&tree.t, "x", "<f8", 1, big, 2, &number, nullptr) == CSHM_ERR_INVALID_ARGUMENT);
  CHECK(cshm__tree_array(&tree.t, "x", "<f7", 1, big, 0, &number, nullptr) == CSHM_ERR_BAD_TYPE);
  CHECK(cshm__tree_array(&tree.t, "x", "<f8", 1, big, 0, &number, nullptr) == CSHM_OK);
  CHECK(cshm__tree_array(&tree.t, "y", "<f8", 1, big, 0, &number, nullptr) == CSHM_OK);
  CHECK(cshm__tree_array(&tree.t, "z", "<f8", 1, big, 0, &number, nullptr) == CSHM_ERR_LIMIT); // all together
  CHECK(cshm__tree_find(&tree.t, "z") == FORMAT_NONE);
}

TEST_CASE("one dtype is kept once, in one spelling", "[tree]") {
  Tree tree;
  REQUIRE(tree.array("a", nullptr, "[[\"x\",\"<f8\"]]") == CSHM_OK);
  REQUIRE(tree.array("b", nullptr, " [ [\"\\u0078\" , \"<f8\"] ] ") == CSHM_OK);
  REQUIRE(tree.array("c", nullptr, "<f8") == CSHM_OK);
  REQUIRE(tree.array("d", nullptr, "<f8") == CSHM_OK);
  CHECK(tree.t.dtypes.count == 2);
}

TEST_CASE("attributes belong to declared nodes, each name once", "[tree]") {
  Tree tree;
  uint32_t number;
  REQUIRE(tree.array("a/b", &number) == CSHM_OK);
  CHECK(tree.attribute("a/b", "units") == CSHM_OK);
  CHECK(tree.attribute("a/b", "units") == CSHM_ERR_EXISTS);
  CHECK(tree.attribute("a", "units") == CSHM_OK);
  CHECK(tree.attribute("", "units") == CSHM_OK);
  CHECK(tree.attribute("a/b", "") == CSHM_OK);
  CHECK(tree.attribute("nowhere", "units") == CSHM_ERR_NOT_FOUND);
  CHECK(tree.attribute("a", "\xFF") == CSHM_ERR_BAD_NAME);
  REQUIRE(cshm__tree_alias(&tree.t, "again", number, nullptr) == CSHM_OK);
  CHECK(tree.attribute("again", "units") == CSHM_ERR_EXISTS); // an alias has its array's attributes
  double value = 0;
  tree_value wrong = {"<f8", 0, nullptr, &value, 4};
  CHECK(cshm__tree_attribute(&tree.t, "a", "short", &wrong, nullptr) == CSHM_ERR_INVALID_ARGUMENT);
}

TEST_CASE("an alias needs an array that was declared", "[tree]") {
  Tree tree;
  CHECK(cshm__tree_alias(&tree.t, "x", 0, nullptr) == CSHM_ERR_NOT_FOUND);
}

TEST_CASE("notes have a known kind and UTF-8 text", "[tree]") {
  Tree tree;
  CHECK(cshm__tree_note(&tree.t, CSHM_NOTE_SKIPPED, "a", "why", nullptr) == CSHM_OK);
  CHECK(cshm__tree_note(&tree.t, 7, "a", "why", nullptr) == CSHM_ERR_INVALID_ARGUMENT);
  CHECK(cshm__tree_note(&tree.t, CSHM_NOTE_ORIGIN, "a", "\xC0", nullptr) == CSHM_ERR_BAD_NAME);
}
