// Manifests as text: read from memory and from files, written in either syntax, and that of an attachment.
//
// SPDX-License-Identifier: MIT
#include "api_fixture.hpp"

#include <sys/stat.h>

using namespace api;

namespace {

// One of the calls that give text, with as large a buffer as it asks for.
template <class Call>
std::string text_from(const Call &call) {
  Error err;
  size_t length = 0;
  REQUIRE_STATUS(call(nullptr, &length, err), err, CSHM_ERR_BUFFER_TOO_SMALL);
  std::string text(length + 1, 'x');
  size_t short_by_one = length;
  REQUIRE_STATUS(call(text.data(), &short_by_one, err), err, CSHM_ERR_BUFFER_TOO_SMALL);
  REQUIRE(text == std::string(length + 1, 'x'));
  size_t given = text.size();
  REQUIRE_OK(call(text.data(), &given, err), err);
  REQUIRE(given == length);
  REQUIRE(text.back() == '\0');
  text.pop_back();
  return text;
}

std::string text_of(cshm_manifest manifest, cshm_manifest_format format) {
  return text_from([&](char *buffer, size_t *length, cshm_error *err) {
    return cshm_manifest_text(manifest, format, buffer, length, err);
  });
}

std::string text_of(cshm_attachment attachment, cshm_manifest_format format) {
  return text_from([&](char *buffer, size_t *length, cshm_error *err) {
    return cshm_attachment_manifest(attachment, format, buffer, length, err);
  });
}

void parse(const std::string &text, cshm_manifest_format format, Manifest &manifest) {
  Error err;
  REQUIRE_OK(cshm_manifest_parse(text.data(), text.size(), format, nullptr, manifest.out(), err), err);
}

void require_refused(const std::string &text, cshm_status status, std::initializer_list<std::string> words) {
  Error err;
  cshm_manifest manifest{7};
  REQUIRE_STATUS(cshm_manifest_parse(text.data(), text.size(), CSHM_MANIFEST_YAML, "f.yaml", &manifest, err), err,
                 status);
  require_words(err, words);
  REQUIRE(manifest.id == 7);
}

} // namespace

TEST_CASE("an attachment's manifest is that of its store, in either syntax") {
  for (const auto format : {CSHM_MANIFEST_YAML, CSHM_MANIFEST_TOML}) {
    Store store(format);
    const std::string project = unique_name("text");
    share_sample(store, project);
    Attachment attachment;
    attach(store, project, attachment);
    REQUIRE(text_of(attachment, format) == slurp(store.manifest(project)));
    const auto other = format == CSHM_MANIFEST_YAML ? CSHM_MANIFEST_TOML : CSHM_MANIFEST_YAML;
    Manifest manifest, converted;
    Error err;
    REQUIRE_OK(cshm_manifest_read(store.manifest(project).c_str(), manifest.out(), err), err);
    REQUIRE(text_of(manifest, other) == text_of(attachment, other));
    parse(text_of(manifest, other), other, converted);
    REQUIRE(text_of(converted, format) == slurp(store.manifest(project)));
    REQUIRE(text_of(converted, CSHM_MANIFEST_DEFAULT) == text_of(attachment, CSHM_MANIFEST_YAML));
    store.unlink(project);
    REQUIRE(text_of(attachment, other) == text_of(converted, other));
  }
}

TEST_CASE("what is not published yet has no manifest") {
  Store store;
  Builder builder(store, unique_name("early"));
  builder.array("a", "<f8", {1}).allocate();
  Attachment attachment;
  Error err;
  REQUIRE_OK(cshm_builder_attach(builder, attachment.out(), err), err);
  size_t length = 0;
  REQUIRE_STATUS(cshm_attachment_manifest(attachment, 0, nullptr, &length, err), err, CSHM_ERR_STATE);
  require_words(err, {"early", "not published"});
  builder.publish();
  REQUIRE_FALSE(text_of(attachment, CSHM_MANIFEST_YAML).empty());
}

TEST_CASE("a manifest that is refused is refused with its name and place") {
  require_refused("cute-shm: 1\nproject: *x\n", CSHM_ERR_CORRUPT, {"f.yaml:2:10", "an alias"});
  require_refused("cute-shm: 2\n", CSHM_ERR_VERSION, {"f.yaml:1:11", "update"});
  require_refused("", CSHM_ERR_CORRUPT, {"f.yaml:1:1", "found the end"});
  require_refused("cute-shm-layout: 1\narrays: [{path: a, dtype: float63, shape: []}]", CSHM_ERR_BAD_TYPE,
                  {"f.yaml:2:27", "float63"});
  require_refused("a: " + std::string(65, '['), CSHM_ERR_LIMIT, {"f.yaml:1:67", "64 levels"});
  require_refused(std::string(CSHM_MANIFEST_MAX_SIZE + 1, '#'), CSHM_ERR_LIMIT, {"f.yaml", "67108864", "67108865"});
}

TEST_CASE("a file of a manifest is a regular file, whoever links to it") {
  Store store;
  Error err;
  cshm_manifest manifest{0};
  const fs::path folder = store.folder(), layout = folder / "l.yaml", pipe = folder / "pipe";
  spill(layout, "cute-shm-layout: 1\n");
  fs::create_symlink(layout, folder / "link");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  Manifest linked;
  REQUIRE_OK(cshm_manifest_read((folder / "link").c_str(), linked.out(), err), err);
  REQUIRE(text_of(linked, CSHM_MANIFEST_TOML) == "cute-shm-layout = 1\n");
  REQUIRE_STATUS(cshm_manifest_read((folder / "none").c_str(), &manifest, err), err, CSHM_ERR_NOT_FOUND);
  require_words(err, {"none", "No such file"});
  for (const char *other : {"/dev/null", "/dev/zero", "/", pipe.c_str()}) {
    REQUIRE_STATUS(cshm_manifest_read(other, &manifest, err), err, CSHM_ERR_CORRUPT);
    require_words(err, {other, "regular file"});
  }
  REQUIRE(manifest.id == 0);
}

TEST_CASE("a file's name tells its syntax, and a large one is refused before it is read") {
  Store store;
  Error err;
  cshm_manifest manifest{0};
  const fs::path toml = store.folder() / "l.toml", other = store.folder() / "l.toml.txt";
  spill(toml, "cute-shm-layout = 1\n");
  spill(other, "cute-shm-layout: 1\n");
  Manifest first, second;
  REQUIRE_OK(cshm_manifest_read(toml.c_str(), first.out(), err), err);
  REQUIRE_OK(cshm_manifest_read(other.c_str(), second.out(), err), err);
  spill(toml, "cute-shm-layout = 2\n");
  REQUIRE_STATUS(cshm_manifest_read(toml.c_str(), &manifest, err), err, CSHM_ERR_VERSION);
  require_words(err, {toml.string() + ":1:19"});
  fs::resize_file(toml, uintmax_t(1) << 40);
  REQUIRE_STATUS(cshm_manifest_read(toml.c_str(), &manifest, err), err, CSHM_ERR_LIMIT);
  require_words(err, {toml.string(), "67108864"});
}

TEST_CASE("what TOML cannot say is refused in TOML, and stays in YAML") {
  Store store;
  const std::string project = unique_name("null");
  share_sample(store, project);
  const std::string text = slurp(store.manifest(project));
  Attachment attachment;
  attach(store, project, attachment);
  Manifest manifest;
  parse(text_of(attachment, CSHM_MANIFEST_YAML) + "later: [~]\n", CSHM_MANIFEST_YAML, manifest);
  Error err;
  size_t length = 0;
  REQUIRE_STATUS(cshm_manifest_text(manifest, CSHM_MANIFEST_TOML, nullptr, &length, err), err, CSHM_ERR_UNSUPPORTED);
  require_words(err, {"manifest:", ":9: wanted", "found '~'"});
  REQUIRE(text_of(manifest, CSHM_MANIFEST_YAML) == text_of(attachment, CSHM_MANIFEST_YAML) + "later: [null]\n");
}

TEST_CASE("manifests are ended once, and arguments that are none are told") {
  Manifest manifest;
  Error err;
  size_t length = 0;
  const uint64_t before = cshm_live_handles();
  parse("cute-shm-layout: 1", CSHM_MANIFEST_DEFAULT, manifest);
  REQUIRE(cshm_live_handles() == before + 1);
  const cshm_manifest ended = manifest;
  REQUIRE_STATUS(cshm_manifest_text(ended, 3, nullptr, &length, err), err, CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE_STATUS(cshm_manifest_text(ended, 0, nullptr, nullptr, err), err, CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE_STATUS(cshm_manifest_parse(nullptr, 1, 0, nullptr, manifest.out(), err), err, CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE_STATUS(cshm_manifest_parse("", 0, 0, nullptr, nullptr, err), err, CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE_STATUS(cshm_manifest_parse("", 0, 9, nullptr, manifest.out(), err), err, CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE_STATUS(cshm_manifest_read(nullptr, manifest.out(), err), err, CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE_STATUS(cshm_manifest_read("x", nullptr, err), err, CSHM_ERR_INVALID_ARGUMENT);
  manifest.release();
  REQUIRE_STATUS(cshm_manifest_close(ended, err), err, CSHM_ERR_STALE_HANDLE);
  REQUIRE_STATUS(cshm_manifest_text(ended, 0, nullptr, &length, err), err, CSHM_ERR_STALE_HANDLE);
  REQUIRE(cshm_live_handles() == before);
}
