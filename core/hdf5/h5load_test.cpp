// SPDX-License-Identifier: MIT
#include "h5scratch.hpp"

#include <cstring>
#include <fstream>
#include <thread>

namespace {

struct Call { uint64_t done, total; };

// Notes each call, and cancels at one of them.
struct Watcher {
  std::vector<Call> calls;
  size_t cancel_at = SIZE_MAX;
  static int32_t call(void *user, uint64_t done, uint64_t total) {
    auto *watcher = static_cast<Watcher *>(user);
    watcher->calls.push_back({done, total});
    return watcher->calls.size() > watcher->cancel_at ? 1 : 0;
  }
};

cshm_hdf5_options watched(Watcher &watcher, uint32_t threads = 1) {
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  options.threads = threads;
  options.progress = Watcher::call;
  options.user = &watcher;
  return options;
}

// Spoils the first place in the file that holds this value.
void spoil(const std::string &path, int32_t value) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  size_t at = bytes.find(std::string(reinterpret_cast<const char *>(&value), sizeof value));
  REQUIRE(at != std::string::npos);
  file.clear();
  file.seekp(static_cast<std::streamoff>(at));
  file.put('\x7F');
}

} // namespace

TEST_CASE("a loaded project is attached, and holds what is in the file", "[h5load]") {
  H5Scratch scratch;
  std::string path = make_large(scratch);
  cshm_attachment attachment{};
  REQUIRE(cshm_hdf5_load(scratch.store, "p", path.c_str(), nullptr, &attachment, &scratch.err) == CSHM_OK);
  CHECK(scratch.err.status == CSHM_OK); // untouched
  CHECK(scratch.err.message[0] == '\0');
  for (const char *name : {"a", "b"}) {
    cshm_array array{};
    cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
    REQUIRE(cshm_array_open(attachment, name, &array, nullptr) == CSHM_OK);
    REQUIRE(cshm_array_describe(array, &view, nullptr) == CSHM_OK);
    CHECK(std::string(view.dtype) == "<i4");
    CHECK(view.nbytes == 4000000);
    for (int32_t i = 0; i < 1000000; i++)
      REQUIRE(static_cast<const int32_t *>(view.data)[i] == i);
    REQUIRE(cshm_array_release(array, nullptr) == CSHM_OK);
  }
  REQUIRE(cshm_detach(attachment, nullptr) == CSHM_OK);
}

TEST_CASE("a file is loaded into a sealed project, which is in no store", "[h5load]") {
  H5Scratch scratch;
  std::string path = make_large(scratch);
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  cshm_attachment attachment{}, given{};
  cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  int32_t fd = -1;
  options.sealed = 1;
  CHECK(cshm_hdf5_load(scratch.store, "p", "/nowhere/file.h5", &options, nullptr, &scratch.err) ==
        CSHM_ERR_INVALID_ARGUMENT);
  CHECK(std::string(scratch.err.message).find("attachment is NULL") != std::string::npos);
  REQUIRE(cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, &attachment, nullptr) == CSHM_OK);
  CHECK(scratch.projects().empty());
  REQUIRE(cshm_attachment_export_fd(attachment, &fd, nullptr) == CSHM_OK);
  REQUIRE(cshm_detach(attachment, nullptr) == CSHM_OK);
  REQUIRE(cshm_attach_fd(fd, nullptr, &given, nullptr) == CSHM_OK);
  REQUIRE(close(fd) == 0);
  REQUIRE(cshm_attachment_describe(given, &info, nullptr) == CSHM_OK);
  CHECK(info.sealed == 1);
  REQUIRE(cshm_attachment_view(given, 1, &view, nullptr) == CSHM_OK);
  CHECK(static_cast<const int32_t *>(view.data)[999999] == 999999);
  REQUIRE(cshm_detach(given, nullptr) == CSHM_OK);
}

TEST_CASE("progress begins with 0, ends with all, and is not told more than about 200 times", "[h5load]") {
  H5Scratch scratch;
  std::string path = make_large(scratch);
  Watcher watcher;
  cshm_hdf5_options options = watched(watcher);
  REQUIRE(cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, nullptr, &scratch.err) == CSHM_OK);
  REQUIRE(watcher.calls.size() >= 5);
  CHECK(watcher.calls.size() < 250);
  CHECK(watcher.calls.front().done == 0);
  CHECK(watcher.calls.back().done == 8000000);
  for (size_t i = 0; i < watcher.calls.size(); i++) {
    CHECK(watcher.calls[i].total == 8000000);
    CHECK((i == 0 || watcher.calls[i].done >= watcher.calls[i - 1].done));
  }
}

TEST_CASE("a load that is cancelled at any call leaves nothing, and no handle", "[h5load]") {
  H5Scratch scratch;
  std::string path = make_large(scratch);
  Watcher watcher;
  cshm_hdf5_options options = watched(watcher);
  REQUIRE(cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, nullptr, &scratch.err) == CSHM_OK);
  size_t calls = watcher.calls.size();
  REQUIRE(cshm_unlink(scratch.store, "p", nullptr) == CSHM_OK);
  uint64_t handles = cshm_live_handles();
  for (size_t i = 0; i < calls; i++) {
    Watcher canceller;
    canceller.cancel_at = i;
    options = watched(canceller);
    cshm_attachment attachment{};
    REQUIRE(cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, &attachment, &scratch.err) ==
            CSHM_ERR_CANCELLED);
    CHECK(std::string(scratch.err.message) ==
          "loading " + path + " into project \"p\": cancelled; nothing was created");
    CHECK(canceller.calls.size() == i + 1);
    CHECK(attachment.id == 0);
    CHECK(scratch.projects().empty());
    CHECK(cshm_live_handles() == handles);
  }
}

TEST_CASE("a load by several threads is whole, and can be cancelled at any call", "[h5load]") {
  H5Scratch scratch;
  std::string path = scratch.make([](hid_t file) {
    add_numbers(file, "a", {2000, 1000});
    add_numbers(file, "b", {2000, 1000}, {100, 130}, true);
  });
  uint64_t handles = cshm_live_handles();
  bool whole = false;
  for (size_t at = 0; !whole; at++) {
    Watcher canceller;
    canceller.cancel_at = at;
    cshm_hdf5_options options = watched(canceller, 4);
    cshm_attachment attachment{};
    cshm_status status = cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, &attachment, &scratch.err);
    whole = canceller.calls.size() <= at;
    REQUIRE(status == (whole ? CSHM_OK : CSHM_ERR_CANCELLED));
    CHECK(scratch.projects().size() == (whole ? 1 : 0));
    if (!whole) continue;
    CHECK(canceller.calls.back().done == 16000000);
    for (uint32_t array : {0u, 1u}) {
      cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
      REQUIRE(cshm_attachment_view(attachment, array + 1, &view, nullptr) == CSHM_OK);
      for (int32_t i = 0; i < 2000000; i++)
        REQUIRE(static_cast<const int32_t *>(view.data)[i] == i);
    }
    REQUIRE(cshm_detach(attachment, nullptr) == CSHM_OK);
  }
  CHECK(cshm_live_handles() == handles);
}

TEST_CASE("chunks at the edges that were left without filters are taken as they are", "[h5load]") {
  H5Scratch scratch;
  std::string path = scratch.folder + "/file.h5";
  hid_t access = H5Pcreate(H5P_FILE_ACCESS), plist = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
  const hsize_t shape[] = {10, 13}, chunk[] = {4, 5};
  H5Pset_chunk(plist, 2, chunk);
  H5Pset_deflate(plist, 6);
  H5Pset_fletcher32(plist);
  REQUIRE(H5Pset_chunk_opts(plist, H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) >= 0);
  hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), space = H5Screate_simple(2, shape, nullptr);
  hid_t dataset = H5Dcreate2(file, "x", H5T_STD_I32LE, space, H5P_DEFAULT, plist, H5P_DEFAULT);
  std::vector<int32_t> values(130);
  for (size_t i = 0; i < values.size(); i++)
    values[i] = static_cast<int32_t>(i);
  REQUIRE(H5Dwrite(dataset, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  H5Dclose(dataset);
  H5Sclose(space);
  H5Pclose(plist);
  H5Pclose(access);
  H5Fclose(file);
  cshm_attachment attachment{};
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  REQUIRE(cshm_hdf5_load(scratch.store, "p", path.c_str(), nullptr, &attachment, &scratch.err) == CSHM_OK);
  REQUIRE(cshm_attachment_view(attachment, 1, &view, nullptr) == CSHM_OK);
  CHECK(memcmp(view.data, values.data(), 4 * values.size()) == 0);
  REQUIRE(cshm_detach(attachment, nullptr) == CSHM_OK);
}

TEST_CASE("datasets that turn out to be unreadable are left out, and the rest is whole", "[h5load]") {
  H5Scratch scratch;
  std::string path = scratch.make([](hid_t file) {
    add_numbers(file, "bad 1", {1000}, {100}, true);
    add_numbers(file, "good", {500});
    add_numbers(file, "bad 2", {2000}, {100}, true);
    H5Lcreate_hard(file, "bad 2", file, "bad 2 again", H5P_DEFAULT, H5P_DEFAULT);
  });
  spoil(path, 950);
  spoil(path, 1950);
  Watcher watcher;
  cshm_hdf5_options options = watched(watcher);
  cshm_attachment attachment{};
  REQUIRE(cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, &attachment, &scratch.err) == CSHM_OK);
  cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
  REQUIRE(cshm_attachment_describe(attachment, &info, nullptr) == CSHM_OK);
  CHECK(info.array_count == 1);
  CHECK(watcher.calls.back().done == 2000); // bytes of what is there
  std::vector<std::string> skipped;
  for (uint32_t i = 0; i < info.note_count; i++) {
    cshm_note note = CSHM_NOTE_INIT;
    REQUIRE(cshm_note_at(attachment, i, &note, nullptr) == CSHM_OK);
    if (note.kind == CSHM_NOTE_SKIPPED) skipped.push_back(std::string(note.key) + ": " + note.text);
  }
  const std::string reason = "] is damaged: its Fletcher32 checksum is wrong";
  CHECK(skipped == std::vector<std::string>{"bad 1: its chunk at [900" + reason, "bad 2: its chunk at [1900" + reason,
                                            "bad 2 again: it is 'bad 2' again, which was skipped"});
  REQUIRE(cshm_detach(attachment, nullptr) == CSHM_OK);
  options.strict = 1;
  CHECK(cshm_hdf5_load(scratch.store, "q", path.c_str(), &options, nullptr, &scratch.err) == CSHM_ERR_UNSUPPORTED);
  CHECK(std::string(scratch.err.message).find("3 objects cannot be loaded, and strict was asked for: bad 1 (it") !=
        std::string::npos);
  CHECK(scratch.projects() == std::vector<std::string>{"p"});
}

TEST_CASE("ragged data is counted, cancelled, and refused by strict like any other", "[h5load]") {
  H5Scratch scratch;
  std::string path = scratch.make([](hid_t file) { add_strings(file, "words", 200000); });
  uint64_t nbytes = 0, handles = cshm_live_handles();
  REQUIRE(cshm_hdf5_nbytes(path.c_str(), nullptr, &nbytes, &scratch.err) == CSHM_OK);
  CHECK(nbytes == 8 * 200001 + 10 * 200000);
  Watcher watcher;
  cshm_hdf5_options options = watched(watcher);
  options.strict = 1;
  REQUIRE(cshm_hdf5_load(scratch.store, "p", path.c_str(), &options, nullptr, &scratch.err) == CSHM_OK);
  CHECK(watcher.calls.front().done == 0);
  CHECK(watcher.calls.back().done == nbytes);
  CHECK(watcher.calls.back().total == nbytes);
  for (size_t i = 0; i < watcher.calls.size(); i++) {
    Watcher canceller;
    canceller.cancel_at = i;
    options = watched(canceller);
    cshm_status status = cshm_hdf5_load(scratch.store, "q", path.c_str(), &options, nullptr, &scratch.err);
    if (canceller.calls.size() > i) CHECK(status == CSHM_ERR_CANCELLED);
    if (status == CSHM_OK) cshm_unlink(scratch.store, "q", nullptr); // how often it is called depends on time, too
    CHECK(scratch.projects() == std::vector<std::string>{"p"});
  }
  CHECK(cshm_live_handles() == handles);
}

TEST_CASE("a ragged dataset that changes after it was measured is left out", "[h5load]") {
  H5Scratch scratch;
  struct Changer {
    std::string path;
    haddr_t offset = 0; // of the first element, whose length comes first
    static int32_t call(void *user, uint64_t, uint64_t) {
      auto *changer = static_cast<Changer *>(user);
      std::fstream file(changer->path, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(changer->offset));
      file.put('\x09');
      return 0;
    }
  } changer;
  changer.path = scratch.make([&](hid_t file) {
    add_strings(file, "words", 10);
    add_numbers(file, "good", {500});
    hid_t dataset = H5Dopen2(file, "words", H5P_DEFAULT);
    changer.offset = H5Dget_offset(dataset);
    H5Dclose(dataset);
  });
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  options.progress = Changer::call;
  options.user = &changer;
  cshm_attachment attachment{};
  REQUIRE(cshm_hdf5_load(scratch.store, "p", changer.path.c_str(), &options, &attachment, &scratch.err) == CSHM_OK);
  cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
  REQUIRE(cshm_attachment_describe(attachment, &info, nullptr) == CSHM_OK);
  CHECK(info.array_count == 1);
  bool told = false;
  for (uint32_t i = 0; i < info.note_count; i++) {
    cshm_note note = CSHM_NOTE_INIT;
    REQUIRE(cshm_note_at(attachment, i, &note, nullptr) == CSHM_OK);
    told = told || (std::string(note.key) == "words" && std::string(note.text) == "it changes while it is read");
  }
  CHECK(told);
  REQUIRE(cshm_detach(attachment, nullptr) == CSHM_OK);
}

TEST_CASE("a ragged dataset that lost its heap is left out, or refused by strict", "[h5load]") {
  H5Scratch scratch;
  std::string path = scratch.make([](hid_t file) {
    add_strings(file, "words", 10);
    add_numbers(file, "good", {500});
  });
  spoil(path, 0x4C4F4347); // "GCOL"
  cshm_attachment attachment{};
  REQUIRE(cshm_hdf5_load(scratch.store, "p", path.c_str(), nullptr, &attachment, &scratch.err) == CSHM_OK);
  cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
  REQUIRE(cshm_attachment_describe(attachment, &info, nullptr) == CSHM_OK);
  CHECK(info.array_count == 1);
  REQUIRE(cshm_detach(attachment, nullptr) == CSHM_OK);
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  options.strict = 1;
  CHECK(cshm_hdf5_load(scratch.store, "q", path.c_str(), &options, nullptr, &scratch.err) == CSHM_ERR_UNSUPPORTED);
  CHECK(std::string(scratch.err.message).find("words (it is damaged: there is no heap at byte ") != std::string::npos);
}

TEST_CASE("a project of that name, or a bad name, is refused before the file is opened", "[h5load]") {
  H5Scratch scratch;
  std::string path = scratch.make([](hid_t file) { add_numbers(file, "x", {3}); });
  REQUIRE(cshm_hdf5_load(scratch.store, "p", path.c_str(), nullptr, nullptr, nullptr) == CSHM_OK);
  CHECK(cshm_hdf5_load(scratch.store, "p", "/nowhere", nullptr, nullptr, &scratch.err) == CSHM_ERR_EXISTS);
  CHECK(cshm_hdf5_load(scratch.store, "a/b", "/nowhere", nullptr, nullptr, &scratch.err) == CSHM_ERR_BAD_NAME);
}

TEST_CASE("programming errors have a status of their own", "[h5load]") {
  H5Scratch scratch;
  cshm_hdf5_options options{};
  uint64_t nbytes;
  CHECK(cshm_hdf5_load(scratch.store, nullptr, "x", nullptr, nullptr, nullptr) == CSHM_ERR_INVALID_ARGUMENT);
  CHECK(cshm_hdf5_load(scratch.store, "p", nullptr, nullptr, nullptr, nullptr) == CSHM_ERR_INVALID_ARGUMENT);
  CHECK(cshm_hdf5_load(scratch.store, "p", "x", &options, nullptr, nullptr) == CSHM_ERR_INVALID_ARGUMENT);
  CHECK(cshm_hdf5_nbytes(nullptr, nullptr, &nbytes, nullptr) == CSHM_ERR_INVALID_ARGUMENT);
  CHECK(cshm_hdf5_nbytes("x", nullptr, nullptr, nullptr) == CSHM_ERR_INVALID_ARGUMENT);
  CHECK(cshm_hdf5_load(cshm_store{12345}, "p", "x", nullptr, nullptr, nullptr) == CSHM_ERR_STALE_HANDLE);
}

TEST_CASE("options of a client that knows fewer of them are taken as far as they go", "[h5load]") {
  H5Scratch scratch;
  std::string path = scratch.make([](hid_t file) { add_numbers(file, "x", {3}); });
  struct Old { uint32_t size, overwrite; } old{sizeof(Old), 1};
  REQUIRE(cshm_hdf5_load(scratch.store, "p", path.c_str(), nullptr, nullptr, nullptr) == CSHM_OK);
  CHECK(cshm_hdf5_load(scratch.store, "p", path.c_str(), reinterpret_cast<const cshm_hdf5_options *>(&old), nullptr,
                       &scratch.err) == CSHM_OK);
}

TEST_CASE("loads in several threads, also inside of a progress call, do not get in each other's way", "[h5load]") {
  H5Scratch scratch;
  std::string path = make_large(scratch);
  struct Nested {
    H5Scratch &scratch;
    const std::string &path;
    uint64_t nbytes = 0;
    static int32_t call(void *user, uint64_t, uint64_t) {
      auto *nested = static_cast<Nested *>(user);
      return cshm_hdf5_nbytes(nested->path.c_str(), nullptr, &nested->nbytes, nullptr);
    }
  };
  std::vector<std::thread> threads;
  std::vector<cshm_status> results(4, CSHM_ERR_STATE);
  for (size_t i = 0; i < results.size(); i++)
    threads.emplace_back([&, i] {
      Nested nested{scratch, path};
      cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
      options.progress = Nested::call;
      options.user = &nested;
      results[i] = cshm_hdf5_load(scratch.store, std::to_string(i).c_str(), path.c_str(), &options, nullptr, nullptr);
      if (nested.nbytes != 8000000) results[i] = CSHM_ERR_STATE;
    });
  for (std::thread &thread : threads)
    thread.join();
  CHECK(results == std::vector<cshm_status>(4, CSHM_OK));
  CHECK(scratch.projects().size() == 4);
}

TEST_CASE("HDF5 is left as it was found: its error printing, and nothing open", "[h5load]") {
  H5Scratch scratch;
  std::string good = make_large(scratch);
  std::string bad = scratch.folder + "/bad.h5";
  std::filesystem::copy_file(good, bad);
  std::filesystem::resize_file(bad, 5000);
  auto print = [](hid_t, void *) -> herr_t { return 0; };
  int user = 0;
  H5Eset_auto2(H5E_DEFAULT, print, &user);
  CHECK(cshm_hdf5_load(scratch.store, "p", good.c_str(), nullptr, nullptr, nullptr) == CSHM_OK);
  CHECK(cshm_hdf5_load(scratch.store, "q", bad.c_str(), nullptr, nullptr, nullptr) == CSHM_ERR_HDF5);
  H5E_auto2_t found = nullptr;
  void *found_user = nullptr;
  H5Eget_auto2(H5E_DEFAULT, &found, &found_user);
  CHECK(found == static_cast<H5E_auto2_t>(print));
  CHECK(found_user == &user);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  CHECK(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL) == 0);
}

TEST_CASE("the version is that of the library that runs", "[h5load]") {
  unsigned major, minor, release;
  REQUIRE(H5get_libversion(&major, &minor, &release) >= 0);
  CHECK(std::string(cshm_hdf5_version()) ==
        std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release));
}
