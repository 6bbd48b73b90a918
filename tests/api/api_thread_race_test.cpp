// Threads that create, attach, overwrite, unlink, list, collect and fork at once, on a few projects of all lifetimes: what is attached
// is whole, what fails says why, and at the end nothing is left.
//
// SPDX-License-Identifier: MIT
#include "api_fixture.hpp"

#include <functional>
#include <mutex>
#include <random>
#include <sys/wait.h>
#include <thread>

using namespace api;

namespace {

constexpr int THREADS = 8;
constexpr cshm_lifetime LIFETIMES[] = {CSHM_PERSISTENT, CSHM_OWNER, CSHM_LAST_USER};

int turns(int few, int many) {
  const char *asked = getenv("CUTESHM_LONG");
  return asked != nullptr && std::string(asked) == "1" ? many : few;
}

size_t descriptors() {
  const fs::directory_iterator entries("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(entries), end(entries)));
}

// A status that is not among those allowed is a problem; the first one is kept. Catch2's assertions are not for threads.
class Problems {
public:
  bool allow(const char *what, cshm_status status, const Error &err, std::initializer_list<cshm_status> allowed) {
    if (std::find(allowed.begin(), allowed.end(), status) == allowed.end())
      add(std::string(what) + ": " + cshm_status_name(status) + ": " + err.message());
    return status == CSHM_OK;
  }
  void add(const std::string &what) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (first_.empty()) first_ = what;
  }
  std::string first() const { return first_; }

private:
  std::mutex mutex_;
  std::string first_;
};

// All values are one number. Gives it, or -1.
double whole_number(cshm_attachment attachment) {
  cshm_array array{0};
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  if (cshm_array_open(attachment, "a", &array, nullptr) != CSHM_OK) return -1;
  const bool described = cshm_array_describe(array, &view, nullptr) == CSHM_OK;
  const double *values = doubles(view);
  const bool whole = described && std::all_of(values, values + view.nbytes / sizeof(double),
                                              [&](double value) { return value == values[0]; });
  const double number = whole ? values[0] : -1;
  return cshm_array_release(array, nullptr) == CSHM_OK ? number : -1;
}

cshm_status publish(cshm_store store, const std::string &project, double number, bool overwrite, cshm_lifetime lifetime,
                    cshm_attachment *attachment, cshm_error *err) {
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  options.overwrite = overwrite ? 1 : 0;
  options.lifetime = lifetime;
  cshm_builder builder{0};
  const int64_t shape = 1000;
  const std::vector<double> values(1000, number);
  cshm_status status = cshm_builder_open(store, project.c_str(), &options, &builder, err);
  if (!status) status = cshm_builder_array(builder, "a", "<f8", 1, &shape, CSHM_ORDER_C, nullptr, err);
  if (!status) status = cshm_builder_allocate(builder, err);
  if (!status) status = cshm_builder_write(builder, 0, 0, values.data(), 8000, err);
  if (!status) status = cshm_builder_publish(builder, attachment, err);
  if (status && builder.id != 0) (void)cshm_builder_abort(builder, nullptr);
  return status;
}

// The allocators of the sanitizers are not made for a fork among threads: a child that allocates may wait for ever.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool SANITIZED = true;
#elif defined(__has_feature)
constexpr bool SANITIZED = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool SANITIZED = false;
#endif

// What one thread does at random.
class Actor {
public:
  Actor(cshm_store store, std::vector<std::string> projects, int number, Problems &problems)
      : store_(store), projects_(std::move(projects)), random_(static_cast<uint32_t>(number)), number_(number * 100000),
        problems_(problems) {}

  void act() {
    const uint32_t what = draw(100);
    if (what < 30)
      publish_one(what < 18);
    else if (what < 70)
      attach_one();
    else if (what < 80)
      problems_.allow("unlink", cshm_unlink(store_, project().c_str(), err_), err_, {CSHM_OK, CSHM_ERR_NOT_FOUND});
    else if (what < 96)
      look_around(what < 88);
    else
      fork_one();
  }

private:
  uint32_t draw(uint32_t below) { return static_cast<uint32_t>(random_() % below); }
  const std::string &project() { return projects_[draw(static_cast<uint32_t>(projects_.size()))]; }

  void publish_one(bool overwrite) {
    cshm_attachment attachment{0};
    const bool attach = draw(2) == 0;
    const cshm_status status =
        publish(store_, project(), ++number_, overwrite, LIFETIMES[draw(3)], attach ? &attachment : nullptr, err_);
    const bool made = overwrite ? problems_.allow("overwrite", status, err_, {CSHM_OK})
                                : problems_.allow("create", status, err_, {CSHM_OK, CSHM_ERR_EXISTS});
    if (made && attach) let_go(attachment, number_);
  }

  void attach_one() {
    cshm_attachment attachment{0}, newer{0};
    cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
    options.mode = draw(3);
    const auto status = cshm_attach(store_, project().c_str(), &options, &attachment, err_);
    if (!problems_.allow("attach", status, err_, {CSHM_OK, CSHM_ERR_NOT_FOUND})) return;
    if (draw(2) == 0 && problems_.allow("reattach", cshm_attachment_reattach(attachment, &newer, err_), err_,
                                        {CSHM_OK, CSHM_ERR_NOT_FOUND}))
      let_go(newer, -1);
    let_go(attachment, -1);
  }

  void let_go(cshm_attachment attachment, double wanted) {
    const double number = whole_number(attachment);
    if (number < 0 || (wanted >= 0 && number != wanted)) problems_.add("a torn tree, or another one");
    problems_.allow("detach", cshm_detach(attachment, err_), err_, {CSHM_OK});
  }

  void look_around(bool collect) {
    cshm_listing listing{0};
    const cshm_status status =
        collect ? cshm_store_collect(store_, nullptr, &listing, err_) : cshm_list(store_, &listing, err_);
    if (problems_.allow(collect ? "collect" : "list", status, err_, {CSHM_OK}))
      problems_.allow("close", cshm_listing_close(listing, err_), err_, {CSHM_OK});
  }

  // The child, too, may do all; it ends with what it has.
  void fork_one() {
    const pid_t child = fork();
    if (child == 0) {
      for (int i = 0; i < 5 && !SANITIZED; i++)
        draw(2) == 0 ? attach_one() : look_around(draw(2) == 0);
      _exit(problems_.first().empty() ? 0 : 1);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) problems_.add("a child failed");
  }

  cshm_store store_;
  std::vector<std::string> projects_;
  std::mt19937 random_;
  double number_;
  Problems &problems_;
  Error err_;
};

void in_threads(const std::function<void(int)> &work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < THREADS; i++)
    threads.emplace_back(work, i);
  for (std::thread &thread : threads)
    thread.join();
}

} // namespace

TEST_CASE("threads that do everything at once on shared projects see whole trees, and leave nothing") {
  Store store;
  const std::vector<std::string> projects = {unique_name("race"), unique_name("race"), unique_name("race")};
  Problems problems;
  const uint64_t handles = cshm_live_handles();
  const int count = turns(300, 10000);
  in_threads([&](int number) {
    Actor actor(store, projects, number + 1, problems);
    for (int i = 0; i < count && problems.first().empty(); i++)
      actor.act();
  });
  REQUIRE(problems.first() == "");
  REQUIRE(cshm_live_handles() == handles);
  for (const std::string &project : projects)
    (void)cshm_unlink(store, project.c_str(), nullptr);
  Error err;
  REQUIRE_OK(cshm_store_collect(store, nullptr, nullptr, err), err);
  for (const std::string &project : projects)
    REQUIRE(segments_of(project) == std::vector<std::string>{});
  REQUIRE(fs::is_empty(store.root()));
}

TEST_CASE("of threads that create one new project at once exactly one succeeds, and nothing of the others stays") {
  Store store;
  const std::string project = unique_name("create");
  size_t open_files = 0;
  for (int round = 0; round < turns(50, 1000); round++) {
    std::atomic<int> made{0}, refused{0};
    Problems problems;
    in_threads([&](int number) {
      Error err;
      const cshm_status status = publish(store, project, number, false, CSHM_PERSISTENT, nullptr, err);
      if (problems.allow("create", status, err, {CSHM_OK, CSHM_ERR_EXISTS}))
        made++;
      else
        refused++;
    });
    REQUIRE(problems.first() == "");
    REQUIRE(made == 1);
    REQUIRE(refused == THREADS - 1);
    REQUIRE(segments_of(project).size() == 1);
    store.unlink(project);
    REQUIRE(segments_of(project).empty());
    if (round == 0) open_files = descriptors();
    REQUIRE(descriptors() == open_files);
  }
}
