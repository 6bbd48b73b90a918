// Every step dies: a process is killed before or after any one of its system calls; the next one finds a whole store, and nothing
// of the dead.
//
// SPDX-License-Identifier: MIT
#include "../process/process_fixture.hpp"
#include "hdf5_sample.hpp"
#include "operations.hpp"

#include <iostream>
#include <map>
#include <sys/prctl.h>

using namespace faults;
using process::Child;

namespace {

constexpr int UNTOUCHED = 7;

// Runs the operation in a child that dies at its N-th system call, or passes untouched.
int run_and_die(const Operation &operation, unsigned long n, shim_action action) {
  return process::in_child([&] {
    bool fired = false;
    shim_arm({SHIM_ANY, n, action, 0, false});
    const cshm_status status = operation.run(nullptr);
    operation.give_back();
    (void)shim_disarm(&fired);
    return status != CSHM_OK ? 1 : UNTOUCHED;
  });
}

// As another process would: one attach, one collection; then nothing of the dead is left.
void look_after(const Store &store, const Operation &operation, unsigned long n, std::map<std::string, int> &found) {
  const std::string state = operation.look();
  CAPTURE(n, state);
  REQUIRE((state == operation.before || state == operation.after));
  found[state]++;
  tidy(store);
  REQUIRE(leftovers(store, operation.project, state != "none").empty());
  REQUIRE(operation.look() == state);
}

// Every call but the last is followed by another: killed after it is killed before the next, as far as others can tell.
void kill_every_step(const Store &store, const Operation &operation) {
  std::map<std::string, int> found;
  unsigned long kills = 0;
  for (const shim_action action : {SHIM_KILL_BEFORE, SHIM_KILL_AFTER})
    for (unsigned long n = 1;; n++) {
      if (action == SHIM_KILL_AFTER && !is_long() && n % 5 != 0 && n < kills) continue;
      operation.clear();
      operation.prepare();
      const int end = run_and_die(operation, n, action);
      INFO(operation.name << ": call " << n);
      REQUIRE((end == 128 + SIGKILL || end == UNTOUCHED));
      look_after(store, operation, n, found);
      if (end == UNTOUCHED) break;
      kills++;
    }
  std::cout << operation.name << ": killed " << kills << " times";
  for (const auto &[state, count] : found)
    std::cout << ", found " << state << ' ' << count << " times";
  std::cout << '\n';
  REQUIRE(kills > 10);
  REQUIRE(found[operation.before] > 0);
  REQUIRE(found[operation.after] > 0);
}

} // namespace

TEST_CASE("wherever the creator dies, the project is there whole or not at all") {
  const cshm_lifetime lifetime = GENERATE(CSHM_PERSISTENT, CSHM_OWNER, CSHM_LAST_USER);
  Store store;
  Build build;
  Operation operation = creating(store, build, "create, lifetime " + std::to_string(lifetime));
  build.lifetime = lifetime;
  if (lifetime != CSHM_PERSISTENT) operation.after = "none"; // whoever made it has ended
  kill_every_step(store, operation);
}

TEST_CASE("wherever the one who overwrites dies, the old project or the new one is there, whole") {
  const cshm_manifest_format from = GENERATE(CSHM_MANIFEST_YAML, CSHM_MANIFEST_TOML);
  const cshm_manifest_format to = GENERATE(CSHM_MANIFEST_YAML, CSHM_MANIFEST_TOML);
  Store store(to);
  OtherSyntax other(store, from);
  Build build;
  kill_every_step(store,
                  overwriting(store, other, build, "overwrite, " + std::to_string(from) + " by " + std::to_string(to)));
}

TEST_CASE("wherever the one who loads an HDF5 file dies, the old project or the new one is there, whole") {
  Store store;
  Build build;
  kill_every_step(store, loading(store, build, "load", true, false));
}

TEST_CASE("wherever the one for whom another process reads an HDF5 file dies, that ends, too, and nothing is left") {
  Store store;
  Build build;
  Operation operation = loading(store, build, "load in isolation", true, true);
  int orphans = 0;
  operation.look = [&orphans, look = operation.look] {
    while (waitpid(-1, nullptr, 0) > 0) // who has lost its parent is this process's child now; it does not last
      orphans++;
    return look();
  };
  REQUIRE(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
  kill_every_step(store, operation);
  REQUIRE(prctl(PR_SET_CHILD_SUBREAPER, 0) == 0);
  REQUIRE(orphans > 10);
}

TEST_CASE("wherever the one who unlinks dies, the project is there whole, or gone") {
  Store store;
  Build build;
  Operation operation = overwriting(store, store, build, "unlink");
  operation.run = [&](cshm_error *err) { return cshm_unlink(store, operation.project.c_str(), err); };
  operation.after = "none";
  kill_every_step(store, operation);
}

TEST_CASE("wherever a reader dies, the project stays as it is") {
  const cshm_mode mode = GENERATE(CSHM_READ_ONLY, CSHM_READ_WRITE, CSHM_PRIVATE);
  Store store;
  Build build;
  Operation operation = overwriting(store, store, build, "attach and detach, mode " + std::to_string(mode));
  cshm_attachment attachment{0};
  cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
  options.mode = mode;
  operation.after = "1";
  operation.run = [&](cshm_error *err) {
    return cshm_attach(store, operation.project.c_str(), &options, &attachment, err);
  };
  operation.give_back = [&] { (void)cshm_detach(attachment, nullptr); };
  kill_every_step(store, operation);
}

TEST_CASE("wherever the last user dies, the project is gone") {
  Store store;
  Build build;
  Operation operation = creating(store, build, "the last user");
  build.lifetime = CSHM_LAST_USER;
  build.attach = true;
  operation.after = "none";
  kill_every_step(store, operation);
}

TEST_CASE("wherever one of two users dies, the other keeps the project") {
  Store store;
  Build build;
  Operation operation = overwriting(store, store, build, "one of two users");
  cshm_attachment attachment{0};
  operation.prepare = [&] { share_sample(store, operation.project, 1, false, CSHM_LAST_USER); };
  operation.after = "1";
  operation.run = [&](cshm_error *err) {
    return cshm_attach(store, operation.project.c_str(), nullptr, &attachment, err);
  };
  operation.give_back = [&] { (void)cshm_detach(attachment, nullptr); };
  kill_every_step(store, operation);
}

TEST_CASE("wherever the one who lists dies, the project stays as it is") {
  Store store;
  Build build;
  Operation operation = overwriting(store, store, build, "list");
  cshm_listing listing{0};
  operation.after = "1";
  operation.run = [&](cshm_error *err) { return cshm_list(store, &listing, err); };
  operation.give_back = [&] { (void)cshm_listing_close(listing, nullptr); };
  kill_every_step(store, operation);
}

TEST_CASE("wherever the program that loads an HDF5 file dies, the old project or the new one is there, whole") {
  Store store;
  Build build;
  const Operation operation = overwriting(store, store, build, "cute-shm load");
  const std::string file = make_hdf5_sample(store.folder());
  const std::vector<std::string> program = {
      process::beside("cute-shm"), "--root", store.root(), "load", "--overwrite", "--quiet", file, operation.project};
  std::map<std::string, int> found;
  unsigned long kills = 0;
  for (const std::string call : {"fallocate", "pwrite64", "flock", "fcntl", "linkat", "renameat", "unlink", "unlinkat"})
    for (int n = 1;; n++) {
      operation.clear();
      operation.prepare();
      const std::string inject = "inject=" + call + ":signal=KILL:when=" + std::to_string(n);
      const int end = process::run_traced({"-o", "/dev/null", "-e", "trace=" + call, "-e", inject}, program);
      INFO(call << ", number " << n << "; 127: strace is not installed");
      // 1: it was the process that reads the file for it.
      REQUIRE((end == 128 + SIGKILL || end == 1 || end == 0));
      look_after(store, operation, static_cast<unsigned long>(n), found);
      if (end == 0) break;
      kills++;
    }
  std::cout << operation.name << ": killed " << kills << " times, found old " << found["1"] << " times, new "
            << found["7"] << " times\n";
  REQUIRE(kills > 10);
  REQUIRE(found["1"] > 5);
  REQUIRE(found["7"] > 5);
}
