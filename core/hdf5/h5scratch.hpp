// SPDX-License-Identifier: MIT
// For tests of the loader: a folder with a store of its own, and HDF5 files in it.
#pragma once

#include <catch2/catch.hpp>

#include <cuteshm/hdf5.h>
#include <filesystem>
#include <functional>
#include <hdf5.h>
#include <string>
#include <unistd.h>
#include <vector>

class H5Scratch {
public:
  H5Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cute-shm-h5.XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder = pattern;
    REQUIRE(cshm_store_open((folder + "/store").c_str(), nullptr, &store, &err) == CSHM_OK);
  }
  H5Scratch(const H5Scratch &) = delete;
  H5Scratch &operator=(const H5Scratch &) = delete;
  ~H5Scratch() {
    for (const std::string &project : projects())
      cshm_unlink(store, project.c_str(), nullptr);
    cshm_store_close(store, nullptr);
    std::filesystem::remove_all(folder);
  }

  std::vector<std::string> projects() const {
    cshm_listing listing{};
    uint64_t count = 0;
    std::vector<std::string> names;
    REQUIRE(cshm_list(store, &listing, nullptr) == CSHM_OK);
    REQUIRE(cshm_listing_count(listing, &count, nullptr) == CSHM_OK);
    for (uint64_t i = 0; i < count; i++) {
      cshm_project project = CSHM_PROJECT_INIT;
      REQUIRE(cshm_listing_project(listing, i, &project, nullptr) == CSHM_OK);
      names.emplace_back(project.name);
    }
    cshm_listing_close(listing, nullptr);
    return names;
  }

  // A file in the folder, made by `fill`, which is given the open file.
  std::string make(const std::function<void(hid_t)> &fill) const {
    std::string path = folder + "/file.h5";
    hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    REQUIRE(file >= 0);
    fill(file);
    REQUIRE(H5Fclose(file) >= 0);
    return path;
  }

  std::string folder;
  cshm_store store{};
  cshm_error err = CSHM_ERROR_INIT;
};

// A dataset of int32 0, 1, 2 ... with this shape, in chunks where they are given.
inline void add_numbers(hid_t file, const char *name, const std::vector<hsize_t> &shape,
                        const std::vector<hsize_t> &chunk = {}, bool checked = false) {
  hsize_t count = 1;
  for (hsize_t length : shape)
    count *= length;
  std::vector<int32_t> values(count);
  for (size_t i = 0; i < count; i++)
    values[i] = static_cast<int32_t>(i);
  hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
  if (!chunk.empty()) REQUIRE(H5Pset_chunk(plist, static_cast<int>(chunk.size()), chunk.data()) >= 0);
  if (checked) REQUIRE(H5Pset_fletcher32(plist) >= 0);
  hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
  hid_t dataset = H5Dcreate2(file, name, H5T_STD_I32LE, space, H5P_DEFAULT, plist, H5P_DEFAULT);
  REQUIRE(dataset >= 0);
  REQUIRE(H5Dwrite(dataset, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  H5Dclose(dataset);
  H5Sclose(space);
  H5Pclose(plist);
}

// A dataset of so many variable-length strings of 10 bytes.
inline void add_strings(hid_t file, const char *name, hsize_t count) {
  std::vector<std::string> words(count);
  std::vector<const char *> values(count);
  for (size_t i = 0; i < count; i++) {
    words[i] = std::to_string(1000000000 + i);
    values[i] = words[i].c_str();
  }
  hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, &count, nullptr);
  REQUIRE(H5Tset_size(type, H5T_VARIABLE) >= 0);
  hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  REQUIRE(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  H5Dclose(dataset);
  H5Sclose(space);
  H5Tclose(type);
}

// A file of two datasets of 4 MB, one of them in chunks.
inline std::string make_large(const H5Scratch &scratch) {
  return scratch.make([](hid_t file) {
    add_numbers(file, "a", {1000, 1000});
    add_numbers(file, "b", {1000, 1000}, {10, 1000});
  });
}
