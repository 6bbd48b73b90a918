// A project is overwritten thousands of times: whoever attaches or lists it meanwhile sees a whole old one or a whole new one.
//
// SPDX-License-Identifier: MIT
#include "race_fixture.hpp"

using namespace race;

namespace {

constexpr int64_t WRITER = 1000000; // a generation's number is this times its writer's, and a count
constexpr int READERS = 2;

struct Stores {
  Store yaml{CSHM_MANIFEST_YAML};
  cshm_store toml = open_store(yaml.root(), CSHM_MANIFEST_TOML);
  ~Stores() { (void)cshm_store_close(toml, nullptr); }

  cshm_store of(bool alternate, int64_t turn) const { return alternate && turn % 2 != 0 ? toml : cshm_store(yaml); }
};

// Of what one process has seen: nothing comes back. A writer's generations appear in the order in which they were published.
class Order {
public:
  bool goes_on(int64_t number) {
    int64_t &last = last_[number / WRITER];
    const bool later = number >= last;
    last = number;
    seen_.insert(number);
    return later;
  }
  size_t seen() const { return seen_.size(); }

private:
  std::map<int64_t, int64_t> last_;
  std::set<int64_t> seen_;
};

int list_once(cshm_store store, const std::string &project, Tally &tally) {
  Error err;
  cshm_listing listing{0};
  cshm_project found = CSHM_PROJECT_INIT;
  uint64_t count = 0;
  if (cshm_list(store, &listing, err) != CSHM_OK || cshm_listing_count(listing, &count, err) != CSHM_OK)
    return tally.wrong("list", err);
  if (count != 1) return tally.wrong("a listing of " + std::to_string(count) + " projects");
  if (cshm_listing_project(listing, 0, &found, err) != CSHM_OK) return tally.wrong("listing", err);
  if (found.status != CSHM_OK || found.name != project || found.array_count != ARRAYS)
    return tally.wrong(std::string("a listing's project: ") + found.message);
  (void)cshm_listing_close(listing, nullptr);
  tally.listings++;
  return 0;
}

// The newest generation, by its name or from an older one that is held.
cshm_status attach_newest(cshm_store store, const std::string &project, uint32_t turn, cshm_attachment held,
                          cshm_attachment *attachment, cshm_error *err) {
  cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
  options.mode = turn % 3;
  return held.id != 0 && turn % 2 == 0 ? cshm_attachment_reattach(held, attachment, err)
                                       : cshm_attach(store, project.c_str(), &options, attachment, err);
}

// Attaches in all three modes in turn, sometimes with the one before in hand, which must stay what it was.
int look_until_done(cshm_store store, const std::string &project, Tally &tally) {
  Order order;
  cshm_attachment held{0};
  int64_t held_number = 0;
  for (uint32_t turn = 0; turn < 3 || !tally.done; turn++) {
    Error err;
    cshm_attachment attachment{0};
    if (attach_newest(store, project, turn, held, &attachment, err) != CSHM_OK) return tally.wrong("attach", err);
    const int64_t number = whole_number(attachment);
    if (number < 0) return tally.wrong("a torn tree");
    if (!order.goes_on(number)) return tally.wrong("generation " + std::to_string(number) + " came back");
    if (held.id != 0 && whole_number(held) != held_number) return tally.wrong("an old tree changed while it was held");
    if (held.id != 0 && cshm_detach(held, err) != CSHM_OK) return tally.wrong("detach", err);
    held = {0};
    if (turn % 4 < 2 && cshm_detach(attachment, err) != CSHM_OK) return tally.wrong("detach", err);
    if (turn % 4 >= 2) {
      held = attachment;
      held_number = number;
    }
    if (turn % 8 == 0 && list_once(store, project, tally) != 0) return 1;
    tally.looks++;
  }
  tally.generations += static_cast<long>(order.seen());
  return 0;
}

int overwrite_many(const Stores &stores, const std::string &project, bool alternate, int writer, int count,
                   Tally &tally) {
  for (int turn = 1; turn <= count; turn++) {
    Error err;
    if (publish(stores.of(alternate, turn), project, writer * WRITER + turn, {}, nullptr, err) != CSHM_OK)
      return tally.wrong("overwrite", err);
    tally.writes++;
  }
  return 0;
}

void overwrite_and_look(int writers, bool alternate) {
  const Stores stores;
  const std::string project = unique_name("overwrite");
  const Shared<Tally> tally;
  const int count = times(1000, 10000) / writers;
  Error err;
  REQUIRE_OK(publish(stores.yaml, project, WRITER, {}, nullptr, err), err);
  std::vector<std::unique_ptr<Child>> readers, others;
  for (int i = 0; i < READERS; i++)
    readers.push_back(start([&] { return look_until_done(stores.of(alternate, i), project, *tally); }));
  for (int i = 1; i <= writers; i++)
    others.push_back(start([&] { return overwrite_many(stores, project, alternate, i, count, *tally); }));
  for (const auto &writer : others)
    (void)writer->wait();
  tally->done = true;
  for (const auto &reader : readers)
    (void)reader->wait();
  REQUIRE_NO_PROBLEM(tally);
  std::printf("%d writer(s), %s: %ld overwrites; %d readers took %ld looks and %ld listings, and saw %ld generations\n",
              writers, alternate ? "YAML and TOML in turn" : "YAML", tally->writes.load(), READERS, tally->looks.load(),
              tally->listings.load(), tally->generations.load());
  REQUIRE(tally->writes == writers * count);
  REQUIRE(tally->generations >= 2L * READERS);
  Attachment last;
  attach(stores.yaml, project, last);
  REQUIRE(whole_number(last) % WRITER == count); // a writer's last one
  REQUIRE(segments_of(project).size() == 1);
  REQUIRE(files_in(stores.yaml.root()).size() == 1);
}

} // namespace

TEST_CASE("readers that attach again and again while a project is overwritten see a whole old or a whole new tree") {
  overwrite_and_look(1, false);
}

TEST_CASE("so they do while each overwrite changes the manifest's syntax") { overwrite_and_look(1, true); }

TEST_CASE("two that overwrite one project win whole, one after the other, in one syntax and in two") {
  overwrite_and_look(2, GENERATE(false, true));
}
