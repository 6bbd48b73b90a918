/* SPDX-License-Identifier: MIT */
#include "h5glob.h"

#include <stddef.h>
#include <string.h>

/* A place to go on from when what follows does not match: a star takes one character more, or one level more. */
struct retry {
  const char *pattern; /* behind the star, or NULL: there was none */
  const char *path;
  bool level;
};

static const char *next_character(const char *at) {
  at++;
  while (((unsigned char)*at & 0xC0) == 0x80)
    at++;
  return at;
}

/* Lets a star take more; false: it cannot. */
static bool take_more(struct retry *retry, bool across) {
  if (!retry->pattern || *retry->path == '\0' || (!across && *retry->path == '/')) return false;
  if (!retry->level) {
    retry->path = next_character(retry->path);
    return true;
  }
  const char *slash = strchr(retry->path, '/');
  if (!slash) return false;
  retry->path = slash + 1;
  return true;
}

/* Takes stars off the pattern, and notes them. */
static const char *take_stars(const char *pattern, const char *end, const char *path, struct retry *within,
                              struct retry *across) {
  size_t stars = 0;
  while (pattern + stars < end && pattern[stars] == '*')
    stars++;
  pattern += stars;
  if (stars == 1) {
    *within = (struct retry){pattern, path, false};
    return pattern;
  }
  bool level = pattern < end && *pattern == '/';
  pattern += level;
  *across = (struct retry){pattern, path, level};
  within->pattern = NULL;
  return pattern;
}

/* Whether the character at `path` is what the pattern wants; *pattern moves behind it. */
static bool takes(const char **pattern, const char *end, const char *path) {
  if (*pattern == end || *path == '\0') return false;
  if (**pattern == '?') {
    ++*pattern;
    return *path != '/';
  }
  if (**pattern == '\\' && *pattern + 1 < end) ++*pattern;
  const char *character = *pattern;
  *pattern = next_character(character);
  if (*pattern > end) *pattern = end;
  size_t size = (size_t)(*pattern - character);
  return strncmp(character, path, size) == 0 && next_character(path) == path + size;
}

/* Two places to go on from are enough: what an earlier star could do, a later one of its kind can. */
static bool matches(const char *pattern, const char *end, const char *path) {
  struct retry within = {NULL, NULL, false}, across = {NULL, NULL, false};
  for (;;) {
    if (pattern < end && *pattern == '*') {
      pattern = take_stars(pattern, end, path, &within, &across);
      continue;
    }
    if (pattern == end && *path == '\0') return true;
    if (takes(&pattern, end, path)) {
      path = next_character(path);
      continue;
    }
    const struct retry *retry = take_more(&within, false) ? &within : &across;
    if (retry == &across) {
      if (!take_more(&across, true)) return false;
      within.pattern = NULL;
    }
    pattern = retry->pattern;
    path = retry->path;
  }
}

bool cshm__h5_glob_any(const char *patterns, const char *path) {
  while (*patterns) {
    const char *end = patterns + strcspn(patterns, "\n"), *next = *end ? end + 1 : end;
    if (*patterns == '/') patterns++;
    if (patterns < end && end[-1] == '/') end--;
    if (patterns < end && matches(patterns, end, path)) return true;
    patterns = next;
  }
  return false;
}
