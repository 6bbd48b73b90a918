// Nodes: the tree by number and by path.
//
// SPDX-License-Identifier: MIT
#include "api_fixture.hpp"

using namespace api;

namespace {

cshm_node at(cshm_attachment attachment, uint32_t number) {
  Error err;
  cshm_node node = CSHM_NODE_INIT;
  REQUIRE_OK(cshm_node_at(attachment, number, &node, err), err);
  return node;
}

cshm_node find(cshm_attachment attachment, const std::string &path) {
  Error err;
  cshm_node node = CSHM_NODE_INIT;
  REQUIRE_OK(cshm_node_find(attachment, path.c_str(), &node, err), err);
  return node;
}

void share_tree(cshm_store store, const std::string &project) {
  Builder builder(store, project);
  // Declared out of order: children keep the order of their declaration, and each group's lie together.
  builder.array("z", "<f8", {1}).array("g/2", "<f8", {1}).array("a", "<f8", {1}).array("g/1/x", "<f8", {1});
  builder.group("e").array("g/0", "<f8", {1}).allocate().publish();
}

} // namespace

TEST_CASE("nodes are in tree order, children in the order of their declaration") {
  Store store;
  const std::string project = unique_name("tree");
  share_tree(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  std::vector<std::string> paths;
  for (uint32_t i = 0; i < describe(attachment).node_count; i++)
    paths.emplace_back(at(attachment, i).path);
  REQUIRE(paths == std::vector<std::string>{"", "z", "g", "g/2", "g/1", "g/1/x", "g/0", "a", "e"});
}

TEST_CASE("a group's children follow it by the ends of those before") {
  Store store;
  const std::string project = unique_name("children");
  share_tree(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  const auto children = [&](const std::string &path) {
    std::vector<std::string> names;
    const cshm_node group = find(attachment, path);
    for (uint32_t i = group.number + 1; i < group.end; i = at(attachment, i).end) {
      names.emplace_back(at(attachment, i).name);
      REQUIRE(at(attachment, i).parent == group.number);
    }
    return names;
  };
  REQUIRE(children("") == std::vector<std::string>{"z", "g", "a", "e"});
  REQUIRE(children("g") == std::vector<std::string>{"2", "1", "0"});
  REQUIRE(children("g/1") == std::vector<std::string>{"x"});
  REQUIRE(children("e").empty());
}

TEST_CASE("the root is node 0, its own parent, and has many names") {
  Store store;
  const std::string project = unique_name("root");
  share_tree(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  const cshm_node root = at(attachment, 0);
  REQUIRE(root.kind == CSHM_GROUP);
  REQUIRE(root.parent == 0);
  REQUIRE(root.end == describe(attachment).node_count);
  REQUIRE(std::string(root.path).empty());
  REQUIRE(std::string(root.name).empty());
  REQUIRE(find(attachment, "").number == 0);
  REQUIRE(find(attachment, "/").number == 0);
}

TEST_CASE("a node is found by its path, with or without a leading slash") {
  Store store;
  const std::string project = unique_name("find");
  share_tree(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  for (uint32_t i = 1; i < describe(attachment).node_count; i++) {
    const cshm_node node = at(attachment, i);
    REQUIRE(node.number == i);
    REQUIRE(find(attachment, node.path).number == i);
    REQUIRE(find(attachment, "/" + std::string(node.path)).number == i);
    REQUIRE(find(attachment, node.path).kind == node.kind);
  }
  REQUIRE(find(attachment, "g/1").kind == CSHM_GROUP);
  REQUIRE(find(attachment, "g/1/x").kind == CSHM_ARRAY);
}

TEST_CASE("a path to nothing names the part that is missing") {
  Store store;
  const std::string project = unique_name("missing");
  share_tree(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  Error err;
  cshm_node node = CSHM_NODE_INIT;
  REQUIRE_STATUS(cshm_node_find(attachment, "g/9/x", &node, err), err, CSHM_ERR_NOT_FOUND);
  require_words(err, {"g/9/x", "\"9\"", "\"g\""});
  REQUIRE_STATUS(cshm_node_find(attachment, "q", &node, err), err, CSHM_ERR_NOT_FOUND);
  require_words(err, {"q"});
  // An array has nothing below it.
  REQUIRE_STATUS(cshm_node_find(attachment, "a/b", &node, err), err, CSHM_ERR_NOT_FOUND);
  for (const char *path : {"g/", "//g", "g//1", ".", "g/.", "G", "g/1/x ", "\xff"}) {
    CAPTURE(path);
    REQUIRE_STATUS(cshm_node_find(attachment, path, &node, err), err, CSHM_ERR_NOT_FOUND);
  }
  REQUIRE_STATUS(cshm_node_find(attachment, std::string(200000, 'p').c_str(), &node, err), err, CSHM_ERR_NOT_FOUND);
}

TEST_CASE("a number out of range is not found") {
  Store store;
  const std::string project = unique_name("range");
  share_tree(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  Error err;
  cshm_node node = CSHM_NODE_INIT;
  REQUIRE_STATUS(cshm_node_at(attachment, describe(attachment).node_count, &node, err), err, CSHM_ERR_NOT_FOUND);
  require_words(err, {"9"});
  REQUIRE_STATUS(cshm_node_at(attachment, UINT32_MAX, &node, err), err, CSHM_ERR_NOT_FOUND);
}
