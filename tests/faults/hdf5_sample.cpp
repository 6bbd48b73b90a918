// SPDX-License-Identifier: MIT
#include "hdf5_sample.hpp"

#include "../api/api_fixture.hpp"

#include <hdf5.h>

namespace faults {

namespace {

void add_doubles(hid_t file, const char *path, const std::vector<hsize_t> &shape, double first, bool packed) {
  size_t count = 1;
  for (const hsize_t length : shape)
    count *= length;
  const std::vector<double> values = api::ramp(count, first);
  const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
  const hid_t links = H5Pcreate(H5P_LINK_CREATE), layout = H5Pcreate(H5P_DATASET_CREATE);
  REQUIRE(H5Pset_create_intermediate_group(links, 1) >= 0);
  const std::vector<hsize_t> chunk(shape.size(), 2);
  if (packed)
    REQUIRE(
        (H5Pset_chunk(layout, static_cast<int>(shape.size()), chunk.data()) >= 0 && H5Pset_deflate(layout, 6) >= 0));
  const hid_t dataset = H5Dcreate2(file, path, H5T_IEEE_F64LE, space, links, layout, H5P_DEFAULT);
  REQUIRE(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  H5Dclose(dataset);
  H5Pclose(layout);
  H5Pclose(links);
  H5Sclose(space);
}

void add_strings(hid_t file, const char *path) {
  const char *const words[] = {"eins", "zwei", ""};
  const hsize_t count = 3;
  const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, &count, nullptr);
  REQUIRE(H5Tset_size(type, H5T_VARIABLE) >= 0);
  const hid_t dataset = H5Dcreate2(file, path, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  REQUIRE(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, words) >= 0);
  H5Dclose(dataset);
  H5Sclose(space);
  H5Tclose(type);
}

void add_attribute(hid_t file, const char *path, const char *name, double value) {
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t attribute =
      H5Acreate_by_name(file, path, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  REQUIRE(H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value) >= 0);
  H5Aclose(attribute);
  H5Sclose(space);
}

} // namespace

std::string make_hdf5_sample(const std::filesystem::path &folder) {
  setenv("TZ", "UTC0", 1); // HDF5 asks for the time in its words, and the C library keeps the zone's name
  const std::string path = folder / "sample.h5";
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  REQUIRE(file >= 0);
  add_doubles(file, "a", {6}, 7, false);
  add_doubles(file, "b/b1", {3, 4}, 107, true);
  add_doubles(file, "large", {4096}, 0, false); // which the kernel moves
  add_strings(file, "words");
  add_attribute(file, "a", "scale", 0.5);
  REQUIRE(H5Fclose(file) >= 0);
  return path;
}

} // namespace faults
