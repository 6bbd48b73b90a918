// Arrays: shapes, strides, orders, byte orders, references.
//
// SPDX-License-Identifier: MIT
#include "api_fixture.hpp"

using namespace api;

namespace {

std::vector<int64_t> shape_of(const cshm_array_view &view) { return {view.shape, view.shape + view.ndim}; }
std::vector<int64_t> strides_of(const cshm_array_view &view) { return {view.strides, view.strides + view.ndim}; }

struct Shaped {
  std::string dtype;
  std::vector<int64_t> shape;
  cshm_order order;
  std::vector<int64_t> strides;
  uint64_t itemsize, nbytes;
};

} // namespace

TEST_CASE("shape, strides, order and bytes are what was declared") {
  const std::vector<Shaped> all = {
      {"<f8", {}, CSHM_ORDER_C, {}, 8, 8},
      {"<f8", {5}, CSHM_ORDER_C, {8}, 8, 40},
      {"<f4", {3, 4}, CSHM_ORDER_C, {16, 4}, 4, 48},
      {"<f4", {3, 4}, CSHM_ORDER_FORTRAN, {4, 12}, 4, 48},
      {"|u1", {2, 3, 4}, CSHM_ORDER_C, {12, 4, 1}, 1, 24},
      {"|u1", {2, 3, 4}, CSHM_ORDER_FORTRAN, {1, 2, 6}, 1, 24},
      {"<U3", {2}, CSHM_ORDER_C, {12}, 12, 24},
      {"|S7", {2, 2}, CSHM_ORDER_FORTRAN, {7, 14}, 7, 28},
      {R"([["a","|u1"],["","|V7"],["b","<f8"]])", {3}, CSHM_ORDER_C, {16}, 16, 48},
  };
  Store store;
  const std::string project = unique_name("shapes");
  {
    Builder builder(store, project);
    for (size_t i = 0; i < all.size(); i++)
      builder.array(std::to_string(i), all[i].dtype, all[i].shape, all[i].order);
    builder.allocate().publish();
  }
  Attachment attachment;
  attach(store, project, attachment);
  for (size_t i = 0; i < all.size(); i++) {
    CAPTURE(i);
    Array array;
    open_array(attachment, std::to_string(i), array);
    const cshm_array_view view = describe(array);
    REQUIRE(view.dtype == all[i].dtype);
    REQUIRE(shape_of(view) == all[i].shape);
    REQUIRE(strides_of(view) == all[i].strides);
    REQUIRE(view.order == all[i].order);
    REQUIRE(view.itemsize == all[i].itemsize);
    REQUIRE(view.nbytes == all[i].nbytes);
    REQUIRE(view.writable == 0);
    REQUIRE(reinterpret_cast<uintptr_t>(view.data) % 64 == 0);
  }
}

TEST_CASE("an array without elements has a shape, no bytes, and a pointer") {
  Store store;
  const std::string project = unique_name("none");
  {
    Builder builder(store, project);
    builder.array("a", "<f8", {0}).array("b", "<f8", {3, 0, 2}).array("c", "<f8", {0, 5}, CSHM_ORDER_FORTRAN);
    builder.allocate().publish();
  }
  Attachment attachment;
  attach(store, project, attachment);
  for (const char *path : {"a", "b", "c"}) {
    Array array;
    open_array(attachment, path, array);
    REQUIRE(describe(array).nbytes == 0);
    REQUIRE(describe(array).data != nullptr);
  }
  Array array;
  open_array(attachment, "b", array);
  REQUIRE(shape_of(describe(array)) == std::vector<int64_t>{3, 0, 2});
}

TEST_CASE("64 dimensions are kept, in both orders") {
  std::vector<int64_t> shape(64, 1);
  shape[0] = 2;
  shape[31] = 3;
  shape[63] = 5;
  Store store;
  const std::string project = unique_name("deep");
  Builder(store, project).array("c", "<f8", shape).array("f", "<f8", shape, CSHM_ORDER_FORTRAN).allocate().publish();
  Attachment attachment;
  attach(store, project, attachment);
  Array c, f;
  open_array(attachment, "c", c);
  open_array(attachment, "f", f);
  REQUIRE(shape_of(describe(c)) == shape);
  REQUIRE(describe(c).strides[0] == 120);
  REQUIRE(describe(c).strides[63] == 8);
  REQUIRE(shape_of(describe(f)) == shape);
  REQUIRE(describe(f).strides[0] == 8);
  REQUIRE(describe(f).strides[63] == 48);
}

TEST_CASE("big-endian stays big-endian and says so") {
  Store store;
  const std::string project = unique_name("endian");
  {
    Builder builder(store, project);
    builder.array("little", "<i4", {1}).array("big", ">i4", {1});
    builder.array("field", R"([["x","<f8"],["y",">u2"]])", {1}).array("none", "|S4", {1}).array("text", ">U1", {1});
    builder.allocate().write(1, std::vector<unsigned char>{0, 0, 1, 2}).publish();
  }
  Attachment attachment;
  attach(store, project, attachment);
  const std::vector<std::pair<std::string, uint32_t>> wanted = {
      {"little", 0}, {"big", 1}, {"field", 1}, {"none", 0}, {"text", 1}};
  for (const auto &[path, swapped] : wanted) {
    CAPTURE(path);
    Array array;
    open_array(attachment, path, array);
    REQUIRE(describe(array).byteswapped == swapped);
  }
  Array big;
  open_array(attachment, "big", big);
  REQUIRE(std::memcmp(describe(big).data, "\0\0\1\2", 4) == 0);
}

TEST_CASE("an array is opened by path or by node, and viewed without a handle, with one result") {
  Store store;
  const std::string project = unique_name("ways");
  share_sample(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  Array by_path, by_node;
  open_array(attachment, "/b/b1", by_path);
  const cshm_array_view view = describe(by_path);
  REQUIRE(std::string(view.path) == "b/b1");
  Error err;
  REQUIRE_OK(cshm_array_at(attachment, view.node, by_node.out(), err), err);
  REQUIRE(describe(by_node).data == view.data);
  cshm_array_view bare = CSHM_ARRAY_VIEW_INIT;
  REQUIRE_OK(cshm_attachment_view(attachment, view.node, &bare, err), err);
  REQUIRE(bare.data == view.data);
  REQUIRE(bare.offset == view.offset);
  REQUIRE(shape_of(bare) == std::vector<int64_t>{3, 4});
}

TEST_CASE("what is not an array is not opened as one") {
  Store store;
  const std::string project = unique_name("group");
  share_sample(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  Error err;
  cshm_array array{0};
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  REQUIRE_STATUS(cshm_array_open(attachment, "b", &array, err), err, CSHM_ERR_BAD_TYPE);
  require_words(err, {"b", "group"});
  REQUIRE_STATUS(cshm_array_open(attachment, "b/b2", &array, err), err, CSHM_ERR_NOT_FOUND);
  require_words(err, {"b/b2", "\"b2\""});
  REQUIRE_STATUS(cshm_array_at(attachment, 0, &array, err), err, CSHM_ERR_BAD_TYPE);
  REQUIRE_STATUS(cshm_array_at(attachment, 99, &array, err), err, CSHM_ERR_NOT_FOUND);
  REQUIRE_STATUS(cshm_attachment_view(attachment, 0, &view, err), err, CSHM_ERR_BAD_TYPE);
  REQUIRE_STATUS(cshm_attachment_view(attachment, 99, &view, err), err, CSHM_ERR_NOT_FOUND);
}

TEST_CASE("as many releases as references, and none more") {
  Store store;
  const std::string project = unique_name("references");
  share_sample(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  Error err;
  cshm_array array{0};
  REQUIRE_OK(cshm_array_open(attachment, "a", &array, err), err);
  attachment.release();
  for (int i = 1; i < 65535; i++)
    if (cshm_array_retain(array, nullptr) != CSHM_OK) FAIL("reference " << i + 1);
  REQUIRE_STATUS(cshm_array_retain(array, err), err, CSHM_ERR_LIMIT);
  for (int i = 1; i < 65535; i++)
    if (cshm_array_release(array, nullptr) != CSHM_OK) FAIL("release " << i);
  REQUIRE(values_of(array) == ramp(6));
  REQUIRE_OK(cshm_array_release(array, err), err);
  REQUIRE_STATUS(cshm_array_release(array, err), err, CSHM_ERR_STALE_HANDLE);
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  REQUIRE_STATUS(cshm_array_describe(array, &view, err), err, CSHM_ERR_STALE_HANDLE);
}

TEST_CASE("a shorter view is filled as far as it goes") {
  Store store;
  const std::string project = unique_name("short");
  share_sample(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  Array array;
  open_array(attachment, "a", array);
  cshm_array_view view;
  std::memset(&view, 0x5a, sizeof view);
  view.size = offsetof(cshm_array_view, dtype);
  Error err;
  REQUIRE_OK(cshm_array_describe(array, &view, err), err);
  REQUIRE(view.nbytes == 48);
  REQUIRE(view.node == 0x5a5a5a5a);
}
