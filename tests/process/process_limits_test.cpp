// What a process may not do or cannot have: memory, permission, writes where only reading was asked for.
//
// SPDX-License-Identifier: MIT
#include "process_namespace.hpp"

#include <sys/stat.h>

using namespace process;

namespace {

// Gives things to the user of unprivileged(), or back.
void give(const fs::path &path, uid_t user) {
  if (geteuid() == 0) REQUIRE(chown(path.c_str(), user, user) == 0);
}

// A message from a child: its first line.
class Note {
public:
  Note() { REQUIRE(pipe(ends_) == 0); }
  Note(const Note &) = delete;
  Note &operator=(const Note &) = delete;
  ~Note() {
    close(ends_[0]);
    close(ends_[1]);
  }
  void send(const std::string &text) const { (void)!write(ends_[1], text.c_str(), text.size()); }
  Error received(cshm_status status) const {
    Error err;
    const ssize_t length = read(ends_[0], err.raw.message, sizeof err.raw.message - 1);
    REQUIRE(length > 0);
    err.raw.status = static_cast<int32_t>(status);
    return err;
  }

private:
  int ends_[2] = {-1, -1};
};

cshm_status allocate(cshm_store store, const std::string &project, int64_t nbytes, cshm_builder *builder,
                     cshm_error *err) {
  cshm_status status = cshm_builder_open(store, project.c_str(), nullptr, builder, err);
  if (status == CSHM_OK) status = cshm_builder_array(*builder, "a", "|u1", 1, &nbytes, CSHM_ORDER_C, nullptr, err);
  return status == CSHM_OK ? cshm_builder_allocate(*builder, err) : status;
}

bool dev_shm_is_empty() { return fs::is_empty("/dev/shm"); }

} // namespace

TEST_CASE("not enough shared memory is told before a byte is copied: wanted, free, and which limit") {
  Store store;
  const Note note;
  const int code = in_child([&] {
    if (!small_dev_shm("size=1m")) return 97;
    Error err;
    cshm_builder builder{0};
    if (allocate(store, "large", 8 << 20, &builder, err) != CSHM_ERR_NO_SPACE) return 1;
    note.send(err.message());
    if (!dev_shm_is_empty() || cshm_builder_abort(builder, nullptr) != CSHM_OK) return 2;
    return allocate(store, "small", 512 << 10, &builder, err) == CSHM_OK &&
                   cshm_builder_publish(builder, nullptr, err) == CSHM_OK
               ? 0
               : 3;
  });
  INFO("97: a child may not mount a tmpfs of its own (unshare, mount): run the tests where it may");
  REQUIRE(code == 0);
  const Error err = note.received(CSHM_ERR_NO_SPACE);
  require_words(err, {"not enough shared memory", "/dev/shm", "--shm-size", std::to_string(1 << 20)});
  // Wanted: the array and its index. Free: what the tmpfs has.
  const size_t wanted = err.message().find("wanted ");
  REQUIRE(wanted != std::string::npos);
  REQUIRE(std::stoull(err.message().substr(wanted + 7)) >= 8u << 20);
  REQUIRE(std::stoull(err.message().substr(wanted + 7)) < (8u << 20) + 65536);
}

TEST_CASE("a builder that found no memory can allocate again when there is some") {
  Store store;
  const int code = in_child([&] {
    if (!small_dev_shm("size=1m")) return 97;
    Error err;
    cshm_builder first{0}, second{0};
    if (allocate(store, "first", 700 << 10, &first, err) != CSHM_OK ||
        cshm_builder_publish(first, nullptr, err) != CSHM_OK)
      return 1;
    if (allocate(store, "second", 600 << 10, &second, err) != CSHM_ERR_NO_SPACE) return 2;
    if (cshm_unlink(store, "first", err) != CSHM_OK) return 3;
    return cshm_builder_allocate(second, err) == CSHM_OK && cshm_builder_publish(second, nullptr, err) == CSHM_OK ? 0
                                                                                                                  : 4;
  });
  REQUIRE(code == 0);
}

TEST_CASE("memory once reserved is there: a full tmpfs does not fault the one who fills") {
  Store store;
  const int code = in_child([&] {
    if (!small_dev_shm("size=1m")) return 97;
    Error err;
    cshm_builder builder{0};
    void *data = nullptr;
    uint64_t nbytes = 0;
    if (allocate(store, "reserved", 800 << 10, &builder, err) != CSHM_OK ||
        cshm_builder_map(builder, 0, &data, &nbytes, err) != CSHM_OK)
      return 1;
    std::ofstream("/dev/shm/filler") << std::string(1 << 20, 'x');
    std::memset(data, 'y', nbytes);
    return cshm_builder_publish(builder, nullptr, err) == CSHM_OK ? 0 : 2;
  });
  REQUIRE(code == 0);
}

TEST_CASE("more memory than the machine has is refused at once") {
  Store store;
  const std::string project = unique_name("huge");
  Error err;
  cshm_builder builder{0};
  REQUIRE_STATUS(allocate(store, project, int64_t{1} << 50, &builder, err), err, CSHM_ERR_NO_SPACE);
  require_words(err, {"wanted 11258", "free "});
  REQUIRE(segments_of(project).empty());
  REQUIRE_OK(cshm_builder_abort(builder, err), err);
}

TEST_CASE("a store, manifest or segment that may not be read is told") {
  for (const int closed : {0, 1, 2}) {
    CAPTURE(closed);
    Store store;
    const std::string project = unique_name("closed");
    share_sample(store, project);
    const std::vector<fs::path> things = {store.root(), store.manifest(project), segments_of(project).at(0)};
    fs::permissions(store.folder(), fs::perms::owner_all | fs::perms::others_all);
    for (const fs::path &thing : things)
      give(thing, NOBODY);
    REQUIRE(chmod(things[static_cast<size_t>(closed)].c_str(), 0) == 0);
    const Note note;
    const int code = unprivileged([&] {
      Error err;
      cshm_attachment attachment{0};
      const cshm_status status = cshm_attach(store, project.c_str(), nullptr, &attachment, err);
      note.send(err.message());
      return static_cast<int>(status);
    });
    REQUIRE(chmod(things[static_cast<size_t>(closed)].c_str(), 0700) == 0);
    for (const fs::path &thing : things)
      give(thing, geteuid());
    const Error err = note.received(CSHM_ERR_PERMISSION);
    INFO(err.message());
    REQUIRE(code == CSHM_ERR_PERMISSION);
    require_words(err, {things[static_cast<size_t>(closed)].filename().string()});
  }
}

TEST_CASE("a project of another user may be read where it was opened, and never unlinked") {
  if (geteuid() != 0) {
    WARN("needs root, to be two users: not tested");
    REQUIRE(getenv("CI") == nullptr);
    return;
  }
  Store store;
  const std::string project = unique_name("theirs");
  share_sample(store, project, 8);
  fs::permissions(store.folder(), fs::perms::owner_all | fs::perms::others_exec);
  REQUIRE(chmod(store.root().c_str(), 0755) == 0);
  REQUIRE(chmod(store.manifest(project).c_str(), 0644) == 0);
  REQUIRE(chmod(segments_of(project).at(0).c_str(), 0644) == 0);
  const int code = unprivileged([&] {
    cshm_attachment attachment{0};
    if (!attach_plain(store, project, &attachment) || first_value(attachment) != 8) return 1;
    if (attach_plain(store, project, &attachment, CSHM_READ_WRITE)) return 2;
    if (cshm_unlink(store, project.c_str(), nullptr) != CSHM_ERR_PERMISSION) return 3;
    cshm_builder builder{0};
    const cshm_status status = cshm_builder_open(store, (project + "-2").c_str(), nullptr, &builder, nullptr);
    if (status == CSHM_OK && (cshm_builder_allocate(builder, nullptr) != CSHM_OK ||
                              cshm_builder_publish(builder, nullptr, nullptr) != CSHM_ERR_PERMISSION))
      return 4;
    return status == CSHM_OK || status == CSHM_ERR_PERMISSION ? 0 : 5;
  });
  REQUIRE(code == 0);
  REQUIRE(store.names() == std::vector<std::string>{project});
}

TEST_CASE("a store root of another user is refused") {
  if (geteuid() != 0) {
    WARN("needs root, to be two users: not tested");
    REQUIRE(getenv("CI") == nullptr);
    return;
  }
  Store store;
  fs::create_directory(store.root());
  REQUIRE(chown(store.root().c_str(), NOBODY, NOBODY) == 0);
  cshm_store refused{0};
  Error err;
  REQUIRE_STATUS(cshm_store_open(store.root().c_str(), nullptr, &refused, err), err, CSHM_ERR_PERMISSION);
  require_words(err, {store.root().string(), std::to_string(NOBODY)});
}

TEST_CASE("a segment of another user is refused") {
  if (geteuid() != 0) {
    WARN("needs root, to be two users: not tested");
    REQUIRE(getenv("CI") == nullptr);
    return;
  }
  Store store;
  const std::string project = unique_name("planted");
  share_sample(store, project);
  REQUIRE(chown(segments_of(project).at(0).c_str(), NOBODY, NOBODY) == 0);
  Error err;
  cshm_attachment attachment{0};
  REQUIRE_STATUS(cshm_attach(store, project.c_str(), nullptr, &attachment, err), err, CSHM_ERR_PERMISSION);
  require_words(err, {fs::path(segments_of(project).at(0)).filename().string()});
  REQUIRE(chown(segments_of(project).at(0).c_str(), 0, 0) == 0);
}

TEST_CASE("a write to a read-only attachment is a memory fault; the index is never writable") {
  Store store;
  const std::string project = unique_name("fault");
  share_sample(store, project);
  for (const cshm_mode mode : {CSHM_READ_ONLY, CSHM_READ_WRITE, CSHM_PRIVATE}) {
    CAPTURE(mode);
    Attachment attachment;
    attach(store, project, attachment, mode);
    const cshm_attachment_info info = describe(attachment);
    Array array;
    open_array(attachment, "a", array);
    double *values = doubles(describe(array));
    const int wrote = in_child([&] {
      values[0] = 1;
      return 0;
    });
    REQUIRE(wrote == (mode == CSHM_READ_ONLY ? 128 + SIGSEGV : 0));
    for (const size_t offset : {size_t{0}, size_t{4096}})
      REQUIRE(in_child([&] {
                static_cast<volatile char *>(const_cast<void *>(info.base))[offset] = 'x';
                return 0;
              }) == 128 + SIGSEGV);
  }
}
