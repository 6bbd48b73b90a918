// SPDX-License-Identifier: MIT
#include "h5scratch.hpp"

TEST_CASE("a file that the program has open itself is loaded, and stays open", "[h5file]") {
  H5Scratch scratch;
  std::string path = make_large(scratch);
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  REQUIRE(H5Pset_fclose_degree(access, GENERATE(H5F_CLOSE_DEFAULT, H5F_CLOSE_WEAK, H5F_CLOSE_STRONG)) >= 0);
  REQUIRE(H5Pset_evict_on_close(access, GENERATE(false, true)) >= 0);
  hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, access);
  hid_t dataset = H5Dopen2(file, "b", H5P_DEFAULT);
  REQUIRE(dataset >= 0);
  uint64_t nbytes = 0;
  CHECK(cshm_hdf5_nbytes(path.c_str(), nullptr, &nbytes, &scratch.err) == CSHM_OK);
  CHECK(cshm_hdf5_load(scratch.store, "p", path.c_str(), nullptr, nullptr, &scratch.err) == CSHM_OK);
  INFO(scratch.err.message);
  CHECK(nbytes == 8000000);
  std::vector<int32_t> values(1000000);
  CHECK(H5Dread(dataset, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  CHECK(values[999999] == 999999);
  CHECK(H5Dclose(dataset) >= 0);
  CHECK(H5Fclose(file) >= 0);
  CHECK(H5Pclose(access) >= 0);
}
