// What the API tests share: a store of one's own, and short ways to make and read projects.
//
// SPDX-License-Identifier: MIT
#pragma once

#include <catch2/catch.hpp>
#include <cuteshm/cuteshm.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>
#include <unistd.h>
#include <vector>

namespace api {

namespace fs = std::filesystem;

// The caller's error struct; converts to what the calls want.
struct Error {
  cshm_error raw = CSHM_ERROR_INIT;

  operator cshm_error *() { return &raw; }
  std::string message() const { return raw.message; }
};

// Both say the library's own words when they fail. `err` is the Error the call was given.
#define REQUIRE_OK(call, err)                                                                                          \
  do {                                                                                                                 \
    const cshm_status status_of_call = (call);                                                                         \
    INFO((err).message());                                                                                             \
    REQUIRE(std::string(cshm_status_name(status_of_call)) == "CSHM_OK");                                               \
  } while (false)

#define REQUIRE_STATUS(call, err, wanted)                                                                              \
  do {                                                                                                                 \
    const cshm_status status_of_call = (call);                                                                         \
    INFO((err).message());                                                                                             \
    REQUIRE(std::string(cshm_status_name(status_of_call)) == cshm_status_name(wanted));                                \
    REQUIRE((err).raw.status == (wanted));                                                                             \
    REQUIRE((err).message().find('\n') == std::string::npos);                                                          \
    REQUIRE_FALSE((err).message().empty());                                                                            \
  } while (false)

// All of these words must be in a message.
inline void require_words(const Error &err, std::initializer_list<std::string> words) {
  for (const std::string &word : words) {
    INFO("message: " << err.message() << "\nword: " << word);
    REQUIRE(err.message().find(word) != std::string::npos);
  }
}

// A handle that is given back at the end of the scope, unless it was given back before.
template <class Handle, cshm_status (*Release)(Handle, cshm_error *)>
class Owned {
public:
  Owned() = default;
  Owned(const Owned &) = delete;
  Owned &operator=(const Owned &) = delete;
  ~Owned() { (void)Release(handle_, nullptr); }

  operator Handle() const { return handle_; }
  Handle *out() { return &handle_; }
  void release() {
    Error err;
    REQUIRE_OK(Release(handle_, err), err);
    handle_ = Handle{0};
  }

private:
  Handle handle_{0};
};

using Attachment = Owned<cshm_attachment, cshm_detach>;
using Array = Owned<cshm_array, cshm_array_release>;
using Listing = Owned<cshm_listing, cshm_listing_close>;
using Manifest = Owned<cshm_manifest, cshm_manifest_close>;

// Names of the segments that belong to a project made by these tests. They hold no letter that a segment's name cannot.
inline std::vector<std::string> segments_of(const std::string &project) {
  std::vector<std::string> found;
  for (const auto &entry : fs::directory_iterator("/dev/shm"))
    if (entry.path().filename().string().rfind("cute-shm." + project + ".", 0) == 0)
      found.push_back(entry.path().string());
  return found;
}

// Differs in each call and process, so that tests that run side by side do not meet.
inline std::string unique_name(const std::string &stem) {
  static std::atomic<int> count{0};
  return stem + "-" + std::to_string(getpid()) + "-" + std::to_string(++count);
}

inline fs::path manifest_of(cshm_store store, const std::string &project) {
  char path[4096];
  size_t length = sizeof path;
  Error err;
  REQUIRE_OK(cshm_store_manifest(store, project.c_str(), path, &length, err), err);
  return path;
}

// The caller closes it.
inline cshm_store open_store(const fs::path &root, cshm_manifest_format manifest) {
  cshm_store_options options = CSHM_STORE_OPTIONS_INIT;
  options.manifest = manifest;
  cshm_store store{0};
  Error err;
  REQUIRE_OK(cshm_store_open(root.c_str(), &options, &store, err), err);
  return store;
}

// A store in a temporary directory; at the end nothing of it is left, in /dev/shm neither.
class Store {
public:
  explicit Store(cshm_manifest_format manifest = CSHM_MANIFEST_DEFAULT) {
    std::string pattern = (fs::temp_directory_path() / "cute-shm-test.XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    handle_ = open_store(root(), manifest);
  }
  Store(const Store &) = delete;
  Store &operator=(const Store &) = delete;
  ~Store() {
    clear();
    (void)cshm_store_close(handle_, nullptr);
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  operator cshm_store() const { return handle_; }
  fs::path folder() const { return folder_; }
  fs::path root() const { return folder_ / "store"; }

  fs::path manifest(const std::string &project) const { return manifest_of(handle_, project); }

  void unlink(const std::string &project) {
    Error err;
    REQUIRE_OK(cshm_unlink(handle_, project.c_str(), err), err);
  }

  std::vector<std::string> names() const {
    Error err;
    Listing listing;
    REQUIRE_OK(cshm_list(handle_, listing.out(), err), err);
    uint64_t count = 0;
    REQUIRE_OK(cshm_listing_count(listing, &count, err), err);
    std::vector<std::string> found;
    for (uint64_t i = 0; i < count; i++) {
      cshm_project project = CSHM_PROJECT_INIT;
      REQUIRE_OK(cshm_listing_project(listing, i, &project, err), err);
      found.emplace_back(project.name);
    }
    return found;
  }

private:
  void clear() {
    cshm_listing listing{0};
    uint64_t count = 0;
    (void)cshm_list(handle_, &listing, nullptr);
    (void)cshm_listing_count(listing, &count, nullptr);
    for (uint64_t i = 0; i < count; i++) {
      cshm_project project = CSHM_PROJECT_INIT;
      if (cshm_listing_project(listing, i, &project, nullptr) == CSHM_OK)
        (void)cshm_unlink(handle_, project.name, nullptr);
    }
    (void)cshm_listing_close(listing, nullptr);
  }

  cshm_store handle_{0};
  fs::path folder_;
};

// A project under construction that gives up when it goes out of scope unpublished.
class Builder {
public:
  Builder(cshm_store store, const std::string &project, bool overwrite = false,
          cshm_lifetime lifetime = CSHM_PERSISTENT) {
    cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
    options.overwrite = overwrite ? 1 : 0;
    options.lifetime = lifetime;
    REQUIRE_OK(cshm_builder_open(store, project.c_str(), &options, &handle_, err_), err_);
  }
  Builder(const Builder &) = delete;
  Builder &operator=(const Builder &) = delete;
  ~Builder() { (void)cshm_builder_abort(handle_, nullptr); }

  operator cshm_builder() const { return handle_; }

  Builder &group(const std::string &path) {
    REQUIRE_OK(cshm_builder_group(handle_, path.c_str(), err_), err_);
    return *this;
  }
  Builder &array(const std::string &path, const std::string &dtype, const std::vector<int64_t> &shape,
                 cshm_order order = CSHM_ORDER_C) {
    REQUIRE_OK(cshm_builder_array(handle_, path.c_str(), dtype.c_str(), static_cast<uint32_t>(shape.size()),
                                  shape.data(), order, nullptr, err_),
               err_);
    return *this;
  }
  Builder &attribute(const std::string &path, const std::string &name, double value) {
    REQUIRE_OK(
        cshm_builder_attribute(handle_, path.c_str(), name.c_str(), "<f8", 0, nullptr, &value, sizeof value, err_),
        err_);
    return *this;
  }
  Builder &allocate() {
    REQUIRE_OK(cshm_builder_allocate(handle_, err_), err_);
    return *this;
  }
  template <class T>
  Builder &write(uint32_t array, const std::vector<T> &values) {
    REQUIRE_OK(cshm_builder_write(handle_, array, 0, values.data(), values.size() * sizeof(T), err_), err_);
    return *this;
  }
  void publish() { REQUIRE_OK(cshm_builder_publish(handle_, nullptr, err_), err_); }

private:
  cshm_builder handle_{0};
  Error err_;
};

// first, first + 1, ...
inline std::vector<double> ramp(size_t count, double first = 0) {
  std::vector<double> values(count);
  std::iota(values.begin(), values.end(), first);
  return values;
}

// The tree most tests use: a (float64, 6 elements), b/b1 (float64, 3 x 4), b/empty (a group), with some attributes.
inline void share_sample(cshm_store store, const std::string &project, double first = 0, bool overwrite = false,
                         cshm_lifetime lifetime = CSHM_PERSISTENT) {
  Builder builder(store, project, overwrite, lifetime);
  builder.array("a", "<f8", {6}).array("b/b1", "<f8", {3, 4}).group("b/empty");
  builder.attribute("", "top", 1).attribute("a", "scale", 0.5).attribute("b", "level", 2);
  builder.allocate().write(0, ramp(6, first)).write(1, ramp(12, first + 100)).publish();
}

inline void attach(cshm_store store, const std::string &project, Attachment &attachment,
                   cshm_mode mode = CSHM_READ_ONLY) {
  cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
  options.mode = mode;
  Error err;
  REQUIRE_OK(cshm_attach(store, project.c_str(), &options, attachment.out(), err), err);
}

inline cshm_attachment_info describe(cshm_attachment attachment) {
  cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
  Error err;
  REQUIRE_OK(cshm_attachment_describe(attachment, &info, err), err);
  return info;
}

inline bool is_current(cshm_attachment attachment) {
  int32_t current = -1;
  Error err;
  REQUIRE_OK(cshm_attachment_is_current(attachment, &current, err), err);
  REQUIRE((current == 0 || current == 1));
  return current == 1;
}

inline cshm_array_view describe(cshm_array array) {
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  Error err;
  REQUIRE_OK(cshm_array_describe(array, &view, err), err);
  return view;
}

inline void open_array(cshm_attachment attachment, const std::string &path, Array &array) {
  Error err;
  REQUIRE_OK(cshm_array_open(attachment, path.c_str(), array.out(), err), err);
}

inline double *doubles(const cshm_array_view &view) { return static_cast<double *>(view.data); }

// All elements of a float64 array, as they lie in memory.
inline std::vector<double> values_of(cshm_array array) {
  const cshm_array_view view = describe(array);
  return std::vector<double>(doubles(view), doubles(view) + view.nbytes / sizeof(double));
}

inline std::vector<double> values_at(cshm_attachment attachment, const std::string &path) {
  Array array;
  open_array(attachment, path, array);
  return values_of(array);
}

inline std::string slurp(const fs::path &path) {
  std::ifstream stream(path, std::ios::binary);
  REQUIRE(stream.is_open());
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

inline void spill(const fs::path &path, const std::string &text) {
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream << text;
  stream.close();
  REQUIRE(stream.good());
}

} // namespace api
