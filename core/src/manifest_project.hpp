// SPDX-License-Identifier: MIT
// A project to write manifests of.
#pragma once

extern "C" {
#include "layout.h"
#include "manifest.h"
#include "tree.h"
}
#include "catch.hpp"

#include <cstdlib>
#include <cstring>
#include <string>

// A declared project, laid out and opened as an attach would.
struct Project {
  struct tree tree = {};
  void *base = nullptr;
  struct index index = {};
  cshm_error err = CSHM_ERROR_INIT;

  Project() { REQUIRE(cshm__tree_init(&tree, &err) == CSHM_OK); }
  Project(const Project &) = delete;
  Project &operator=(const Project &) = delete;
  ~Project() {
    cshm__tree_free(&tree);
    std::free(base);
  }

  uint32_t array(const char *path, const char *dtype, std::initializer_list<int64_t> shape, uint32_t order = 0) {
    uint32_t number = 0;
    REQUIRE(cshm__tree_array(&tree, path, dtype, uint32_t(shape.size()), shape.begin(), order, &number, &err) ==
            CSHM_OK);
    return number;
  }

  void attribute(const char *path, const std::string &name, const char *dtype, std::initializer_list<int64_t> shape,
                 const std::string &bytes) {
    const tree_value value = {dtype, uint32_t(shape.size()), shape.begin(), bytes.data(), bytes.size()};
    REQUIRE(cshm__tree_attribute(&tree, path, name.c_str(), &value, &err) == CSHM_OK);
  }

  void note(uint32_t kind, const char *key, const char *text) {
    REQUIRE(cshm__tree_note(&tree, kind, key, text, &err) == CSHM_OK);
  }

  void open(const layout_identity &identity) {
    struct layout layout = {};
    REQUIRE(cshm__layout_make(&tree, &identity, &layout, &err) == CSHM_OK);
    base = std::aligned_alloc(FORMAT_PAGE, (layout.head_size + FORMAT_PAGE - 1) / FORMAT_PAGE * FORMAT_PAGE);
    REQUIRE(base);
    std::memcpy(base, layout.head, layout.head_size);
    std::free(layout.head);
    cshm_status status = cshm__index_open(base, layout.segment_size, "test", &index, &err);
    INFO(err.message);
    REQUIRE(status == CSHM_OK);
  }

  std::string written(const manifest_syntax &syntax = cshm__manifest_yaml) {
    struct text text = {};
    REQUIRE(syntax.write(&index, "cute-shm.robot.k3v9", &text, &err) == CSHM_OK);
    std::string result(text.data, text.length);
    std::free(text.data);
    return result;
  }
};

inline const layout_identity robot = {
    "robot", "/tmp/store", "cute-shm.", 0x9f0c3a5be1d27788, 1795368629123456789, CSHM_PERSISTENT, 0};
