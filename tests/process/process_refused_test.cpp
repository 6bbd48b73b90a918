// What somebody could have put in the place of a store, a manifest or a segment: refused by name, without a hang, and nothing that is
// not the store's own is written or removed.
//
// SPDX-License-Identifier: MIT
#include "process_user.hpp"

#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

using namespace process;

namespace {

struct Imposter {
  const char *what;
  cshm_status status;
  std::function<bool(const fs::path &)> put;
};

bool put_socket(const fs::path &path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool bound = listener >= 0 && bind(listener, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0;
  close(listener);
  return bound;
}

std::vector<Imposter> imposters() {
  std::vector<Imposter> all = {
      {"a FIFO", CSHM_ERR_CORRUPT, [](const fs::path &path) { return mkfifo(path.c_str(), 0600) == 0; }},
      {"a socket", CSHM_ERR_CORRUPT, put_socket},
      {"a directory", CSHM_ERR_CORRUPT, [](const fs::path &path) { return mkdir(path.c_str(), 0700) == 0; }},
      {"a symbolic link", CSHM_ERR_PERMISSION,
       [](const fs::path &path) { return symlink("/etc/passwd", path.c_str()) == 0; }},
      {"a symbolic link", CSHM_ERR_PERMISSION,
       [](const fs::path &path) { return symlink("nowhere", path.c_str()) == 0; }}};
  if (can_be_others()) // and so may make devices
    all.push_back({"a device", CSHM_ERR_CORRUPT,
                   [](const fs::path &path) { return mknod(path.c_str(), S_IFCHR | 0600, makedev(1, 5)) == 0; }});
  return all;
}

// What a project's segment is, and what is in the way, goes; for the next case.
void sweep(const std::string &project, const fs::path &manifest) {
  for (const std::string &segment : segments_of(project))
    fs::remove_all(segment);
  fs::remove_all(manifest);
}

int refused(cshm_store store, const std::string &project, const Imposter &imposter, const std::string &name) {
  for (const cshm_mode mode : {CSHM_READ_ONLY, CSHM_READ_WRITE, CSHM_PRIVATE}) {
    cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
    options.mode = mode;
    cshm_attachment attachment{0};
    Error err;
    WANT_STATUS(cshm_attach(store, project.c_str(), &options, &attachment, err), err, imposter.status);
    WANT(has_words(err, {name.c_str(), "refused", imposter.what}));
  }
  cshm_listing listing{0};
  cshm_project listed = CSHM_PROJECT_INIT;
  Error err;
  WANT_OK(cshm_list(store, &listing, err), err);
  WANT_OK(cshm_listing_project(listing, 0, &listed, err), err);
  WANT(listed.status == imposter.status && std::string(listed.message).find(imposter.what) != std::string::npos);
  return cshm_listing_close(listing, nullptr) == CSHM_OK ? 0 : 1;
}

std::string with(std::string text, const std::string &key, const std::string &value) {
  const size_t at = text.find(key + ": \"") + key.size() + 3;
  return text.replace(at, text.find('"', at) - at, value);
}

std::string value_of(const std::string &text, const std::string &key) {
  const size_t at = text.find(key + ": \"") + key.size() + 3;
  return text.substr(at, text.find('"', at) - at);
}

// Everything that opens, changes or removes a project, whatever it comes to.
void try_all(cshm_store store, const std::string &project) {
  for (const cshm_mode mode : {CSHM_READ_ONLY, CSHM_READ_WRITE, CSHM_PRIVATE}) {
    cshm_attachment attachment{0};
    if (attach_plain(store, project, &attachment, mode)) (void)cshm_detach(attachment, nullptr);
  }
  (void)count_projects(store);
  (void)cshm_store_collect(store, nullptr, nullptr, nullptr);
}

} // namespace

TEST_CASE("what is no file in place of a segment is refused by its kind, and nobody hangs") {
  for (const Imposter &imposter : imposters()) {
    CAPTURE(imposter.what);
    Store store(CSHM_MANIFEST_YAML);
    const std::string project = unique_name("imposter");
    share_sample(store, project);
    const fs::path segment = segments_of(project).at(0);
    REQUIRE(unlink(segment.c_str()) == 0);
    REQUIRE(imposter.put(segment));
    CHECK(in_child([&] { return refused(store, project, imposter, segment.filename()); }) == 0);
    Error err;
    CHECK(in_child([&] { // which tells by its end that nothing hung
            (void)share_plain(store, project, 9, err, true);
            (void)cshm_unlink(store, project.c_str(), err);
            return 0;
          }) == 0);
    sweep(project, store.root() / ("cute-shm." + project + ".yaml"));
  }
}

TEST_CASE("what is no file in place of a manifest is refused by its kind, and nobody hangs") {
  for (const Imposter &imposter : imposters()) {
    CAPTURE(imposter.what);
    Store store(CSHM_MANIFEST_YAML);
    const std::string project = unique_name("imposter");
    share_sample(store, project);
    const fs::path manifest = store.manifest(project);
    REQUIRE(unlink(manifest.c_str()) == 0);
    REQUIRE(imposter.put(manifest));
    CHECK(in_child([&] { return refused(store, project, imposter, manifest.filename()); }) == 0);
    CHECK(in_child([&] {
            Error err;
            WANT(cshm_unlink(store, project.c_str(), err) != CSHM_OK);
            WANT(has_words(err, {manifest.filename().c_str(), imposter.what, "remove "}));
            return 0;
          }) == 0);
    sweep(project, manifest);
  }
  REQUIRE(slurp("/etc/passwd").find("root") != std::string::npos);
}

TEST_CASE("a segment with a second name is refused, and the message finds the name") {
  Store store;
  const std::string project = unique_name("linked");
  share_sample(store, project, 3);
  const fs::path segment = segments_of(project).at(0), second = "/dev/shm/" + unique_name("second-name");
  REQUIRE(link(segment.c_str(), second.c_str()) == 0);
  for (const cshm_mode mode : {CSHM_READ_ONLY, CSHM_READ_WRITE, CSHM_PRIVATE}) {
    cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
    options.mode = mode;
    cshm_attachment attachment{0};
    Error err;
    CHECK(cshm_attach(store, project.c_str(), &options, &attachment, err) == CSHM_ERR_PERMISSION);
    require_words(err, {segment.filename(), "2 names", "find /dev/shm -samefile " + segment.string()});
  }
  Error err;
  CHECK(cshm_unlink(store, project.c_str(), err) == CSHM_ERR_PERMISSION);
  CHECK(share_plain(store, project, 4, err, true) == CSHM_ERR_PERMISSION);
  REQUIRE(unlink(second.c_str()) == 0);
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(values_at(attachment, "a") == ramp(6, 3));
  REQUIRE(is_current(attachment));
  share_sample(store, project, 5, true);
  store.unlink(project);
  REQUIRE(segments_of(project).empty());
}

TEST_CASE("our own file under a second name in place of a segment is neither written nor lost") {
  Store store;
  const std::string project = unique_name("bait");
  share_sample(store, project, 3);
  const fs::path segment = segments_of(project).at(0), bait = "/dev/shm/" + unique_name("bait");
  spill(bait, slurp(segment)); // as good as a segment can be
  const std::string before = slurp(bait);
  REQUIRE(unlink(segment.c_str()) == 0);
  REQUIRE(link(bait.c_str(), segment.c_str()) == 0);
  Error err;
  try_all(store, project);
  (void)share_plain(store, project, 4, err, true);
  (void)cshm_unlink(store, project.c_str(), err);
  CHECK(slurp(bait) == before);
  REQUIRE(unlink(bait.c_str()) == 0);
  sweep(project, store.manifest(project));
}

TEST_CASE("a hostile manifest makes nobody write, or remove, what is not the store's own") {
  Store store(CSHM_MANIFEST_YAML), elsewhere(CSHM_MANIFEST_YAML);
  const std::string project = unique_name("hostile");
  const std::string longer = project + ".longer"; // its segment's name begins with that of ours
  share_sample(store, longer, 7);
  share_sample(elsewhere, project, 8);
  const std::string of_longer = slurp(store.manifest(longer)), of_other = slurp(elsewhere.manifest(project));
  const fs::path semaphore = "/dev/shm/sem." + project, file = store.folder() / "file";
  const fs::path short_name = "/dev/shm/cute-shm." + project + ".x";
  share_sample(store, project, 1);
  const std::string good = slurp(store.manifest(project));
  const fs::path own = segments_of(project).at(0);
  const struct {
    std::string segment, generation, why;
  } hostile[] = {
      {file.string(), value_of(good, "generation"), "an absolute path"},
      {"../.." + file.string(), value_of(good, "generation"), "a way out of /dev/shm"},
      {"cute-shm." + project + ".0/../../.." + file.string(), value_of(good, "generation"), "one that begins well"},
      {"..", value_of(good, "generation"), "a directory"},
      {"", value_of(good, "generation"), "no name"},
      {semaphore.filename(), value_of(good, "generation"), "not ours"},
      {short_name.filename(), value_of(good, "generation"), "not of this form"},
      {value_of(of_longer, "segment"), value_of(of_longer, "generation"), "another project's"},
      {value_of(of_other, "segment"), value_of(of_other, "generation"), "another store's"},
  };
  for (const fs::path &victim : {semaphore, file, short_name})
    spill(victim, slurp(own)); // as good as a segment can be: only its name speaks against it
  const std::string before = slurp(file);
  for (const auto &lie : hostile) {
    CAPTURE(lie.why, lie.segment);
    const std::string text = with(with(good, "segment", lie.segment), "generation", lie.generation);
    Error err;
    spill(store.manifest(project), text);
    cshm_attachment attachment{0};
    CHECK(cshm_attach(store, project.c_str(), nullptr, &attachment, err) == CSHM_ERR_CORRUPT);
    try_all(store, project);
    spill(store.root() / ("cute-shm." + project + ".yaml"), text);
    (void)cshm_unlink(store, project.c_str(), err);
    spill(store.root() / ("cute-shm." + project + ".yaml"), text);
    CHECK(share_plain(store, project, 2, err, true) == CSHM_OK); // which is the cure
    store.unlink(project);
    for (const fs::path &victim : {semaphore, file, short_name}) {
      REQUIRE(fs::exists(victim));
      CHECK(slurp(victim) == before);
    }
    for (const auto &[where, name, first] :
         {std::tuple<const Store &, std::string, double>{store, longer, 7}, {elsewhere, project, 8}}) {
      Attachment kept;
      attach(where, name, kept, CSHM_PRIVATE);
      CHECK(values_at(kept, "a") == ramp(6, first));
      CHECK(is_current(kept));
    }
  }
  for (const fs::path &thing : {semaphore, short_name, own}) // our own has lost its manifest to the first lie
    REQUIRE(unlink(thing.c_str()) == 0);
}

TEST_CASE("a moved store is still its projects' store, and a copied one is not") {
  Store store(CSHM_MANIFEST_YAML);
  const std::string project = unique_name("moved");
  share_sample(store, project, 4);
  const fs::path copy = store.folder() / "copy", moved = store.folder() / "moved";
  fs::copy(store.root(), copy, fs::copy_options::recursive);
  const cshm_store copied = open_store(copy, CSHM_MANIFEST_YAML);
  cshm_attachment attachment{0};
  Error err;
  CHECK(cshm_attach(copied, project.c_str(), nullptr, &attachment, err) == CSHM_ERR_CORRUPT);
  require_words(err, {segments_of(project).at(0).substr(9), store.root().string(), copy.string(), "copied"});
  CHECK(cshm_unlink(copied, project.c_str(), err) == CSHM_OK);
  CHECK(attached_value(store, project) == 4);
  fs::rename(store.root(), moved);
  const cshm_store again = open_store(moved, CSHM_MANIFEST_YAML);
  CHECK(attached_value(again, project) == 4);
  CHECK(cshm_unlink(again, project.c_str(), err) == CSHM_OK);
  CHECK(segments_of(project).empty());
  for (const cshm_store open : {copied, again})
    REQUIRE(cshm_store_close(open, err) == CSHM_OK);
}

TEST_CASE("a directory that everybody can change is refused as a store, unless it is sticky") {
  Store store;
  const std::string project = unique_name("open");
  share_sample(store, project, 6);
  REQUIRE(chmod(store.root().c_str(), 0777) == 0);
  cshm_store opened{0};
  Error err;
  CHECK(cshm_store_open(store.root().c_str(), nullptr, &opened, err) == CSHM_ERR_PERMISSION);
  require_words(err, {store.root().string(), "everybody", "0777", "chmod o-w"});
  cshm_attachment attachment{0}; // by a handle from before, too
  CHECK(cshm_attach(store, project.c_str(), nullptr, &attachment, err) == CSHM_ERR_PERMISSION);
  REQUIRE(chmod(store.root().c_str(), 01777) == 0);
  CHECK(attached_value(store, project) == 6);
  REQUIRE(chmod(store.root().c_str(), 0700) == 0);
}
