// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

extern "C" {
#include "h5glob.h"
}
#include <cstring>
#include <random>
#include <string>

namespace {

// The same by trying everything.
bool slow(const char *pattern, const char *path) {
  if (pattern[0] == '*' && pattern[1] == '*') {
    const char *rest = pattern + 2;
    while (*rest == '*')
      rest++;
    if (*rest != '/') {
      for (;; path++) {
        if (slow(rest, path)) return true;
        if (!*path) return false;
      }
    }
    for (const char *at = path; at; at = strchr(at, '/') ? strchr(at, '/') + 1 : nullptr)
      if (slow(rest + 1, at)) return true;
    return false;
  }
  if (*pattern == '*') {
    for (;; path++) {
      if (slow(pattern + 1, path)) return true;
      if (!*path || *path == '/') return false;
    }
  }
  if (!*pattern || !*path) return *pattern == *path;
  return (*pattern == '?' ? *path != '/' : *pattern == *path) && slow(pattern + 1, path + 1);
}

} // namespace

TEST_CASE("a star stays within a level, two go across", "[h5glob]") {
  for (const char *pattern : {"a/b/c", "/a/b/c", "a/b/c/", "*/*/*", "a/*/c", "a/**", "**/c", "a/**/c", "**", "a/b/?",
                              "a**c", "**/b/**", "a/**/b/c", "x\na/b/c", "\n\na/b/*\n"})
    CHECK(cshm__h5_glob_any(pattern, "a/b/c"));
  for (const char *pattern : {"", "a", "a/*", "*", "*/c", "a/?/?/c", "b/**", "a/**/d", "A/b/c", "x\ny", "a/b/c?"})
    CHECK_FALSE(cshm__h5_glob_any(pattern, "a/b/c"));
}

TEST_CASE("characters are whole, and a backslash takes from one what it means", "[h5glob]") {
  CHECK(cshm__h5_glob_any("?/\xC3\xA9*", "\xC3\xA9/\xC3\xA9t\xC3\xA9"));
  CHECK_FALSE(cshm__h5_glob_any("??", "\xC3\xA9"));
  CHECK(cshm__h5_glob_any("a\\*b", "a*b"));
  CHECK_FALSE(cshm__h5_glob_any("a\\*b", "axb"));
  CHECK(cshm__h5_glob_any("a\\\\", "a\\"));
}

TEST_CASE("any pattern matches what trying everything matches, and takes no longer for many stars", "[h5glob]") {
  std::mt19937 random(5);
  int matched = 0;
  for (int round = 0; round < 20000; round++) {
    std::string pattern, path;
    for (unsigned i = random() % 8; i > 0; i--)
      pattern += "ab/*?*"[random() % 6];
    for (unsigned i = random() % 8; i > 0; i--)
      path += "ab/"[random() % 3];
    if (pattern.empty() || pattern.front() == '/' || pattern.back() == '/') continue;
    CAPTURE(pattern, path);
    bool wanted = slow(pattern.c_str(), path.c_str());
    REQUIRE(cshm__h5_glob_any(pattern.c_str(), path.c_str()) == wanted);
    matched += wanted;
  }
  CHECK(matched > 500);
  std::string many, path(2000, 'a');
  for (int i = 0; i < 100; i++)
    many += "a*";
  CHECK_FALSE(cshm__h5_glob_any((many + "b").c_str(), path.c_str()));
}
