// Attributes on arrays, groups and the project.
//
// SPDX-License-Identifier: MIT
#include "api_fixture.hpp"

using namespace api;

namespace {

struct Given {
  std::string path, name, dtype;
  std::vector<int64_t> shape;
  std::string bytes;
};

const std::vector<Given> &given() {
  static const std::vector<Given> all = {
      {"", "title", "<U2", {}, std::string("h\0\0\0i\0\0\0", 8)},
      {"", "", "|u1", {}, "\x07"},
      {"a", "scale", "<f8", {}, std::string("\0\0\0\0\0\0\xe0\x3f", 8)},
      {"a", "matrix", ">i2", {2, 3}, std::string("\0\1\0\2\0\3\0\4\0\5\0\6", 12)},
      {"a", "none", "<f8", {0, 4}, ""},
      {"a", "caf\xc3\xa9 \xf0\x9f\x98\x80", "|S3", {2}, std::string("abc\0\0\0", 6)},
      {"g", "record", R"([["x","<i4"],["","|V4"],["y","|u1"]])", {}, std::string("\1\0\0\0\0\0\0\0\2", 9)},
  };
  return all;
}

void share_given(cshm_store store, const std::string &project) {
  Builder builder(store, project);
  builder.array("a", "<f8", {2}).group("g");
  Error err;
  for (const Given &g : given())
    REQUIRE_OK(cshm_builder_attribute(builder, g.path.c_str(), g.name.c_str(), g.dtype.c_str(),
                                      static_cast<uint32_t>(g.shape.size()), g.shape.data(), g.bytes.data(),
                                      g.bytes.size(), err),
               err);
  builder.allocate().publish();
}

uint32_t number_of(cshm_attachment attachment, const std::string &path) {
  Error err;
  cshm_node node = CSHM_NODE_INIT;
  REQUIRE_OK(cshm_node_find(attachment, path.c_str(), &node, err), err);
  return node.number;
}

void require_same(const cshm_attribute &found, const Given &wanted) {
  CAPTURE(wanted.path, wanted.name);
  REQUIRE(found.name == wanted.name);
  REQUIRE(found.dtype == wanted.dtype);
  REQUIRE(std::vector<int64_t>(found.shape, found.shape + found.ndim) == wanted.shape);
  REQUIRE(std::string(static_cast<const char *>(found.data), found.nbytes) == wanted.bytes);
  REQUIRE(reinterpret_cast<uintptr_t>(found.data) % 16 == 0);
}

} // namespace

TEST_CASE("attributes come back by name and by number, in the order they were added") {
  Store store;
  const std::string project = unique_name("attributes");
  share_given(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  Error err;
  std::string path = "?";
  uint32_t index = 0;
  for (const Given &wanted : given()) {
    index = wanted.path == path ? index + 1 : 0;
    path = wanted.path;
    const uint32_t node = number_of(attachment, path);
    cshm_attribute found = CSHM_ATTRIBUTE_INIT;
    REQUIRE_OK(cshm_attribute_find(attachment, node, wanted.name.c_str(), &found, err), err);
    require_same(found, wanted);
    cshm_attribute numbered = CSHM_ATTRIBUTE_INIT;
    REQUIRE_OK(cshm_attribute_at(attachment, node, index, &numbered, err), err);
    require_same(numbered, wanted);
  }
  cshm_node node = CSHM_NODE_INIT;
  REQUIRE_OK(cshm_node_find(attachment, "a", &node, err), err);
  REQUIRE(node.attribute_count == 4);
}

TEST_CASE("what an attribute points to lives as long as the attachment") {
  Store store;
  const std::string project = unique_name("attributes");
  share_given(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  Error err;
  cshm_attribute found = CSHM_ATTRIBUTE_INIT;
  REQUIRE_OK(cshm_attribute_find(attachment, number_of(attachment, "a"), "matrix", &found, err), err);
  store.unlink(project);
  require_same(found, given()[3]);
}

TEST_CASE("an attribute that is not there is named") {
  Store store;
  const std::string project = unique_name("attributes");
  share_given(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  Error err;
  cshm_attribute found = CSHM_ATTRIBUTE_INIT;
  const uint32_t node = number_of(attachment, "a");
  REQUIRE_STATUS(cshm_attribute_find(attachment, node, "units", &found, err), err, CSHM_ERR_NOT_FOUND);
  require_words(err, {"units", "a"});
  REQUIRE_STATUS(cshm_attribute_find(attachment, node, "title", &found, err), err, CSHM_ERR_NOT_FOUND);
  REQUIRE_STATUS(cshm_attribute_at(attachment, node, 4, &found, err), err, CSHM_ERR_NOT_FOUND);
  REQUIRE_STATUS(cshm_attribute_at(attachment, node, UINT32_MAX, &found, err), err, CSHM_ERR_NOT_FOUND);
  REQUIRE_STATUS(cshm_attribute_at(attachment, 99, 0, &found, err), err, CSHM_ERR_NOT_FOUND);
  REQUIRE_STATUS(cshm_attribute_find(attachment, UINT32_MAX, "title", &found, err), err, CSHM_ERR_NOT_FOUND);
}
