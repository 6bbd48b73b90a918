// Every step of saving a project as an HDF5 file fails.
//
// SPDX-License-Identifier: MIT
#include "operations.hpp"

#include <cuteshm/hdf5.h>
#include <hdf5.h>
#include <iterator>
#include <time.h>

using namespace faults;

namespace {

void add_attribute(cshm_builder builder, const char *path, const char *name, const char *dtype,
                   const std::vector<int64_t> &shape, const void *data, uint64_t nbytes) {
  Error err;
  REQUIRE_OK(cshm_builder_attribute(builder, path, name, dtype, static_cast<uint32_t>(shape.size()), shape.data(), data,
                                    nbytes, err),
             err);
}

// Arrays of all the ways in which they are written: as they are or in chunks, turned, strings of any length, and packed ones; and
// attributes that are: an enum, and a reference, which is written last.
void make_project(cshm_store store, const std::string &project) {
  const int64_t count = 2;
  Builder builder(store, project);
  builder.array("c", "<f8", {40, 40}).array("f", "<f4", {40, 40}, CSHM_ORDER_FORTRAN).group("words");
  add_attribute(builder, "words", "cute_shm.ragged", "<U4", {}, U"utf8", 16);
  add_attribute(builder, "words", "cute_shm.shape", "<i8", {1}, &count, sizeof count);
  builder.array("words/offsets", "<i8", {3}).array("words/values", "|u1", {7}).array("wide", "<U2", {2});
  add_attribute(builder, "c", "path", "<U2", {}, U"/c", 8);
  add_attribute(builder, "c", "cute_shm.reference@path", "<U6", {}, U"object", 24);
  add_attribute(builder, "c", "colour", "|i1", {}, "\1", 1);
  add_attribute(builder, "c", "cute_shm.enum@colour", R"([["name","<U1"],["value","<i8"]])", {1},
                "r\0\0\0\1\0\0\0\0\0\0", 12);
  builder.allocate();
  builder.write(4, std::vector<char32_t>{'a', 'b', 0x20AC, 0});
  builder.write(0, ramp(1600)).write(1, std::vector<float>(1600, 0.5F)).write(2, std::vector<int64_t>{0, 3, 7});
  builder.write(3, std::vector<char>{'o', 'n', 'e', 'f', 'o', 'u', 'r'}).publish();
}

std::string bytes_of(const fs::path &file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// "none", "old" or "new"; or what should not be there. What cannot be removed stays.
std::string state_of_file(const fs::path &file, const std::string &whole) {
  const char *met = shim_met();
  const bool may_stay = met != nullptr && std::string(met) == "unlink";
  for (const auto &entry : fs::directory_iterator(file.parent_path()))
    if (entry.path() != file && !may_stay) return "left behind: " + entry.path().string();
  if (!fs::exists(file)) return "none";
  const std::string found = bytes_of(file);
  return found == whole ? "new" : found == "old" ? "old" : "torn";
}

} // namespace

TEST_CASE("whatever fails while a project is saved, the file is there whole or as it was before") {
  const bool overwrite = GENERATE(false, true);
  cshm_hdf5_save_options options = CSHM_HDF5_SAVE_OPTIONS_INIT;
  options.overwrite = overwrite ? 1 : 0;
  options.deflate = overwrite ? 0 : 1;
  options.threads = 1;
  const Store store;
  const std::string project = unique_name("saved");
  const fs::path file = store.folder() / "files" / "file.h5";
  std::string whole;
  Attachment attachment;
  Error err;
  make_project(store, project);
  attach(store, project, attachment);
  setenv("TZ", "UTC0", 1);
  tzset(); // HDF5 looks at the clock when a file cannot be made: what the C library keeps for that is no leak
  Operation operation;
  operation.name = overwrite ? "save, overwriting" : "save, deflated";
  operation.project = unique_name("nothing");
  operation.before = overwrite ? "old" : "none";
  operation.after = "new";
  operation.others = {project};
  operation.turns = true;
  operation.clear = [&] {
    fs::remove_all(file.parent_path());
    fs::create_directory(file.parent_path());
    if (overwrite) std::ofstream(file) << "old";
  };
  operation.run = [&](cshm_error *said) { return cshm_hdf5_save(attachment, file.c_str(), &options, said); };
  operation.give_back = [] { H5Eclear2(H5E_DEFAULT); }; // HDF5 keeps the words of its last error
  operation.look = [&] { return state_of_file(file, whole); };
  operation.clear();
  REQUIRE_OK(operation.run(err), err);
  whole = bytes_of(file);
  REQUIRE(fail_every_step(store, operation).failed > 20);
}
