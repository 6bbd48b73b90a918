// SPDX-License-Identifier: MIT
extern "C" {
#include "error.h"
#include "utf8.h"
}
#include "catch.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

TEST_CASE("a failure gives its status and fills the caller's error", "[error]") {
  cshm_error err = CSHM_ERROR_INIT;
  CHECK(cshm__fail(&err, CSHM_ERR_NOT_FOUND, ENOENT, "no project '%s'", "robot") == CSHM_ERR_NOT_FOUND);
  CHECK(err.status == CSHM_ERR_NOT_FOUND);
  CHECK(err.sys_errno == ENOENT);
  CHECK(err.reserved == 0);
  CHECK(std::string(err.message) == "no project 'robot'");
  CHECK(err.size == sizeof err);
}

TEST_CASE("a caller without an error struct gets the status alone", "[error]") {
  CHECK(cshm__fail(nullptr, CSHM_ERR_STATE, 0, "nobody reads this") == CSHM_ERR_STATE);
  CHECK(cshm__fail_errno(nullptr, EACCES, "nor this") == CSHM_ERR_PERMISSION);
}

TEST_CASE("no byte past the caller's size is written", "[error]") {
  struct { cshm_error err; } room;
  for (uint32_t size = 0; size <= sizeof room.err; size += size < 40 ? 1 : 97) {
    std::memset(&room, 0x5A, sizeof room);
    room.err.size = size;
    cshm__fail(&room.err, CSHM_ERR_CORRUPT, 7, "%s", std::string(2000, 'x').c_str());
    const unsigned char *bytes = reinterpret_cast<const unsigned char *>(&room);
    for (size_t i = size < 4 ? 4 : size; i < sizeof room; i++)
      if (bytes[i] != 0x5A) FAIL("size " << size << ": byte " << i << " was written");
    if (size > offsetof(cshm_error, message))
      CHECK(std::strlen(room.err.message) == size - offsetof(cshm_error, message) - 1);
    CHECK(room.err.size == size);
  }
}

TEST_CASE("a message that is too long is cut at a whole character", "[error]") {
  for (size_t shift = 0; shift < 4; shift++) {
    std::string text(shift, 'x');
    while (text.size() < 3000)
      text += "\xF0\x9F\xA6\x80";
    cshm_error err = CSHM_ERROR_INIT;
    cshm__fail(&err, CSHM_ERR_CORRUPT, 0, "%s", text.c_str());
    size_t length = std::strlen(err.message);
    CHECK(length > CSHM_ERROR_MESSAGE_SIZE - 5);
    CHECK(cshm__utf8_valid(err.message, length));
    CHECK(text.compare(0, length, err.message) == 0);
  }
}

TEST_CASE("a message is one line of UTF-8, whatever names it quotes", "[error]") {
  cshm_error err = CSHM_ERROR_INIT;
  cshm__fail(&err, CSHM_ERR_CORRUPT, 0, "%s", "a\nb\x1B[31m \xFF \xC3\xA9 \xC2\x85 \xE2\x82");
  CHECK(std::string(err.message) == "a?b?[31m ? \xC3\xA9 ? ??");
}

TEST_CASE("errno is left as it was", "[error]") {
  cshm_error err = CSHM_ERROR_INIT;
  errno = EINTR;
  cshm__fail(&err, CSHM_ERR_SYSTEM, EIO, "x");
  cshm__fail_errno(&err, 99999, "x");
  CHECK(errno == EINTR);
}

TEST_CASE("a failed system call says what it was and in words why", "[error]") {
  cshm_error err = CSHM_ERROR_INIT;
  CHECK(cshm__fail_errno(&err, ENOENT, "cannot open '%s'", "/tmp/x") == CSHM_ERR_NOT_FOUND);
  CHECK(std::string(err.message) == "cannot open '/tmp/x': No such file or directory");
  CHECK(err.sys_errno == ENOENT);
}

TEST_CASE("each errno that users meet has a status of its own", "[error]") {
  CHECK(cshm__errno_status(ENOENT) == CSHM_ERR_NOT_FOUND);
  CHECK(cshm__errno_status(EEXIST) == CSHM_ERR_EXISTS);
  CHECK(cshm__errno_status(EACCES) == CSHM_ERR_PERMISSION);
  CHECK(cshm__errno_status(EPERM) == CSHM_ERR_PERMISSION);
  CHECK(cshm__errno_status(EROFS) == CSHM_ERR_PERMISSION);
  CHECK(cshm__errno_status(ELOOP) == CSHM_ERR_PERMISSION);
  CHECK(cshm__errno_status(ENOSPC) == CSHM_ERR_NO_SPACE);
  CHECK(cshm__errno_status(EDQUOT) == CSHM_ERR_NO_SPACE);
  CHECK(cshm__errno_status(ENOMEM) == CSHM_ERR_NO_MEMORY);
  CHECK(cshm__errno_status(ENAMETOOLONG) == CSHM_ERR_BAD_NAME);
  CHECK(cshm__errno_status(ENOTDIR) == CSHM_ERR_BAD_NAME);
  CHECK(cshm__errno_status(ENOSYS) == CSHM_ERR_UNSUPPORTED);
  CHECK(cshm__errno_status(EIO) == CSHM_ERR_SYSTEM);
}

TEST_CASE("the object is put before what was said of it", "[error]") {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_status status = cshm__fail(&err, CSHM_ERR_LIMIT, 7, "too many");
  CHECK(cshm__fail_about(&err, status, "array \"%s\"", "b/x") == CSHM_ERR_LIMIT);
  CHECK(std::string(err.message) == "array \"b/x\": too many");
  CHECK(err.status == CSHM_ERR_LIMIT);
  CHECK(err.sys_errno == 7);
  CHECK(cshm__fail_about(nullptr, CSHM_ERR_LIMIT, "array") == CSHM_ERR_LIMIT);
  err.size = offsetof(cshm_error, message) + 8;
  cshm__fail(&err, CSHM_ERR_LIMIT, 0, "too many");
  cshm__fail_about(&err, CSHM_ERR_LIMIT, "a");
  CHECK(std::string(err.message) == "a: too ");
}
