// Fork and exec: handles live on in a child, and a new process knows nothing but the store.
//
// SPDX-License-Identifier: MIT
#include "process_fixture.hpp"

#include <memory>
#include <thread>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

using namespace process;

TEST_CASE("handles made before fork work in the child, and letting go there leaves the parent's") {
  Store store;
  const std::string project = unique_name("fork");
  share_sample(store, project, 9);
  Attachment attachment;
  attach(store, project, attachment);
  Array array;
  open_array(attachment, "b/b1", array);
  const cshm_attachment shared = attachment;
  const cshm_array taken = array;
  const int code = in_child([&] {
    cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
    if (first_value(shared) != 9) return 1;
    if (cshm_detach(shared, nullptr) != CSHM_OK || cshm_detach(shared, nullptr) != CSHM_ERR_STALE_HANDLE) return 2;
    if (cshm_array_describe(taken, &view, nullptr) != CSHM_OK || doubles(view)[11] != 120) return 3;
    return cshm_array_release(taken, nullptr) == CSHM_OK ? 0 : 4;
  });
  REQUIRE(code == 0);
  REQUIRE(values_at(attachment, "a") == ramp(6, 9));
  REQUIRE(values_of(array) == ramp(12, 109));
  REQUIRE(store.names() == std::vector<std::string>{project});
}

TEST_CASE("a child writes where its parent and others read") {
  Store store;
  const std::string project = unique_name("fork");
  share_sample(store, project);
  Attachment reader, writer;
  attach(store, project, reader);
  attach(store, project, writer, CSHM_READ_WRITE);
  Array array;
  open_array(writer, "a", array);
  double *values = doubles(describe(array));
  REQUIRE(in_child([&] {
            values[3] = 33;
            return 0;
          }) == 0);
  REQUIRE(values_at(reader, "a")[3] == 33);
}

TEST_CASE("a private attachment is private from a child, too") {
  Store store;
  const std::string project = unique_name("fork");
  share_sample(store, project);
  Attachment mine;
  attach(store, project, mine, CSHM_PRIVATE);
  Array array;
  open_array(mine, "a", array);
  double *values = doubles(describe(array));
  values[0] = 5;
  REQUIRE(in_child([&] {
            const bool inherited = values[0] == 5;
            values[0] = 6;
            return inherited ? 0 : 1;
          }) == 0);
  REQUIRE(values[0] == 5);
}

TEST_CASE("a child attaches and creates by itself") {
  Store store;
  const std::string project = unique_name("fork");
  share_sample(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  const int code = in_child([&] {
    cshm_attachment again{0};
    if (!attach_plain(store, project, &again) || first_value(again) != 0) return 1;
    cshm_builder builder{0};
    return cshm_builder_open(store, (project + "-child").c_str(), nullptr, &builder, nullptr) == CSHM_OK &&
                   cshm_builder_allocate(builder, nullptr) == CSHM_OK &&
                   cshm_builder_publish(builder, nullptr, nullptr) == CSHM_OK
               ? 0
               : 2;
  });
  REQUIRE(code == 0);
  REQUIRE(store.names() == std::vector<std::string>{project, project + "-child"});
}

TEST_CASE("a builder belongs to the process that opened it") {
  Store store;
  const std::string project = unique_name("fork");
  Builder builder(store, project);
  builder.array("a", "<f8", {6}).allocate();
  Error err;
  Attachment built;
  REQUIRE_OK(cshm_builder_attach(builder, built.out(), err), err);
  const cshm_builder shared = builder;
  const cshm_attachment inherited = built;
  const int code = in_child([&] {
    cshm_attachment none;
    if (cshm_builder_publish(shared, nullptr, nullptr) != CSHM_ERR_STATE) return 1;
    if (cshm_builder_write(shared, 0, 0, "12345678", 8, nullptr) != CSHM_ERR_STATE) return 2;
    if (cshm_builder_attach(shared, &none, nullptr) != CSHM_ERR_STATE) return 3;
    if (first_value(inherited) != 0) return 4;
    return cshm_builder_abort(shared, nullptr) == CSHM_OK && first_value(inherited) == 0 ? 0 : 5;
  });
  REQUIRE(code == 0);
  builder.write(0, ramp(6, 4)).publish();
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(values_at(attachment, "a") == ramp(6, 4));
}

TEST_CASE("a child that exits or dies takes nothing of its parent's with it") {
  Store store;
  const std::string project = unique_name("fork");
  Builder builder(store, project + "-built");
  builder.array("a", "<f8", {6}).allocate();
  share_sample(store, project, 1, false, CSHM_OWNER);
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(in_child([] { return 0; }) == 0);
  REQUIRE(in_child([] { return raise(SIGKILL); }) == 128 + SIGKILL);
  REQUIRE(store.names() == std::vector<std::string>{project});
  REQUIRE(values_at(attachment, "a") == ramp(6, 1));
  builder.write(0, ramp(6)).publish();
  REQUIRE(store.names() == std::vector<std::string>{project, project + "-built"});
}

// Not under a sanitizer: the allocators of theirs, unlike glibc's, may be left locked in the child.
#ifndef SANITIZED
TEST_CASE("fork in the midst of other threads' calls leaves a child that works") {
  Store store;
  const std::string project = unique_name("fork");
  share_sample(store, project, 2);
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; i++)
    threads.emplace_back([&] {
      while (!done) {
        cshm_attachment attachment{0};
        cshm_listing listing{0};
        if (attach_plain(store, project, &attachment)) (void)first_value(attachment);
        (void)cshm_detach(attachment, nullptr);
        (void)cshm_list(store, &listing, nullptr);
        (void)cshm_listing_close(listing, nullptr);
      }
    });
  int worst = 0;
  for (int i = 0; i < 200 && worst == 0; i++)
    worst = in_child([&] {
      alarm(20);
      cshm_attachment attachment{0};
      const bool well = attach_plain(store, project, &attachment) && first_value(attachment) == 2 &&
                        cshm_detach(attachment, nullptr) == CSHM_OK;
      return well ? 0 : 1;
    });
  done = true;
  for (std::thread &thread : threads)
    thread.join();
  REQUIRE(worst == 0);
}
#endif

TEST_CASE("a new program attaches what a process shares") {
  Store store;
  const std::string project = unique_name("exec");
  share_sample(store, project, 0, false, CSHM_OWNER);
  REQUIRE(run({beside("attach_all"), store.root().string(), project}) == 0);
  REQUIRE(run({beside("attach_all"), store.root().string(), project + "-none"}) == 1);
  REQUIRE(store.names() == std::vector<std::string>{project});
}

TEST_CASE("writers that overwrite and readers that attach in many processes see whole trees only") {
  Store store;
  const std::string project = unique_name("crowd");
  share_sample(store, project);
  std::vector<std::unique_ptr<Child>> children;
  for (int writer = 0; writer < 3; writer++)
    children.push_back(std::make_unique<Child>([&, writer](Child &) {
      for (int i = 0; i < 40; i++)
        share_sample(store, project, writer * 10000 + i, true);
      return 0;
    }));
  for (int reader = 0; reader < 3; reader++)
    children.push_back(std::make_unique<Child>([&](Child &) {
      for (int i = 0; i < 200; i++) {
        cshm_attachment attachment{0};
        if (!attach_plain(store, project, &attachment)) return 1;
        cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
        const double first = first_value(attachment);
        if (cshm_attachment_view(attachment, 3, &view, nullptr) != CSHM_OK || doubles(view)[11] != first + 111)
          return 2;
        if (cshm_detach(attachment, nullptr) != CSHM_OK) return 3;
      }
      return 0;
    }));
  for (const auto &child : children)
    REQUIRE(child->wait() == 0);
  REQUIRE(store.names() == std::vector<std::string>{project});
  REQUIRE(segments_of(project).size() == 1);
}
