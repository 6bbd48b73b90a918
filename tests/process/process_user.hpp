// Users of the system, whom a test becomes in a child: the owner of a group's store, a member of the group, and a stranger.
//
// SPDX-License-Identifier: MIT
#pragma once

#include "process_fixture.hpp"

#include <cstdio>
#include <grp.h>
#include <sys/stat.h>

namespace process {

// In a child: what must hold, and is told where it does not.
#define WANT(condition)                                                                                                \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      (void)std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                        \
      return 1;                                                                                                        \
    }                                                                                                                  \
  } while (false)

#define WANT_STATUS(call, err, wanted)                                                                                 \
  do {                                                                                                                 \
    const cshm_status status_of_call = (call);                                                                         \
    if (status_of_call != (wanted)) {                                                                                  \
      (void)std::fprintf(stderr, "%s:%d: %s: %s: %s\n", __FILE__, __LINE__, #call, cshm_status_name(status_of_call),   \
                         (err).raw.message);                                                                           \
      return 1;                                                                                                        \
    }                                                                                                                  \
  } while (false)

#define WANT_OK(call, err) WANT_STATUS(call, err, CSHM_OK)

// Numbers that no system gives to anyone.
constexpr gid_t LAB = 61010, OTHER_LAB = 61020;
struct Person {
  uid_t user;
  std::vector<gid_t> groups;
};
inline const Person OWNER{61011, {LAB}}, MEMBER{61012, {LAB}}, STRANGER{61013, {OTHER_LAB}};

// To be several users takes root, which CI has.
inline bool can_be_others() {
  if (geteuid() == 0) return true;
  WARN("needs root, to be several users: not tested");
  REQUIRE(getenv("CI") == nullptr);
  return false;
}

inline bool become(const Person &person) {
  return setgroups(person.groups.size(), person.groups.data()) == 0 && setgid(person.user) == 0 &&
         setuid(person.user) == 0;
}

inline int as(const Person &person, const std::function<int()> &work) {
  return in_child([&] { return become(person) ? work() : 98; });
}

inline bool has_words(const Error &err, std::initializer_list<const char *> words) {
  for (const char *word : words)
    if (err.message().find(word) == std::string::npos) {
      (void)std::fprintf(stderr, "\"%s\" is not in: %s\n", word, err.raw.message);
      return false;
    }
  return true;
}

inline unsigned mode_of(const fs::path &path) {
  struct stat info{};
  return lstat(path.c_str(), &info) == 0 ? info.st_mode & 07777u : ~0u;
}

inline gid_t group_of(const fs::path &path) {
  struct stat info{};
  return lstat(path.c_str(), &info) == 0 ? info.st_gid : static_cast<gid_t>(-1);
}

// A folder that everybody may look into and its user may write to, where a store can be made: root() is not there at first. What is
// left of its projects goes at the end, whosever it is.
class SharedFolder {
public:
  explicit SharedFolder(uid_t user) {
    std::string pattern = (fs::temp_directory_path() / "cute-shm-test.XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    REQUIRE(chmod(pattern.c_str(), 0755) == 0);
    REQUIRE(chown(pattern.c_str(), user, user) == 0);
  }
  SharedFolder(const SharedFolder &) = delete;
  SharedFolder &operator=(const SharedFolder &) = delete;
  ~SharedFolder() {
    std::error_code ignored;
    for (const std::string &project : projects_)
      for (const std::string &segment : segments_of(project))
        fs::remove_all(segment, ignored);
    fs::remove_all(folder_, ignored);
  }

  std::string folder() const { return folder_.string(); }
  std::string root() const { return (folder_ / "store").string(); }
  fs::path manifest(const std::string &project) const { return folder_ / "store" / ("cute-shm." + project + ".yaml"); }
  std::string project(const std::string &stem) {
    projects_.push_back(unique_name(stem));
    return projects_.back();
  }

private:
  fs::path folder_;
  std::vector<std::string> projects_;
};

inline cshm_status open_grouped(const std::string &root, cshm_access access, cshm_store *store, cshm_error *err,
                                gid_t group = LAB) {
  cshm_store_options options = CSHM_STORE_OPTIONS_INIT;
  const std::string number = std::to_string(group);
  options.manifest = CSHM_MANIFEST_YAML;
  options.group = number.c_str();
  options.access = access;
  return cshm_store_open(root.c_str(), &options, store, err);
}

// The sample's array "a" alone, with no Catch2.
inline cshm_status share_plain(cshm_store store, const std::string &project, double first, cshm_error *err,
                               bool overwrite = false, cshm_lifetime lifetime = CSHM_PERSISTENT,
                               cshm_attachment *attachment = nullptr) {
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  options.overwrite = overwrite ? 1 : 0;
  options.lifetime = lifetime;
  const int64_t shape = 6;
  const std::vector<double> values = ramp(6, first);
  cshm_builder builder{0};
  cshm_status status = cshm_builder_open(store, project.c_str(), &options, &builder, err);
  if (status != CSHM_OK) return status;
  status = cshm_builder_array(builder, "a", "<f8", 1, &shape, CSHM_ORDER_C, nullptr, err);
  if (status == CSHM_OK) status = cshm_builder_allocate(builder, err);
  if (status == CSHM_OK) status = cshm_builder_write(builder, 0, 0, values.data(), 6 * sizeof(double), err);
  if (status == CSHM_OK) status = cshm_builder_publish(builder, attachment, err);
  if (status != CSHM_OK) (void)cshm_builder_abort(builder, nullptr);
  return status;
}

// The first value that a new attachment sees, or NaN.
inline double attached_value(cshm_store store, const std::string &project, cshm_mode mode = CSHM_READ_ONLY) {
  cshm_attachment attachment{0};
  if (!attach_plain(store, project, &attachment, mode)) return std::nan("");
  const double value = first_value(attachment);
  return cshm_detach(attachment, nullptr) == CSHM_OK ? value : std::nan("");
}

inline uint64_t count_projects(cshm_store store) {
  cshm_listing listing{0};
  uint64_t count = UINT64_MAX;
  if (cshm_list(store, &listing, nullptr) == CSHM_OK) (void)cshm_listing_count(listing, &count, nullptr);
  (void)cshm_listing_close(listing, nullptr);
  return count;
}

} // namespace process
