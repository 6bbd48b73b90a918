// What a lost segment's message says of what the machine did.
//
// SPDX-License-Identifier: MIT
#include "process_namespace.hpp"

using namespace process;

namespace {

// What attaching a project says whose segment was removed. `before` is called in between.
std::string lost_words(const std::function<void(const fs::path &manifest)> &before) {
  Store store;
  const std::string project = unique_name("lost");
  share_sample(store, project);
  before(store.manifest(project));
  fs::remove(segments_of(project).at(0));
  Error err;
  cshm_attachment attachment{0};
  REQUIRE_STATUS(cshm_attach(store, project.c_str(), nullptr, &attachment, err), err, CSHM_ERR_NOT_FOUND);
  require_words(err, {project, "has lost its segment", "unlink the project and create it again"});
  return err.message();
}

bool has(const std::string &text, const std::string &word) { return text.find(word) != std::string::npos; }

// The message as a user of a machine with systemd-logind is told it, in a child. 0: it has all the words.
int logind_words(bool regular) {
  return in_child([&] {
    if (!own_tmpfs("/run", "mode=755")) return 97;
    fs::create_directories("/run/systemd/system");
    if (regular && !become_nobody()) return 98;
    std::string pattern = (fs::temp_directory_path() / "cute-shm-test.XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) return 99;
    cshm_store store{0};
    cshm_builder builder{0};
    cshm_attachment attachment{0};
    Error err;
    const std::string project = unique_name("logind");
    if (cshm_store_open(pattern.c_str(), nullptr, &store, nullptr) != CSHM_OK ||
        cshm_builder_open(store, project.c_str(), nullptr, &builder, nullptr) != CSHM_OK ||
        cshm_builder_allocate(builder, nullptr) != CSHM_OK ||
        cshm_builder_publish(builder, nullptr, nullptr) != CSHM_OK)
      return 1;
    fs::remove(segments_of(project).at(0));
    const cshm_status status = cshm_attach(store, project.c_str(), nullptr, &attachment, err);
    fs::remove_all(pattern);
    const std::string text = err.message();
    if (status != CSHM_ERR_NOT_FOUND || !has(text, "while the machine was running")) return 2;
    const bool named = has(text, "RemoveIPC=no") && has(text, "logind.conf") && has(text, "loginctl enable-linger") &&
                       has(text, "system user");
    return named == regular ? 0 : 3;
  });
}

} // namespace

TEST_CASE("a segment that was there before the machine was started is told to be gone by that") {
  const std::string text = lost_words([](const fs::path &manifest) {
    fs::last_write_time(manifest, fs::file_time_type::clock::now() - std::chrono::hours(24 * 365 * 30));
  });
  INFO(text);
  REQUIRE(has(text, "the machine was restarted"));
  REQUIRE_FALSE(has(text, "RemoveIPC"));
}

TEST_CASE("a segment that was removed while the machine was running is told to be") {
  const std::string text = lost_words([](const fs::path &) {});
  INFO(text);
  REQUIRE(has(text, "removed it from /dev/shm while the machine was running"));
  REQUIRE_FALSE(has(text, "restarted since"));
}

TEST_CASE("logind and the cures are named to a regular user where systemd runs, and not to a system user") {
  INFO("97: a child may not mount a tmpfs of its own (unshare, mount): run the tests where it may");
  REQUIRE(logind_words(true) == 0);
  if (geteuid() == 0) REQUIRE(logind_words(false) == 0);
}
