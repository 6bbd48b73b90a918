// The syntax of manifests: which one is written, that each is read, and what holds where there are two.
//
// SPDX-License-Identifier: MIT
#include "api_fixture.hpp"

#include <thread>

using namespace api;

namespace {

using OwnedStore = Owned<cshm_store, cshm_store_close>;

// Sets a variable, NULL: unsets it, for the time of a scope.
class Environment {
public:
  Environment(const char *name, const char *value) : name_(name) {
    const char *before = getenv(name);
    existed_ = before != nullptr;
    if (existed_) before_ = before;
    value != nullptr ? setenv(name, value, 1) : unsetenv(name);
  }
  Environment(const Environment &) = delete;
  Environment &operator=(const Environment &) = delete;
  ~Environment() { existed_ ? setenv(name_, before_.c_str(), 1) : unsetenv(name_); }

private:
  const char *name_;
  std::string before_;
  bool existed_;
};

std::string extension_with(const Store &store, const char *environment, cshm_manifest_format format) {
  const Environment set("CUTE_SHM_MANIFEST", environment);
  OwnedStore opened;
  *opened.out() = open_store(store.root(), format);
  return manifest_of(opened, "p").extension();
}

std::vector<std::string> files_of(const Store &store) {
  std::vector<std::string> found;
  for (const auto &entry : fs::directory_iterator(store.root()))
    found.push_back(entry.path().filename());
  std::sort(found.begin(), found.end());
  return found;
}

double first_of(cshm_store store, const std::string &project) {
  Attachment attachment;
  attach(store, project, attachment);
  return values_at(attachment, "a").at(0);
}

cshm_status try_attach(cshm_store store, const std::string &project, cshm_error *err) {
  Attachment attachment;
  return cshm_attach(store, project.c_str(), nullptr, attachment.out(), err);
}

// A root with a store for each syntax.
struct TwoStores {
  Store yaml{CSHM_MANIFEST_YAML};
  OwnedStore toml;
  std::string project = unique_name("format");

  TwoStores() { *toml.out() = open_store(yaml.root(), CSHM_MANIFEST_TOML); }
  fs::path file(const char *extension) const { return yaml.root() / ("cute-shm." + project + extension); }
};

} // namespace

TEST_CASE("what a store writes is its option, else the environment, else YAML") {
  Store store;
  CHECK(extension_with(store, nullptr, CSHM_MANIFEST_DEFAULT) == ".yaml");
  CHECK(extension_with(store, "", CSHM_MANIFEST_DEFAULT) == ".yaml");
  CHECK(extension_with(store, "yaml", CSHM_MANIFEST_DEFAULT) == ".yaml");
  CHECK(extension_with(store, "toml", CSHM_MANIFEST_DEFAULT) == ".toml");
  CHECK(extension_with(store, "toml", CSHM_MANIFEST_YAML) == ".yaml");
  CHECK(extension_with(store, "yaml", CSHM_MANIFEST_TOML) == ".toml");
  CHECK(extension_with(store, "nonsense", CSHM_MANIFEST_TOML) == ".toml");
}

TEST_CASE("a syntax that there is not is refused by its name") {
  Store store;
  Error err;
  cshm_store refused{0};
  for (const char *wrong : {"json", "YAML", "toml "}) {
    const Environment set("CUTE_SHM_MANIFEST", wrong);
    REQUIRE_STATUS(cshm_store_open(store.root().c_str(), nullptr, &refused, err), err, CSHM_ERR_INVALID_ARGUMENT);
    require_words(err, {"CUTE_SHM_MANIFEST", "\"" + std::string(wrong) + "\"", "\"yaml\"", "\"toml\""});
  }
  cshm_store_options options = CSHM_STORE_OPTIONS_INIT;
  options.manifest = 3;
  REQUIRE_STATUS(cshm_store_open(store.root().c_str(), &options, &refused, err), err, CSHM_ERR_INVALID_ARGUMENT);
  require_words(err, {"3", "YAML (1)", "TOML (2)"});
}

TEST_CASE("every call reads either syntax") {
  TwoStores stores;
  const cshm_store both[] = {stores.yaml, stores.toml};
  for (const cshm_store writer : both)
    for (const cshm_store reader : both) {
      share_sample(writer, stores.project, 4);
      const fs::path manifest = manifest_of(writer, stores.project);
      REQUIRE(files_of(stores.yaml) == std::vector<std::string>{manifest.filename()});
      REQUIRE(first_of(reader, stores.project) == 4);
      REQUIRE(manifest_of(reader, stores.project) == manifest);
      Error err;
      cshm_builder builder{0};
      REQUIRE_STATUS(cshm_builder_open(reader, stores.project.c_str(), nullptr, &builder, err), err, CSHM_ERR_EXISTS);
      Listing listing;
      cshm_project listed = CSHM_PROJECT_INIT;
      REQUIRE_OK(cshm_list(reader, listing.out(), err), err);
      REQUIRE_OK(cshm_listing_project(listing, 0, &listed, err), err);
      REQUIRE(listed.status == CSHM_OK);
      REQUIRE(listed.manifest == manifest);
      REQUIRE_OK(cshm_unlink(reader, stores.project.c_str(), err), err);
      REQUIRE(files_of(stores.yaml).empty());
      REQUIRE(segments_of(stores.project).empty());
    }
}

TEST_CASE("an overwrite that changes the syntax leaves one manifest and one segment") {
  TwoStores stores;
  share_sample(stores.yaml, stores.project, 1);
  Attachment old;
  attach(stores.yaml, stores.project, old);
  share_sample(stores.toml, stores.project, 2, true);
  REQUIRE(files_of(stores.yaml) == std::vector<std::string>{stores.file(".toml").filename()});
  REQUIRE(first_of(stores.yaml, stores.project) == 2);
  REQUIRE(values_at(old, "a") == ramp(6, 1));
  share_sample(stores.yaml, stores.project, 3, true);
  REQUIRE(files_of(stores.yaml) == std::vector<std::string>{stores.file(".yaml").filename()});
  REQUIRE(first_of(stores.toml, stores.project) == 3);
  REQUIRE(segments_of(stores.project).size() == 1);
}

TEST_CASE("two manifests of one project are an error that names both, and unlink removes both, but not what is another "
          "store's") {
  TwoStores stores;
  Store elsewhere(CSHM_MANIFEST_TOML);
  share_sample(stores.yaml, stores.project, 1);
  share_sample(elsewhere, stores.project, 2);
  fs::copy_file(elsewhere.manifest(stores.project), stores.file(".toml"));
  const std::initializer_list<std::string> both = {stores.project, stores.file(".yaml").filename(),
                                                   stores.file(".toml").filename(), stores.yaml.root()};
  Error err;
  REQUIRE_STATUS(try_attach(stores.yaml, stores.project, err), err, CSHM_ERR_CORRUPT);
  require_words(err, both);
  size_t length = 0;
  REQUIRE_STATUS(cshm_store_manifest(stores.yaml, stores.project.c_str(), nullptr, &length, err), err,
                 CSHM_ERR_CORRUPT);
  require_words(err, both);
  {
    Builder builder(stores.yaml, stores.project, true);
    builder.array("a", "<f8", {6}).allocate();
    REQUIRE_STATUS(cshm_builder_publish(builder, nullptr, err), err, CSHM_ERR_CORRUPT);
    require_words(err, both);
  }
  Listing listing;
  REQUIRE(stores.yaml.names() == std::vector<std::string>{stores.project});
  REQUIRE_OK(cshm_list(stores.yaml, listing.out(), err), err);
  cshm_project listed = CSHM_PROJECT_INIT;
  REQUIRE_OK(cshm_listing_project(listing, 0, &listed, err), err);
  REQUIRE(listed.status == CSHM_ERR_CORRUPT);
  REQUIRE(std::string(listed.message).find(".toml") != std::string::npos);
  stores.yaml.unlink(stores.project);
  REQUIRE(files_of(stores.yaml).empty());
  REQUIRE(segments_of(stores.project).size() == 1);
  REQUIRE(first_of(elsewhere, stores.project) == 2);
}

TEST_CASE("a damaged manifest beside a good one is an error that names both") {
  TwoStores stores;
  share_sample(stores.yaml, stores.project, 1);
  spill(stores.file(".toml"), "cute-shm = ");
  Error err;
  REQUIRE_STATUS(try_attach(stores.toml, stores.project, err), err, CSHM_ERR_CORRUPT);
  require_words(err, {stores.file(".yaml").filename(), stores.file(".toml").filename()});
  REQUIRE_STATUS(cshm_unlink(stores.toml, stores.project.c_str(), err), err, CSHM_ERR_CORRUPT);
  require_words(err, {stores.file(".toml").string() + ":1:12"});
  fs::remove(stores.file(".toml"));
  REQUIRE(first_of(stores.toml, stores.project) == 1); // nothing was removed
}

TEST_CASE("the manifest of a generation that is gone loses, and goes with the next overwrite or unlink") {
  TwoStores stores;
  share_sample(stores.yaml, stores.project, 1);
  const std::string before = slurp(stores.file(".yaml"));
  share_sample(stores.toml, stores.project, 2, true);
  const auto leave = [&] { spill(stores.file(".yaml"), before); };
  leave();
  for (const cshm_store reader : {cshm_store(stores.yaml), cshm_store(stores.toml)}) {
    REQUIRE(first_of(reader, stores.project) == 2);
    REQUIRE(manifest_of(reader, stores.project) == stores.file(".toml"));
  }
  REQUIRE(stores.yaml.names() == std::vector<std::string>{stores.project});
  share_sample(stores.toml, stores.project, 3, true);
  REQUIRE(files_of(stores.yaml) == std::vector<std::string>{stores.file(".toml").filename()});
  leave();
  share_sample(stores.yaml, stores.project, 4, true);
  REQUIRE(files_of(stores.yaml) == std::vector<std::string>{stores.file(".yaml").filename()});
  REQUIRE(segments_of(stores.project).size() == 1);
  share_sample(stores.toml, stores.project, 5, true);
  leave();
  stores.yaml.unlink(stores.project);
  REQUIRE(files_of(stores.yaml).empty());
  REQUIRE(segments_of(stores.project).empty());
}

TEST_CASE("two manifests whose segments are both gone do not stand in the way") {
  TwoStores stores;
  share_sample(stores.yaml, stores.project, 1);
  const std::string before = slurp(stores.file(".yaml"));
  share_sample(stores.toml, stores.project, 2, true);
  spill(stores.file(".yaml"), before);
  fs::remove(segments_of(stores.project).at(0)); // as a restart does
  Error err;
  REQUIRE_STATUS(try_attach(stores.yaml, stores.project, err), err, CSHM_ERR_NOT_FOUND);
  require_words(err, {"lost its segment"});
  share_sample(stores.toml, stores.project, 3);
  REQUIRE(first_of(stores.yaml, stores.project) == 3);
  REQUIRE(files_of(stores.yaml) == std::vector<std::string>{stores.file(".toml").filename()});
}

TEST_CASE("a project that is overwritten in one syntax and the other is there at every moment") {
  TwoStores stores;
  share_sample(stores.yaml, stores.project, 0);
  std::atomic<bool> done{false};
  Error problem;
  std::thread reader([&] { // no Catch2 here, which is not for two threads
    cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
    options.mode = CSHM_PRIVATE; // not to be told of a mapping this process has
    cshm_attachment attachment{0};
    while (!done && cshm_attach(stores.yaml, stores.project.c_str(), &options, &attachment, problem) == CSHM_OK) {
      (void)cshm_detach(attachment, nullptr);
    }
  });
  for (int i = 1; i <= 2000; i++)
    share_sample(i % 2 == 1 ? cshm_store(stores.toml) : cshm_store(stores.yaml), stores.project, i, true);
  done = true;
  reader.join();
  REQUIRE(problem.message().empty());
}
