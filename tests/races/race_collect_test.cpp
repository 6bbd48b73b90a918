// Collectors run in several processes beside everything else: they remove what the dead have left, and nothing that is alive.
//
// SPDX-License-Identifier: MIT
#include "race_fixture.hpp"

using namespace race;

namespace {

constexpr cshm_lifetime LIFETIMES[] = {CSHM_PERSISTENT, CSHM_OWNER, CSHM_LAST_USER};

int collect_once(cshm_store store, Tally &tally) {
  Error err;
  cshm_listing leftovers{0};
  uint64_t count = 0;
  if (cshm_store_collect(store, nullptr, &leftovers, err) != CSHM_OK ||
      cshm_listing_count(leftovers, &count, err) != CSHM_OK)
    return tally.wrong("collect", err);
  for (uint64_t i = 0; i < count; i++) {
    cshm_project project = CSHM_PROJECT_INIT;
    if (cshm_listing_project(leftovers, i, &project, err) != CSHM_OK || project.status != CSHM_OK)
      return tally.wrong(std::string("collect: ") + project.message);
  }
  tally.listings++;
  tally.removals += static_cast<long>(count);
  return cshm_listing_close(leftovers, err) == CSHM_OK ? 0 : tally.wrong("close", err);
}

int collect_for_ever(cshm_store store, Tally &tally) {
  while (!tally.done)
    if (collect_once(store, tally) != 0) return 1;
  return 0;
}

// A project that this process has just made, and holds: it must be there, in the store and in a mapping of its own.
int find_again(cshm_store store, const std::string &project, int64_t number, Tally &tally) {
  Error err;
  cshm_attachment again{0};
  cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
  options.mode = CSHM_PRIVATE; // which is never shared with what is mapped already
  if (cshm_attach(store, project.c_str(), &options, &again, err) != CSHM_OK) return tally.wrong("what is alive", err);
  if (whole_number(again) != number) return tally.wrong("what is alive is another generation");
  tally.looks++;
  return cshm_detach(again, err) == CSHM_OK ? 0 : tally.wrong("detach", err);
}

int live_once(cshm_store store, const std::string &project, int64_t number, cshm_lifetime lifetime, Tally &tally) {
  Error err;
  cshm_builder builder{0};
  cshm_attachment held{0};
  if (prepare(store, project, number, {true, lifetime}, &builder, err) != CSHM_OK) return tally.wrong("prepare", err);
  (void)usleep(static_cast<useconds_t>(number % 5) * 100); // time for a collector to meet what is in the making
  if (cshm_builder_publish(builder, &held, err) != CSHM_OK) return tally.wrong("publish", err);
  tally.writes++;
  for (int i = 0; i < 3; i++)
    if (find_again(store, project, number, tally) != 0) return 1;
  if (number % 2 == 0 && cshm_unlink(store, project.c_str(), err) != CSHM_OK) return tally.wrong("unlink", err);
  if (whole_number(held) != number) return tally.wrong("what is held has changed");
  return cshm_detach(held, err) == CSHM_OK ? 0 : tally.wrong("detach", err);
}

int live_for_ever(cshm_store store, const std::string &tag, int slot, uint32_t seed, Tally &tally) {
  std::mt19937 random(seed);
  const std::string project = tag + "-" + std::to_string(slot);
  for (int64_t turn = 0; !tally.done; turn++)
    if (live_once(store, project, slot * 1000 + turn % 1000, LIFETIMES[random() % 3], tally) != 0) return 1;
  return 0;
}

} // namespace

TEST_CASE("collectors beside creators, attachers and kills remove nothing that is alive, and all that is dead") {
  constexpr int SLOTS = 4;
  Store store;
  const std::string tag = unique_name("collect");
  const Shared<Tally> tally;
  const int kills = times(80, 3000);
  {
    std::vector<std::unique_ptr<Child>> collectors;
    for (int i = 0; i < 2; i++)
      collectors.push_back(start([&] { return collect_for_ever(store, *tally); }));
    Crowd alive(SLOTS, [&](int slot, uint32_t seed) { return live_for_ever(store, tag, slot, seed, *tally); });
    alive.kill_some(kills);
    tally->done = true;
    alive.wait();
    for (const auto &collector : collectors)
      (void)collector->wait();
    REQUIRE_NO_PROBLEM(tally);
  }
  std::printf("%d killed; %ld projects made, found alive %ld times; %ld collections removed %ld leftovers\n", kills,
              tally->writes.load(), tally->looks.load(), tally->listings.load(), tally->removals.load());
  REQUIRE(tally->looks > 0);
  (void)collect(store);
  // Now only persistent ones are there, each with one segment.
  for (int slot = 0; slot < SLOTS; slot++) {
    const std::string project = tag + "-" + std::to_string(slot);
    Attachment attachment;
    if (segments_of(project).empty()) continue;
    attach(store, project, attachment);
    REQUIRE(whole_number(attachment) / 1000 == slot);
    REQUIRE(describe(attachment).lifetime == CSHM_PERSISTENT);
    REQUIRE(segments_of(project).size() == 1);
    store.unlink(project);
    require_nothing_left_of(project);
  }
  REQUIRE(files_in(store.root()) == std::vector<std::string>{});
  REQUIRE(collect(store) == 0);
}

TEST_CASE("two collectors at once share what the dead have left, and neither fails") {
  Store store;
  const std::string tag = unique_name("dead");
  const int count = times(10, 50);
  for (int round = 0; round < times(10, 100); round++) {
    const Shared<Tally> tally;
    REQUIRE(in_child([&] {
              for (int i = 0; i < count; i++)
                if (publish(store, tag + "-" + std::to_string(i), i, {false, CSHM_OWNER}, nullptr, nullptr) != CSHM_OK)
                  return 1;
              return raise(SIGKILL);
            }) == 128 + SIGKILL);
    std::vector<std::unique_ptr<Child>> collectors;
    for (int i = 0; i < 2; i++)
      collectors.push_back(start([&] { return collect_once(store, *tally); }));
    for (const auto &collector : collectors)
      (void)collector->wait();
    REQUIRE_NO_PROBLEM(tally);
    for (int i = 0; i < count; i++)
      require_nothing_left_of(tag + "-" + std::to_string(i));
    REQUIRE(files_in(store.root()) == std::vector<std::string>{});
    REQUIRE(tally->removals == count);
  }
}
