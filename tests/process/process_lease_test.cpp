// Leases: who has a project is told by the kernel, however they die, wherever they run, whoever they are.
//
// SPDX-License-Identifier: MIT
#include "../api/api_collect.hpp"
#include "process_namespace.hpp"

#include <memory>
#include <sys/stat.h>
#include <thread>

using namespace process;

namespace {

// For children: publishes "a" of 6 values as an owned project.
bool publish_owned(cshm_store store, const std::string &project) {
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  options.lifetime = CSHM_OWNER;
  cshm_builder builder{0};
  const int64_t shape = 6;
  return cshm_builder_open(store, project.c_str(), &options, &builder, nullptr) == CSHM_OK &&
         cshm_builder_array(builder, "a", "<f8", 1, &shape, CSHM_ORDER_C, nullptr, nullptr) == CSHM_OK &&
         cshm_builder_allocate(builder, nullptr) == CSHM_OK &&
         cshm_builder_publish(builder, nullptr, nullptr) == CSHM_OK;
}

// For children: how many projects the store lists, or collects; -1: it cannot.
int count_of(cshm_store store, bool collected) {
  cshm_listing listing{0};
  uint64_t count = 0;
  const cshm_status status =
      collected ? cshm_store_collect(store, nullptr, &listing, nullptr) : cshm_list(store, &listing, nullptr);
  if (status != CSHM_OK || cshm_listing_count(listing, &count, nullptr) != CSHM_OK) return -1;
  (void)cshm_listing_close(listing, nullptr);
  return static_cast<int>(count);
}

size_t open_files() {
  size_t count = 0;
  for (const auto &entry : fs::directory_iterator("/proc/self/fd"))
    count += entry.path().empty() ? 0 : 1;
  return count;
}

// Waits for what the end of another process brings about.
template <class Is>
bool comes_true(Is is) {
  for (int i = 0; i < 4000; i++) {
    if (is()) return true;
    (void)usleep(5000);
  }
  return false;
}

} // namespace

TEST_CASE("an attachment costs no descriptor, and is seen by others until its process has ended, however it ends") {
  Store store;
  const std::string project = unique_name("seen");
  share_sample(store, project, 3);
  for (const int signal : {0, SIGTERM, SIGKILL})
    for (const cshm_mode mode : {CSHM_READ_ONLY, CSHM_READ_WRITE, CSHM_PRIVATE}) {
      CAPTURE(signal, mode);
      Child reader([&](Child &self) {
        cshm_attachment attachment{0};
        const size_t before = open_files();
        if (!attach_plain(store, project, &attachment, mode)) return 1;
        if (open_files() != before) return 2;
        self.reached();
        if (signal != 0) (void)raise(signal);
        return 0;
      });
      reader.wait_reached();
      REQUIRE(in_use(store, project));
      reader.go_on();
      REQUIRE(reader.wait() == (signal == 0 ? 0 : 128 + signal));
      REQUIRE_FALSE(in_use(store, project));
      REQUIRE(store.names() == std::vector<std::string>{project});
    }
}

TEST_CASE("a child of fork has what its parent has attached, and keeps it when the parent is killed") {
  Store store;
  const std::string project = unique_name("child");
  share_sample(store, project, 3);
  Child parent([&](Child &self) {
    cshm_attachment attachment{0};
    if (!attach_plain(store, project, &attachment)) return 1;
    if (fork() == 0) {
      alarm(20);
      self.reached();
      self.reached();
      _exit(first_value(attachment) == 3 && cshm_detach(attachment, nullptr) == CSHM_OK ? 0 : 1);
    }
    pause();
    return 0;
  });
  parent.wait_reached();
  parent.kill();
  REQUIRE(parent.wait() == 128 + SIGKILL);
  REQUIRE(in_use(store, project));
  parent.go_on();
  parent.wait_reached();
  parent.go_on();
  REQUIRE(comes_true([&] { return !in_use(store, project); }));
}

TEST_CASE("a program that a process becomes by exec has nothing attached") {
  Store store;
  const std::string project = unique_name("exec");
  share_sample(store, project);
  Child reader([&](Child &self) {
    cshm_attachment attachment{0};
    if (!attach_plain(store, project, &attachment)) return 1;
    self.reached();
    execlp("sleep", "sleep", "20", nullptr);
    return 1;
  });
  reader.wait_reached();
  REQUIRE(in_use(store, project));
  reader.go_on();
  REQUIRE(comes_true([&] { return !in_use(store, project); }));
}

TEST_CASE("threads that attach and detach at once leave neither a lease nor a descriptor") {
  Store store;
  const std::string project = unique_name("threads");
  share_sample(store, project, 3);
  REQUIRE_FALSE(in_use(store, project));
  const size_t before = open_files();
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; t++)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; i++) {
        cshm_attachment attachment{0};
        if (!attach_plain(store, project, &attachment, static_cast<cshm_mode>((t + i) % 3)) ||
            first_value(attachment) != 3 || cshm_detach(attachment, nullptr) != CSHM_OK)
          wrong++;
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  REQUIRE(wrong == 0);
  REQUIRE(open_files() == before);
  REQUIRE_FALSE(in_use(store, project));
}

TEST_CASE(
    "leases hold across PID and mount namespaces: what lives in another one is not collected, what died there is") {
  Store store;
  const std::string project = unique_name("namespace");
  Child owner([&](Child &self) {
    if (!own_tmpfs("/run", "size=64k", CLONE_NEWPID)) return 97;
    const pid_t inner = fork(); // the first of its namespace: number 1, as is some process of ours
    if (inner == 0) {
      if (getpid() != 1 || !publish_owned(store, project)) _exit(1);
      self.reached();
      (void)raise(SIGKILL); // number 1 is spared by its own signals
      _exit(0);
    }
    int status = 0;
    (void)waitpid(inner, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  });
  owner.wait_reached();
  INFO("97: a child may not unshare and mount: run the tests where it may");
  REQUIRE(store.names() == std::vector<std::string>{project});
  REQUIRE(collect_twice(store).empty());
  const auto collect_elsewhere = [&] {
    return in_child([&] {
      if (!own_tmpfs("/run", "size=64k", CLONE_NEWPID)) return 97;
      const pid_t inner = fork();
      if (inner == 0) _exit(count_of(store, true) & 0x7f);
      int status = 0;
      return waitpid(inner, &status, 0) == inner && WIFEXITED(status) ? WEXITSTATUS(status) : 98;
    });
  };
  REQUIRE(collect_elsewhere() == 0);
  owner.go_on();
  REQUIRE(owner.wait() == 0);
  REQUIRE(segments_of(project).size() == 1);
  REQUIRE(collect_elsewhere() == 1);
  REQUIRE(segments_of(project).empty());
  REQUIRE(store.names().empty());
}

TEST_CASE("a user who may read a project sees whether its owner lives, and does not find what is dead but not to be "
          "removed") {
  if (geteuid() != 0) {
    WARN("needs root, to be two users: not tested");
    REQUIRE(getenv("CI") == nullptr);
    return;
  }
  Store store;
  const std::string project = unique_name("uid");
  Child owner([&](Child &self) {
    if (!publish_owned(store, project)) return 1;
    self.reached();
    return 0;
  });
  owner.wait_reached();
  fs::permissions(store.folder(), fs::perms::owner_all | fs::perms::others_exec);
  REQUIRE(chmod(store.root().c_str(), 0755) == 0);
  REQUIRE(chmod(store.manifest(project).c_str(), 0644) == 0);
  REQUIRE(chmod(segments_of(project).at(0).c_str(), 0644) == 0);
  const auto look = [&] {
    return unprivileged([&] {
      cshm_attachment attachment{0};
      cshm_error err = CSHM_ERROR_INIT;
      const int listed = count_of(store, false);
      const cshm_status status = cshm_attach(store, project.c_str(), nullptr, &attachment, &err);
      return status == CSHM_OK ? 10 + listed : status == CSHM_ERR_NOT_FOUND ? 20 + listed : 30;
    });
  };
  REQUIRE(look() == 11);
  owner.go_on();
  REQUIRE(owner.wait() == 0);
  REQUIRE(look() == 20);
  REQUIRE(segments_of(project).size() == 1);
  const int told = unprivileged([&] {
    cshm_listing listing{0};
    cshm_project entry = CSHM_PROJECT_INIT;
    if (cshm_store_collect(store, nullptr, &listing, nullptr) != CSHM_OK ||
        cshm_listing_project(listing, 0, &entry, nullptr) != CSHM_OK)
      return 1;
    return entry.status == CSHM_ERR_PERMISSION ? 0 : 2;
  });
  REQUIRE(told == 0);
  REQUIRE(collect_twice(store).size() == 1);
  REQUIRE(segments_of(project).empty());
}
