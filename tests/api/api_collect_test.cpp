// The collector: what the dead have left goes, and nothing else. Segments are put into the states that a process leaves which is
// killed; processes that are killed are in tests/process.
//
// SPDX-License-Identifier: MIT
#include "api_collect.hpp"
#include "api_damage.hpp"

#include <functional>

using namespace api;

namespace {

constexpr size_t OFFSET_GENERATION = 16, OFFSET_LIFETIME = 96, OFFSET_PREFIX = 104, OFFSET_ROOT = 512,
                 OFFSET_STATE = 4032;
enum State : uint32_t { FILLED = 1, PUBLISHED = 2, RETIRED = 3 };

// A segment as a process would have left it: a copy of the project's under another generation, with another state.
fs::path leave(const std::string &project, State state, cshm_lifetime lifetime = CSHM_PERSISTENT,
               const std::function<void(Bytes &)> &change = nullptr) {
  const fs::path whole = segments_of(project).at(0);
  const fs::path left = "/dev/shm/cute-shm." + project + ".00000000000000" + std::to_string(10 + int(state));
  fs::copy_file(whole, left);
  fs::permissions(left, fs::perms::owner_read | fs::perms::owner_write);
  Bytes bytes(left);
  bytes.put<uint64_t>(OFFSET_GENERATION, 4711);
  bytes.put<uint32_t>(OFFSET_LIFETIME, lifetime);
  bytes.put<uint32_t>(OFFSET_STATE, state);
  if (change) change(bytes);
  bytes.seal();
  bytes.save();
  return left;
}

} // namespace

TEST_CASE("a store that is whole, or not there, has nothing to collect, and nothing is made") {
  Store store;
  REQUIRE(collect_twice(store).empty());
  REQUIRE_FALSE(fs::exists(store.root()));
  const std::string project = unique_name("whole");
  share_sample(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(collect_twice(store).empty());
  REQUIRE(store.names() == std::vector<std::string>{project});
  Error err;
  REQUIRE_OK(cshm_store_collect(store, nullptr, nullptr, err), err);
}

TEST_CASE("segments that no manifest points to and that are no project go, and are told with their reason") {
  Store store;
  const std::string project = unique_name("left");
  share_sample(store, project);
  const fs::path kept = segments_of(project).at(0);
  struct Case {
    State state;
    cshm_lifetime lifetime;
    std::string why;
  };
  for (const Case &c :
       {Case{FILLED, CSHM_PERSISTENT, "its builder ended"}, Case{RETIRED, CSHM_PERSISTENT, "overwritten"},
        Case{PUBLISHED, CSHM_OWNER, "owner has ended"}, Case{PUBLISHED, CSHM_LAST_USER, "last user"}}) {
    const fs::path left = leave(project, c.state, c.lifetime);
    const std::vector<Told> found = collect_twice(store);
    REQUIRE(found.size() == 1);
    REQUIRE(found[0].name == project);
    REQUIRE(found[0].manifest.empty());
    REQUIRE(found[0].segment == left.filename());
    REQUIRE(found[0].nbytes == fs::file_size(kept));
    INFO(found[0].message);
    REQUIRE(found[0].message.find(c.why) != std::string::npos);
    REQUIRE_FALSE(fs::exists(left));
    REQUIRE(fs::exists(kept));
  }
}

TEST_CASE("a published persistent segment is a project that has lost its manifest, and no garbage") {
  Store store;
  const std::string project = unique_name("kept");
  share_sample(store, project);
  const bool with_root = GENERATE(true, false);
  REQUIRE(fs::remove(store.manifest(project)));
  if (!with_root) fs::remove_all(store.root());
  REQUIRE(collect_twice(store).empty());
  REQUIRE(segments_of(project).size() == 1);
  REQUIRE(fs::exists(store.root()) == with_root);
  store.unlink(project);
  REQUIRE(segments_of(project).empty());
}

TEST_CASE("what is another store's, not ours, or tells nobody whose it is stays") {
  Store store, other;
  const std::string project = unique_name("theirs");
  share_sample(store, project);
  const std::vector<std::function<void(Bytes &)>> changes = {
      [](Bytes &bytes) { bytes.put<char>(OFFSET_ROOT + 3, 'X'); },        // another root
      [](Bytes &bytes) { bytes.put<uint64_t>(OFFSET_PREFIX, 0x2e6d79); }, // another prefix: "ym."
      [](Bytes &bytes) { bytes.put<char>(0, 'X'); },                      // no segment of ours
      [](Bytes &bytes) { bytes.text().resize(4095); },                    // half a header
      [](Bytes &bytes) { bytes.put<uint32_t>(OFFSET_STATE, 77); },        // a state that there is not
  };
  for (size_t i = 0; i < changes.size(); i++) {
    CAPTURE(i);
    const fs::path left = leave(project, FILLED);
    Bytes bytes(left);
    changes[i](bytes);
    if (bytes.text().size() > 4096) bytes.seal();
    spill(left, bytes.text());
    REQUIRE(collect_twice(store).empty());
    REQUIRE(collect_twice(other).empty());
    REQUIRE(fs::exists(left));
    fs::remove(left);
  }
  const fs::path stranger = "/dev/shm/cute-shm." + project + ".txt";
  spill(stranger, "mine");
  REQUIRE(collect_twice(store).empty());
  REQUIRE(fs::remove(stranger));
}

TEST_CASE("a segment of a format without the prefix is one of the store of the ordinary prefix") {
  Store store;
  const std::string project = unique_name("older");
  share_sample(store, project);
  const fs::path left = leave(project, RETIRED, CSHM_PERSISTENT, [](Bytes &bytes) {
    std::memset(bytes.text().data() + OFFSET_PREFIX, 0, 40);
    bytes.put<uint16_t>(OFFSET_MINOR, 0);
  });
  cshm_store_options options = CSHM_STORE_OPTIONS_INIT;
  options.prefix = "other.";
  cshm_store other{0};
  Error err;
  REQUIRE_OK(cshm_store_open(store.root().c_str(), &options, &other, err), err);
  REQUIRE(collect_twice(other).empty());
  REQUIRE(fs::exists(left));
  REQUIRE(collect_twice(store).size() == 1);
  REQUIRE_FALSE(fs::exists(left));
  REQUIRE_OK(cshm_store_close(other, err), err);
}

TEST_CASE("segments stay while a manifest cannot be read that may point to them") {
  Store store;
  const std::string project = unique_name("unreadable");
  share_sample(store, project);
  const fs::path left = leave(project, FILLED);
  const std::string manifest = slurp(store.manifest(project));
  spill(store.manifest(project), "]");
  REQUIRE(collect_twice(store).empty());
  REQUIRE(fs::exists(left));
  spill(store.manifest(project), manifest);
  REQUIRE(collect_twice(store).size() == 1);
}

TEST_CASE(
    "a manifest whose segment is gone is collected: a persistent one only by the collector, others by every look") {
  Store store;
  const std::string project = unique_name("gone");
  const auto lifetime = static_cast<cshm_lifetime>(GENERATE(CSHM_PERSISTENT, CSHM_OWNER, CSHM_LAST_USER));
  share_sample(store, project, 0, false, lifetime);
  REQUIRE(fs::remove(segments_of(project).at(0)));
  const fs::path manifest = store.manifest(project);
  SECTION("list") {
    REQUIRE(store.names().size() == (lifetime == CSHM_PERSISTENT ? 1 : 0));
    REQUIRE(fs::exists(manifest) == (lifetime == CSHM_PERSISTENT));
  }
  SECTION("attach") {
    Error err;
    REQUIRE_STATUS(try_attach(store, project, err), err, CSHM_ERR_NOT_FOUND);
    require_words(err, {project});
    REQUIRE(fs::exists(manifest) == (lifetime == CSHM_PERSISTENT));
  }
  SECTION("create") {
    share_sample(store, project, 1);
    store.unlink(project);
  }
  SECTION("collect") {
    const std::vector<Told> found = collect_twice(store);
    REQUIRE(found.size() == 1);
    REQUIRE(found[0].name == project);
    REQUIRE(found[0].manifest == manifest);
    REQUIRE(found[0].segment.empty());
    REQUIRE(found[0].nbytes == 0);
    REQUIRE(found[0].message == "its segment is gone");
    REQUIRE_FALSE(fs::exists(manifest));
  }
}

TEST_CASE("a file that was to become a manifest goes, and no other") {
  Store store;
  const std::string project = unique_name("temporary");
  share_sample(store, project);
  const fs::path left = store.root() / ".cute-shm.0123456789abcdef.tmp";
  const std::vector<fs::path> others = {store.root() / ".cute-shm.0123456789abcde.tmp", store.root() / "mine.tmp",
                                        store.root() / ".cute-shm.0123456789abcdeX.tmp"};
  spill(left, "half a manifest");
  for (const fs::path &other : others)
    spill(other, "mine");
  const std::vector<Told> found = collect_twice(store);
  REQUIRE(found.size() == 1);
  REQUIRE(found[0].manifest == left);
  REQUIRE(found[0].name.empty());
  REQUIRE_FALSE(fs::exists(left));
  for (const fs::path &other : others)
    REQUIRE(fs::exists(other));
}

TEST_CASE("the collector sees to the manifest that has lost, where a change of the syntax left two") {
  Store yaml(CSHM_MANIFEST_YAML);
  const cshm_store toml = open_store(yaml.root(), CSHM_MANIFEST_TOML);
  const std::string project = unique_name("syntax");
  share_sample(yaml, project, 1);
  const fs::path lost = yaml.manifest(project);
  const std::string text = slurp(lost);
  share_sample(toml, project, 2, true);
  spill(lost, text);
  const std::vector<Told> found = collect_twice(yaml);
  REQUIRE(found.size() == 1);
  REQUIRE(found[0].manifest == lost);
  Attachment attachment;
  attach(yaml, project, attachment);
  REQUIRE(values_at(attachment, "a") == ramp(6, 2));
  (void)cshm_store_close(toml, nullptr);
}

TEST_CASE("where the store's directory was swept, too, what is garbage of it is still found") {
  Store store;
  const std::string project = unique_name("swept");
  share_sample(store, project);
  const fs::path left = leave(project, RETIRED);
  fs::remove_all(store.root());
  REQUIRE(collect_twice(store).size() == 1);
  REQUIRE_FALSE(fs::exists(left));
  store.unlink(project);
}

TEST_CASE("a damaged segment whose manifest says that it has ended is collected; one of a persistent project stays") {
  Store store;
  const std::string project = unique_name("damaged");
  share_sample(store, project);
  const fs::path segment = segments_of(project).at(0);
  fs::resize_file(segment, 100);
  REQUIRE(collect_twice(store).empty());
  spill(store.manifest(project), replaced(slurp(store.manifest(project)), "\"persistent\"", "\"owner\""));
  const std::vector<Told> found = collect_twice(store);
  REQUIRE(found.size() == 1);
  REQUIRE(found[0].segment == segment.filename());
  REQUIRE_FALSE(fs::exists(segment));
  REQUIRE(store.names().empty());
}

TEST_CASE("a listing tells who is in use, whatever the lifetime and the mode") {
  Store store;
  const std::string project = unique_name("use");
  const auto lifetime = static_cast<cshm_lifetime>(GENERATE(CSHM_PERSISTENT, CSHM_OWNER));
  share_sample(store, project, 3, false, lifetime);
  REQUIRE_FALSE(in_use(store, project));
  for (const cshm_mode mode : {CSHM_READ_ONLY, CSHM_READ_WRITE, CSHM_PRIVATE}) {
    CAPTURE(mode);
    Attachment attachment, again;
    attach(store, project, attachment, mode);
    attach(store, project, again, mode);
    REQUIRE(in_use(store, project));
    Array array;
    open_array(attachment, "a", array);
    attachment.release();
    again.release();
    REQUIRE(in_use(store, project)); // by the array
    array.release();
    REQUIRE_FALSE(in_use(store, project));
  }
}

TEST_CASE("the publisher's own attachments count, and its builder does not") {
  Store store;
  const std::string project = unique_name("publisher");
  Attachment published, built;
  {
    Builder builder(store, project);
    builder.array("a", "<f8", {6}).allocate();
    Error err;
    REQUIRE_OK(cshm_builder_attach(builder, built.out(), err), err);
    REQUIRE_OK(cshm_builder_publish(builder, published.out(), err), err);
  }
  REQUIRE(in_use(store, project));
  published.release();
  REQUIRE(in_use(store, project));
  built.release();
  REQUIRE_FALSE(in_use(store, project));
}

TEST_CASE("a struct of options that is too short or missing is an error, and a stale store, too") {
  Store store;
  Error err;
  cshm_collect_options options = CSHM_COLLECT_OPTIONS_INIT;
  options.size = 0;
  REQUIRE_STATUS(cshm_store_collect(store, &options, nullptr, err), err, CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE_STATUS(cshm_store_collect({12345}, nullptr, nullptr, err), err, CSHM_ERR_STALE_HANDLE);
  REQUIRE_STATUS(cshm_store_repair({12345}, nullptr, nullptr, err), err, CSHM_ERR_STALE_HANDLE);
}
