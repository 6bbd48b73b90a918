// What processes that race each other share: generations of a project that can be checked whole, a tally in memory that all of
// them see, and children that come and go.
//
// SPDX-License-Identifier: MIT
#pragma once

#include "../process/process_fixture.hpp"

#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <new>
#include <random>
#include <set>
#include <sys/mman.h>

namespace race {

using namespace process;

inline bool long_form() {
  const char *asked = getenv("CUTESHM_LONG");
  return asked != nullptr && std::string(asked) == "1";
}

// How often something is done: in the tests of every day, and in full.
inline int times(int few, int many) { return long_form() ? many : few; }

// ---- memory that a process and its children share ----

template <class T>
class Shared {
public:
  Shared() {
    void *memory = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    value_ = new (memory) T();
  }
  Shared(const Shared &) = delete;
  Shared &operator=(const Shared &) = delete;
  ~Shared() { munmap(value_, sizeof(T)); }
  T *operator->() const { return value_; }
  T &operator*() const { return *value_; }

private:
  T *value_ = nullptr;
};

// What children have seen. Only the first problem is kept.
struct Tally {
  std::atomic<bool> done{false};
  std::atomic<long> looks{0}, listings{0}, generations{0}, misses{0}, writes{0}, refusals{0}, removals{0};
  std::atomic<int> problems{0};
  char problem[1200] = "";

  // For children: notes a problem, and is the exit code of one who met it.
  int wrong(const std::string &what) {
    if (problems++ == 0) (void)snprintf(problem, sizeof problem, "%s", what.c_str());
    return 1;
  }
  int wrong(const std::string &what, const Error &err) { return wrong(what + ": " + err.message()); }
};

#define REQUIRE_NO_PROBLEM(tally)                                                                                      \
  do {                                                                                                                 \
    INFO((tally)->problem);                                                                                            \
    REQUIRE((tally)->problems == 0);                                                                                   \
  } while (false)

// ---- generations ----

struct Publication {
  bool overwrite = true;
  cshm_lifetime lifetime = CSHM_PERSISTENT;
};

// Of every generation all elements of all arrays, and three attributes, are its number; the shape of "a" depends on it, too.
constexpr uint32_t ARRAYS = 4;
inline int64_t length_of(int64_t number) { return 300 + number % 50; }

template <class T>
cshm_status fill(cshm_builder builder, uint32_t array, size_t count, int64_t number, cshm_error *err) {
  const std::vector<T> values(count, static_cast<T>(number));
  return cshm_builder_write(builder, array, 0, values.data(), count * sizeof(T), err);
}

inline cshm_status declare(cshm_builder builder, int64_t number, cshm_error *err) {
  const int64_t a[] = {length_of(number)}, b[] = {20, 30}, c[] = {64, 64};
  const auto value = static_cast<double>(number);
  cshm_status status = cshm_builder_array(builder, "a", "<f8", 1, a, CSHM_ORDER_C, nullptr, err);
  if (!status) status = cshm_builder_array(builder, "b/b1", "<i8", 2, b, CSHM_ORDER_C, nullptr, err);
  if (!status) status = cshm_builder_array(builder, "b/c/d", "<i4", 2, c, CSHM_ORDER_FORTRAN, nullptr, err);
  if (!status) status = cshm_builder_array(builder, "z", "<i8", 0, nullptr, CSHM_ORDER_C, nullptr, err);
  for (const char *path : {"", "b", "a"})
    if (!status) status = cshm_builder_attribute(builder, path, "number", "<f8", 0, nullptr, &value, sizeof value, err);
  return status;
}

// Opens a builder and makes it ready to be published. The caller ends it, also after a failure.
inline cshm_status prepare(cshm_store store, const std::string &project, int64_t number, Publication how,
                           cshm_builder *builder, cshm_error *err) {
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  options.overwrite = how.overwrite ? 1 : 0;
  options.lifetime = how.lifetime;
  cshm_status status = cshm_builder_open(store, project.c_str(), &options, builder, err);
  if (!status) status = declare(*builder, number, err);
  if (!status) status = cshm_builder_allocate(*builder, err);
  if (!status) status = fill<double>(*builder, 0, static_cast<size_t>(length_of(number)), number, err);
  if (!status) status = fill<int64_t>(*builder, 1, 600, number, err);
  if (!status) status = fill<int32_t>(*builder, 2, 4096, number, err);
  if (!status) status = fill<int64_t>(*builder, 3, 1, number, err);
  return status;
}

inline cshm_status publish(cshm_store store, const std::string &project, int64_t number, Publication how,
                           cshm_attachment *attachment, cshm_error *err) {
  cshm_builder builder{0};
  cshm_status status = prepare(store, project, number, how, &builder, err);
  if (!status) status = cshm_builder_publish(builder, attachment, err);
  if (status && builder.id != 0) (void)cshm_builder_abort(builder, nullptr);
  return status;
}

template <class T>
bool all_are(const cshm_array_view &view, const char *dtype, uint64_t count, int64_t number) {
  if (std::string(view.dtype) != dtype || view.nbytes != count * sizeof(T)) return false;
  const T *values = static_cast<const T *>(view.data);
  return std::all_of(values, values + count, [&](T value) { return value == static_cast<T>(number); });
}

inline bool array_is(cshm_attachment attachment, const std::string &path, int64_t number) {
  cshm_node node = CSHM_NODE_INIT;
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  if (cshm_node_find(attachment, path.c_str(), &node, nullptr) != CSHM_OK ||
      cshm_attachment_view(attachment, node.number, &view, nullptr) != CSHM_OK)
    return false;
  if (path == "a") return all_are<double>(view, "<f8", static_cast<uint64_t>(length_of(number)), number);
  if (path == "b/c/d") return all_are<int32_t>(view, "<i4", 4096, number);
  return all_are<int64_t>(view, "<i8", path == "z" ? 1 : 600, number);
}

// The number of the generation that is attached, or -1 where anything in it is not of that number.
inline int64_t whole_number(cshm_attachment attachment) {
  int64_t number = -1;
  for (const char *path : {"", "b", "a"}) {
    cshm_node node = CSHM_NODE_INIT;
    cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
    if (cshm_node_find(attachment, path, &node, nullptr) != CSHM_OK ||
        cshm_attribute_find(attachment, node.number, "number", &attribute, nullptr) != CSHM_OK ||
        attribute.nbytes != sizeof(double))
      return -1;
    const auto found = static_cast<int64_t>(*static_cast<const double *>(attribute.data));
    if (number != -1 && found != number) return -1;
    number = found;
  }
  for (const char *path : {"a", "b/b1", "b/c/d", "z"})
    if (!array_is(attachment, path, number)) return -1;
  return number;
}

// ---- what is left ----

inline size_t descriptors() {
  const fs::directory_iterator entries("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(entries), end(entries)));
}

// What is in a store's directory: manifests, and files that were to become some.
inline std::vector<std::string> files_in(const fs::path &root) {
  std::vector<std::string> found;
  std::error_code none;
  for (const auto &entry : fs::directory_iterator(root, none))
    found.push_back(entry.path().filename().string());
  return found;
}

// The collector, which must not fail. Gives how many things it removed.
inline uint64_t collect(cshm_store store) {
  Error err;
  Listing leftovers;
  uint64_t count = 0;
  REQUIRE_OK(cshm_store_collect(store, nullptr, leftovers.out(), err), err);
  REQUIRE_OK(cshm_listing_count(leftovers, &count, err), err);
  for (uint64_t i = 0; i < count; i++) {
    cshm_project project = CSHM_PROJECT_INIT;
    REQUIRE_OK(cshm_listing_project(leftovers, i, &project, err), err);
    INFO(project.name << " " << project.segment << ": " << project.message);
    REQUIRE(project.status == CSHM_OK);
  }
  return count;
}

inline void require_nothing_left_of(const std::string &project) {
  REQUIRE(segments_of(project) == std::vector<std::string>{});
}

inline void require_nothing_left(const Store &store, const std::string &project) {
  require_nothing_left_of(project);
  REQUIRE(files_in(store.root()) == std::vector<std::string>{});
}

// ---- children ----

inline std::unique_ptr<Child> start(const std::function<int()> &work) {
  std::cout.flush(); // or a child that exits prints it again
  (void)std::fflush(stdout);
  return std::make_unique<Child>([&](Child &) {
    alarm(long_form() ? 1200 : 240); // stuck, then
    return work();
  });
}

// A child that may use Catch2's assertions: one that fails ends it, and says so.
inline int in_child_that_checks(const std::function<int()> &work) {
  return in_child([&] {
    try {
      return work();
    } catch (...) {
      return 96;
    }
  });
}

// Children that do the same over and over, each with a number and a seed of its own; now and then one of them is killed, and
// another one takes its place.
class Crowd {
public:
  using Work = std::function<int(int slot, uint32_t seed)>;

  Crowd(int count, Work work) : work_(std::move(work)) {
    for (int slot = 0; slot < count; slot++)
      children_.push_back(begin(slot));
  }

  void kill_some(int kills) {
    for (int i = 0; i < kills; i++) {
      (void)usleep(static_cast<useconds_t>(random_() % 4000)); // whatever it is at then
      const size_t slot = random_() % children_.size();
      children_[slot]->kill();
      REQUIRE(children_[slot]->wait() == 128 + SIGKILL);
      children_[slot] = begin(static_cast<int>(slot));
    }
  }
  void wait() {
    for (const auto &child : children_)
      REQUIRE(child->wait() == 0);
  }

private:
  std::unique_ptr<Child> begin(int slot) {
    const auto seed = static_cast<uint32_t>(++started_);
    return start([&] { return work_(slot, seed); });
  }

  Work work_;
  std::vector<std::unique_ptr<Child>> children_;
  std::mt19937 random_{1};
  int started_ = 0;
};

} // namespace race
