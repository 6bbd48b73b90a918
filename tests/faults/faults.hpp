// Sweeps: an operation is repeated, and in each run another one of its calls fails.
//
// SPDX-License-Identifier: MIT
#pragma once

#include "../api/api_fixture.hpp"
#include "shim.h"

#include <functional>

namespace faults {

using namespace api;

// What is tried. `run` and `give_back` call C only, and take nothing from the heap themselves.
struct Operation {
  std::string name;
  std::string project;
  std::string before, after;        // what `look` finds; on failure `before`, unless:
  bool may_be_less = false;         // where a file could not be read, something may be left out, with a note
  bool failed_is_undecided = false; // on failure it may have happened all the same
  bool turns = false;               // errors take turns at its calls, unless CUTESHM_LONG=1 asks for each at each call
  bool ends = false;                // it lets go of what `prepare` took: then nothing may be left of that
  long keeps = 0;                   // once it has happened: blocks that stay, each with a descriptor, as a lease has
  std::vector<std::string> others;  // projects of the store beside it
  std::function<void()> clear = [] {};
  std::function<void()> prepare = [] {};
  std::function<cshm_status(cshm_error *)> run;
  std::function<void()> give_back;
  std::function<std::string()> look;
};

// The errors that calls of a kind can give; none where they cannot fail.
std::vector<int> errors_of(shim_kind kind);

// An error is told in one line, of words.
void require_told(cshm_status status, const cshm_error &err);

struct Counts { unsigned long faults = 0, failed = 0, harmless = 0; };

// CUTESHM_LONG=1: sweeps that take long are wanted whole.
bool is_long();

// Lets every call of every kind fail in turn, and checks each time that nothing leaks, nothing tears, and that words are said.
Counts fail_every_step(const Store &store, const Operation &operation);

// Descriptors, mappings of segments, handles: what a call must leave as it was.
struct Holdings {
  size_t descriptors = 0, mappings = 0;
  uint64_t handles = 0;
  bool operator==(const Holdings &other) const {
    return descriptors == other.descriptors && mappings == other.mappings && handles == other.handles;
  }
};
Holdings holdings();

// One collection, undisturbed.
void tidy(const Store &store);

// What a store's directory holds but for manifests, and the segments of a project.
std::vector<std::string> leftovers(const Store &store, const std::string &project, bool is_there,
                                   const std::vector<std::string> &others = {});

// The state of a project made by share_sample, by its first value; "none" where there is none; "less: " and the note
// where something was left out.
std::string state_of(const Store &store, const std::string &project);

} // namespace faults
