// An overwrite that fails, for whatever reason, leaves the old project whole and nothing of the new one.
//
// SPDX-License-Identifier: MIT
#include "race_fixture.hpp"

#include <sched.h>
#include <sys/mount.h>

using namespace race;

namespace {

constexpr Publication OVERWRITE = {true, CSHM_PERSISTENT};

// The project as it was: its number, its generation, one segment and one manifest.
class Old {
public:
  explicit Old(cshm_lifetime lifetime = CSHM_PERSISTENT) {
    Error err;
    REQUIRE_OK(publish(store, project, 5, {false, lifetime}, held_.out(), err), err);
    generation_ = describe(held_).generation;
    open_files_ = descriptors();
  }
  void require_untouched() {
    REQUIRE(descriptors() == open_files_);
    REQUIRE(is_current(held_));
    REQUIRE(whole_number(held_) == 5);
    Attachment again;
    Error err;
    cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
    options.mode = CSHM_PRIVATE;
    REQUIRE_OK(cshm_attach(store, project.c_str(), &options, again.out(), err), err);
    REQUIRE(whole_number(again) == 5);
    REQUIRE(describe(again).generation == generation_);
    REQUIRE(segments_of(project).size() == 1);
    REQUIRE(files_in(store.root()).size() == 1);
  }

  Store store;
  std::string project = unique_name("failure");

private:
  Attachment held_;
  uint64_t generation_ = 0;
  size_t open_files_ = 0;
};

cshm_status abort_after(cshm_builder builder, cshm_status status) {
  (void)cshm_builder_abort(builder, nullptr);
  return status;
}

// Overwrites with what is refused while it is declared, and gives up.
cshm_status declare_badly(cshm_store store, const std::string &project, const std::string &dtype, int64_t length) {
  cshm_builder builder{0};
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  options.overwrite = 1;
  cshm_status status = cshm_builder_open(store, project.c_str(), &options, &builder, nullptr);
  if (!status) status = declare(builder, 6, nullptr);
  if (!status) status = cshm_builder_array(builder, "bad", dtype.c_str(), 1, &length, CSHM_ORDER_C, nullptr, nullptr);
  if (!status) status = cshm_builder_allocate(builder, nullptr);
  return abort_after(builder, status);
}

} // namespace

TEST_CASE("an overwrite with bad input leaves the old project whole") {
  Old old;
  REQUIRE(declare_badly(old.store, old.project, "<f9", 1) == CSHM_ERR_BAD_TYPE);
  REQUIRE(declare_badly(old.store, old.project, "<f8", -1) == CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE(declare_badly(old.store, old.project, "<f8", int64_t{1} << 60) == CSHM_ERR_LIMIT);
  old.require_untouched();
}

TEST_CASE("an overwrite for which there is no memory leaves the old project whole") {
  Old old;
  REQUIRE(declare_badly(old.store, old.project, "<f8", int64_t{1} << 50) == CSHM_ERR_NO_SPACE);
  old.require_untouched();
}

TEST_CASE("so it does where /dev/shm is small, and the process goes on") {
  REQUIRE(in_child_that_checks([] {
            const int flags = geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;
            if (unshare(flags) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
                mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=1m") != 0)
              return 97;
            Old old;
            for (int i = 0; i < 10; i++)
              if (declare_badly(old.store, old.project, "|u1", 2 << 20) != CSHM_ERR_NO_SPACE) return 1;
            old.require_untouched();
            return publish(old.store, old.project, 6, OVERWRITE, nullptr, nullptr) == CSHM_OK ? 0 : 2;
          }) == 0);
}

TEST_CASE("an overwrite by a file that is missing, or is no HDF5 file, leaves the old project whole") {
  Old old;
  const std::string root = old.store.root().string();
  const fs::path text = old.store.folder() / "text.h5";
  spill(text, "no HDF5 file");
  for (const std::string &file : {(old.store.folder() / "none.h5").string(), text.string()}) {
    const int code = run({beside("cute-shm"), "load", "--quiet", "--overwrite", "--root", root, file, old.project});
    REQUIRE((code > 0 && code < 127)); // it says so, and has run
  }
  old.require_untouched();
}

TEST_CASE("an overwrite that is aborted at any stage leaves the old project whole") {
  Old old;
  for (int stage = 0; stage < 3; stage++) {
    cshm_builder builder{0};
    cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
    options.overwrite = 1;
    Error err;
    REQUIRE_OK(cshm_builder_open(old.store, old.project.c_str(), &options, &builder, err), err);
    if (stage > 0) REQUIRE_OK(declare(builder, 6, err), err);
    if (stage > 1) REQUIRE_OK(cshm_builder_allocate(builder, err), err);
    REQUIRE_OK(cshm_builder_abort(builder, err), err);
    old.require_untouched();
  }
}

TEST_CASE("an overwrite that is killed at random leaves the old project whole, or the new one") {
  Store store;
  const std::string project = unique_name("killed");
  const Shared<Tally> tally;
  Error err;
  REQUIRE_OK(publish(store, project, 0, OVERWRITE, nullptr, err), err);
  const int kills = times(60, 2000);
  std::mt19937 random(1);
  for (int i = 0; i < kills; i++) {
    const auto writer = start([&] {
      for (int turn = 1;; turn++)
        if (publish(store, project, turn, OVERWRITE, nullptr, nullptr) != CSHM_OK) return 1;
    });
    (void)usleep(static_cast<useconds_t>(random() % 3000)); // whatever it is at then
    writer->kill();
    REQUIRE(writer->wait() == 128 + SIGKILL);
    Attachment attachment;
    attach(store, project, attachment);
    const int64_t number = whole_number(attachment);
    REQUIRE(number >= 0);
    (number == 0 ? tally->misses : tally->writes)++;
    REQUIRE(store.names() == std::vector<std::string>{project});
    REQUIRE_OK(publish(store, project, 0, OVERWRITE, nullptr, err), err);
    REQUIRE(segments_of(project).size() == 1);
  }
  std::printf("%d overwriters killed: %ld had not begun or left the old one, %ld left a new one\n", kills,
              tally->misses.load(), tally->writes.load());
  store.unlink(project);
  (void)collect(store);
  require_nothing_left(store, project);
}
