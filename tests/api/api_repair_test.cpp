// A project that has lost its manifest, or of which the manifest is wrong: found by its segment.
//
// SPDX-License-Identifier: MIT
#include "api_collect.hpp"
#include "api_damage.hpp"

using namespace api;

namespace {

constexpr size_t OFFSET_STATE = 4032;

void set_state(const fs::path &segment, uint32_t state) {
  Bytes bytes(segment);
  bytes.put<uint32_t>(OFFSET_STATE, state);
  bytes.save();
}

} // namespace

TEST_CASE("a swept manifest, or store, is written anew by who attaches the project, byte by byte") {
  Store store;
  const std::string project = unique_name("swept");
  share_sample(store, project, 4);
  const fs::path manifest = store.manifest(project);
  const std::string text = slurp(manifest);
  if (GENERATE(true, false))
    fs::remove_all(store.root());
  else
    fs::remove(manifest);
  SECTION("attach") {
    Attachment attachment;
    attach(store, project, attachment);
    REQUIRE(values_at(attachment, "a") == ramp(6, 4));
    REQUIRE(is_current(attachment));
  }
  SECTION("create") {
    cshm_builder builder{0};
    Error err;
    REQUIRE_STATUS(cshm_builder_open(store, project.c_str(), nullptr, &builder, err), err, CSHM_ERR_EXISTS);
  }
  SECTION("repair of all") {
    const std::vector<Told> found = repair(store, nullptr);
    REQUIRE(found.size() == 1);
    REQUIRE(found[0].name == project);
    REQUIRE(found[0].manifest == manifest);
    REQUIRE(found[0].message == "its manifest was gone");
    REQUIRE(found[0].status == CSHM_OK);
    REQUIRE(repair(store, nullptr).empty());
  }
  SECTION("repair of one") {
    REQUIRE(repair(store, project.c_str()).size() == 1);
    REQUIRE(repair(store, project.c_str()).empty());
  }
  REQUIRE(slurp(manifest) == text);
  REQUIRE(segments_of(project).size() == 1);
}

TEST_CASE("a project without its manifest can be overwritten and unlinked like any other") {
  Store store;
  const std::string project = unique_name("swept");
  share_sample(store, project, 4);
  Attachment attachment;
  attach(store, project, attachment);
  fs::remove_all(store.root());
  SECTION("overwritten") {
    share_sample(store, project, 5, true);
    REQUIRE(segments_of(project).size() == 1);
  }
  SECTION("unlinked") {
    store.unlink(project);
    REQUIRE(segments_of(project).empty());
    Error err;
    REQUIRE_STATUS(try_attach(store, project, err), err, CSHM_ERR_NOT_FOUND);
  }
  REQUIRE_FALSE(is_current(attachment));
  REQUIRE(values_at(attachment, "a") == ramp(6, 4));
}

TEST_CASE("of several published segments without a manifest the newest is the project") {
  Store store;
  const std::string project = unique_name("several");
  share_sample(store, project, 1);
  const fs::path older = segments_of(project).at(0);
  const std::string bytes = slurp(older);
  share_sample(store, project, 2, true);
  spill(older, bytes);
  fs::permissions(older, fs::perms::owner_read | fs::perms::owner_write);
  REQUIRE(fs::remove(store.manifest(project)));
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(values_at(attachment, "a") == ramp(6, 2));
  fs::remove(older);
}

TEST_CASE("what is another project's, another store's, or not published is not adopted") {
  Store store, other;
  const std::string project = unique_name("not");
  share_sample(store, project, 1);
  const fs::path manifest = store.manifest(project), segment = segments_of(project).at(0);
  Error err;
  SECTION("another store") { REQUIRE_STATUS(try_attach(other, project, err), err, CSHM_ERR_NOT_FOUND); }
  SECTION("another prefix of the same root") {
    cshm_store_options options = CSHM_STORE_OPTIONS_INIT;
    options.prefix = "other.";
    cshm_store prefixed{0};
    REQUIRE_OK(cshm_store_open(store.root().c_str(), &options, &prefixed, err), err);
    fs::remove(manifest);
    REQUIRE_STATUS(try_attach(prefixed, project, err), err, CSHM_ERR_NOT_FOUND);
    REQUIRE(repair(prefixed, nullptr).empty());
    REQUIRE_OK(cshm_store_close(prefixed, err), err);
    (void)repair(store, nullptr);
  }
  SECTION("not published") {
    fs::remove(manifest);
    set_state(segment, GENERATE(1u, 3u));
    REQUIRE_STATUS(try_attach(store, project, err), err, CSHM_ERR_NOT_FOUND);
    REQUIRE(segments_of(project).empty()); // that was garbage, and was met
  }
  SECTION("damaged") {
    fs::remove(manifest);
    Bytes bytes(segment);
    bytes.flip(INDEX + 200, 0xff);
    REQUIRE(try_attach(store, project, err) != CSHM_OK);
    REQUIRE_FALSE(fs::exists(manifest));
    REQUIRE(repair(store, nullptr).at(0).status == CSHM_ERR_CORRUPT);
    REQUIRE_STATUS(cshm_store_repair(store, project.c_str(), nullptr, err), err, CSHM_ERR_CORRUPT);
    fs::remove(segment);
  }
}

TEST_CASE("a damaged manifest is an error that names the cure, and the cure works") {
  Store store;
  const std::string project = unique_name("damaged");
  share_sample(store, project, 6);
  const std::string text = slurp(store.manifest(project));
  const fs::path manifest = store.manifest(project);
  for (const std::string &damage : {std::string("]"), std::string(), text.substr(0, 60), std::string(5000, '\0')}) {
    spill(manifest, damage);
    Error err;
    REQUIRE_STATUS(try_attach(store, project, err), err, CSHM_ERR_CORRUPT);
    require_words(err, {"cute-shm repair " + project});
    const std::vector<Told> found = repair(store, nullptr);
    REQUIRE(found.size() == 1);
    REQUIRE(found[0].message == "its manifest was damaged");
    REQUIRE(slurp(manifest) == text);
    REQUIRE_OK(try_attach(store, project, err), err);
  }
}

TEST_CASE("two manifests become the right one") {
  Store yaml(CSHM_MANIFEST_YAML);
  const cshm_store toml = open_store(yaml.root(), CSHM_MANIFEST_TOML);
  const std::string project = unique_name("two");
  share_sample(yaml, project, 6);
  const fs::path manifest = yaml.manifest(project);
  fs::path second = manifest;
  second.replace_extension(".toml");
  const std::string text = slurp(manifest);
  fs::remove(manifest);
  REQUIRE(repair(toml, project.c_str()).size() == 1); // in its syntax
  REQUIRE(fs::exists(second));
  spill(manifest, text);
  Error err;
  REQUIRE_STATUS(try_attach(yaml, project, err), err, CSHM_ERR_CORRUPT);
  require_words(err, {"cute-shm repair " + project});
  REQUIRE(repair(yaml, project.c_str()).at(0).message == "it had two manifests");
  REQUIRE(slurp(manifest) == text);
  REQUIRE_FALSE(fs::exists(second));
  REQUIRE_OK(try_attach(yaml, project, err), err);
  (void)cshm_store_close(toml, nullptr);
}

TEST_CASE("a manifest of another generation, or of another size, is written anew") {
  Store store;
  const std::string project = unique_name("generation");
  share_sample(store, project, 6);
  const std::string text = slurp(store.manifest(project));
  const std::string segment = fs::path(segments_of(project).at(0)).filename();
  const std::string generation = segment.substr(segment.size() - 16);
  const bool toml = store.manifest(project).extension() == ".toml";
  const std::string bytes = toml ? "bytes = " : "bytes: ", key = toml ? "generation = \"" : "generation: \"";
  for (const std::string &wrong :
       {replaced(text, key + generation, key + "00000000000000ff"), replaced(text, "\n" + bytes, "\n" + bytes + "1"),
        replaced(text, "\"" + segment, "\"cute-shm." + project + ".nowhere")}) {
    spill(store.manifest(project), wrong);
    Error err;
    REQUIRE(try_attach(store, project, err) != CSHM_OK);
    REQUIRE(repair(store, project.c_str()).size() == 1);
    REQUIRE(slurp(store.manifest(project)) == text);
    REQUIRE_OK(try_attach(store, project, err), err);
  }
}

TEST_CASE("where no segment is published, the one that a damaged manifest names is the project, and is published") {
  Store store;
  const std::string project = unique_name("named");
  share_sample(store, project, 6);
  const std::string text = slurp(store.manifest(project));
  set_state(segments_of(project).at(0), GENERATE(1u, 3u));
  spill(store.manifest(project), "]" + text);
  REQUIRE(repair(store, nullptr).size() == 1);
  REQUIRE(slurp(store.manifest(project)) == text);
  REQUIRE(Bytes(segments_of(project).at(0)).get<uint32_t>(OFFSET_STATE) == 2);
}

TEST_CASE("what cannot be repaired is told: by name as a failure, of all in the listing") {
  Store store;
  const std::string project = unique_name("lost");
  Error err;
  REQUIRE_STATUS(cshm_store_repair(store, project.c_str(), nullptr, err), err, CSHM_ERR_NOT_FOUND);
  REQUIRE_STATUS(cshm_store_repair(store, "a/b", nullptr, err), err, CSHM_ERR_BAD_NAME);
  REQUIRE_FALSE(fs::exists(store.root()));
  REQUIRE(repair(store, nullptr).empty());
  share_sample(store, project);
  REQUIRE(fs::remove(segments_of(project).at(0)));
  REQUIRE_STATUS(cshm_store_repair(store, project.c_str(), nullptr, err), err, CSHM_ERR_NOT_FOUND);
  require_words(err, {project, "pointed to a segment that is gone"});
  const std::vector<Told> found = repair(store, nullptr);
  REQUIRE(found.size() == 1);
  REQUIRE(found[0].status == CSHM_ERR_NOT_FOUND);
}
