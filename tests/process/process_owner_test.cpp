// The owner lifetime: a project that ends with the process that published it, however that ends.
//
// SPDX-License-Identifier: MIT
#include "process_fixture.hpp"

using namespace process;

namespace {

// For children: publishes "a" of 6 values as an owned project.
bool publish_owned(cshm_store store, const std::string &project, double first = 3) {
  return publish_plain(store, project, CSHM_OWNER, true, first);
}

// How an owner may end.
enum Ending { BY__EXIT, BY_KILL, BY_ABORT };

int own_and_end(cshm_store store, const std::string &project, Ending ending, Child &self) {
  if (!publish_owned(store, project)) return 1;
  self.reached();
  if (ending == BY_ABORT) abort();
  return 0;
}

} // namespace

TEST_CASE("an owned project is gone when its owner is, at the next list or attach") {
  for (const Ending ending : {BY__EXIT, BY_KILL, BY_ABORT})
    for (const bool by_list : {true, false}) {
      CAPTURE(ending, by_list);
      Store store;
      const std::string project = unique_name("owned");
      Child owner([&](Child &self) { return own_and_end(store, project, ending, self); });
      owner.wait_reached();
      REQUIRE(store.names() == std::vector<std::string>{project});
      Attachment attachment;
      attach(store, project, attachment);
      REQUIRE(describe(attachment).lifetime == CSHM_OWNER);
      if (ending == BY_KILL)
        owner.kill();
      else
        owner.go_on();
      (void)owner.wait();

      Error err;
      cshm_attachment again{0};
      if (by_list)
        REQUIRE(store.names().empty());
      else
        REQUIRE_STATUS(cshm_attach(store, project.c_str(), nullptr, &again, err), err, CSHM_ERR_NOT_FOUND);
      REQUIRE(segments_of(project).empty());
      REQUIRE_FALSE(fs::exists(store.manifest(project)));
      // Who is attached keeps a whole tree, and is told.
      REQUIRE(values_at(attachment, "a") == ramp(6, 3));
      REQUIRE_FALSE(is_current(attachment));
    }
}

TEST_CASE("an owner that ends normally takes its project with it") {
  Store store;
  const std::string project = unique_name("owned");
  REQUIRE(run({beside("produce_sample"), store.root().string(), project, "3", "1"}) == 0);
  // Nobody listed or attached: it was the owner's exit.
  REQUIRE(segments_of(project).empty());
  REQUIRE_FALSE(fs::exists(store.manifest(project)));
}

TEST_CASE("a persistent project outlives its producer") {
  Store store;
  const std::string project = unique_name("persistent");
  REQUIRE(run({beside("produce_sample"), store.root().string(), project, "3", "0"}) == 0);
  REQUIRE(store.names() == std::vector<std::string>{project});
}

TEST_CASE("a dead owner's project makes room for one of the same name") {
  Store store;
  const std::string project = unique_name("owned");
  REQUIRE(in_child([&] { return publish_owned(store, project) ? 0 : 1; }) == 0);
  // Without overwrite: what is left of the dead is not a project.
  share_sample(store, project, 50);
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(values_at(attachment, "a") == ramp(6, 50));
  REQUIRE(segments_of(project).size() == 1);
}

TEST_CASE("a forked child neither unlinks its parent's project nor keeps it alive") {
  Store store;
  const std::string project = unique_name("owned");
  Child owner([&](Child &self) {
    if (!publish_owned(store, project)) return 1;
    // One child that exits at once, through all handlers; one that stays when the owner is gone.
    const pid_t brief = fork();
    if (brief == 0) exit(0);
    (void)waitpid(brief, nullptr, 0);
    if (fork() == 0) {
      alarm(20);
      self.reached(); // by the child: once it runs, its copy of the lease is closed
      pause();
    }
    pause();
    return 0;
  });
  owner.wait_reached();
  REQUIRE(store.names() == std::vector<std::string>{project});
  owner.kill();
  REQUIRE(owner.wait() == 128 + SIGKILL);
  REQUIRE(store.names().empty());
  REQUIRE(segments_of(project).empty());
}

TEST_CASE("an owned project that another process overwrote is that process's") {
  Store store;
  const std::string project = unique_name("owned");
  Child owner([&](Child &self) { return own_and_end(store, project, BY__EXIT, self); });
  owner.wait_reached();
  share_sample(store, project, 70, true);
  owner.go_on();
  REQUIRE(owner.wait() == 0);
  REQUIRE(store.names() == std::vector<std::string>{project});
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(values_at(attachment, "a") == ramp(6, 70));
}

TEST_CASE("an attached process does not keep a dead owner's project in the store") {
  Store store;
  const std::string project = unique_name("owned");
  Child owner([&](Child &self) { return own_and_end(store, project, BY_KILL, self); });
  owner.wait_reached();
  Child reader([&](Child &self) {
    cshm_attachment attachment{0};
    if (!attach_plain(store, project, &attachment)) return 1;
    self.reached();
    return first_value(attachment) == 3 ? 0 : 2;
  });
  reader.wait_reached();
  owner.kill();
  (void)owner.wait();
  REQUIRE(store.names().empty());
  reader.go_on();
  REQUIRE(reader.wait() == 0);
}

TEST_CASE("the death of one owner touches no other project") {
  Store store;
  const std::string project = unique_name("owned");
  share_sample(store, project + "-kept");
  Child other([&](Child &self) { return own_and_end(store, project + "-other", BY_KILL, self); });
  other.wait_reached();
  REQUIRE(in_child([&] { return publish_owned(store, project) ? 0 : 1; }) == 0);
  REQUIRE(store.names() == std::vector<std::string>{project + "-kept", project + "-other"});
}
