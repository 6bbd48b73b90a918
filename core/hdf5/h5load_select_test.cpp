// SPDX-License-Identifier: MIT
// How much of a file is loaded, and what is told where that is too much.
#include "h5scratch.hpp"

#include <cstring>

TEST_CASE("the bytes of a file are those that a load puts into arrays", "[h5load]") {
  H5Scratch scratch;
  std::string path = make_large(scratch);
  uint64_t nbytes = 0;
  REQUIRE(cshm_hdf5_nbytes(path.c_str(), nullptr, &nbytes, &scratch.err) == CSHM_OK);
  CHECK(nbytes == 8000000);
  nbytes = 7;
  CHECK(cshm_hdf5_nbytes("/nowhere/file.h5", nullptr, &nbytes, &scratch.err) == CSHM_ERR_NOT_FOUND);
  CHECK(std::string(scratch.err.message) == "no such file: /nowhere/file.h5");
  CHECK(nbytes == 7);
  CHECK(cshm_hdf5_nbytes(scratch.folder.c_str(), nullptr, &nbytes, nullptr) == CSHM_ERR_HDF5);
}

TEST_CASE("more data than there can be is an error that says so, and nothing is created", "[h5load]") {
  H5Scratch scratch;
  std::string path = scratch.make([](hid_t file) {
    const hsize_t huge = hsize_t{1} << 45, chunk = 1024;
    hid_t plist = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1, &huge, nullptr);
    H5Pset_chunk(plist, 1, &chunk);
    H5Dclose(H5Dcreate2(file, "huge", H5T_STD_I32LE, space, H5P_DEFAULT, plist, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(plist);
  });
  CHECK(std::filesystem::file_size(path) < 10000);
  CHECK(cshm_hdf5_load(scratch.store, "p", path.c_str(), nullptr, nullptr, &scratch.err) == CSHM_ERR_NO_SPACE);
  CHECK(std::string(scratch.err.message).find("not enough shared memory: wanted 1407374883") == 0);
  CHECK(
      std::string(scratch.err.message).find("; the largest datasets: huge (128.0 TiB); leave some out by exclude, ") !=
      std::string::npos);
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  options.max_bytes_per_dataset = uint64_t{1} << 46;
  CHECK(cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, nullptr, &scratch.err) == CSHM_OK);
  REQUIRE(cshm_unlink(scratch.store, "p", nullptr) == CSHM_OK);
  CHECK(scratch.projects().empty());
}

TEST_CASE("ten datasets are named where all do not fit, the largest first, long paths by their end", "[h5load]") {
  H5Scratch scratch;
  std::string path = scratch.make([](hid_t file) {
    const std::string group(200, 'g');
    H5Gclose(H5Gcreate2(file, group.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    for (int i = 0; i < 12; i++) {
      const hsize_t size = hsize_t{1} << (30 + i), chunk = 1024;
      hid_t plist = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1, &size, nullptr);
      H5Pset_chunk(plist, 1, &chunk);
      const std::string name = group + "/n" + std::to_string(i);
      H5Dclose(H5Dcreate2(file, name.c_str(), H5T_STD_I64LE, space, H5P_DEFAULT, plist, H5P_DEFAULT));
      H5Sclose(space);
      H5Pclose(plist);
    }
  });
  CHECK(cshm_hdf5_load(scratch.store, "p", path.c_str(), nullptr, nullptr, &scratch.err) == CSHM_ERR_NO_SPACE);
  const std::string message = scratch.err.message;
  size_t at = 0;
  for (int i = 11; i > 1; i--) {
    CAPTURE(i, message);
    at = message.find("..." + std::string(i > 9 ? 40 : 41, 'g') + "/n" + std::to_string(i) + " (", at);
    REQUIRE(at != std::string::npos);
  }
  CHECK(message.find("/n1 (") == std::string::npos);
  CHECK(message.find("--max-bytes-per-dataset N)") != std::string::npos);
}

namespace {

// What is in a project that was loaded with these options: paths of arrays, then what was skipped.
std::vector<std::string> loaded(const H5Scratch &scratch, const std::string &path, const cshm_hdf5_options &options) {
  cshm_attachment attachment{};
  cshm_error err = CSHM_ERROR_INIT;
  cshm_status status = cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, &attachment, &err);
  INFO(err.message);
  REQUIRE(status == CSHM_OK);
  cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
  REQUIRE(cshm_attachment_describe(attachment, &info, nullptr) == CSHM_OK);
  std::vector<std::string> names;
  for (uint32_t i = 0; i < info.node_count; i++) {
    cshm_node node = CSHM_NODE_INIT;
    REQUIRE(cshm_node_at(attachment, i, &node, nullptr) == CSHM_OK);
    if (node.path[0] != '\0') names.push_back((node.kind == CSHM_GROUP ? "+" : "") + std::string(node.path));
  }
  for (uint32_t i = 0; i < info.note_count; i++) {
    cshm_note note = CSHM_NOTE_INIT;
    REQUIRE(cshm_note_at(attachment, i, &note, nullptr) == CSHM_OK);
    if (note.kind == CSHM_NOTE_SKIPPED) names.push_back("-" + std::string(note.key));
    if (strcmp(note.key, "hdf5.left_out") == 0) names.push_back("left out: " + std::string(note.text));
  }
  REQUIRE(cshm_detach(attachment, nullptr) == CSHM_OK);
  REQUIRE(cshm_unlink(scratch.store, "p", nullptr) == CSHM_OK);
  return names;
}

} // namespace

TEST_CASE("only what is selected is loaded, and nothing that is excluded or too large", "[h5load]") {
  H5Scratch scratch;
  using Names = std::vector<std::string>;
  std::string path = scratch.make([](hid_t file) {
    for (const char *group : {"a", "a/deep", "b"})
      H5Gclose(H5Gcreate2(file, group, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    add_numbers(file, "a/deep/x", {10});
    add_numbers(file, "a/y", {100});
    add_numbers(file, "b/x", {1000});
    H5Lcreate_hard(file, "b/x", file, "b/x again", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/a/y", file, "b/y softly", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/nowhere", file, "b/z", H5P_DEFAULT, H5P_DEFAULT);
  });
  auto with = [&](const char *select, const char *exclude, uint64_t most = 0) {
    cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
    options.select = select;
    options.exclude = exclude;
    options.max_bytes_per_dataset = most;
    return loaded(scratch, path, options);
  };
  const Names all{"+a", "+a/deep", "a/deep/x", "a/y", "+b", "b/x", "b/x again", "b/y softly", "-b/z"};
  CHECK(with(nullptr, nullptr) == all);
  CHECK(with("**/x", nullptr) == Names{"+a", "+a/deep", "a/deep/x", "+b", "b/x", "left out: 4"});
  CHECK(with("a", "**/y") == Names{"+a", "+a/deep", "a/deep/x", "left out: 6"});
  CHECK(with("a/deep\nb/x*", nullptr) == Names{"+a", "+a/deep", "a/deep/x", "+b", "b/x", "b/x again", "left out: 3"});
  // A dataset that is left out by its first path is there by the second.
  CHECK(with("b/*again\nb/y*", nullptr) == Names{"+b", "b/x again", "b/y softly", "left out: 6"});
  CHECK(with(nullptr, "b/x\na") == Names{"+b", "b/x again", "b/y softly", "left out: 2", "-b/z"});
  CHECK(with(nullptr, nullptr, 400) ==
        Names{"+a", "+a/deep", "a/deep/x", "a/y", "+b", "b/y softly", "left out: 2", "-b/z"});
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  options.select = "c/*";
  CHECK(cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, nullptr, &scratch.err) == CSHM_ERR_NOT_FOUND);
  CHECK(std::string(scratch.err.message) == "select \"c/*\" matches nothing in the file");
  CHECK(scratch.projects().empty());
  options.select = "a"; // what is left out is no loss
  options.strict = 1;
  CHECK(loaded(scratch, path, options).size() == 5);
}
