// The last user of a project lets go, or dies, while others come: each of them gets a whole tree, or is told that there is none.
//
// SPDX-License-Identifier: MIT
#include "race_fixture.hpp"

using namespace race;

namespace {

// A program's end while it holds an attachment; 0 goes on.
enum Ending { BY_DETACH, BY_EXIT, BY__EXIT, BY_KILL, ENDINGS };

// Creates the project where it is not there; else attaches it, whole. Then lets go of it in one of many ways.
int come_and_go(cshm_store store, const std::string &project, int slot, int turn, Tally &tally, Ending ending) {
  Error err;
  cshm_attachment attachment{0};
  cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
  options.mode = static_cast<uint32_t>(turn % 3);
  const bool creates = turn % 4 == 0;
  const cshm_status status =
      creates ? publish(store, project, slot * 1000 + turn % 1000, {false, CSHM_LAST_USER}, &attachment, err)
              : cshm_attach(store, project.c_str(), &options, &attachment, err);
  if (status == (creates ? CSHM_ERR_EXISTS : CSHM_ERR_NOT_FOUND)) {
    (creates ? tally.refusals : tally.misses)++;
    return 0;
  }
  if (status != CSHM_OK) return tally.wrong(creates ? "create" : "attach", err);
  (creates ? tally.writes : tally.looks)++;
  if (whole_number(attachment) < 0) return tally.wrong("a torn tree");
  if (ending == BY_EXIT) exit(0);
  if (ending == BY__EXIT) _exit(0);
  if (ending == BY_KILL) (void)raise(SIGKILL);
  return cshm_detach(attachment, err) == CSHM_OK ? 0 : tally.wrong("detach", err);
}

// In a child of its own, where the ending is that of a process.
int in_grandchild(const std::function<int()> &work) {
  const pid_t child = fork();
  int status = 0;
  if (child == 0) _exit(work());
  if (child < 0 || waitpid(child, &status, 0) != child) return 1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

int user(cshm_store store, const std::string &project, int slot, int turns, Tally &tally) {
  for (int turn = slot; turn < turns; turn++) {
    const auto ending = static_cast<Ending>(turn % 7 < ENDINGS ? turn % 7 : BY_DETACH);
    const auto work = [&] { return come_and_go(store, project, slot, turn, tally, ending); };
    if ((ending == BY_DETACH ? work() : in_grandchild(work)) != 0) return 1;
  }
  return 0;
}

} // namespace

TEST_CASE("users of a last-user project come while the last one goes, however it goes: all get a whole tree or none") {
  Store store;
  const std::string project = unique_name("users");
  const Shared<Tally> tally;
  const int users = 4, turns = times(160, 8000);
  std::vector<std::unique_ptr<Child>> children;
  for (int slot = 0; slot < users; slot++)
    children.push_back(start([&] { return user(store, project, slot, turns, *tally); }));
  for (const auto &child : children)
    (void)child->wait();
  REQUIRE_NO_PROBLEM(tally);
  std::printf("%d users: %ld created, %ld were there already; %ld attached whole, %ld not there\n", users,
              tally->writes.load(), tally->refusals.load(), tally->looks.load(), tally->misses.load());
  REQUIRE(tally->writes > 0);
  REQUIRE(tally->looks > 0);
  REQUIRE(store.names().empty());
  require_nothing_left(store, project);
}

TEST_CASE("a last-user project stays as long as one process holds it, whoever comes and goes beside that") {
  Store store;
  const std::string project = unique_name("held");
  const Shared<Tally> tally;
  const int turns = times(80, 5000);
  Attachment held;
  Error err;
  REQUIRE_OK(publish(store, project, 77, {false, CSHM_LAST_USER}, held.out(), err), err);
  std::vector<std::unique_ptr<Child>> children;
  for (int slot = 0; slot < 3; slot++)
    children.push_back(start([&] { return user(store, project, slot, turns, *tally); }));
  for (const auto &child : children)
    (void)child->wait();
  REQUIRE_NO_PROBLEM(tally);
  REQUIRE(tally->misses == 0);
  REQUIRE(tally->writes == 0);
  REQUIRE(whole_number(held) == 77);
  REQUIRE(is_current(held));
  held.release();
  require_nothing_left(store, project);
}
