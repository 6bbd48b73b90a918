// SPDX-License-Identifier: MIT
#include "h5scratch.hpp"

#include <cstdlib>
#include <cstring>

namespace {

// What is skipped, with its reason.
std::vector<std::string> skipped(cshm_attachment attachment) {
  cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
  REQUIRE(cshm_attachment_describe(attachment, &info, nullptr) == CSHM_OK);
  std::vector<std::string> found;
  for (uint32_t i = 0; i < info.note_count; i++) {
    cshm_note note = CSHM_NOTE_INIT;
    REQUIRE(cshm_note_at(attachment, i, &note, nullptr) == CSHM_OK);
    if (note.kind == CSHM_NOTE_SKIPPED) found.push_back(std::string(note.key) + ": " + note.text);
  }
  return found;
}

} // namespace

TEST_CASE("contiguous data of any size arrives whole, with and without isolation", "[h5copy]") {
  const hsize_t count =
      GENERATE(as<hsize_t>{}, 1, 4095, 4096, 4097, 65537, 600001); // below and above what is moved, and pieces of that
  H5Scratch scratch;
  std::string path = scratch.make([&](hid_t file) {
    add_numbers(file, "before", {3});
    add_numbers(file, "x", {count});
    add_numbers(file, "behind", {5});
  });
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  options.isolate = GENERATE(0u, 1u);
  setenv("CUTE_SHM_HDF5_LOADER", CUTESHM_TEST_LOADER, 1);
  cshm_attachment attachment{};
  REQUIRE(cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, &attachment, &scratch.err) == CSHM_OK);
  unsetenv("CUTE_SHM_HDF5_LOADER");
  for (uint32_t node = 1; node <= 3; node++) {
    cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
    REQUIRE(cshm_attachment_view(attachment, node, &view, nullptr) == CSHM_OK);
    std::vector<int32_t> values(view.nbytes / 4);
    for (size_t i = 0; i < values.size(); i++)
      values[i] = static_cast<int32_t>(i);
    CHECK(memcmp(view.data, values.data(), view.nbytes) == 0);
  }
  REQUIRE(cshm_detach(attachment, nullptr) == CSHM_OK);
}

TEST_CASE("contiguous data whose file is cut short meanwhile is left out, or refused by strict", "[h5copy]") {
  struct Cutter {
    std::string path;
    static int32_t call(void *user, uint64_t done, uint64_t) {
      if (done > 2000000) std::filesystem::resize_file(static_cast<Cutter *>(user)->path, 4000000);
      return 0;
    }
  } cutter;
  H5Scratch scratch;
  cutter.path = scratch.make([](hid_t file) {
    add_numbers(file, "a good one", {1000});
    add_numbers(file, "long", {2000000});
  });
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  options.progress = Cutter::call;
  options.user = &cutter;
  options.strict = GENERATE(0u, 1u);
  cshm_attachment attachment{};
  cshm_status status = cshm_hdf5_load(scratch.store, "p", cutter.path.c_str(), &options, &attachment, &scratch.err);
  INFO(scratch.err.message);
  if (options.strict) {
    CHECK(status == CSHM_ERR_UNSUPPORTED);
    CHECK(std::string(scratch.err.message).find("long (it cannot be read (the file has become shorter))") !=
          std::string::npos);
    CHECK(scratch.projects().empty());
    return;
  }
  REQUIRE(status == CSHM_OK);
  CHECK(skipped(attachment) == std::vector<std::string>{"long: it cannot be read (the file has become shorter)"});
  REQUIRE(cshm_detach(attachment, nullptr) == CSHM_OK);
}
