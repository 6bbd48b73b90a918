// Several processes create a project of one name at once: exactly one succeeds, the others are told that it exists, and nothing of
// them remains.
//
// SPDX-License-Identifier: MIT
#include "race_fixture.hpp"

#include <semaphore.h>

using namespace race;

namespace {

constexpr int MOST = 8;

// A round begins for all children at once, and is over when all have done their part.
struct Rounds {
  sem_t go[MOST], done;
  std::atomic<bool> over{false};
  std::atomic<int> status[MOST];
  Tally tally;

  Rounds() {
    for (sem_t &each : go)
      REQUIRE(sem_init(&each, 1, 0) == 0);
    REQUIRE(sem_init(&done, 1, 0) == 0);
  }
  void play(int players) {
    timespec limit{};
    REQUIRE(clock_gettime(CLOCK_REALTIME, &limit) == 0);
    limit.tv_sec += 60;
    for (int i = 0; i < players; i++)
      REQUIRE(sem_post(&go[i]) == 0);
    for (int i = 0; i < players; i++)
      REQUIRE(sem_timedwait(&done, &limit) == 0);
  }
};

// In odd rounds all open their builders before the first publishes, so that only publish can tell who was first.
int create_each_round(cshm_store store, const std::string &project, bool overwrite, int number, Rounds &rounds) {
  size_t open_files = 0;
  for (int round = 0;; round++) {
    cshm_builder builder{0};
    Error err;
    const Publication how = {overwrite, CSHM_PERSISTENT};
    if (sem_wait(&rounds.go[number]) != 0) return rounds.tally.wrong("sem_wait");
    if (rounds.over) return 0;
    cshm_status status = prepare(store, project, number, how, &builder, err);
    if (round % 2 == 1) {
      (void)sem_post(&rounds.done);
      (void)sem_wait(&rounds.go[number]);
    }
    if (!status) status = cshm_builder_publish(builder, nullptr, err);
    if (status && builder.id != 0 && cshm_builder_abort(builder, nullptr) != CSHM_OK)
      return rounds.tally.wrong("abort");
    if (status != CSHM_OK && status != CSHM_ERR_EXISTS) (void)rounds.tally.wrong("create", err);
    rounds.status[number] = static_cast<int>(status);
    if (round == 1) open_files = descriptors();
    if (round > 1 && descriptors() != open_files) (void)rounds.tally.wrong("a descriptor was left open");
    (void)sem_post(&rounds.done);
  }
}

void require_one_won(const Store &store, const std::string &project, bool overwrite, int players, Rounds &rounds) {
  int won = 0;
  for (int i = 0; i < players; i++)
    won += rounds.status[i] == CSHM_OK ? 1 : 0;
  REQUIRE(rounds.tally.problems == 0);
  REQUIRE(won == (overwrite ? players : 1));
  REQUIRE(segments_of(project).size() == 1);
  REQUIRE(files_in(store.root()).size() == 1);
  Attachment attachment;
  attach(store, project, attachment);
  const int64_t winner = whole_number(attachment);
  REQUIRE((winner >= 0 && winner < players));
  REQUIRE(rounds.status[winner] == CSHM_OK);
}

void create_at_once(int players, bool overwrite) {
  Store store;
  const std::string project = unique_name("create");
  const Shared<Rounds> rounds;
  std::vector<std::unique_ptr<Child>> children;
  std::map<int64_t, int> wins;
  for (int i = 0; i < players; i++)
    children.push_back(start([&] { return create_each_round(store, project, overwrite, i, *rounds); }));
  const int count = times(100, 2000);
  for (int round = 0; round < count; round++) {
    CAPTURE(round, rounds->tally.problem);
    rounds->play(players);
    if (round % 2 == 1) rounds->play(players);
    require_one_won(store, project, overwrite, players, *rounds);
    for (int i = 0; i < players; i++)
      wins[i] += rounds->status[i] == CSHM_OK ? 1 : 0;
    store.unlink(project);
    require_nothing_left(store, project);
  }
  rounds->over = true;
  for (int i = 0; i < players; i++)
    REQUIRE(sem_post(&rounds->go[i]) == 0);
  for (const auto &child : children)
    REQUIRE(child->wait() == 0);
  std::printf("%d creators%s, %d rounds; successes of each:", players, overwrite ? " that overwrite" : "", count);
  for (const auto &[who, often] : wins)
    std::printf(" %d", often);
  std::printf("\n");
}

// Creates, overwrites and unlinks without end.
int create_for_ever(cshm_store store, const std::string &project, int slot, uint32_t seed, Tally &tally) {
  std::mt19937 random(seed);
  for (int turn = 0; !tally.done; turn++) {
    Error err;
    const bool overwrite = random() % 3 == 0;
    cshm_status status = publish(store, project, slot * 1000 + turn % 1000, {overwrite, CSHM_PERSISTENT}, nullptr, err);
    if (status != CSHM_OK && (overwrite || status != CSHM_ERR_EXISTS)) return tally.wrong("create", err);
    (status == CSHM_OK ? tally.writes : tally.refusals)++;
    if (random() % 3 != 0) continue;
    status = cshm_unlink(store, project.c_str(), err);
    if (status != CSHM_OK && status != CSHM_ERR_NOT_FOUND) return tally.wrong("unlink", err);
  }
  return 0;
}

int attach_for_ever(cshm_store store, const std::string &project, Tally &tally) {
  while (!tally.done) {
    Error err;
    cshm_attachment attachment{0};
    const cshm_status status = cshm_attach(store, project.c_str(), nullptr, &attachment, err);
    if (status != CSHM_OK && status != CSHM_ERR_NOT_FOUND) return tally.wrong("attach", err);
    (status == CSHM_OK ? tally.looks : tally.misses)++;
    if (status != CSHM_OK) continue;
    if (whole_number(attachment) < 0) return tally.wrong("a torn tree");
    if (cshm_detach(attachment, err) != CSHM_OK) return tally.wrong("detach", err);
  }
  return 0;
}

} // namespace

TEST_CASE(
    "of two and of eight that create one new project at once exactly one succeeds, and nothing of the others stays") {
  create_at_once(GENERATE(2, 8), false);
}

TEST_CASE("of those that overwrite one project at once all succeed, and the last one is there, whole") {
  create_at_once(GENERATE(2, 8), true);
}

TEST_CASE("creators that are killed at random leave a whole project or none, and nothing that the collector does not "
          "remove") {
  Store store;
  const std::string project = unique_name("killed");
  const Shared<Tally> tally;
  const int kills = times(80, 3000);
  {
    const auto reader = start([&] { return attach_for_ever(store, project, *tally); });
    Crowd creators(4, [&](int slot, uint32_t seed) { return create_for_ever(store, project, slot, seed, *tally); });
    creators.kill_some(kills);
    tally->done = true;
    creators.wait();
    REQUIRE_NO_PROBLEM(tally);
    REQUIRE(reader->wait() == 0);
  }
  std::printf("%d creators killed; %ld projects created, %ld refused; %ld attached whole, %ld not there\n", kills,
              tally->writes.load(), tally->refusals.load(), tally->looks.load(), tally->misses.load());
  REQUIRE(tally->looks > 0);
  (void)cshm_unlink(store, project.c_str(), nullptr); // it is there, or not
  (void)collect(store);
  require_nothing_left(store, project);
}
