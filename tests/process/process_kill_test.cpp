// Producers killed at any moment: what is visible is whole, or nothing.
//
// SPDX-License-Identifier: MIT
#include "process_fixture.hpp"

#include <map>
#include <memory>
#include <regex>

using namespace process;

namespace {

// Builds a project up to a point, and never publishes it.
int build_up_to(int point, cshm_store store, const std::string &project, Child &child) {
  cshm_builder builder{0};
  const int64_t shape = 1000000;
  const std::vector<char> data(4000000, 'x');
  void *memory = nullptr;
  const std::function<cshm_status()> steps[] = {
      [&] { return cshm_builder_open(store, project.c_str(), nullptr, &builder, nullptr); },
      [&] { return cshm_builder_array(builder, "a", "<f8", 1, &shape, CSHM_ORDER_C, nullptr, nullptr); },
      [&] { return cshm_builder_allocate(builder, nullptr); },
      [&] { return cshm_builder_write(builder, 0, 0, data.data(), data.size(), nullptr); },
      [&] { return cshm_builder_map(builder, 0, &memory, nullptr, nullptr); },
      [&] {
        std::memset(memory, 'y', 8000000);
        return CSHM_OK;
      },
  };
  for (int i = 0; i <= point; i++)
    if (steps[i]() != CSHM_OK) return 1;
  child.reached();
  return 0;
}

// What of "a" there is: its first value; or -1 where the project is not there. Anything but whole fails.
double visible(const Store &store, const std::string &project) {
  Error err;
  Attachment attachment;
  const cshm_status status = cshm_attach(store, project.c_str(), nullptr, attachment.out(), err);
  if (status == CSHM_ERR_NOT_FOUND) return -1;
  REQUIRE_OK(status, err);
  const std::vector<double> values = values_at(attachment, "a");
  REQUIRE(values == ramp(6, values.at(0)));
  return values[0];
}

// Runs produce_sample under strace. What it was given: where and what to publish, and for how long.
int traced(const std::vector<std::string> &options, const Store &store, const std::string &project,
           const std::string &lifetime) {
  return run_traced(options, {beside("produce_sample"), store.root().string(), project, "7", lifetime});
}

// Calls `look` after produce_sample was killed on entering each one of its system calls, one run for each; `prepare` is
// called before every run.
void kill_everywhere(const Store &store, const std::string &project, const std::string &lifetime,
                     const std::function<void()> &prepare, const std::function<void()> &look) {
  const std::string trace = (store.folder() / "trace").string();
  prepare();
  INFO("strace must be installed");
  REQUIRE(traced({"-o", trace}, store, project, lifetime) == 0);
  std::map<std::string, int> counts;
  std::ifstream lines(trace);
  std::smatch match;
  for (std::string line; std::getline(lines, line);)
    if (std::regex_search(line, match, std::regex(R"(^\d+\s+(\w+)\()")) && match[1] != "execve") counts[match[1]]++;
  REQUIRE(counts["linkat"] >= 1);
  REQUIRE(counts["exit_group"] == 1);
  for (const auto &[call, count] : counts)
    for (int n = 1; n <= count; n++) {
      CAPTURE(call, n);
      prepare();
      const std::string inject = "inject=" + call + ":signal=KILL:when=" + std::to_string(n);
      const int end = traced({"-o", "/dev/null", "-e", "trace=" + call, "-e", inject}, store, project, lifetime);
      look();
      if (end == 0 && n > 1) break; // it made fewer calls than the first time: a sanitizer's allocator may
      REQUIRE(end == 128 + SIGKILL);
    }
}

// As if nothing had ever been there.
void start_afresh(Store &store) {
  for (const std::string &name : store.names())
    store.unlink(name);
  fs::remove_all(store.root());
}

// What a killed producer left goes with the next one: nothing stays in shared memory for ever.
void require_next_cleans_up(const Store &store, const std::string &project) {
  share_sample(store, project, 0, true);
  REQUIRE(segments_of(project).size() == 1);
}

size_t manifests_in(const Store &store) {
  size_t count = 0;
  for (const auto &entry : fs::directory_iterator(store.root()))
    count += entry.path().extension() == ".yaml" || entry.path().extension() == ".toml" ? 1 : 0;
  return count;
}

// produce_sample overwrites what was there, and is killed in each of its system calls: what is left is whole. `also` looks
// at it, too.
void overwrite_and_kill(const Store &store, const std::function<void(const std::string &project)> &also) {
  const std::string project = unique_name("strace");
  size_t old = 0, fresh = 0;
  std::unique_ptr<Attachment> attached;
  kill_everywhere(
      store, project, "0",
      [&] {
        share_sample(store, project, 1, true);
        REQUIRE(segments_of(project).size() == 1);
        attached = std::make_unique<Attachment>();
        attach(store, project, *attached);
      },
      [&] {
        const double found = visible(store, project);
        REQUIRE((found == 1 || found == 7));
        (found == 1 ? old : fresh)++;
        REQUIRE(store.names() == std::vector<std::string>{project});
        REQUIRE(values_at(*attached, "b/b1") == ramp(12, 101));
        // A process that has the old one mapped must not take it for the newest.
        REQUIRE(is_current(*attached) == (found == 1));
        also(project);
        require_next_cleans_up(store, project);
      });
  REQUIRE(old > 10);
  REQUIRE(fresh > 1);
}

} // namespace

TEST_CASE("a producer killed before it publishes leaves nothing, neither in the store nor in shared memory") {
  for (int point = 0; point < 6; point++) {
    CAPTURE(point);
    Store store;
    const std::string project = unique_name("killed");
    Child child([&](Child &self) { return build_up_to(point, store, project, self); });
    child.wait_reached();
    child.kill();
    REQUIRE(child.wait() == 128 + SIGKILL);
    REQUIRE(segments_of(project).empty());
    REQUIRE(store.names().empty());
    REQUIRE((!fs::exists(store.root()) || fs::is_empty(store.root())));
    share_sample(store, project);
    REQUIRE(visible(store, project) == 0);
  }
}

TEST_CASE("a producer killed at any system call leaves a whole project or none") {
  Store store;
  const std::string project = unique_name("strace");
  size_t published = 0;
  kill_everywhere(
      store, project, "0", [&] { start_afresh(store); },
      [&] {
        const double found = visible(store, project);
        REQUIRE((found == 7 || found == -1));
        published += found == 7 ? 1 : 0;
        REQUIRE(store.names().size() == (found == 7 ? 1 : 0));
        require_next_cleans_up(store, project);
        store.unlink(project);
        REQUIRE(segments_of(project).empty());
      });
  REQUIRE(published > 1);
}

TEST_CASE("an overwrite killed at any system call leaves the old project or the new one, whole") {
  Store store;
  overwrite_and_kill(store, [](const std::string &) {});
}

TEST_CASE("so does an overwrite that changes the manifest's syntax, and one manifest remains") {
  const bool to_toml = GENERATE(true, false);
  Store store(to_toml ? CSHM_MANIFEST_YAML : CSHM_MANIFEST_TOML);
  const char *before = getenv("CUTE_SHM_MANIFEST");
  const std::string saved = before != nullptr ? before : "";
  setenv("CUTE_SHM_MANIFEST", to_toml ? "toml" : "yaml", 1); // for produce_sample
  size_t with_two = 0;
  overwrite_and_kill(store, [&](const std::string &project) {
    with_two += manifests_in(store) == 2 ? 1 : 0;
    share_sample(store, project, 5, true); // and no more than one is left by who comes next
    REQUIRE(manifests_in(store) == 1);
    REQUIRE(visible(store, project) == 5);
  });
  REQUIRE(with_two >= 1);
  setenv("CUTE_SHM_MANIFEST", saved.c_str(), 1);
}

TEST_CASE("a producer killed at any system call leaves nothing to attach of what ends with it, and room for another") {
  Store store;
  const std::string lifetime = std::to_string(GENERATE(CSHM_OWNER, CSHM_LAST_USER));
  const std::string project = unique_name("strace");
  size_t remains = 0;
  kill_everywhere(
      store, project, lifetime, [&] { start_afresh(store); },
      [&] {
        REQUIRE(visible(store, project) == -1);
        // Killed while it removed the project at its exit: a manifest without a segment, that is listed as such.
        remains += store.names().size();
        share_sample(store, project);
        REQUIRE(segments_of(project).size() == 1);
        store.unlink(project);
      });
  REQUIRE(remains <= 2);
}
