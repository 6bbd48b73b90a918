// Who is let into a store that a group shares, and who is refused, in words that tell what to do.
//
// SPDX-License-Identifier: MIT
#include "process_user.hpp"

using namespace process;

namespace {

cshm_status open_private(const std::string &root, cshm_store *store, cshm_error *err) {
  cshm_store_options options = CSHM_STORE_OPTIONS_INIT;
  options.manifest = CSHM_MANIFEST_YAML;
  options.group = "";
  return cshm_store_open(root.c_str(), &options, store, err);
}

// A store of the lab's with one project.
int found_store(const SharedFolder &lab, cshm_access access, const std::string &project, double first) {
  cshm_store store{0};
  Error err;
  WANT_OK(open_grouped(lab.root(), access, &store, err), err);
  WANT_OK(share_plain(store, project, first, err), err);
  return 0;
}

// Puts what a manifest says of its segment and generation in place of what another one says.
std::string redirected(std::string text, const std::string &victim) {
  for (const std::string key : {"generation: \"", "segment: \"", "bytes: "}) {
    const char end = key.back() == '"' ? '"' : '\n';
    const size_t at = text.find(key) + key.size(), from = victim.find(key) + key.size();
    text.replace(at, text.find(end, at) - at, victim.substr(from, victim.find(end, from) - from));
  }
  return text;
}

} // namespace

TEST_CASE("the environment names the group, and with it the store: that is enough for all its members") {
  if (!can_be_others()) return;
  const fs::path root = "/tmp/cute-shm-group-" + std::to_string(LAB);
  SharedFolder lab(OWNER.user); // of which only the names are used
  const std::string project = lab.project("environment");
  fs::remove_all(root);
  const auto by_environment = [&](const Person &person, const std::function<int(cshm_store)> &work) {
    return as(person, [&] {
      cshm_store store{0};
      Error err;
      unsetenv("CUTE_SHM_ROOT");
      setenv("CUTE_SHM_GROUP", std::to_string(LAB).c_str(), 1);
      setenv("CUTE_SHM_ACCESS", "rw", 1);
      WANT_OK(cshm_store_open(nullptr, nullptr, &store, err), err);
      return work(store);
    });
  };
  Error err;
  CHECK(by_environment(OWNER, [&](cshm_store store) {
          WANT_OK(share_plain(store, project, 1, err), err);
          return 0;
        }) == 0);
  CHECK(mode_of(root) == 02770);
  CHECK(by_environment(MEMBER, [&](cshm_store store) {
          WANT(attached_value(store, project) == 1);
          WANT_OK(share_plain(store, project, 2, err, true), err);
          return 0;
        }) == 0);
  CHECK(by_environment(OWNER, [&](cshm_store store) {
          WANT(attached_value(store, project) == 2);
          return 0;
        }) == 0);
  fs::remove_all(root);
}

TEST_CASE("a store planted by a stranger where the group's would be is refused") {
  if (!can_be_others()) return;
  SharedFolder lab(STRANGER.user);
  REQUIRE(as(STRANGER, [&] { return mkdir(lab.root().c_str(), 0777); }) == 0);
  for (const mode_t mode : {0777u, 02770u, 02777u, 0700u}) {
    CAPTURE(mode);
    REQUIRE(chmod(lab.root().c_str(), mode) == 0);
    REQUIRE(as(MEMBER, [&] {
              cshm_store store{0};
              Error err;
              WANT_STATUS(open_grouped(lab.root(), CSHM_ACCESS_READ_WRITE, &store, err), err, CSHM_ERR_PERMISSION);
              WANT(has_words(err, {lab.root().c_str(), "refused", "61010", "61013", "CUTE_SHM_ROOT"}));
              return 0;
            }) == 0);
  }
}

TEST_CASE("who names no group is refused a group's store, and told which to name, the owner too") {
  if (!can_be_others()) return;
  SharedFolder lab(OWNER.user);
  const std::string project = lab.project("unnamed");
  REQUIRE(as(OWNER, [&] { return found_store(lab, CSHM_ACCESS_READ, project, 1); }) == 0);
  for (const Person &person : {OWNER, MEMBER, STRANGER, Person{0, {}}})
    REQUIRE(as(person, [&] {
              cshm_store store{0};
              Error err;
              WANT_STATUS(open_private(lab.root(), &store, err), err, CSHM_ERR_PERMISSION);
              WANT(has_words(err, {lab.root().c_str(), "shared with group", "CUTE_SHM_GROUP=61010"}));
              return 0;
            }) == 0);
}

TEST_CASE("who is not a member cannot name the group, and root can") {
  if (!can_be_others()) return;
  SharedFolder lab(OWNER.user);
  const std::string project = lab.project("stranger");
  REQUIRE(as(OWNER, [&] { return found_store(lab, CSHM_ACCESS_READ, project, 1); }) == 0);
  REQUIRE(as(STRANGER, [&] {
            cshm_store store{0};
            Error err;
            WANT_STATUS(open_grouped(lab.root(), CSHM_ACCESS_READ, &store, err), err, CSHM_ERR_PERMISSION);
            WANT(has_words(err, {"61013", "not a member of group 61010", "usermod"}));
            // nor help oneself by naming one's own
            WANT_STATUS(open_grouped(lab.root(), CSHM_ACCESS_READ, &store, err, OTHER_LAB), err, CSHM_ERR_PERMISSION);
            WANT(has_words(err, {"not a store of group 61020", "61010"}));
            return 0;
          }) == 0);
  REQUIRE(as({0, {}}, [&] {
            cshm_store store{0};
            Error err;
            WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_READ, &store, err), err);
            WANT(attached_value(store, project) == 1);
            WANT_OK(cshm_unlink(store, project.c_str(), err), err);
            return 0;
          }) == 0);
  REQUIRE(segments_of(project).empty());
}

TEST_CASE("a store of one's own is given to a group while it is empty, and not when it holds projects") {
  if (!can_be_others()) return;
  SharedFolder lab(OWNER.user);
  const std::string project = lab.project("given"), wider = lab.project("wider"), same = lab.project("same");
  const std::string narrower = lab.project("narrower");
  REQUIRE(as(OWNER, [&] {
            cshm_store alone{0}, store{0};
            Error err;
            WANT_OK(open_private(lab.root(), &alone, err), err);
            WANT_OK(share_plain(alone, project, 1, err), err);
            WANT_STATUS(open_grouped(lab.root(), CSHM_ACCESS_READ, &store, err), err, CSHM_ERR_PERMISSION);
            WANT(has_words(err, {lab.root().c_str(), "not empty", "61010", "unlink"}));
            WANT(mode_of(lab.root()) == 0700);
            WANT_OK(cshm_unlink(alone, project.c_str(), err), err);
            WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_READ, &store, err), err);
            WANT(count_projects(store) == 0);
            WANT(mode_of(lab.root()) == 0700); // a look gives nothing away
            WANT_OK(share_plain(store, project, 2, err), err);
            WANT(mode_of(lab.root()) == 02750);
            return 0;
          }) == 0);
  REQUIRE(as(OWNER, [&] { return found_store(lab, CSHM_ACCESS_READ_WRITE, wider, 3); }) == 0);
  REQUIRE(mode_of(lab.root()) == 02770);
  REQUIRE(mode_of(lab.manifest(project)) == 0640);
  REQUIRE(as(OWNER, [&] { return found_store(lab, CSHM_ACCESS_DEFAULT, same, 3); }) == 0);
  REQUIRE(mode_of(lab.root()) == 02770);
  REQUIRE(as(OWNER, [&] { return found_store(lab, CSHM_ACCESS_READ, narrower, 3); }) == 0);
  REQUIRE(mode_of(lab.root()) == 02750);
}

TEST_CASE("a manifest or segment that is not the group's, or that everybody can write, is refused in its store") {
  if (!can_be_others()) return;
  SharedFolder lab(OWNER.user);
  const std::string project = lab.project("file");
  REQUIRE(as(OWNER, [&] { return found_store(lab, CSHM_ACCESS_READ_WRITE, project, 1); }) == 0);
  for (const fs::path &file : {lab.manifest(project), fs::path(segments_of(project).at(0))}) {
    CAPTURE(file.string());
    const auto refused = [&] {
      return as(MEMBER, [&] {
        cshm_store store{0};
        cshm_attachment attachment{0};
        Error err;
        WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_DEFAULT, &store, err), err);
        WANT_STATUS(cshm_attach(store, project.c_str(), nullptr, &attachment, err), err, CSHM_ERR_PERMISSION);
        WANT(has_words(err, {file.filename().c_str(), "refused", "not of group 61010"}));
        return 0;
      });
    };
    REQUIRE(chmod(file.c_str(), 0666) == 0);
    CHECK(refused() == 0);
    REQUIRE(chmod(file.c_str(), 0644) == 0);
    REQUIRE(chown(file.c_str(), STRANGER.user, OTHER_LAB) == 0);
    CHECK(refused() == 0);
    REQUIRE(chown(file.c_str(), OWNER.user, LAB) == 0);
    REQUIRE(chmod(file.c_str(), 0660) == 0);
  }
}

TEST_CASE("a member's manifest cannot make the owner remove what another store holds") {
  if (!can_be_others()) return;
  SharedFolder lab(OWNER.user), own(OWNER.user), other(OWNER.user);
  const std::string project = lab.project("hostile");
  REQUIRE(as(OWNER, [&] {
            cshm_store alone{0};
            Error err;
            WANT_OK(open_private(own.root(), &alone, err), err);
            WANT_OK(share_plain(alone, project, 2, err), err);
            return found_store(lab, CSHM_ACCESS_READ_WRITE, project, 1) +
                   found_store(other, CSHM_ACCESS_READ, project, 3);
          }) == 0);
  const std::string text = slurp(lab.manifest(project));
  // the owner's private store, of which the member has learned the names; then another one of the group, to be read only
  const struct {
    const SharedFolder &victim;
    cshm_status attached;
  } targets[] = {{own, CSHM_ERR_PERMISSION}, {other, CSHM_ERR_CORRUPT}};
  for (const auto &target : targets) {
    const std::string hostile = redirected(text, slurp(target.victim.manifest(project)));
    REQUIRE(as(MEMBER, [&] {
              std::ofstream(lab.manifest(project), std::ios::trunc) << hostile;
              WANT(slurp(lab.manifest(project)) == hostile);
              return 0;
            }) == 0);
    REQUIRE(as(OWNER, [&] {
              cshm_store store{0};
              cshm_attachment attachment{0};
              cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
              options.mode = CSHM_READ_WRITE;
              Error err;
              WANT_OK(open_grouped(lab.root(), CSHM_ACCESS_READ_WRITE, &store, err), err);
              WANT_STATUS(cshm_attach(store, project.c_str(), &options, &attachment, err), err, target.attached);
              const cshm_status overwritten = share_plain(store, project, 4, err, true);
              WANT(overwritten == CSHM_OK || overwritten == target.attached);
              std::ofstream(lab.manifest(project), std::ios::trunc) << hostile;
              const cshm_status unlinked = cshm_unlink(store, project.c_str(), err);
              WANT(unlinked == CSHM_OK || unlinked == target.attached);
              cshm_store alone{0}, shared{0};
              WANT_OK(open_private(own.root(), &alone, err), err);
              WANT_OK(open_grouped(other.root(), CSHM_ACCESS_READ, &shared, err), err);
              WANT(attached_value(alone, project) == 2);
              WANT(attached_value(shared, project) == 3);
              cshm_attachment kept{0};
              int32_t current = 0;
              WANT(attach_plain(shared, project, &kept));
              WANT_OK(cshm_attachment_is_current(kept, &current, err), err);
              WANT(current == 1);
              return 0;
            }) == 0);
    if (!fs::exists(lab.manifest(project))) spill(lab.manifest(project), text);
    REQUIRE(chown(lab.manifest(project).c_str(), OWNER.user, LAB) == 0);
    REQUIRE(chmod(lab.manifest(project).c_str(), 0660) == 0);
  }
}
