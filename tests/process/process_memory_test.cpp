// Not enough memory, whichever limit is in the way: told in words before anything is created, and the process goes on. Control
// groups and the machine's memory are simulated, by files of ours in their place in a mount namespace.
//
// SPDX-License-Identifier: MIT
#include "process_namespace.hpp"

#include <map>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace process;

namespace {

constexpr int64_t MIB = 1 << 20;

struct Group {
  std::string what;
  std::string membership;                   // /proc/self/cgroup
  std::map<std::string, std::string> files; // below /sys/fs/cgroup
  std::string free;                         // in the message; "" where 8 MiB can be had
};

bool put(const fs::path &path, const std::string &text) {
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream << text;
  stream.close();
  return stream.good();
}

// In a child with a mount namespace of its own: a file of ours in the place of another.
bool replace(const fs::path &folder, const std::string &path, const std::string &text) {
  const fs::path file = folder / fs::path(path).filename();
  return put(file, text) && mount(file.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) == 0;
}

bool simulate(const fs::path &folder, const Group &group) {
  if (!own_tmpfs("/sys/fs/cgroup", "size=1m") || !replace(folder, "/proc/self/cgroup", group.membership)) return false;
  bool good = true;
  for (const auto &[name, text] : group.files)
    good = good && put("/sys/fs/cgroup/" + name, text);
  return good;
}

// 0: a project of 8 MiB was refused, nothing was created, and a small one was made after that. 1: it was not refused.
int refused(cshm_store store, const std::string &project, const Note &note) {
  Error err;
  cshm_builder large{0}, small{0};
  const cshm_status status = allocate(store, project, 8 * MIB, &large, err);
  note.send(err.message() + ' ');
  if (cshm_builder_abort(large, nullptr) != CSHM_OK) return 2;
  if (status == CSHM_OK) return 1;
  if (status != CSHM_ERR_NO_SPACE) return 3;
  if (cshm_live_handles() != 1) return 4;
  if (allocate(store, project, 1000, &small, err) != CSHM_OK) return 5;
  if (cshm_builder_publish(small, nullptr, err) != CSHM_OK) return 6;
  return cshm_unlink(store, project.c_str(), err) == CSHM_OK ? 0 : 7;
}

const std::string STAT = "anon 5\nfile 6291456\nactive_file 3145728\ninactive_file 3145728\nshmem 0\n";
const std::string STAT_1 = "cache 5\ntotal_cache 6291456\ntotal_inactive_file 6291456\ntotal_active_file 0\n";

std::vector<Group> groups() {
  return {
      {"version 2", "0::/box\n", {{"box/memory.max", "4194304\n"}, {"box/memory.current", "1048576\n"}}, "3145728"},
      {"version 2, the group above it is the one that is full",
       "0::/box/inner\n",
       {{"box/inner/memory.max", "max\n"},
        {"box/inner/memory.current", "1048576\n"},
        {"box/memory.max", "4194304\n"},
        {"box/memory.current", "2097152\n"}},
       "2097152"},
      {"version 2 without a limit", "0::/box\n", {{"box/memory.max", "max\n"}, {"box/memory.current", "1\n"}}, ""},
      {"version 2, the root of a namespace", "0::/\n", {{"cgroup.procs", "1\n"}}, ""},
      {"version 2, the root of a container",
       "0::/\n",
       {{"memory.max", "2097152\n"}, {"memory.current", "0\n"}},
       "2097152"},
      {"version 2, outside of a namespace",
       "0::/../../box\n",
       {{"box/memory.max", "1\n"}, {"box/memory.current", "1\n"}},
       ""},
      {"version 2, used beyond its limit",
       "0::/box\n",
       {{"box/memory.max", "4194304\n"}, {"box/memory.current", "5242880\n"}},
       "0"},
      {"version 2, full of files that were read",
       "0::/box\n",
       {{"box/memory.max", "10485760\n"}, {"box/memory.current", "10485760\n"}, {"box/memory.stat", STAT}},
       "6291456"},
      {"version 2 without its files", "0::/box\n", {}, ""},
      {"version 2, half of its files", "0::/box\n", {{"box/memory.max", "4194304\n"}}, ""},
      {"version 2, nonsense", "0::/box\n", {{"box/memory.max", "??\n"}, {"box/memory.current", "\n"}}, ""},
      {"version 1",
       "5:cpuset:/\n4:cpu,memory:/box\n0::/\n",
       {{"memory/box/memory.limit_in_bytes", "4194304\n"}, {"memory/box/memory.usage_in_bytes", "1048576\n"}},
       "3145728"},
      {"version 1 without a limit",
       "4:memory:/box\n",
       {{"memory/box/memory.limit_in_bytes", "9223372036854771712\n"},
        {"memory/box/memory.usage_in_bytes", "1048576\n"}},
       ""},
      {"version 1, a path that a container does not see",
       "4:memory:/docker/0123\n",
       {{"memory/memory.limit_in_bytes", "4194304\n"}, {"memory/memory.usage_in_bytes", "0\n"}},
       "4194304"},
      {"version 1, full of files that were read",
       "4:memory:/\n",
       {{"memory/memory.limit_in_bytes", "10485760\n"},
        {"memory/memory.usage_in_bytes", "10485760\n"},
        {"memory/memory.stat", STAT_1}},
       "6291456"},
      {"no groups", "", {}, ""},
      {"nonsense", "memory\n::\n4:memory\n\n", {{"memory.max", "1\n"}}, ""},
  };
}

void require_refusal(const Note &note, std::initializer_list<std::string> words) {
  const Error err = note.received(CSHM_ERR_NO_SPACE);
  require_words(err, {"wanted 8"});
  require_words(err, words);
}

bool set_limit(int which, rlim_t limit) {
  struct rlimit now;
  if (getrlimit(static_cast<__rlimit_resource_t>(which), &now) != 0) return false;
  now.rlim_cur = limit;
  return setrlimit(static_cast<__rlimit_resource_t>(which), &now) == 0;
}

} // namespace

TEST_CASE("a control group's limit (simulated) is told before anything is created, and no other is taken for one") {
  for (const Group &group : groups()) {
    CAPTURE(group.what);
    Store store;
    const Note note;
    const std::string project = unique_name("group");
    const int code = in_child([&] { return simulate(store.folder(), group) ? refused(store, project, note) : 97; });
    INFO("97: a child may not mount what it wants (unshare, mount): run the tests where it may");
    REQUIRE(code == (group.free.empty() ? 1 : 0));
    if (!group.free.empty())
      require_refusal(note,
                      {"free " + group.free + " bytes", "memory limit of the control group", "raise it", "--memory"});
    REQUIRE(segments_of(project).empty());
  }
}

TEST_CASE("a control group's limit is told before anything is created, where this machine lets us make a group") {
  const fs::path group = "/sys/fs/cgroup/memory/" + unique_name("cute-shm-test");
  if (mkdir(group.c_str(), 0700) != 0) {
    WARN("no group of version 1 can be made here: only simulated ones are tested");
    return;
  }
  Store store;
  const Note note;
  const std::string project = unique_name("group");
  const int code = in_child([&] {
    const std::string limit = std::to_string(64 * MIB), self = std::to_string(getpid());
    if (!put(group / "memory.limit_in_bytes", limit) || !put(group / "cgroup.procs", self)) return 97;
    Error err;
    cshm_builder builder{0};
    const cshm_status status = allocate(store, project, 128 * MIB, &builder, err);
    note.send(err.message());
    return status == CSHM_ERR_NO_SPACE && allocate(store, project + "-2", MIB, &builder, err) == CSHM_OK ? 0 : 1;
  });
  for (int turn = 0; turn < 1000 && rmdir(group.c_str()) != 0;
       turn++) // until the kernel has seen that the child is gone
    usleep(1000);
  REQUIRE(code == 0);
  require_words(note.received(CSHM_ERR_NO_SPACE), {"wanted 1342", "memory limit of the control group"});
  REQUIRE_FALSE(fs::exists(group));
}

TEST_CASE("the machine's available memory (simulated) is told before anything is created") {
  Store store;
  const Note note;
  const std::string project = unique_name("machine");
  REQUIRE(in_child([&] {
            const std::string text = "MemTotal: 9000000 kB\nMemFree: 1000 kB\nMemAvailable:    2048 kB\n";
            if (!own_tmpfs("/mnt", "size=1m") || !replace(store.folder(), "/proc/meminfo", text)) return 97;
            return refused(store, project, note);
          }) == 0);
  require_refusal(note, {"free 2097152 bytes", "memory available on the machine", "unlink a project"});
  REQUIRE(segments_of(project).empty());
}

TEST_CASE("the limit of a file's size is told before anything is created, and no signal ends the process") {
  Store store;
  const Note note;
  const std::string project = unique_name("fsize");
  REQUIRE(in_child([&] { return set_limit(RLIMIT_FSIZE, 4 * MIB) ? refused(store, project, note) : 97; }) == 0);
  require_refusal(note, {"free 4194304 bytes", "file-size limit of the process", "ulimit -f"});
  REQUIRE(segments_of(project).empty());
}

TEST_CASE("a manifest that is larger than a file may be is told, and no signal ends the process") {
  Store store;
  const Note note;
  const std::string project = unique_name("fsize");
  const std::string text(60000, '\x01'); // written as \u0001
  REQUIRE(in_child([&] {
            Error err;
            cshm_builder builder{0};
            if (!set_limit(RLIMIT_FSIZE, 200 << 10)) return 97;
            if (cshm_builder_open(store, project.c_str(), nullptr, &builder, err) != CSHM_OK) return 2;
            if (cshm_builder_note(builder, CSHM_NOTE_ORIGIN, "text", text.c_str(), err) != CSHM_OK) return 3;
            if (cshm_builder_allocate(builder, err) != CSHM_OK) return 4;
            const cshm_status status = cshm_builder_publish(builder, nullptr, err);
            note.send(err.message());
            (void)cshm_builder_abort(builder, nullptr);
            return status == CSHM_ERR_NO_SPACE ? 0 : 5;
          }) == 0);
  require_words(note.received(CSHM_ERR_NO_SPACE), {"cute-shm." + project, "file-size limit", "204800", "ulimit -f"});
  REQUIRE(segments_of(project).empty());
  REQUIRE(store.names().empty());
}

TEST_CASE("the limit of the address space is told before anything is created") {
  Store store;
  const Note note;
  const std::string project = unique_name("as");
  REQUIRE(in_child([&] {
            Error err;
            cshm_builder builder{0};
            struct rlimit before;
            if (getrlimit(RLIMIT_AS, &before) != 0 || !set_limit(RLIMIT_AS, 4 * MIB)) return 97;
            const cshm_status status = allocate(store, project, 8 * MIB, &builder, err);
            if (!set_limit(RLIMIT_AS, before.rlim_cur)) return 98;
            note.send(err.message());
            return status == CSHM_ERR_NO_SPACE && cshm_builder_abort(builder, err) == CSHM_OK ? 0 : 1;
          }) == 0);
  require_refusal(note, {"free 4194304 bytes", "address-space limit of the process", "ulimit -v"});
  REQUIRE(segments_of(project).empty());
}

TEST_CASE("on a /dev/shm of 8 MiB projects are made until it is full, and none faults") {
  Store store;
  const int code = in_child([&] {
    if (!small_dev_shm("size=8m")) return 97;
    Error err;
    int made = 0;
    for (int64_t size = MIB; size >= 100;) {
      cshm_builder builder{0};
      void *data = nullptr;
      uint64_t nbytes = 0;
      const cshm_status status = allocate(store, "full-" + std::to_string(made), size, &builder, err);
      if (status == CSHM_ERR_NO_SPACE) {
        if (cshm_builder_abort(builder, nullptr) != CSHM_OK) return 1;
        size /= 2;
        continue;
      }
      if (status != CSHM_OK || cshm_builder_map(builder, 0, &data, &nbytes, err) != CSHM_OK) return 2;
      std::memset(data, 'x', nbytes);
      if (cshm_builder_publish(builder, nullptr, err) != CSHM_OK) return 3;
      made++;
    }
    if (made < 8) return 4;
    // One that is overwritten needs room for both; where there is none it stays as it is.
    cshm_builder builder{0};
    cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
    options.overwrite = 1;
    const int64_t nbytes = MIB;
    if (cshm_builder_open(store, "full-0", &options, &builder, err) != CSHM_OK) return 5;
    if (cshm_builder_array(builder, "a", "|u1", 1, &nbytes, CSHM_ORDER_C, nullptr, err) != CSHM_OK) return 6;
    if (cshm_builder_allocate(builder, err) != CSHM_ERR_NO_SPACE) return 7;
    cshm_attachment attachment{0};
    if (!attach_plain(store, "full-0", &attachment)) return 8;
    return cshm_unlink(store, "full-1", err) == CSHM_OK && cshm_builder_allocate(builder, err) == CSHM_OK ? 0 : 9;
  });
  REQUIRE(code == 0);
}

TEST_CASE("a segment that someone has cut is refused, by who attaches it anew and by who moves on to it") {
  const off_t rest = GENERATE(0, 100, 4096);
  Store store;
  const std::string project = unique_name("cut");
  share_sample(store, project, 1);
  Attachment old;
  attach(store, project, old);
  share_sample(store, project, 2, true);
  const std::string segment = segments_of(project).at(0);
  REQUIRE(truncate(segment.c_str(), rest) == 0);
  Error err;
  cshm_attachment attachment{0};
  REQUIRE_STATUS(cshm_attach(store, project.c_str(), nullptr, &attachment, err), err, CSHM_ERR_CORRUPT);
  require_words(err, {"truncated", fs::path(segment).filename().string()});
  REQUIRE_STATUS(cshm_attachment_reattach(old, &attachment, err), err, CSHM_ERR_CORRUPT);
  require_words(err, {"truncated", fs::path(segment).filename().string()});
  REQUIRE(values_at(old, "a") == ramp(6, 1)); // its own is whole
  store.unlink(project);
  REQUIRE(segments_of(project).empty());
}
