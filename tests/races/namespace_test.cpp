// Two containers, on one tmpfs and one store: processes that see neither each other's PIDs nor mounts, and other users. Who is alive
// is told by locks, so nobody takes the other for dead, nor a dead one for alive.
//
// SPDX-License-Identifier: MIT
#include "race_fixture.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

using namespace race;

namespace {

constexpr uid_t NOBODY = 65534;

// Namespaces need root. CI has it; elsewhere this says loudly that nothing was tested.
bool can_be_a_container() {
  if (geteuid() == 0) return true;
  WARN("needs root, to make namespaces and to be two users: not tested");
  REQUIRE(getenv("CI") == nullptr);
  return false;
}

// Whoever this process forks meanwhile is the first process of a PID namespace of its own.
class NewPids {
public:
  NewPids() : ours_(open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC)) {
    REQUIRE(ours_ >= 0);
    REQUIRE(unshare(CLONE_NEWPID) == 0);
  }
  NewPids(const NewPids &) = delete;
  NewPids &operator=(const NewPids &) = delete;
  ~NewPids() {
    (void)setns(ours_, CLONE_NEWPID);
    close(ours_);
  }

private:
  int ours_;
};

struct Place {
  uid_t user = 0;
  std::string hidden; // a folder that is empty there
};

// In the first process of a container: mounts of its own, a /proc that shows its PIDs only, and another user if wanted.
bool settle(const Place &place) {
  if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("proc", "/proc", "proc", 0, nullptr) != 0 || getpid() != 1)
    return false;
  if (!place.hidden.empty() && mount("tmpfs", place.hidden.c_str(), "tmpfs", 0, "mode=0755") != 0) return false;
  return place.user == 0 || (setgroups(0, nullptr) == 0 && setgid(place.user) == 0 && setuid(place.user) == 0);
}

// A container: its first process forks one that works. Killing the first kills all that are in it. The exit code is the
// worker's, 97 where the kernel lets us make none.
std::unique_ptr<Child> container(const Place &place, const std::function<int(Child &)> &work) {
  const NewPids pids;
  return std::make_unique<Child>([&](Child &self) {
    int status = 0;
    if (!settle(place)) return 97;
    const pid_t worker = fork();
    if (worker == 0) _exit(work(self));
    if (worker < 0 || waitpid(worker, &status, 0) != worker) return 98;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  });
}

int in_container(const Place &place, const std::function<int()> &work) {
  const auto child = container(place, [&](Child &) { return work(); });
  return child->wait();
}

// A container whose worker publishes generation 7, and stays until it is told to go on; then it exits.
std::unique_ptr<Child> producer(cshm_store store, const std::string &project, cshm_lifetime lifetime) {
  auto child = container({}, [=](Child &self) {
    cshm_attachment attachment{0};
    if (publish(store, project, 7, {false, lifetime}, lifetime == CSHM_LAST_USER ? &attachment : nullptr, nullptr) !=
        CSHM_OK)
      return 1;
    self.reached();
    exit(0);
  });
  child->wait_reached();
  return child;
}

// For children: what others would do to a dead one's project. 0: it is there, whole, also after that.
int look_and_collect(cshm_store store, const std::string &project) {
  cshm_listing listing{0};
  uint64_t count = 0;
  if (cshm_store_collect(store, nullptr, nullptr, nullptr) != CSHM_OK) return 10;
  if (cshm_list(store, &listing, nullptr) != CSHM_OK || cshm_listing_count(listing, &count, nullptr) != CSHM_OK)
    return 11;
  if (count != 1) return 12;
  cshm_attachment attachment{0};
  if (cshm_attach(store, project.c_str(), nullptr, &attachment, nullptr) != CSHM_OK) return 13;
  if (whole_number(attachment) != 7) return 14;
  if (cshm_detach(attachment, nullptr) != CSHM_OK) return 15;
  return cshm_store_collect(store, nullptr, nullptr, nullptr) == CSHM_OK ? 0 : 16;
}

// 0: a dead one's project is gone, and with it all that it was.
int find_none(cshm_store store, const std::string &project) {
  cshm_attachment attachment{0};
  if (cshm_store_collect(store, nullptr, nullptr, nullptr) != CSHM_OK) return 20;
  return cshm_attach(store, project.c_str(), nullptr, &attachment, nullptr) == CSHM_ERR_NOT_FOUND ? 0 : 21;
}

} // namespace

TEST_CASE("who is alive in another PID namespace is not taken for dead, and who died there is not taken for alive") {
  if (!can_be_a_container()) return;
  for (const cshm_lifetime lifetime : {CSHM_OWNER, CSHM_LAST_USER})
    for (const bool from_container : {true, false}) {
      CAPTURE(lifetime, from_container);
      Store store;
      const std::string project = unique_name("namespace");
      const auto here = [&](const std::function<int()> &work) {
        return from_container ? in_container({}, work) : in_child(work);
      };
      const auto child = producer(store, project, lifetime);
      REQUIRE(here([&] { return look_and_collect(store, project); }) == 0);
      REQUIRE(segments_of(project).size() == 1);
      child->kill(); // the first process, and so the whole container
      REQUIRE(child->wait() == 128 + SIGKILL);
      REQUIRE(segments_of(project).size() == 1); // what it left
      REQUIRE(here([&] { return find_none(store, project); }) == 0);
      require_nothing_left(store, project);
    }
}

TEST_CASE("a container sees that a producer outside it lives, and that it died") {
  if (!can_be_a_container()) return;
  Store store;
  const std::string project = unique_name("outside");
  Child child([&](Child &self) {
    if (publish(store, project, 7, {false, CSHM_OWNER}, nullptr, nullptr) != CSHM_OK) return 1;
    self.reached();
    return 0;
  });
  child.wait_reached();
  REQUIRE(in_container({}, [&] { return look_and_collect(store, project); }) == 0);
  child.kill();
  REQUIRE(child.wait() == 128 + SIGKILL);
  REQUIRE(in_container({}, [&] { return find_none(store, project); }) == 0);
  require_nothing_left(store, project);
}

TEST_CASE("a producer in a container that exits takes its project along, as anywhere") {
  if (!can_be_a_container()) return;
  Store store;
  const std::string project = unique_name("exits");
  const auto child = producer(store, project, CSHM_OWNER);
  child->go_on();
  REQUIRE(child->wait() == 0);
  require_nothing_left(store, project);
}

TEST_CASE("a reader in another container keeps a last-user project alive, until its container dies as a whole") {
  if (!can_be_a_container()) return;
  Store store;
  const std::string project = unique_name("reader");
  const auto first = producer(store, project, CSHM_LAST_USER);
  const auto reader = container({}, [&](Child &self) {
    cshm_attachment attachment{0};
    if (!attach_plain(store, project, &attachment)) return 1;
    self.reached();
    return whole_number(attachment) == 7 && look_and_collect(store, project) == 0 ? (self.reached(), 0) : 2;
  });
  reader->wait_reached();
  first->kill();
  REQUIRE(first->wait() == 128 + SIGKILL);
  REQUIRE(look_and_collect(store, project) == 0);
  reader->go_on();
  reader->wait_reached();
  reader->kill();
  REQUIRE(reader->wait() == 128 + SIGKILL);
  REQUIRE(find_none(store, project) == 0);
  require_nothing_left(store, project);
}

TEST_CASE("containers that create, overwrite and collect at once are as safe as processes") {
  if (!can_be_a_container()) return;
  Store store;
  const std::string project = unique_name("busy");
  const int turns = times(200, 5000);
  std::vector<std::unique_ptr<Child>> children;
  for (int number = 0; number < 3; number++)
    children.push_back(container({}, [&](Child &) {
      for (int turn = 0; turn < turns; turn++) {
        cshm_attachment attachment{0};
        if (publish(store, project, number * 1000 + turn % 1000, {true, CSHM_LAST_USER}, &attachment, nullptr) !=
            CSHM_OK)
          return 1;
        if (whole_number(attachment) != number * 1000 + turn % 1000) return 2;
        if (turn % 10 == 0 && cshm_store_collect(store, nullptr, nullptr, nullptr) != CSHM_OK) return 3;
        if (cshm_detach(attachment, nullptr) != CSHM_OK) return 4;
      }
      return 0;
    }));
  for (const auto &child : children)
    REQUIRE(child->wait() == 0);
  REQUIRE(store.names().empty());
  require_nothing_left(store, project);
}

TEST_CASE("another user may use what is opened to it, keeps it alive, and removes nothing of others, dead or alive") {
  if (!can_be_a_container()) return;
  Store store;
  const std::string project = unique_name("user");
  const Place nobody = {NOBODY, ""};
  const auto first = producer(store, project, CSHM_LAST_USER);
  fs::permissions(store.folder(), fs::perms::owner_all | fs::perms::others_exec);
  REQUIRE(chmod(store.root().c_str(), 0755) == 0);
  REQUIRE(chmod(store.manifest(project).c_str(), 0644) == 0);
  REQUIRE(chmod(segments_of(project).at(0).c_str(), 0644) == 0);
  const auto reader = container(nobody, [&](Child &self) {
    cshm_attachment attachment{0};
    if (!attach_plain(store, project, &attachment)) return 1;
    self.reached();
    return whole_number(attachment) == 7 ? 0 : 2;
  });
  reader->wait_reached();
  first->kill();
  REQUIRE(first->wait() == 128 + SIGKILL);
  REQUIRE(look_and_collect(store, project) == 0);
  reader->go_on();
  REQUIRE(reader->wait() == 0);
  REQUIRE(segments_of(project).size() == 1); // nobody may remove root's
  REQUIRE(in_container(nobody, [&] {
            const cshm_status status = cshm_store_collect(store, nullptr, nullptr, nullptr);
            return status == CSHM_OK || status == CSHM_ERR_PERMISSION ? 0 : 1;
          }) == 0);
  REQUIRE(segments_of(project).size() == 1);
  REQUIRE(find_none(store, project) == 0);
  require_nothing_left(store, project);
}

TEST_CASE("a reader that does not see the store's manifests finds a project by its segment") {
  if (!can_be_a_container()) return;
  Store store;
  const std::string project = unique_name("hidden");
  const auto first = producer(store, project, CSHM_OWNER);
  const Place without = {0, store.folder().string()};
  REQUIRE(in_container(without, [&] {
            cshm_attachment attachment{0};
            if (fs::exists(store.root())) return 1;
            if (!attach_plain(store, project, &attachment) || whole_number(attachment) != 7) return 2;
            return cshm_detach(attachment, nullptr) == CSHM_OK ? look_and_collect(store, project) : 3;
          }) == 0);
  REQUIRE(look_and_collect(store, project) == 0); // and its collector has not harmed it
  first->kill();
  REQUIRE(first->wait() == 128 + SIGKILL);
  REQUIRE(in_container(without, [&] { return find_none(store, project); }) == 0);
  REQUIRE(find_none(store, project) == 0);
  require_nothing_left(store, project);
}
