// A store of many projects is listed while they are overwritten: each of them is there, every time.
//
// SPDX-License-Identifier: MIT
#include "race_fixture.hpp"

using namespace race;

namespace {

constexpr int PROJECTS = 300;

// Long names: of so many the kernel tells in several calls.
std::string name_of(int number) { return "many-" + std::to_string(number) + std::string(180, '-'); }

// A project without arrays.
cshm_status publish_small(cshm_store store, int number, cshm_error *err) {
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  options.overwrite = 1;
  cshm_builder builder{0};
  cshm_status status = cshm_builder_open(store, name_of(number).c_str(), &options, &builder, err);
  if (!status) status = cshm_builder_allocate(builder, err);
  if (!status) status = cshm_builder_publish(builder, nullptr, err);
  if (status && builder.id != 0) (void)cshm_builder_abort(builder, nullptr);
  return status;
}

int overwrite_for_ever(const std::vector<cshm_store> &stores, Tally &tally) {
  std::mt19937 random(1);
  while (!tally.done) {
    Error err;
    if (publish_small(stores[random() % stores.size()], static_cast<int>(random() % PROJECTS), err) != CSHM_OK)
      return tally.wrong("overwrite", err);
    tally.writes++;
  }
  return 0;
}

// All are listed, and as whole.
void require_complete(cshm_store store) {
  Error err;
  Listing listing;
  uint64_t count = 0;
  REQUIRE_OK(cshm_list(store, listing.out(), err), err);
  REQUIRE_OK(cshm_listing_count(listing, &count, err), err);
  std::set<std::string> missing;
  for (int i = 0; i < PROJECTS; i++)
    missing.insert(name_of(i));
  for (uint64_t i = 0; i < count; i++) {
    cshm_project project = CSHM_PROJECT_INIT;
    REQUIRE_OK(cshm_listing_project(listing, i, &project, err), err);
    INFO(project.name << ": " << project.message);
    REQUIRE(project.status == CSHM_OK);
    missing.erase(project.name);
  }
  REQUIRE(missing == std::set<std::string>{});
  REQUIRE(count == PROJECTS);
}

// A store of them, in a folder of its own; at the end nothing of it is left.
class LargeStore {
public:
  LargeStore(const fs::path &above, bool alternate) : folder_(above / unique_name("cute-shm-many")) {
    stores.push_back(open_store(folder_ / "store", CSHM_MANIFEST_YAML));
    if (alternate) stores.push_back(open_store(folder_ / "store", CSHM_MANIFEST_TOML));
    Error err;
    for (int i = 0; i < PROJECTS; i++)
      REQUIRE_OK(publish_small(stores[0], i, err), err);
  }
  LargeStore(const LargeStore &) = delete;
  LargeStore &operator=(const LargeStore &) = delete;
  ~LargeStore() {
    for (int i = 0; i < PROJECTS; i++)
      (void)cshm_unlink(stores[0], name_of(i).c_str(), nullptr);
    for (const cshm_store store : stores)
      (void)cshm_store_close(store, nullptr);
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  std::vector<cshm_store> stores;

private:
  fs::path folder_;
};

} // namespace

TEST_CASE("a large store is listed whole while its projects are overwritten, in one syntax and in two, on every file "
          "system") {
  const bool alternate = GENERATE(false, true);
  const std::string above = GENERATE("/tmp", "/dev/shm");
  CAPTURE(alternate, above);
  const LargeStore large(above, alternate);
  const Shared<Tally> tally;
  const int count = times(20, 2000);
  const auto writer = start([&] { return overwrite_for_ever(large.stores, *tally); });
  for (int i = 0; i < count; i++)
    require_complete(large.stores[0]);
  tally->done = true;
  (void)writer->wait();
  REQUIRE_NO_PROBLEM(tally);
  std::printf("%d projects listed %d times while %ld were overwritten\n", PROJECTS, count, tally->writes.load());
}
