// SPDX-License-Identifier: MIT
// Reads heads of manifests from strings, in a given syntax.
#pragma once

extern "C" {
#include "manifest.h"
}
#include "catch.hpp"

#include <algorithm>
#include <cstring>
#include <string>

struct Source {
  std::string text;
  size_t at;
  size_t piece;   // bytes at most for one call
  size_t fail_at; // fails when this much was read
};

inline cshm_status read_source(void *user, unsigned char *buffer, size_t size, size_t *length, cshm_error *err) {
  Source *source = static_cast<Source *>(user);
  if (source->at >= source->fail_at) {
    if (err) std::strcpy(err->message, "the disk is gone");
    return CSHM_ERR_SYSTEM;
  }
  *length = std::min({size, source->piece, source->text.size() - source->at});
  std::memcpy(buffer, source->text.data() + source->at, *length);
  source->at += *length;
  return CSHM_OK;
}

struct Head {
  cshm_status status;
  manifest_head head;
  std::string message;
  size_t consumed;
};

// A syntax, and a head in it of project "robot", segment "cute-shm.robot.k3v9", 8192 bytes, to make others from.
struct HeadReader {
  const manifest_syntax &syntax;
  std::string good;

  std::string file() const { return std::string("f.") + syntax.extension; }

  Head read(const std::string &text, size_t piece = SIZE_MAX, size_t fail_at = SIZE_MAX) const {
    Source source = {text, 0, piece, fail_at};
    Head result = {};
    cshm_error err = CSHM_ERROR_INIT;
    result.status = syntax.read_head(read_source, &source, file().c_str(), &result.head, &err);
    result.message = err.message;
    result.consumed = source.at;
    return result;
  }

  std::string with(const std::string &from, const std::string &to) const {
    std::string text = good;
    size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
  }

  void check_good(const Head &found) const {
    INFO(found.message);
    CHECK(found.status == CSHM_OK);
    CHECK(found.head.generation == 0x9f0c3a5be1d27788);
    CHECK(found.head.nbytes == 8192);
    CHECK(std::string(found.head.project) == "robot");
    CHECK(std::string(found.head.segment) == "cute-shm.robot.k3v9");
  }
  void check_good(const std::string &text) const {
    INFO(text);
    check_good(read(text));
  }

  void check_bad(const std::string &text, const std::string &message, cshm_status status = CSHM_ERR_CORRUPT) const {
    Head found = read(text);
    INFO(text.substr(0, 200));
    CHECK(found.status == status);
    CHECK(found.message == "manifest " + file() + message);
    CHECK(found.head.generation == 0); // nothing is written but on success
  }

  // Each byte as each other byte: a status and words, whatever it is.
  void change_every_byte(const std::string &whole) const {
    REQUIRE(read(whole).status == CSHM_OK);
    for (size_t at = 0; at < whole.size(); at++) {
      for (int byte = 0; byte < 256; byte++) {
        std::string changed = whole;
        changed[at] = char(byte);
        Head found = read(changed);
        bool known = found.status == CSHM_OK || found.status == CSHM_ERR_CORRUPT || found.status == CSHM_ERR_VERSION;
        bool told = found.status == CSHM_OK || !found.message.empty();
        if (!known || !told) FAIL("byte " << at << " as " << byte << " gives " << found.status);
      }
    }
  }
};
