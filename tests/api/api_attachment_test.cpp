// Attachments: modes, sharing of mappings, lifetimes.
//
// SPDX-License-Identifier: MIT
#include "api_fixture.hpp"

using namespace api;

namespace {

// How often the segment is mapped in this process.
size_t mappings_of(const std::string &project) {
  std::ifstream maps("/proc/self/maps");
  size_t count = 0;
  for (std::string line; std::getline(maps, line);)
    count += line.find("cute-shm." + project + ".") != std::string::npos ? 1 : 0;
  return count;
}

} // namespace

TEST_CASE("an attachment describes its project") {
  Store store;
  const std::string project = unique_name("describe");
  share_sample(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  const cshm_attachment_info info = describe(attachment);
  REQUIRE(info.project == project);
  REQUIRE(info.root == store.root().string());
  REQUIRE("/dev/shm/" + std::string(info.segment) == segments_of(project).at(0));
  REQUIRE(info.mode == CSHM_READ_ONLY);
  REQUIRE(info.lifetime == CSHM_PERSISTENT);
  REQUIRE(info.node_count == 5);
  REQUIRE(info.array_count == 2);
  REQUIRE(info.generation != 0);
  REQUIRE(info.nbytes == fs::file_size(segments_of(project).at(0)));
  Array array;
  open_array(attachment, "b/b1", array);
  const cshm_array_view view = describe(array);
  REQUIRE(static_cast<const char *>(view.data) == static_cast<const char *>(info.base) + view.offset);
}

TEST_CASE("two attachments of one generation share one mapping") {
  Store store;
  const std::string project = unique_name("share");
  share_sample(store, project);
  Attachment first;
  attach(store, project, first);
  const size_t mapped = mappings_of(project);
  REQUIRE(mapped > 0);
  Attachment second;
  attach(store, project, second);
  REQUIRE(describe(first).base == describe(second).base);
  REQUIRE(mappings_of(project) == mapped);
  first.release();
  REQUIRE(values_at(second, "a") == ramp(6));
  second.release();
  REQUIRE(mappings_of(project) == 0);
}

TEST_CASE("read-write is seen by all, attached before or after") {
  Store store;
  const std::string project = unique_name("write");
  share_sample(store, project);
  Attachment reader, writer;
  attach(store, project, reader);
  attach(store, project, writer, CSHM_READ_WRITE);
  REQUIRE(describe(writer).mode == CSHM_READ_WRITE);
  Array array;
  open_array(writer, "a", array);
  REQUIRE(describe(array).writable == 1);
  doubles(describe(array))[2] = -7;
  REQUIRE(values_at(reader, "a")[2] == -7);
  Attachment later;
  attach(store, project, later);
  REQUIRE(values_at(later, "a")[2] == -7);
  REQUIRE(describe(reader).mode == CSHM_READ_ONLY);
}

TEST_CASE("private writes are seen by their attachment only") {
  Store store;
  const std::string project = unique_name("private");
  share_sample(store, project);
  Attachment reader, mine, yours;
  attach(store, project, reader);
  attach(store, project, mine, CSHM_PRIVATE);
  attach(store, project, yours, CSHM_PRIVATE);
  REQUIRE(describe(mine).base != describe(yours).base);
  Array array;
  open_array(mine, "a", array);
  REQUIRE(describe(array).writable == 1);
  doubles(describe(array))[0] = 99;
  REQUIRE(values_at(mine, "a")[0] == 99);
  REQUIRE(values_at(yours, "a")[0] == 0);
  REQUIRE(values_at(reader, "a")[0] == 0);
}

TEST_CASE("a mode that is none is refused") {
  Store store;
  const std::string project = unique_name("mode");
  share_sample(store, project);
  cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
  options.mode = 3;
  cshm_attachment attachment{0};
  Error err;
  REQUIRE_STATUS(cshm_attach(store, project.c_str(), &options, &attachment, err), err, CSHM_ERR_INVALID_ARGUMENT);
  require_words(err, {"3"});
}

TEST_CASE("options that were not set up with their _INIT macro are refused") {
  Store store;
  const std::string project = unique_name("short");
  share_sample(store, project);
  cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
  options.size = 0;
  cshm_attachment refused{0};
  Error err;
  REQUIRE_STATUS(cshm_attach(store, project.c_str(), &options, &refused, err), err, CSHM_ERR_INVALID_ARGUMENT);
  require_words(err, {"cshm_attach_options", "_INIT"});
}

TEST_CASE("as many detaches as references") {
  Store store;
  const std::string project = unique_name("references");
  share_sample(store, project);
  Error err;
  cshm_attachment attachment{0};
  REQUIRE_OK(cshm_attach(store, project.c_str(), nullptr, &attachment, err), err);
  REQUIRE_OK(cshm_attachment_retain(attachment, err), err);
  REQUIRE_OK(cshm_detach(attachment, err), err);
  REQUIRE(values_at(attachment, "a") == ramp(6));
  REQUIRE_OK(cshm_detach(attachment, err), err);
  REQUIRE_STATUS(cshm_detach(attachment, err), err, CSHM_ERR_STALE_HANDLE);
  REQUIRE_STATUS(cshm_attachment_retain(attachment, err), err, CSHM_ERR_STALE_HANDLE);
}

TEST_CASE("more references than a handle can count are refused, not wrapped") {
  Store store;
  const std::string project = unique_name("references");
  share_sample(store, project);
  Error err;
  cshm_attachment attachment{0};
  REQUIRE_OK(cshm_attach(store, project.c_str(), nullptr, &attachment, err), err);
  for (int i = 1; i < 65535; i++)
    if (cshm_attachment_retain(attachment, nullptr) != CSHM_OK) FAIL("reference " << i + 1);
  REQUIRE_STATUS(cshm_attachment_retain(attachment, err), err, CSHM_ERR_LIMIT);
  for (int i = 0; i < 65535; i++)
    if (cshm_detach(attachment, nullptr) != CSHM_OK) FAIL("detach " << i + 1);
  REQUIRE_STATUS(cshm_detach(attachment, err), err, CSHM_ERR_STALE_HANDLE);
}

TEST_CASE("no use after unmap: an array outlives its attachment, the project and the store") {
  const std::string project = unique_name("outlive");
  Array array, scalar_of_alias;
  {
    Store store;
    share_sample(store, project, 42);
    Attachment attachment;
    attach(store, project, attachment);
    open_array(attachment, "b/b1", array);
    attachment.release();
    store.unlink(project);
  }
  REQUIRE(segments_of(project).empty());
  REQUIRE(values_of(array) == ramp(12, 142));
  REQUIRE(std::string(describe(array).path) == "b/b1");
  REQUIRE(mappings_of(project) > 0);
  array.release();
  REQUIRE(mappings_of(project) == 0);
}

TEST_CASE("everything given back leaves no handle alive") {
  const uint64_t before = cshm_live_handles();
  {
    Store store;
    const std::string project = unique_name("live");
    share_sample(store, project);
    Attachment attachment;
    attach(store, project, attachment);
    Array array;
    open_array(attachment, "a", array);
    REQUIRE(cshm_live_handles() == before + 3);
  }
  REQUIRE(cshm_live_handles() == before);
}

TEST_CASE("ten thousand arrays are attached, found and read") {
  Store store;
  const std::string project = unique_name("many");
  const int64_t count = 10000;
  const auto path_of = [](int64_t i) {
    return "g" + std::to_string(i % 10) + "/h" + std::to_string(i / 10 % 100) + "/array " + std::to_string(i);
  };
  {
    Builder builder(store, project);
    for (int64_t i = 0; i < count; i++)
      builder.array(path_of(i), "<i8", {8});
    builder.allocate();
    for (int64_t i = 0; i < count; i++)
      builder.write(static_cast<uint32_t>(i), std::vector<int64_t>(8, i));
    builder.publish();
  }
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(describe(attachment).array_count == count);
  REQUIRE(mappings_of(project) <= 2);
  Error err;
  for (int64_t i = 0; i < count; i++) {
    cshm_node node = CSHM_NODE_INIT;
    cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
    REQUIRE(cshm_node_find(attachment, path_of(i).c_str(), &node, err) == CSHM_OK);
    REQUIRE(cshm_attachment_view(attachment, node.number, &view, err) == CSHM_OK);
    REQUIRE(static_cast<int64_t *>(view.data)[7] == i);
  }
  std::vector<cshm_array> arrays(count);
  for (int64_t i = 0; i < count; i++)
    REQUIRE(cshm_array_open(attachment, path_of(i).c_str(), &arrays[static_cast<size_t>(i)], err) == CSHM_OK);
  attachment.release();
  for (int64_t i = 0; i < count; i++) {
    REQUIRE(*static_cast<int64_t *>(describe(arrays[static_cast<size_t>(i)]).data) == i);
    REQUIRE(cshm_array_release(arrays[static_cast<size_t>(i)], err) == CSHM_OK);
  }
  REQUIRE(mappings_of(project) == 0);
}
