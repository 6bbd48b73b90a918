// Stores: roots, names, manifests, unlink.
//
// SPDX-License-Identifier: MIT
#include "api_fixture.hpp"

#include <sys/stat.h>

using namespace api;

namespace {

unsigned permissions(const fs::path &path) {
  struct stat status{};
  REQUIRE(lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777u;
}

std::string root_of(cshm_store store) {
  char buffer[3001];
  size_t length = sizeof buffer;
  Error err;
  REQUIRE_OK(cshm_store_root(store, buffer, &length, err), err);
  REQUIRE(length == std::strlen(buffer));
  return buffer;
}

using OwnedStore = Owned<cshm_store, cshm_store_close>;

} // namespace

TEST_CASE("opening a store creates nothing, and a root that is not there is an empty store") {
  Store store;
  REQUIRE_FALSE(fs::exists(store.root()));
  REQUIRE(store.names().empty());
  REQUIRE_FALSE(fs::exists(store.root()));
}

TEST_CASE("root, manifest and segment are the owner's alone") {
  Store store;
  const std::string project = unique_name("private");
  const mode_t before = umask(0);
  share_sample(store, project);
  umask(before);
  REQUIRE(permissions(store.root()) == 0700);
  REQUIRE(permissions(store.manifest(project)) == 0600);
  const auto segments = segments_of(project);
  REQUIRE(segments.size() == 1);
  REQUIRE(permissions(segments[0]) == 0600);
}

TEST_CASE("without a root the store is where CUTE_SHM_ROOT says") {
  Store store;
  const std::string wanted = (store.folder() / "by-environment").string();
  const char *before = getenv("CUTE_SHM_ROOT");
  const std::string saved = before != nullptr ? before : "";
  setenv("CUTE_SHM_ROOT", wanted.c_str(), 1);
  OwnedStore found;
  Error err;
  REQUIRE_OK(cshm_store_open(nullptr, nullptr, found.out(), err), err);
  if (before != nullptr)
    setenv("CUTE_SHM_ROOT", saved.c_str(), 1);
  else
    unsetenv("CUTE_SHM_ROOT");
  REQUIRE(root_of(found) == wanted);
}

TEST_CASE("a relative root becomes absolute, once and for all") {
  Store store;
  const fs::path here = fs::current_path();
  fs::current_path(store.folder());
  OwnedStore relative;
  Error err;
  const cshm_status status = cshm_store_open("store", nullptr, relative.out(), err);
  fs::current_path(here);
  REQUIRE_OK(status, err);
  REQUIRE(root_of(relative) == store.root().string());
}

TEST_CASE("a root that is a symlink is refused") {
  Store store;
  fs::create_directory(store.folder() / "real");
  fs::create_directory_symlink("real", store.folder() / "link");
  const std::string link = (store.folder() / "link").string();
  cshm_store found{0};
  Error err;
  REQUIRE_STATUS(cshm_store_open(link.c_str(), nullptr, &found, err), err, CSHM_ERR_PERMISSION);
  require_words(err, {link, "symbolic link"});
}

TEST_CASE("a root that is no directory, or too long, is refused") {
  Store store;
  const std::string file = (store.folder() / "file").string();
  spill(file, "x");
  cshm_store found{0};
  Error err;
  REQUIRE_STATUS(cshm_store_open(file.c_str(), nullptr, &found, err), err, CSHM_ERR_BAD_NAME);
  require_words(err, {file});
  const std::string length = "/" + std::string(3000, 'x');
  REQUIRE_STATUS(cshm_store_open(length.c_str(), nullptr, &found, err), err, CSHM_ERR_BAD_NAME);
  require_words(err, {"3000"});
}

TEST_CASE("a prefix belongs to its store alone, and must be a file name") {
  Store store;
  cshm_store_options options = CSHM_STORE_OPTIONS_INIT;
  options.prefix = "lab-";
  options.manifest = CSHM_MANIFEST_YAML;
  OwnedStore other;
  Error err;
  REQUIRE_OK(cshm_store_open(store.root().c_str(), &options, other.out(), err), err);
  const std::string project = unique_name("prefix");
  share_sample(other, project);
  REQUIRE(store.names().empty());
  REQUIRE(fs::exists(store.root() / ("lab-" + project + ".yaml")));
  REQUIRE_OK(cshm_unlink(other, project.c_str(), err), err);

  for (const char *prefix : {"", "a/b", "/"}) {
    options.prefix = prefix;
    cshm_store refused{0};
    REQUIRE_STATUS(cshm_store_open(store.root().c_str(), &options, &refused, err), err, CSHM_ERR_BAD_NAME);
  }
}

TEST_CASE("a string that does not fit tells its length and writes nothing") {
  Store store;
  Error err;
  char buffer[8] = "keep";
  size_t length = sizeof buffer;
  REQUIRE_STATUS(cshm_store_root(store, buffer, &length, err), err, CSHM_ERR_BUFFER_TOO_SMALL);
  REQUIRE(length == store.root().string().size());
  REQUIRE(std::string(buffer) == "keep");
  length = 0;
  REQUIRE_STATUS(cshm_store_root(store, nullptr, &length, err), err, CSHM_ERR_BUFFER_TOO_SMALL);
  REQUIRE(length == store.root().string().size());
  std::string exact(length + 1, '\0');
  length = exact.size();
  REQUIRE_OK(cshm_store_root(store, exact.data(), &length, err), err);
  exact.resize(length);
  REQUIRE(exact == store.root().string());
}

TEST_CASE("a project has its manifest under the root") {
  Store store;
  REQUIRE(store.manifest("p").parent_path() == store.root());
  REQUIRE(store.manifest("p").stem() == "cute-shm.p");
  const std::string project = unique_name("manifest");
  share_sample(store, project);
  REQUIRE(fs::exists(store.manifest(project)));
}

TEST_CASE("a project's name that is not allowed is refused by every call, and the message says why") {
  Store store;
  const std::string cut_off = "caf\xc3", overlong = "\xc0\xaf", surrogate = "\xed\xa0\x80";
  const std::vector<std::string> bad = {"",     ".hidden", ".",      "..",     "a/b", "/", std::string(201, 'x'),
                                        "\xff", cut_off,   overlong, surrogate};
  for (const std::string &name : bad) {
    CAPTURE(name);
    Error err;
    cshm_builder builder{0};
    REQUIRE_STATUS(cshm_builder_open(store, name.c_str(), nullptr, &builder, err), err, CSHM_ERR_BAD_NAME);
    cshm_attachment attachment{0};
    REQUIRE_STATUS(cshm_attach(store, name.c_str(), nullptr, &attachment, err), err, CSHM_ERR_BAD_NAME);
    REQUIRE_STATUS(cshm_unlink(store, name.c_str(), err), err, CSHM_ERR_BAD_NAME);
    size_t length = 0;
    REQUIRE_STATUS(cshm_store_manifest(store, name.c_str(), nullptr, &length, err), err, CSHM_ERR_BAD_NAME);
  }
  Error err;
  cshm_builder builder{0};
  REQUIRE_STATUS(cshm_builder_open(store, "a/b", nullptr, &builder, err), err, CSHM_ERR_BAD_NAME);
  require_words(err, {"a/b", "\"/\""});
  REQUIRE_STATUS(cshm_builder_open(store, std::string(201, 'x').c_str(), nullptr, &builder, err), err,
                 CSHM_ERR_BAD_NAME);
  require_words(err, {"200"});
}

TEST_CASE("whatever people call their projects comes back as it was") {
  Store store;
  const std::string tag = std::to_string(getpid());
  const std::vector<std::string> names = {"with space " + tag,
                                          "caf\xc3\xa9 \xf0\x9f\x98\x80" + tag,
                                          "tab\there" + tag,
                                          "new\nline" + tag,
                                          "#" + tag,
                                          "\"quoted\" 'too' \\" + tag,
                                          std::string(200 - tag.size(), 'n') + tag};
  for (const std::string &name : names) {
    CAPTURE(name);
    share_sample(store, name);
    Attachment attachment;
    attach(store, name, attachment);
    REQUIRE(describe(attachment).project == name);
  }
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  REQUIRE(store.names() == sorted);
  for (const std::string &name : names)
    store.unlink(name);
  REQUIRE(store.names().empty());
}

TEST_CASE("an unknown project's message names it, the store and near matches") {
  Store store;
  const std::string project = unique_name("recording");
  share_sample(store, project);
  const std::string near = "recordnig" + project.substr(9);
  Error err;
  cshm_attachment attachment{0};
  REQUIRE_STATUS(cshm_attach(store, near.c_str(), nullptr, &attachment, err), err, CSHM_ERR_NOT_FOUND);
  require_words(err, {near, store.root().string(), project});
  REQUIRE_STATUS(cshm_unlink(store, near.c_str(), err), err, CSHM_ERR_NOT_FOUND);
  require_words(err, {near, store.root().string(), project});
  // What is not near is not offered.
  REQUIRE_STATUS(cshm_unlink(store, "something else entirely", err), err, CSHM_ERR_NOT_FOUND);
  REQUIRE(err.message().find(project) == std::string::npos);
}

TEST_CASE("unlink removes manifest and segment") {
  Store store;
  const std::string project = unique_name("unlink");
  share_sample(store, project);
  REQUIRE(segments_of(project).size() == 1);
  store.unlink(project);
  REQUIRE(segments_of(project).empty());
  REQUIRE_FALSE(fs::exists(store.manifest(project)));
  Error err;
  REQUIRE_STATUS(cshm_unlink(store, project.c_str(), err), err, CSHM_ERR_NOT_FOUND);
}

TEST_CASE("unlink leaves a whole tree to those who are attached") {
  Store store;
  const std::string project = unique_name("unlink");
  share_sample(store, project, 7);
  Attachment attachment;
  attach(store, project, attachment);
  store.unlink(project);
  REQUIRE(segments_of(project).empty());
  REQUIRE(values_at(attachment, "a") == ramp(6, 7));
  REQUIRE(values_at(attachment, "b/b1") == ramp(12, 107));
}

TEST_CASE("unlink of a project whose segment is gone removes the manifest without complaint") {
  Store store;
  const std::string project = unique_name("gone");
  share_sample(store, project);
  REQUIRE(fs::remove(segments_of(project).at(0)));
  store.unlink(project);
  REQUIRE_FALSE(fs::exists(store.manifest(project)));
}

TEST_CASE("unlink touches nothing but its project") {
  Store store, neighbour;
  const std::string project = unique_name("same");
  share_sample(store, project, 1);
  share_sample(store, project + "-2", 2);
  share_sample(neighbour, project, 3);
  store.unlink(project);
  REQUIRE(store.names() == std::vector<std::string>{project + "-2"});
  Attachment second, other;
  attach(store, project + "-2", second);
  attach(neighbour, project, other);
  REQUIRE(values_at(second, "a") == ramp(6, 2));
  REQUIRE(values_at(other, "a") == ramp(6, 3));
}

TEST_CASE("what came from a store lives on when its handle is closed") {
  Store store;
  const std::string project = unique_name("closed");
  share_sample(store, project, 5);
  Error err;
  OwnedStore brief;
  REQUIRE_OK(cshm_store_open(store.root().c_str(), nullptr, brief.out(), err), err);
  Builder builder(brief, project + "-built");
  Attachment attachment;
  attach(brief, project, attachment);
  Listing listing;
  REQUIRE_OK(cshm_list(brief, listing.out(), err), err);
  brief.release();

  builder.array("x", "<f8", {2}).allocate().write(0, ramp(2)).publish();
  REQUIRE(values_at(attachment, "a") == ramp(6, 5));
  int32_t current = -1;
  REQUIRE_OK(cshm_attachment_is_current(attachment, &current, err), err);
  REQUIRE(current == 1);
  cshm_project first = CSHM_PROJECT_INIT;
  REQUIRE_OK(cshm_listing_project(listing, 0, &first, err), err);
  REQUIRE(first.name == project);
  REQUIRE(store.names() == std::vector<std::string>{project, project + "-built"});
}
