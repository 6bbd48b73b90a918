/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* pthread */

#include "h5words.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Most builds of HDF5 are not thread-safe, and those that are run one call at a time all the same. */
static pthread_mutex_t hdf5_lock = PTHREAD_MUTEX_INITIALIZER;

static char version[32];

static void ask_version(void) {
  unsigned major = 0, minor = 0, release = 0;
  pthread_mutex_lock(&hdf5_lock);
  H5get_libversion(&major, &minor, &release);
  pthread_mutex_unlock(&hdf5_lock);
  snprintf(version, sizeof version, "%u.%u.%u", major, minor, release);
}

const char *cshm__h5_version(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, ask_version);
  return version;
}

cshm_status cshm__h5_check_version(cshm_error *err) {
  char built[sizeof version];
  snprintf(built, sizeof built, "%d.%d.%d", H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE);
  if (strcmp(built, cshm__h5_version()) == 0) return CSHM_OK;
  return cshm__fail(err, CSHM_ERR_UNSUPPORTED, 0,
                    "libcuteshm_hdf5 was built for HDF5 %s, and finds HDF5 %s in this process: another program part "
                    "brought it (RTLD_GLOBAL), or HDF5 was upgraded; load in a process of its own (cute-shm load)",
                    built, cshm__h5_version());
}

#define NO_MEMORY "out of memory"

void cshm__h5_enter(struct h5guard *guard) {
  cshm__h5_version(); /* asked for in the middle of a call, it would wait for the lock we hold */
  pthread_mutex_lock(&hdf5_lock);
  guard->print = NULL;
  guard->user = NULL;
  H5Eget_auto2(H5E_DEFAULT, &guard->print, &guard->user);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void cshm__h5_leave(const struct h5guard *guard) {
  H5Eset_auto2(H5E_DEFAULT, guard->print, guard->user);
  pthread_mutex_unlock(&hdf5_lock);
}

void cshm__h5_reason(struct h5reason *reason, const char *format, ...) {
  va_list values;
  va_start(values, format);
  vsnprintf(reason->text, sizeof reason->text, format, values);
  va_end(values);
  reason->newer[0] = '\0';
}

bool cshm__h5_reason_memory(struct h5reason *reason) {
  cshm__h5_reason(reason, NO_MEMORY);
  return false;
}

bool cshm__h5_reason_is_memory(const char *reason) {
  size_t length = strlen(reason);
  return length >= strlen(NO_MEMORY) && strcmp(reason + length - strlen(NO_MEMORY), NO_MEMORY) == 0;
}

void cshm__h5_reason_in(struct h5reason *reason, const char *format, ...) {
  char rest[sizeof reason->text];
  memcpy(rest, reason->text, sizeof rest);
  va_list values;
  va_start(values, format);
  int length = vsnprintf(reason->text, sizeof reason->text, format, values);
  va_end(values);
  if (length >= 0 && (size_t)length < sizeof reason->text)
    snprintf(reason->text + length, sizeof reason->text - (size_t)length, "%s", rest);
}

struct innermost {
  char *words;
  size_t size;
};

/* HDF5 tells the innermost call first, the one that knows what went wrong; the rest say "unable to" over and over. */
static herr_t take_innermost(unsigned number, const H5E_error2_t *error, void *user) {
  struct innermost *innermost = (struct innermost *)user;
  (void)number;
  if (innermost->words[0] == '\0' && error->desc) snprintf(innermost->words, innermost->size, "%s", error->desc);
  return 0;
}

void cshm__h5_words(char *words, size_t size) {
  struct innermost innermost = {words, size};
  words[0] = '\0';
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_innermost, &innermost);
  words[strcspn(words, "\n")] = '\0';
}

bool cshm__h5_words_newer(const char *words) {
  static const char *const signs[] = {"version number", "unknown version", "bad version", "fail if unknown"};
  for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
    if (strstr(words, signs[i])) return true;
  return false;
}

void cshm__h5_reason_words(struct h5reason *reason, const char *what) {
  char words[256];
  cshm__h5_words(words, sizeof words);
  bool newer = cshm__h5_words_newer(words);
  if (newer)
    cshm__h5_reason(reason, "%s: it needs a newer HDF5 than %s (%s)", what, cshm__h5_version(), words);
  else if (words[0] != '\0')
    cshm__h5_reason(reason, "%s (HDF5: %s)", what, words);
  else
    cshm__h5_reason(reason, "%s", what);
  if (newer) snprintf(reason->newer, sizeof reason->newer, "%.*s", (int)sizeof reason->newer - 1, words);
}
