// Every step of loading an HDF5 file fails.
//
// SPDX-License-Identifier: MIT
#include "operations.hpp"

#include <hdf5.h>

#include <cerrno>
#include <sys/wait.h>

using namespace faults;

TEST_CASE("whatever fails while an HDF5 file is loaded, the project is there whole or not at all") {
  const bool overwrite = GENERATE(false, true);
  Store store;
  Build build;
  Operation operation = loading(store, build, overwrite ? "load, overwriting" : "load", overwrite, false);
  operation.give_back = [] { H5Eclear2(H5E_DEFAULT); }; // HDF5 keeps the words of its last error
  operation.may_be_less = true;
  operation.turns = true;
  REQUIRE(fail_every_step(store, operation).failed > 50);
}

TEST_CASE(
    "whatever fails while another process reads an HDF5 file, it is ended, and the project is there or not at all") {
  const bool overwrite = GENERATE(false, true);
  Store store;
  Build build;
  Operation operation =
      loading(store, build, overwrite ? "load in isolation, overwriting" : "load in isolation", overwrite, true);
  bool alone = true;
  operation.give_back = [&] { alone = waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD; };
  operation.look = [&] { return alone ? state_of(store, operation.project) : "a process is left"; };
  operation.turns = true;
  REQUIRE(fail_every_step(store, operation).failed > 50);
}
