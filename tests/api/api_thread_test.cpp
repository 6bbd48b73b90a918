// Threads: every call is thread-safe, on shared handles too.
//
// SPDX-License-Identifier: MIT
#include "api_fixture.hpp"

#include <functional>
#include <thread>

using namespace api;

namespace {

constexpr int THREADS = 8;

// Runs work(0) ... work(THREADS - 1) at once. Catch2's assertions are not for threads: work returns what went wrong.
void all_at_once(const std::function<std::string(int)> &work) {
  std::vector<std::string> problems(THREADS);
  std::vector<std::thread> threads;
  for (int i = 0; i < THREADS; i++)
    threads.emplace_back([&, i] { problems[static_cast<size_t>(i)] = work(i); });
  for (std::thread &thread : threads)
    thread.join();
  for (const std::string &problem : problems)
    REQUIRE(problem == "");
}

// Whether all of an array's values are of one generation: first, first + 1, ...
bool is_ramp(const cshm_array_view &view) {
  const double *values = doubles(view);
  for (uint64_t i = 0; i < view.nbytes / sizeof(double); i++)
    if (values[i] != values[0] + static_cast<double>(i)) return false;
  return true;
}

// Attaches, takes an array, lets the attachment go, and reads.
std::string read_once(cshm_store store, const std::string &project) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_attachment attachment{0};
  cshm_array array{0};
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  if (cshm_attach(store, project.c_str(), nullptr, &attachment, &err) != CSHM_OK) return err.message;
  if (cshm_array_open(attachment, "b/b1", &array, &err) != CSHM_OK || cshm_detach(attachment, &err) != CSHM_OK ||
      cshm_array_describe(array, &view, &err) != CSHM_OK)
    return err.message;
  const bool whole = is_ramp(view);
  if (cshm_array_release(array, &err) != CSHM_OK) return err.message;
  return whole ? "" : "a torn array";
}

} // namespace

TEST_CASE("threads attach, read and let go while another overwrites the project") {
  Store store;
  const std::string project = unique_name("threads");
  share_sample(store, project);
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int i = 1; i <= 50; i++)
      share_sample(store, project, i * 1000.0, true);
    done = true;
  });
  all_at_once([&](int) {
    std::string problem;
    for (int i = 0; problem.empty() && (i < 100 || !done); i++)
      problem = read_once(store, project);
    return problem;
  });
  writer.join();
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(values_at(attachment, "a") == ramp(6, 50000));
  REQUIRE(segments_of(project).size() == 1);
}

TEST_CASE("of many threads that let go of one reference exactly one succeeds") {
  Store store;
  const std::string project = unique_name("release");
  share_sample(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  for (int round = 0; round < 200; round++) {
    Array array;
    open_array(attachment, "a", array);
    const cshm_array shared = array;
    std::atomic<int> released{0}, stale{0};
    all_at_once([&](int) {
      const cshm_status status = cshm_array_release(shared, nullptr);
      released += status == CSHM_OK ? 1 : 0;
      stale += status == CSHM_ERR_STALE_HANDLE ? 1 : 0;
      return std::string();
    });
    REQUIRE(released == 1);
    REQUIRE(stale == THREADS - 1);
  }
}

TEST_CASE("a handle released under the feet of its readers gives data or is stale") {
  Store store;
  const std::string project = unique_name("feet");
  share_sample(store, project, 5);
  for (int round = 0; round < 200; round++) {
    Attachment attachment;
    attach(store, project, attachment);
    const cshm_attachment shared = attachment;
    all_at_once([&](int number) -> std::string {
      if (number == 0) {
        (void)cshm_detach(shared, nullptr);
        return "";
      }
      cshm_array array{0};
      cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
      const cshm_status status = cshm_array_open(shared, "a", &array, nullptr);
      if (status == CSHM_ERR_STALE_HANDLE) return "";
      if (status != CSHM_OK || cshm_array_describe(array, &view, nullptr) != CSHM_OK) return cshm_status_name(status);
      const bool right = doubles(view)[5] == 10;
      return cshm_array_release(array, nullptr) == CSHM_OK && right ? "" : "wrong data";
    });
  }
}

TEST_CASE("threads fill one builder by pieces") {
  Store store;
  const std::string project = unique_name("fill");
  const size_t count = 100000;
  Builder builder(store, project);
  builder.array("x", "<f8", {THREADS, static_cast<int64_t>(count)}).allocate();
  all_at_once([&](int number) -> std::string {
    const std::vector<double> row = ramp(count, number * static_cast<double>(count));
    cshm_error err = CSHM_ERROR_INIT;
    const uint64_t nbytes = count * sizeof(double);
    const auto offset = static_cast<uint64_t>(number) * nbytes;
    return cshm_builder_write(builder, 0, offset, row.data(), nbytes, &err) == CSHM_OK ? "" : err.message;
  });
  builder.publish();
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(values_at(attachment, "x") == ramp(THREADS * count));
}

TEST_CASE("threads fill small arrays of one builder, side by side and far apart") {
  Store store;
  const std::string project = unique_name("small");
  constexpr uint32_t EACH = 4000;
  Builder builder(store, project);
  for (uint32_t i = 0; i < EACH * THREADS; i++)
    builder.array("a" + std::to_string(i), "<f8", {8});
  builder.allocate();
  all_at_once([&](int number) -> std::string {
    cshm_error err = CSHM_ERROR_INIT;
    for (uint32_t i = 0; i < EACH; i++) {
      // Half of the threads take turns in one piece, half have pieces of their own.
      const auto n = static_cast<uint32_t>(number);
      const uint32_t array = n % 2 == 0 ? i * (THREADS / 2) + n / 2 : EACH * (THREADS + n - 1) / 2 + i;
      const std::vector<double> values(8, array);
      if (cshm_builder_write(builder, array, 0, values.data(), 64, &err) != CSHM_OK) return err.message;
    }
    return "";
  });
  builder.publish();
  Attachment attachment;
  attach(store, project, attachment);
  for (uint32_t i = 0; i < EACH * THREADS; i++)
    if (values_at(attachment, "a" + std::to_string(i)) != std::vector<double>(8, i)) FAIL("array " << i);
}

TEST_CASE("threads attach what another thread publishes: they get it, or are too late") {
  Store store;
  const std::string project = unique_name("late");
  for (int round = 0; round < 20; round++) {
    Builder builder(store, project, true, CSHM_LAST_USER);
    builder.array("b/b1", "<f8", {6}).allocate();
    all_at_once([&](int number) -> std::string {
      cshm_error err = CSHM_ERROR_INIT;
      cshm_attachment built{0};
      if (number == 0) return cshm_builder_publish(builder, nullptr, &err) == CSHM_OK ? "" : err.message;
      const cshm_status status = cshm_builder_attach(builder, &built, &err);
      if (status == CSHM_ERR_STATE || status == CSHM_ERR_STALE_HANDLE) return "";
      return status == CSHM_OK && cshm_detach(built, &err) == CSHM_OK ? "" : err.message;
    });
  }
  (void)cshm_unlink(store, project.c_str(), nullptr); // one that was attached may be gone with that
}

TEST_CASE("threads create, list and unlink projects side by side") {
  Store store;
  const std::string tag = unique_name("many");
  all_at_once([&](int number) -> std::string {
    const std::string project = tag + "-" + std::to_string(number);
    for (int i = 0; i < 20; i++) {
      cshm_error err = CSHM_ERROR_INIT;
      cshm_builder builder{0};
      cshm_listing listing{0};
      uint64_t count = 0;
      if (cshm_builder_open(store, project.c_str(), nullptr, &builder, &err) != CSHM_OK ||
          cshm_builder_array(builder, "a", "<f8", 0, nullptr, CSHM_ORDER_C, nullptr, &err) != CSHM_OK ||
          cshm_builder_allocate(builder, &err) != CSHM_OK || cshm_builder_publish(builder, nullptr, &err) != CSHM_OK ||
          cshm_list(store, &listing, &err) != CSHM_OK || cshm_listing_count(listing, &count, &err) != CSHM_OK ||
          cshm_listing_close(listing, &err) != CSHM_OK || cshm_unlink(store, project.c_str(), &err) != CSHM_OK)
        return err.message;
      if (count < 1 || count > THREADS) return "a listing of " + std::to_string(count) + " projects";
    }
    return "";
  });
  REQUIRE(store.names().empty());
}
