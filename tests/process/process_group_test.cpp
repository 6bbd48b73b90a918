// A store that a group shares: its owner, a member of the group, and a stranger.
//
// SPDX-License-Identifier: MIT
#include "process_user.hpp"

#include <cstddef>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

using namespace process;

namespace {

// From now on no file system gives this process files without names, as old ones do not.
bool refuse_unnamed_files() {
  const auto flags = static_cast<uint32_t>(offsetof(seccomp_data, args) + 2 * sizeof(uint64_t));
  constexpr uint32_t UNNAMED = O_TMPFILE & ~O_DIRECTORY;
  sock_filter steps[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                         BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3),
                         BPF_STMT(BPF_LD | BPF_W | BPF_ABS, flags),
                         BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, UNNAMED, 0, 1),
                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EOPNOTSUPP),
                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program = {sizeof steps / sizeof steps[0], steps};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 &&
         open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) < 0 && errno == EOPNOTSUPP;
}

int publish(const SharedFolder &lab, cshm_access access, const std::string &project, double first,
            cshm_lifetime lifetime = CSHM_PERSISTENT) {
  cshm_store store{0};
  Error err;
  WANT_OK(open_grouped(lab.root(), access, &store, err), err);
  WANT_OK(share_plain(store, project, first, err, false, lifetime), err);
  return 0;
}

// That a project is there for who asks, and holds this.
int sees(const SharedFolder &lab, const std::string &project, double first) {
  cshm_store store{0};
  Error err;
  WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_DEFAULT, &store, err), err);
  WANT(attached_value(store, project) == first);
  return 0;
}

} // namespace

TEST_CASE("the directory, manifests and segments of a store have exactly the modes they should, whatever the umask") {
  if (!can_be_others()) return;
  struct {
    const char *group;
    cshm_access access;
    unsigned directory, file;
  } const wanted[] = {{"", CSHM_ACCESS_DEFAULT, 0700, 0600},
                      {"61010", CSHM_ACCESS_DEFAULT, 02750, 0640},
                      {"61010", CSHM_ACCESS_READ, 02750, 0640},
                      {"61010", CSHM_ACCESS_READ_WRITE, 02770, 0660}};
  for (const auto &modes : wanted)
    for (const mode_t mask : {0u, 022u, 077u, 01000u, 01022u, 01077u}) { // 01000: no files without names
      const bool unnamed = (mask & 01000) == 0;
      CAPTURE(modes.group, modes.access, mask);
      SharedFolder lab(OWNER.user);
      const std::string project = lab.project("modes");
      REQUIRE(as(OWNER, [&] {
                umask(mask & 0777);
                WANT(unnamed || refuse_unnamed_files());
                cshm_store_options options = CSHM_STORE_OPTIONS_INIT;
                options.manifest = CSHM_MANIFEST_YAML;
                options.group = modes.group;
                options.access = modes.access;
                cshm_store store{0};
                Error err;
                WANT_OK(cshm_store_open(lab.root().c_str(), &options, &store, err), err);
                WANT_OK(share_plain(store, project, 1, err), err);
                return 0;
              }) == 0);
      const fs::path segment = segments_of(project).at(0);
      const gid_t group = modes.group[0] == '\0' ? OWNER.user : LAB;
      CHECK(mode_of(lab.root()) == modes.directory);
      for (const fs::path &file : {lab.manifest(project), segment})
        CHECK(mode_of(file) == modes.file);
      for (const fs::path &thing : {fs::path(lab.root()), lab.manifest(project), segment})
        CHECK(group_of(thing) == group);
    }
}

TEST_CASE("a reader of a group's store lists and attaches, and may change nothing") {
  if (!can_be_others()) return;
  SharedFolder lab(OWNER.user);
  const std::string project = lab.project("read");
  REQUIRE(as(OWNER, [&] { return publish(lab, CSHM_ACCESS_READ, project, 5); }) == 0);
  const std::string before = slurp(lab.manifest(project));
  for (const cshm_access access : {CSHM_ACCESS_DEFAULT, CSHM_ACCESS_READ_WRITE}) // asking for more gives no more
    REQUIRE(as(MEMBER, [&] {
              cshm_store store{0};
              Error err;
              WANT_OK(open_grouped(lab.root(), access, &store, err), err);
              WANT(count_projects(store) == 1);
              WANT(attached_value(store, project) == 5);
              WANT(attached_value(store, project, CSHM_PRIVATE) == 5);
              cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
              options.mode = CSHM_READ_WRITE;
              cshm_attachment attachment{0};
              WANT_STATUS(cshm_attach(store, project.c_str(), &options, &attachment, err), err, CSHM_ERR_PERMISSION);
              WANT(has_words(err, {"may only be read", "61012", "61011", "access r"}));
              WANT_STATUS(share_plain(store, project + "-2", 1, err), err, CSHM_ERR_PERMISSION);
              WANT(has_words(err, {lab.root().c_str(), "may only be read", "access rw"}));
              WANT_STATUS(share_plain(store, project, 1, err, true), err, CSHM_ERR_PERMISSION);
              WANT_STATUS(cshm_unlink(store, project.c_str(), err), err, CSHM_ERR_PERMISSION);
              WANT(has_words(err, {"may only be read"}));
              return 0;
            }) == 0);
  REQUIRE(slurp(lab.manifest(project)) == before);
  REQUIRE(segments_of(project).size() == 1);
  REQUIRE(mode_of(lab.root()) == 02750);
  REQUIRE(as(OWNER, [&] { return sees(lab, project, 5); }) == 0);
}

TEST_CASE("a member who may write attaches to write, and creates") {
  if (!can_be_others()) return;
  SharedFolder lab(OWNER.user);
  const std::string theirs = lab.project("theirs"), mine = lab.project("mine");
  REQUIRE(as(OWNER, [&] { return publish(lab, CSHM_ACCESS_READ_WRITE, theirs, 5); }) == 0);
  REQUIRE(as(MEMBER, [&] {
            cshm_store store{0};
            cshm_attachment attachment{0};
            cshm_array array{0};
            cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
            Error err;
            WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_DEFAULT, &store, err), err);
            WANT(attach_plain(store, theirs, &attachment, CSHM_READ_WRITE));
            WANT_OK(cshm_array_open(attachment, "a", &array, err), err);
            WANT_OK(cshm_array_describe(array, &view, err), err);
            doubles(view)[0] = 6;
            WANT_OK(share_plain(store, mine, 7, err),
                    err); // and who does not say what the group may, gives what the store has
            return 0;
          }) == 0);
  REQUIRE(mode_of(lab.manifest(mine)) == 0660);
  REQUIRE(mode_of(segments_of(mine).at(0)) == 0660);
  REQUIRE(as(OWNER, [&] { return sees(lab, theirs, 6) + sees(lab, mine, 7); }) == 0);
}

TEST_CASE("members overwrite and unlink each other's projects; a segment's name goes when its owner comes back") {
  if (!can_be_others()) return;
  SharedFolder lab(OWNER.user);
  const std::string project = lab.project("each"), gone = lab.project("gone");
  REQUIRE(as(OWNER, [&] { return publish(lab, CSHM_ACCESS_READ_WRITE, project, 1); }) == 0);
  REQUIRE(as(OWNER, [&] { return publish(lab, CSHM_ACCESS_READ_WRITE, gone, 1); }) == 0);
  REQUIRE(as(MEMBER, [&] {
            cshm_store store{0};
            cshm_attachment old{0};
            int32_t current = 1;
            Error err;
            WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_READ_WRITE, &store, err), err);
            WANT(attach_plain(store, project, &old));
            WANT_OK(share_plain(store, project, 2, err, true), err);
            WANT_OK(cshm_attachment_is_current(old, &current, err), err);
            WANT(current == 0 && first_value(old) == 1);
            WANT(attached_value(store, project) == 2);
            WANT_OK(cshm_unlink(store, gone.c_str(), err), err);
            WANT_STATUS(cshm_attach(store, gone.c_str(), nullptr, &old, err), err, CSHM_ERR_NOT_FOUND);
            WANT(count_projects(store) == 1);
            return 0;
          }) == 0);
  REQUIRE_FALSE(fs::exists(lab.manifest(gone)));
  REQUIRE(segments_of(project).size() == 2); // /dev/shm is sticky
  REQUIRE(segments_of(gone).size() == 1);
  REQUIRE(as(OWNER, [&] {
            cshm_store store{0};
            Error err;
            WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_READ_WRITE, &store, err), err);
            WANT(attached_value(store, project) == 2);
            WANT_OK(share_plain(store, project, 3, err, true), err);
            WANT_OK(share_plain(store, gone, 4, err), err);
            return 0;
          }) == 0);
  REQUIRE(segments_of(gone).size() == 1);    // the owner's old one has lost its name
  REQUIRE(segments_of(project).size() == 2); // the member's, retired, and the owner's new one
  REQUIRE(as(MEMBER, [&] {
            cshm_store store{0};
            Error err;
            WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_READ_WRITE, &store, err), err);
            WANT_OK(cshm_unlink(store, project.c_str(), err), err);
            return 0;
          }) == 0);
  REQUIRE(segments_of(project).size() == 1); // the member's is gone, the owner's is retired
  REQUIRE(as(OWNER, [&] { return sees(lab, gone, 4); }) == 0);
}

TEST_CASE("who may not reap a dead owner's project finds no project, and is not kept from the others") {
  if (!can_be_others()) return;
  SharedFolder lab(OWNER.user);
  const std::string dead = lab.project("dead"), alive = lab.project("alive");
  REQUIRE(as(OWNER, [&] { return publish(lab, CSHM_ACCESS_READ, alive, 2); }) == 0);
  Child owner([&](Child &child) {
    if (!become(OWNER) || publish(lab, CSHM_ACCESS_READ, dead, 1, CSHM_OWNER) != 0) return 1;
    child.reached();
    return 0;
  });
  owner.wait_reached();
  REQUIRE(as(MEMBER, [&] { return sees(lab, dead, 1); }) == 0);
  owner.kill();
  REQUIRE(owner.wait() == 128 + SIGKILL);
  REQUIRE(as(MEMBER, [&] {
            cshm_store store{0};
            cshm_attachment attachment{0};
            Error err;
            WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_DEFAULT, &store, err), err);
            WANT_STATUS(cshm_attach(store, dead.c_str(), nullptr, &attachment, err), err, CSHM_ERR_NOT_FOUND);
            WANT(has_words(err, {dead.c_str(), "died"}));
            WANT(count_projects(store) == 1);
            WANT(attached_value(store, alive) == 2);
            return 0;
          }) == 0);
  REQUIRE(segments_of(dead).size() == 1);
  REQUIRE(as(OWNER, [&] {
            cshm_store store{0};
            Error err;
            WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_DEFAULT, &store, err), err);
            WANT(count_projects(store) == 1);
            return 0;
          }) == 0);
  REQUIRE(segments_of(dead).empty());
  REQUIRE_FALSE(fs::exists(lab.manifest(dead)));
}

TEST_CASE("a dead owner's project is removed by a member who may write, and its segment's name by the owner") {
  if (!can_be_others()) return;
  SharedFolder lab(OWNER.user);
  const std::string dead = lab.project("dead");
  Child owner([&](Child &child) {
    if (!become(OWNER) || publish(lab, CSHM_ACCESS_READ_WRITE, dead, 1, CSHM_OWNER) != 0) return 1;
    child.reached();
    return 0;
  });
  owner.wait_reached();
  owner.kill();
  REQUIRE(owner.wait() == 128 + SIGKILL);
  REQUIRE(as(MEMBER, [&] {
            cshm_store store{0};
            Error err;
            WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_READ_WRITE, &store, err), err);
            WANT(count_projects(store) == 0);
            return 0;
          }) == 0);
  REQUIRE_FALSE(fs::exists(lab.manifest(dead)));
  REQUIRE(as(OWNER, [&] { return publish(lab, CSHM_ACCESS_READ_WRITE, dead, 2); }) == 0);
  REQUIRE(segments_of(dead).size() == 1);
}

TEST_CASE("a reader who is killed, or who is the last to let go, disturbs nobody") {
  if (!can_be_others()) return;
  SharedFolder lab(OWNER.user);
  const std::string kept = lab.project("kept"), last = lab.project("last");
  REQUIRE(as(OWNER, [&] { return publish(lab, CSHM_ACCESS_READ, kept, 1); }) == 0);
  Child owner([&](Child &child) {
    cshm_store store{0};
    cshm_attachment attachment{0};
    Error err;
    WANT(become(OWNER));
    WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_READ, &store, err), err);
    WANT_OK(share_plain(store, last, 2, err, false, CSHM_LAST_USER, &attachment), err);
    child.reached();
    return cshm_detach(attachment, nullptr) == CSHM_OK ? 0 : 2;
  });
  owner.wait_reached();
  Child reader([&](Child &child) {
    cshm_store store{0};
    cshm_attachment first{0}, second{0};
    Error err;
    WANT(become(MEMBER));
    WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_DEFAULT, &store, err), err);
    WANT(attach_plain(store, kept, &first) && attach_plain(store, last, &second));
    child.reached();
    return first_value(second) == 2 ? 0 : 2;
  });
  reader.wait_reached();
  owner.go_on();
  REQUIRE(owner.wait() == 0);
  REQUIRE(as(OWNER, [&] { return sees(lab, last, 2) + sees(lab, kept, 1); }) == 0); // the reader is a user
  reader.kill();
  REQUIRE(reader.wait() == 128 + SIGKILL);
  REQUIRE(as(MEMBER, [&] { return sees(lab, kept, 1); }) == 0);
  REQUIRE(as(OWNER, [&] {
            cshm_store store{0};
            Error err;
            WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_DEFAULT, &store, err), err);
            WANT(count_projects(store) == 1);
            return sees(lab, kept, 1);
          }) == 0);
  REQUIRE(segments_of(last).empty());
}

TEST_CASE("collecting removes what is one's own in a group's store, tells what is another's, and harms no project") {
  if (!can_be_others()) return;
  SharedFolder lab(OWNER.user);
  const std::string kept = lab.project("kept"), gone = lab.project("gone");
  REQUIRE(as(OWNER, [&] {
            return publish(lab, CSHM_ACCESS_READ_WRITE, kept, 1) + publish(lab, CSHM_ACCESS_READ_WRITE, gone, 2);
          }) == 0);
  const auto collect = [&](int32_t wanted, uint64_t number) {
    cshm_store store{0};
    cshm_listing listing{0};
    uint64_t count = 0;
    Error err;
    WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_DEFAULT, &store, err), err);
    WANT_OK(cshm_store_collect(store, nullptr, &listing, err), err);
    WANT_OK(cshm_listing_count(listing, &count, err), err);
    WANT(count == number);
    for (uint64_t i = 0; i < count; i++) {
      cshm_project left = CSHM_PROJECT_INIT;
      WANT_OK(cshm_listing_project(listing, i, &left, err), err);
      WANT(left.status == wanted && gone == left.name);
    }
    return attached_value(store, kept) == 1 ? 0 : 1;
  };
  REQUIRE(as(MEMBER, [&] {
            cshm_store store{0};
            Error err;
            WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_DEFAULT, &store, err), err);
            WANT_OK(cshm_unlink(store, gone.c_str(), err), err);
            return collect(CSHM_ERR_PERMISSION, 1);
          }) == 0);
  REQUIRE(segments_of(gone).size() == 1);
  REQUIRE(chmod(lab.root().c_str(), 02750) == 0);
  REQUIRE(as(MEMBER, [&] { return collect(CSHM_ERR_PERMISSION, 1); }) == 0); // to whom it may be read only now
  REQUIRE(as(OWNER, [&] { return collect(CSHM_OK, 1); }) == 0);
  REQUIRE(segments_of(gone).empty());
  REQUIRE(as(MEMBER, [&] { return collect(CSHM_OK, 0); }) == 0);
}

TEST_CASE(
    "a lost manifest is written anew for members who may write, and a reader's segment is never taken for a project") {
  if (!can_be_others()) return;
  SharedFolder lab(OWNER.user);
  const std::string project = lab.project("lost"), kept = lab.project("kept");
  REQUIRE(as(OWNER, [&] { return publish(lab, CSHM_ACCESS_READ_WRITE, kept, 1); }) == 0);
  REQUIRE(as(MEMBER, [&] { return publish(lab, CSHM_ACCESS_DEFAULT, project, 2); }) == 0);
  REQUIRE(unlink(lab.manifest(project).c_str()) == 0);
  REQUIRE(as(OWNER, [&] { return sees(lab, project, 2); }) == 0);
  REQUIRE(mode_of(lab.manifest(project)) == 0660);
  REQUIRE(unlink(lab.manifest(project).c_str()) == 0);
  REQUIRE(chmod(lab.root().c_str(), 02750) == 0); // from now on the member could only have planted it
  for (const Person &person : {OWNER, MEMBER})
    REQUIRE(as(person, [&] {
              cshm_store store{0};
              cshm_attachment attachment{0};
              Error err;
              WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_DEFAULT, &store, err), err);
              WANT_STATUS(cshm_attach(store, project.c_str(), nullptr, &attachment, err), err, CSHM_ERR_NOT_FOUND);
              WANT(count_projects(store) == 1);
              return 0;
            }) == 0);
  REQUIRE_FALSE(fs::exists(lab.manifest(project)));
}
