/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "shim_private.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const char *const names[SHIM_KINDS] = {
    "open",    "close",   "fcntl",    "await",   "flock",  "stat",    "access",    "map",   "unmap",
    "protect", "reserve", "truncate", "sync",    "memfd",  "read",    "write",     "link",  "rename",
    "unlink",  "mkdir",   "chmod",    "chown",   "random", "statvfs", "directory", "futex", "path",
    "spawn",   "socket",  "send",     "receive", "poll",   "wait",    "signal",    "heap"};

static struct {
  struct shim_fault fault;
  bool armed;
  bool fired;
  unsigned long count;
  const char *met;
  unsigned char *report;
} state;

const char *shim_kind_name(enum shim_kind kind) { return kind == SHIM_ANY ? "any" : names[kind]; }

void shim_arm(struct shim_fault fault) {
  state.fault = fault;
  state.fired = false;
  state.count = 0;
  state.met = "";
  state.armed = true;
}

unsigned long shim_disarm(bool *fired) {
  state.armed = false;
  *fired = state.fired;
  return state.count;
}

void shim_report(unsigned char *met) { state.report = met; }

const char *shim_met(void) { return state.met; }

static bool is_meant(enum shim_kind kind) {
  return kind == state.fault.kind || (state.fault.kind == SHIM_ANY && kind < SHIM_SYSTEM_KINDS);
}

static void die(void) {
  raise(SIGKILL);
  for (;;)
    pause();
}

enum shim_verdict shim_enter(enum shim_kind kind, const char *function) {
  if (!state.armed || !is_meant(kind)) return SHIM_PASS;
  state.count++;
  bool onward = state.fault.action == SHIM_FAIL_ONWARD && state.fault.n > 0 && state.count > state.fault.n;
  if (state.count != state.fault.n && !onward) return SHIM_PASS;
  state.fired = true;
  if (state.report) *state.report = 1;
  if (!onward) state.met = function;
  switch (state.fault.action) {
  case SHIM_FAIL:
  case SHIM_FAIL_ONWARD:
    errno = state.fault.error;
    return SHIM_REFUSE;
  case SHIM_SHORT:
    return SHIM_CUT;
  case SHIM_KILL_BEFORE:
    die();
    break;
  case SHIM_KILL_AFTER:
    return SHIM_LAST;
  }
  return SHIM_PASS;
}

bool shim_spares_others(void) { return state.armed && state.fault.ours; }

bool shim_interrupts(void) { return state.armed && state.fault.error == EINTR; }

void shim_leave(enum shim_verdict verdict) {
  if (verdict == SHIM_LAST) die();
}
