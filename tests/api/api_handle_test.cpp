// Handles: released, of another kind, made up. Whatever finalizers of four languages may try is an error, never a crash.
//
// CUTESHM_TEST_SEED chooses another walk, CUTESHM_TEST_CALLS how long it is.
//
// SPDX-License-Identifier: MIT
#include "api_calls.hpp"

#include <map>
#include <random>

using namespace api;

namespace {

uint64_t from_environment(const char *name, uint64_t otherwise) {
  const char *text = getenv(name);
  return text != nullptr ? std::stoull(text) : otherwise;
}

// Makes random calls and knows which handles are alive: a call must fail as stale on all others, and on those only.
class Walk {
public:
  Walk(const Store &store, const std::string &project, uint64_t seed)
      : root_(store.root().string()), others_(static_cast<cshm_store>(store).id), calls_(handle_calls(project)),
        random_(seed) {}

  void step() {
    if (alive_[STORE].size() < 3) open_store();
    const HandleCall &call = calls_[below(calls_.size())];
    const uint64_t id = pick(call.kind);
    if (id == others_) return;
    // Where it makes something, or looks at files, only once in a while.
    if (!call.costly || alive_[call.kind].count(id) == 0 || below(100) == 0) judge(call, id);
  }

  // Gives everything back.
  void finish() {
    for (const HandleCall &call : calls_)
      while (call.change < 0 && !alive_[call.kind].empty())
        judge(call, alive_[call.kind].begin()->first);
  }

  uint64_t stale() const { return stale_; }
  uint64_t fine() const { return fine_; }

private:
  uint64_t below(uint64_t bound) { return random_() % bound; }

  void open_store() {
    cshm_store store{0};
    if (cshm_store_open(root_.c_str(), nullptr, &store, nullptr) != CSHM_OK) FAIL("cshm_store_open");
    born({STORE, store.id});
  }

  void born(const Made &made) {
    if (made.id == 0) FAIL("a handle of id 0 was made");
    for (const auto &handles : alive_)
      if (handles.count(made.id) != 0) FAIL("a second live handle of id " << made.id);
    alive_[made.kind][made.id] = 1;
  }

  uint64_t any_alive(uint64_t kind) {
    const auto &handles = alive_[kind];
    if (handles.empty()) return 0;
    return std::next(handles.begin(), static_cast<std::ptrdiff_t>(below(std::min<size_t>(handles.size(), 16))))->first;
  }

  uint64_t pick(Kind kind) {
    switch (below(9)) {
    case 0:
      return any_alive(below(KINDS));
    case 1:
      return dead_.empty() ? 0 : dead_[below(dead_.size())];
    case 2:
      return random_();
    case 3:
      return below(1000);
    case 4:
      return any_alive(kind) ^ (UINT64_C(1) << below(64));
    default:
      return any_alive(kind);
    }
  }

  void judge(const HandleCall &call, uint64_t id) {
    const bool alive = alive_[call.kind].count(id) != 0;
    Made made;
    const cshm_status status = call.run(id, static_cast<uint32_t>(random_()), made);
    if ((status == CSHM_ERR_STALE_HANDLE) == alive)
      FAIL("cshm_" << call.name << "(" << id << ") gave " << cshm_status_name(status) << " on a handle that is "
                   << (alive ? "alive" : "not alive"));
    (alive ? fine_ : stale_)++;
    if (status != CSHM_OK) return;
    if (made.kind != KINDS) born(made);
    if ((alive_[call.kind][id] += call.change) == 0) bury(call.kind, id);
  }

  void bury(Kind kind, uint64_t id) {
    alive_[kind].erase(id);
    if (dead_.size() < 1000)
      dead_.push_back(id);
    else
      dead_[below(dead_.size())] = id;
  }

  std::string root_;
  uint64_t others_; // the fixture's store: alive, but not made here
  std::vector<HandleCall> calls_;
  std::mt19937_64 random_;
  std::map<uint64_t, int64_t> alive_[KINDS];
  std::vector<uint64_t> dead_;
  uint64_t stale_ = 0, fine_ = 0;
};

} // namespace

TEST_CASE("over a million random calls tell live handles from all others, and none crashes") {
  const uint64_t before = cshm_live_handles();
  const uint64_t seed = from_environment("CUTESHM_TEST_SEED", 20240229);
  const uint64_t calls = from_environment("CUTESHM_TEST_CALLS", 1500000);
  CAPTURE(seed, calls);
  {
    Store store;
    const std::string project = unique_name("walk");
    share_sample(store, project);
    Walk walk(store, project, seed);
    for (uint64_t i = 0; i < calls; i++)
      walk.step();
    const uint64_t made = walk.fine() + walk.stale();
    walk.finish();
    // The walk is worth something only if it met both kinds in numbers.
    REQUIRE(made > calls / 10 * 7);
    REQUIRE(walk.stale() > calls / 4);
    REQUIRE(walk.fine() > calls / 10);
    REQUIRE(store.names() == std::vector<std::string>{project});
  }
  REQUIRE(cshm_live_handles() == before);
}

TEST_CASE("the id 0 is never valid") {
  for (const HandleCall &call : handle_calls("p")) {
    CAPTURE(call.name);
    Made made;
    REQUIRE(call.run(0, 0, made) == CSHM_ERR_STALE_HANDLE);
  }
}

TEST_CASE("a handle of one kind is stale to the calls of all others") {
  Store store;
  const std::string project = unique_name("kinds");
  share_sample(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  Array array;
  open_array(attachment, "a", array);
  Listing listing;
  REQUIRE(cshm_list(store, listing.out(), nullptr) == CSHM_OK);
  Builder builder(store, project + "-2");
  Manifest manifest;
  REQUIRE(cshm_manifest_parse("cute-shm-layout: 1", 18, 0, nullptr, manifest.out(), nullptr) == CSHM_OK);
  const uint64_t ids[KINDS] = {static_cast<cshm_store>(store).id,           static_cast<cshm_builder>(builder).id,
                               static_cast<cshm_attachment>(attachment).id, static_cast<cshm_array>(array).id,
                               static_cast<cshm_listing>(listing).id,       static_cast<cshm_manifest>(manifest).id};
  for (const HandleCall &call : handle_calls(project))
    for (int kind = 0; kind < KINDS; kind++) {
      CAPTURE(call.name, kind);
      Made made;
      if (kind != call.kind) REQUIRE(call.run(ids[kind], 0, made) == CSHM_ERR_STALE_HANDLE);
    }
}

TEST_CASE("a message about a stale handle says which, and how that came") {
  Error err;
  REQUIRE_STATUS(cshm_detach(cshm_attachment{12345}, err), err, CSHM_ERR_STALE_HANDLE);
  require_words(err, {"0x3039", "released"});
}
