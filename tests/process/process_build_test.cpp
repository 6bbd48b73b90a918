// Segments in the making where the system has no unnamed files, or no /proc to name them by: they are called "<name>.new", and a
// collector knows whose builder is dead.
//
// SPDX-License-Identifier: MIT
#include "../api/api_collect.hpp"
#include "process_namespace.hpp"

#include <map>
#include <regex>

using namespace process;

namespace {

std::vector<std::string> half_built(const std::string &project) {
  std::vector<std::string> found;
  for (const std::string &segment : segments_of(project))
    if (segment.size() > 4 && segment.substr(segment.size() - 4) == ".new") found.push_back(segment);
  return found;
}

bool no_proc() { return own_tmpfs("/proc", "size=64k"); }

// For children: a builder of array "a" of 6 values, up to before its publication.
cshm_status build(cshm_store store, const std::string &project, cshm_lifetime lifetime, cshm_builder *builder,
                  cshm_error *err, bool overwrite = false) {
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  options.lifetime = lifetime;
  options.overwrite = overwrite ? 1 : 0;
  const int64_t shape = 6;
  const std::vector<double> values = ramp(6, 3);
  cshm_status status = cshm_builder_open(store, project.c_str(), &options, builder, err);
  if (status == CSHM_OK) status = cshm_builder_array(*builder, "a", "<f8", 1, &shape, CSHM_ORDER_C, nullptr, err);
  if (status == CSHM_OK) status = cshm_builder_allocate(*builder, err);
  return status == CSHM_OK ? cshm_builder_write(*builder, 0, 0, values.data(), 48, err) : status;
}

std::vector<std::string> producer(const Store &store, const std::string &project, const std::string &lifetime) {
  return {beside("produce_sample"), store.root().string(), project, "7", lifetime};
}

// A run of produce_sample without anything in its way: which of its openat asks for an unnamed segment, and how often it makes
// each call, before that one and from there on.
struct Trace {
  std::map<std::string, std::pair<int, int>> counts;
  int unnamed = 0;

  Trace(const Store &store, const std::string &project) {
    const std::string file = (store.folder() / "trace").string();
    REQUIRE(run_traced({"-o", file}, producer(store, project, "0")) == 0);
    std::ifstream lines(file);
    std::smatch match;
    for (std::string line; std::getline(lines, line);) {
      if (!std::regex_search(line, match, std::regex(R"(^\d+\s+(\w+)\()"))) continue;
      auto &count = counts[match[1]];
      if (unnamed == 0 && line.find("\"/dev/shm\"") != std::string::npos && line.find("O_TMPFILE") != std::string::npos)
        unnamed = count.first + 1;
      (unnamed == 0 ? count.first : count.second)++;
    }
    REQUIRE(unnamed > 0);
  }

  // It gets no unnamed segment, but this error.
  std::string without(const std::string &error) const {
    return "inject=openat:error=" + error + ":when=" + std::to_string(unnamed);
  }
};

// As if nothing had ever been there: so that each run makes the same calls.
void start_afresh(const Store &store, const std::string &project) {
  fs::remove_all(store.root());
  for (const std::string &segment : segments_of(project))
    fs::remove(segment);
}

} // namespace

TEST_CASE("without O_TMPFILE a project is built, published and attached all the same") {
  Store store;
  const std::string project = unique_name("named");
  const Trace trace(store, project);
  for (const char *error : {"EOPNOTSUPP", "EISDIR", "EINVAL", "ENOENT"}) {
    CAPTURE(error);
    start_afresh(store, project);
    REQUIRE(run_traced({"-o", "/dev/null", "-e", "trace=openat", "-e", trace.without(error)},
                       producer(store, project, "0")) == 0);
    Attachment attachment;
    attach(store, project, attachment);
    REQUIRE(values_at(attachment, "a") == ramp(6, 7));
    REQUIRE(segments_of(project).size() == 1);
    REQUIRE(half_built(project).empty());
    REQUIRE(collect_twice(store).empty());
  }
}

TEST_CASE(
    "a builder without O_TMPFILE that is killed at any system call leaves nothing that a collector does not remove") {
  Store store;
  const std::string project = unique_name("killed");
  Trace trace(store, project);
  trace.counts["renameat2"] = {0, 1}; // which it makes only here
  size_t left = 0, runs = 0;
  for (const auto &[call, count] : trace.counts)
    for (int n = count.first + 1; n <= count.first + count.second + 2; n++) {
      if (call == "openat" || call == "execve") continue; // strace changes a call in one way only
      CAPTURE(call, n);
      start_afresh(store, project);
      const int end = run_traced({"-o", "/dev/null", "-e", "trace=openat," + call, "-e", trace.without("EOPNOTSUPP"),
                                  "-e", "inject=" + call + ":signal=KILL:when=" + std::to_string(n)},
                                 producer(store, project, "0"));
      if (end == 0) break; // it makes no more of these calls
      REQUIRE(end == 128 + SIGKILL);
      runs++;
      left += half_built(project).size();
      (void)collect(store);
      REQUIRE(half_built(project).empty());
      Error err;
      Attachment attachment;
      const cshm_status status = cshm_attach(store, project.c_str(), nullptr, attachment.out(), err);
      REQUIRE((status == CSHM_OK || status == CSHM_ERR_NOT_FOUND));
      REQUIRE(segments_of(project).size() == (status == CSHM_OK ? 1 : 0));
      if (status == CSHM_OK) REQUIRE(values_at(attachment, "a") == ramp(6, 7));
      REQUIRE(collect_twice(store).empty());
    }
  REQUIRE(runs > 20);
  REQUIRE(left > 3);
}

TEST_CASE("without /proc projects of every lifetime are built, published, attached and end as they do elsewhere") {
  Store store;
  const auto lifetime = static_cast<cshm_lifetime>(GENERATE(CSHM_PERSISTENT, CSHM_OWNER, CSHM_LAST_USER));
  const std::string project = unique_name("proc");
  const int code = in_child([&] {
    // For a sanitizer, which looks for leaks after the library has done its work at exit, and wants /proc.
    if (!no_proc() || atexit([] { (void)umount2("/proc", MNT_DETACH); }) != 0) return 97;
    cshm_builder builder{0};
    cshm_attachment published{0}, copy{0};
    if (build(store, project, lifetime, &builder, nullptr) != CSHM_OK) return 1;
    if (half_built(project).size() != 1) return 2;
    if (cshm_builder_publish(builder, &published, nullptr) != CSHM_OK) return 3;
    if (segments_of(project).size() != 1 || !half_built(project).empty()) return 4;
    if (!attach_plain(store, project, &copy, CSHM_PRIVATE) || first_value(copy) != 3) return 5;
    if (cshm_detach(published, nullptr) != CSHM_OK || segments_of(project).size() != 1) return 6;
    if (cshm_detach(copy, nullptr) != CSHM_OK) return 7;
    if (segments_of(project).size() != (lifetime == CSHM_LAST_USER ? 0 : 1)) return 8;
    exit(0);
  });
  INFO("97: a child may not mount a tmpfs of its own (unshare, mount): run the tests where it may");
  REQUIRE(code == 0);
  REQUIRE(segments_of(project).size() == (lifetime == CSHM_PERSISTENT ? 1 : 0));
  REQUIRE(store.names().size() == (lifetime == CSHM_PERSISTENT ? 1 : 0));
}

TEST_CASE("a process that has no /proc attaches what others have published, of every lifetime") {
  Store store;
  const auto lifetime = static_cast<cshm_lifetime>(GENERATE(CSHM_PERSISTENT, CSHM_OWNER, CSHM_LAST_USER));
  const std::string project = unique_name("proc");
  Attachment published;
  {
    Builder builder(store, project, false, lifetime);
    builder.array("a", "<f8", {6}).allocate().write(0, ramp(6, 3));
    Error err;
    REQUIRE_OK(cshm_builder_publish(builder, published.out(), err), err);
  }
  REQUIRE(in_child([&] {
            if (!no_proc()) return 97;
            cshm_attachment attachment{0};
            return attach_plain(store, project, &attachment, CSHM_PRIVATE) && first_value(attachment) == 3 ? 0 : 1;
          }) == 0);
  REQUIRE(values_at(published, "a") == ramp(6, 3));
}

TEST_CASE("a named segment in the making stays while its builder lives, and goes when that was killed") {
  Store store;
  const std::string project = unique_name("alive");
  const bool collects = GENERATE(true, false);
  Child builder([&](Child &self) {
    cshm_builder made{0};
    if (!no_proc() || build(store, project, CSHM_PERSISTENT, &made, nullptr) != CSHM_OK) return 1;
    self.reached();
    return 0;
  });
  builder.wait_reached();
  REQUIRE(half_built(project).size() == 1);
  REQUIRE(collect_twice(store).empty());
  REQUIRE(half_built(project).size() == 1);
  builder.kill();
  REQUIRE(builder.wait() == 128 + SIGKILL);
  if (collects) {
    const std::vector<Told> found = collect_twice(store);
    REQUIRE(found.size() == 1);
    REQUIRE(found[0].name == project);
    REQUIRE(found[0].nbytes >= 8192);
    REQUIRE(found[0].message.find("before it was published") != std::string::npos);
  } else {
    share_sample(store, project); // who creates the project meets it, too
  }
  REQUIRE(half_built(project).empty());
}

TEST_CASE("one that was killed before it wrote a header belongs to nobody, and goes, too") {
  Store store;
  const std::string project = unique_name("empty");
  const fs::path left = "/dev/shm/cute-shm." + project + ".0123456789abcdef.new";
  spill(left, "");
  fs::permissions(left, fs::perms::owner_read | fs::perms::owner_write);
  const std::vector<Told> found = collect(store);
  REQUIRE_FALSE(fs::exists(left));
  REQUIRE(std::any_of(found.begin(), found.end(), [&](const Told &told) { return told.segment == left.filename(); }));
}

TEST_CASE("a builder of a named segment that gives up, or whose child does, leaves nothing, or what is its own") {
  Store store;
  const std::string project = unique_name("abort");
  share_sample(store, project, 1);
  const int code = in_child([&] {
    if (!no_proc()) return 97;
    cshm_builder builder{0}, second{0};
    const std::string other = project + "-2";
    if (build(store, other, CSHM_PERSISTENT, &builder, nullptr) != CSHM_OK) return 1;
    if (in_child([&] { return cshm_builder_abort(builder, nullptr) == CSHM_OK ? 0 : 1; }) != 0) return 2;
    if (half_built(other).size() != 1) return 3; // a child's is not its own
    if (build(store, other, CSHM_PERSISTENT, &second, nullptr) != CSHM_OK) return 4;
    if (cshm_builder_publish(builder, nullptr, nullptr) != CSHM_OK) return 5;
    if (cshm_builder_publish(second, nullptr, nullptr) != CSHM_ERR_EXISTS) return 6;
    if (cshm_unlink(store, other.c_str(), nullptr) != CSHM_OK) return 7;
    if (half_built(other).size() != 1) return 8;
    if (cshm_builder_publish(second, nullptr, nullptr) != CSHM_OK) return 9; // a second try
    if (cshm_unlink(store, other.c_str(), nullptr) != CSHM_OK || !segments_of(other).empty()) return 10;
    if (build(store, other, CSHM_PERSISTENT, &builder, nullptr) != CSHM_OK) return 11;
    return cshm_builder_abort(builder, nullptr) == CSHM_OK && segments_of(other).empty() ? 0 : 12;
  });
  REQUIRE(code == 0);
}

TEST_CASE(
    "a failed switch leaves a named segment its name, so that another try can succeed, and no collector takes it") {
  Store store;
  const std::string project = unique_name("switch");
  share_sample(store, project, 1);
  const fs::path manifest = store.manifest(project);
  store.unlink(project);
  const int code = in_child([&] {
    if (!no_proc()) return 97;
    cshm_builder builder{0};
    if (build(store, project, CSHM_PERSISTENT, &builder, nullptr, true) != CSHM_OK) return 1;
    fs::create_directories(manifest / "x"); // a folder cannot be replaced by a file
    if (cshm_builder_publish(builder, nullptr, nullptr) == CSHM_OK) return 2;
    if (segments_of(project).size() != 1 || cshm_store_collect(store, nullptr, nullptr, nullptr) != CSHM_OK) return 3;
    fs::remove_all(manifest);
    if (cshm_store_collect(store, nullptr, nullptr, nullptr) != CSHM_OK || segments_of(project).size() != 1) return 5;
    return cshm_builder_publish(builder, nullptr, nullptr) == CSHM_OK && half_built(project).empty() ? 0 : 4;
  });
  REQUIRE(code == 0);
  REQUIRE(store.names() == std::vector<std::string>{project});
}
