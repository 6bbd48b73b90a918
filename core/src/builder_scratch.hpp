// SPDX-License-Identifier: MIT
// A store of the test's own, and a look at what its projects leave in /dev/shm.
#pragma once

extern "C" {
#include "builder.h"
#include "platform.h"
#include "store.h"
}
#include "catch.hpp"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

struct Scratch {
  std::string root;
  store where{};
  cshm_error err = CSHM_ERROR_INIT;

  Scratch() {
    char name[] = "/tmp/cute-shm-test.XXXXXX";
    REQUIRE(mkdtemp(name) != nullptr);
    root = name;
    cshm_store_options options = CSHM_STORE_OPTIONS_INIT;
    options.manifest = CSHM_MANIFEST_YAML;
    REQUIRE(cshm__store_init(&where, name, &options, nullptr) == CSHM_OK);
  }
  ~Scratch() {
    for (const std::string &segment : segments())
      unlink(("/dev/shm/" + segment).c_str());
    std::filesystem::remove_all(root);
  }
  Scratch(const Scratch &) = delete;

  // Unique in /dev/shm, whatever other tests do at the same time.
  std::string project(const char *name = "p") const { return std::string(name) + root.substr(root.rfind('.') + 1); }

  std::vector<std::string> segments() const {
    std::vector<std::string> found;
    for (const auto &entry : std::filesystem::directory_iterator("/dev/shm")) {
      std::string name = entry.path().filename();
      if (name.find(root.substr(root.rfind('.') + 1)) != std::string::npos) found.push_back(name);
    }
    return found;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> found;
    for (const auto &entry : std::filesystem::directory_iterator(root))
      found.push_back(entry.path().filename());
    return found;
  }
  std::string manifest(const char *name = "p") const { return root + "/cute-shm." + project(name) + ".yaml"; }
  void write_file(const std::string &path, const std::string &text) const { std::ofstream(path) << text; }
  std::string read_file(const std::string &path) const {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  // Publishes a project with one int32 array "a" of one element.
  cshm_status publish(int32_t value, bool overwrite = false, uint32_t lifetime = CSHM_PERSISTENT,
                      const char *name = "p") {
    cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
    options.overwrite = overwrite;
    options.lifetime = lifetime;
    builder *made = nullptr;
    cshm_status status = cshm__builder_new(&where, project(name).c_str(), &options, &made, &err);
    if (status) return status;
    status = fill_and_publish(made, value);
    cshm__builder_free(made);
    return status;
  }
  cshm_status fill_and_publish(builder *made, int32_t value) {
    uint32_t array;
    mapping *mapped = nullptr;
    cshm_status status = cshm__tree_array(&made->tree, "a", "<i4", 0, nullptr, CSHM_ORDER_C, &array, &err);
    if (!status) status = cshm__builder_allocate(made, &err);
    if (!status) status = cshm__builder_write(made, array, 0, &value, sizeof value, &err);
    if (!status) status = cshm__builder_map_published(made, &mapped, &err);
    if (!status) status = cshm__builder_publish(made, mapped, true, &err);
    if (mapped) cshm__mapping_release(mapped);
    return status;
  }
  mapping *attach(uint32_t mode = CSHM_READ_ONLY, const char *name = "p") {
    mapping *mapped = nullptr;
    INFO(project(name));
    cshm_status status = cshm__mapping_open(&where, project(name).c_str(), mode, &mapped, &err);
    CAPTURE(err.message);
    REQUIRE(status == CSHM_OK);
    return mapped;
  }
  static int32_t value(const mapping *mapped) {
    int32_t value;
    memcpy(&value, (unsigned char *)mapped->base + mapped->index.arrays[0].offset, sizeof value);
    return value;
  }
};
