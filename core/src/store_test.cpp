// SPDX-License-Identifier: MIT
#include "builder_scratch.hpp"

#include <sys/stat.h>

namespace {
cshm_status init(const char *root, const char *prefix, cshm_error *err) {
  store made{};
  cshm_store_options options = CSHM_STORE_OPTIONS_INIT;
  options.prefix = prefix;
  return cshm__store_init(&made, root, &options, err);
}
std::string default_root() {
  store made{};
  REQUIRE(cshm__store_init(&made, nullptr, nullptr, nullptr) == CSHM_OK);
  return made.root;
}
} // namespace

TEST_CASE("a store's root is made absolute and loses slashes at its end", "[store]") {
  Scratch scratch;
  store made{};
  REQUIRE(cshm__store_init(&made, (scratch.root + "///").c_str(), nullptr, nullptr) == CSHM_OK);
  CHECK(made.root == scratch.root);
  REQUIRE(cshm__store_init(&made, "some/where", nullptr, nullptr) == CSHM_OK);
  CHECK(made.root == std::filesystem::current_path().string() + "/some/where");
}

TEST_CASE("the environment names the default root", "[store]") {
  Scratch scratch;
  setenv("CUTE_SHM_ROOT", scratch.root.c_str(), 1);
  CHECK(default_root() == scratch.root);
  setenv("CUTE_SHM_ROOT", "", 1);
  CHECK(default_root().find("/tmp/cute-shm") == 0);
  unsetenv("CUTE_SHM_ROOT");
  CHECK(default_root().find("/tmp/cute-shm") == 0);
}

TEST_CASE("a root that is a symlink, a file or too long is refused in words", "[store]") {
  Scratch scratch;
  cshm_error err = CSHM_ERROR_INIT;
  REQUIRE(symlink("/tmp", (scratch.root + "/link").c_str()) == 0);
  CHECK(init((scratch.root + "/link").c_str(), nullptr, &err) == CSHM_ERR_PERMISSION);
  CHECK(std::string(err.message) ==
        "store " + scratch.root + "/link is refused: it is a symbolic link; give its target's path");
  scratch.write_file(scratch.root + "/file", "x");
  CHECK(init((scratch.root + "/file").c_str(), nullptr, &err) == CSHM_ERR_BAD_NAME);
  CHECK(std::string(err.message) == "store " + scratch.root + "/file is not a directory");
  CHECK(init(("/" + std::string(STORE_MAX_ROOT, 'x')).c_str(), nullptr, &err) == CSHM_ERR_BAD_NAME);
  CHECK(init("", nullptr, &err) == CSHM_ERR_BAD_NAME);
  CHECK(init(scratch.root.c_str(), "", &err) == CSHM_ERR_BAD_NAME);
  CHECK(init(scratch.root.c_str(), "a/b", &err) == CSHM_ERR_BAD_NAME);
  CHECK(init(scratch.root.c_str(), std::string(STORE_MAX_PREFIX + 1, 'x').c_str(), &err) == CSHM_ERR_BAD_NAME);
}

TEST_CASE("a root of another user is refused", "[store]") {
  if (geteuid() != 0) { // only root can give a directory away
    if (getenv("CI")) FAIL("CI must run as root");
    WARN("not tested: this needs root");
    return;
  }
  Scratch scratch;
  cshm_error err = CSHM_ERROR_INIT;
  REQUIRE(chown(scratch.root.c_str(), 12345, 12345) == 0);
  CHECK(init(scratch.root.c_str(), nullptr, &err) == CSHM_ERR_PERMISSION);
  CHECK(std::string(err.message).find("is refused: it belongs to user 12345") != std::string::npos);
  REQUIRE(chown(scratch.root.c_str(), 0, 0) == 0);
}

TEST_CASE("project names that cannot be file names are refused in words", "[store]") {
  cshm_error err = CSHM_ERROR_INIT;
  for (auto [name, why] :
       std::vector<std::pair<std::string, std::string>>{{"", "it is empty"},
                                                        {".x", "it begins with a dot"},
                                                        {"a/b", "it holds a \"/\""},
                                                        {"a\xFF", "it is not UTF-8"},
                                                        {std::string(201, 'x'), "it is longer than 200 bytes"}}) {
    CHECK(cshm__store_check_project(name.c_str(), &err) == CSHM_ERR_BAD_NAME);
    CHECK(std::string(err.message).find(" is not allowed: " + why) != std::string::npos);
  }
  CHECK(cshm__store_check_project(std::string(200, 'x').c_str(), nullptr) == CSHM_OK);
  CHECK(cshm__store_check_project("b c#d.e\xF0\x9F\xA6\x80", nullptr) == CSHM_OK);
}

TEST_CASE("the longest project name still makes file names that fit", "[store]") {
  Scratch scratch;
  char name[STORE_NAME_SIZE];
  std::string longest(200, 'x');
  cshm__store_manifest_name(&scratch.where, longest.c_str(), &cshm__manifest_yaml, name);
  CHECK(std::string(name) == "cute-shm." + longest + ".yaml");
  cshm__store_segment_prefix("a b\tc", name);
  CHECK(std::string(name) == "cute-shm.a_b_c.");
}

TEST_CASE("near names are told, far ones are not", "[store]") {
  Scratch scratch;
  for (const char *name : {"robot", "robots", "camera"})
    scratch.write_file(scratch.root + "/cute-shm." + name + ".yaml", "");
  int directory;
  REQUIRE(cshm__platform_directory_open(scratch.root.c_str(), nullptr, false, &directory, nullptr) == CSHM_OK);
  cshm__store_not_found(&scratch.where, directory, "robto", &scratch.err);
  CHECK(std::string(scratch.err.message) ==
        "no project \"robto\" in store " + scratch.root + "; did you mean \"robot\" or \"robots\"?");
  cshm__store_not_found(&scratch.where, directory, "zebra", &scratch.err);
  CHECK(std::string(scratch.err.message) == "no project \"zebra\" in store " + scratch.root);
  cshm__store_not_found(&scratch.where, directory, std::string(5000, 'x').c_str(), &scratch.err);
  cshm__platform_close(directory);
}

namespace {

struct Grouped {
  cshm_status status;
  std::string message;
  store made;
};

// A store of options and environment, as a process with nothing else in its environment would get it.
Grouped grouped(const char *group, uint32_t access, const char *group_variable = nullptr,
                const char *access_variable = nullptr) {
  Grouped result{};
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store_options options = CSHM_STORE_OPTIONS_INIT;
  options.group = group;
  options.access = access;
  if (group_variable) setenv("CUTE_SHM_GROUP", group_variable, 1);
  if (access_variable) setenv("CUTE_SHM_ACCESS", access_variable, 1);
  result.status = cshm__store_init(&result.made, "/tmp/cute-shm-test-nowhere", &options, &err);
  unsetenv("CUTE_SHM_GROUP");
  unsetenv("CUTE_SHM_ACCESS");
  result.message = err.message;
  return result;
}

} // namespace

TEST_CASE("options name the group and its access, and the environment where they do not", "[store]") {
  const std::string mine = std::to_string(getegid());
  const platform_share given = grouped(mine.c_str(), CSHM_ACCESS_READ_WRITE, "no such group", "r").made.share;
  CHECK((given.shared && given.writable && !given.keeps && given.group == getegid()));
  const platform_share read = grouped(nullptr, CSHM_ACCESS_DEFAULT, mine.c_str(), "r").made.share;
  CHECK((read.shared && !read.writable && !read.keeps && read.group == getegid()));
  CHECK(grouped(nullptr, CSHM_ACCESS_DEFAULT, mine.c_str(), "rw").made.share.writable);
  const platform_share unsaid = grouped(nullptr, CSHM_ACCESS_DEFAULT, mine.c_str(), "").made.share;
  CHECK((unsaid.shared && !unsaid.writable && unsaid.keeps));
  for (const char *nobody : {"", static_cast<const char *>(nullptr)}) {
    CHECK(grouped(nobody, 77).status == CSHM_OK); // the access is not looked at
    CHECK_FALSE(grouped(nobody, CSHM_ACCESS_READ, "").made.share.shared);
  }
  CHECK_FALSE(grouped("", CSHM_ACCESS_READ, mine.c_str()).made.share.shared);
}

TEST_CASE("a group may be given by name", "[store]") {
  char name[PLATFORM_GROUP_NAME];
  cshm__platform_group_name(0, name);
  REQUIRE(std::string(name) == "root");
  uint32_t group = 1;
  REQUIRE(cshm__platform_group_find("root", &group, nullptr) == CSHM_OK);
  CHECK(group == 0);
  cshm__platform_group_name(61099, name);
  CHECK(std::string(name) == "61099");
}

TEST_CASE("an unknown group or access is an error in words", "[store]") {
  for (const char *group : {"no-such-group", "4294967295", "99999999999", "-1", "1x", " "}) {
    CAPTURE(group);
    const Grouped found = grouped(group, CSHM_ACCESS_READ);
    CHECK(found.status == CSHM_ERR_NOT_FOUND);
    CHECK(found.message.find(std::string("no group \"") + group + "\"") != std::string::npos);
  }
  const std::string mine = std::to_string(getegid());
  const Grouped access = grouped(mine.c_str(), 3);
  CHECK(access.status == CSHM_ERR_INVALID_ARGUMENT);
  CHECK(access.message == "access 3 is neither read (1) nor read-write (2)");
  const Grouped variable = grouped(mine.c_str(), CSHM_ACCESS_DEFAULT, nullptr, "write");
  CHECK(variable.status == CSHM_ERR_INVALID_ARGUMENT);
  CHECK(variable.message.find("CUTE_SHM_ACCESS is \"write\"") != std::string::npos);
}

TEST_CASE("a group's store is by default at a place that all its members find", "[store]") {
  unsetenv("CUTE_SHM_ROOT");
  setenv("CUTE_SHM_GROUP", std::to_string(getegid()).c_str(), 1);
  store made{};
  const cshm_status status = cshm__store_init(&made, nullptr, nullptr, nullptr);
  unsetenv("CUTE_SHM_GROUP");
  REQUIRE(status == CSHM_OK);
  CHECK(made.root == "/tmp/cute-shm-group-" + std::to_string(getegid()));
}
