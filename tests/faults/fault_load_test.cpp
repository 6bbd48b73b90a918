// Every step of loading an HDF5 file fails.
//
// SPDX-License-Identifier: MIT
#include "hdf5_sample.hpp"
#include "operations.hpp"

#include <hdf5.h>

#include <cerrno>
#include <sys/wait.h>

using namespace faults;

TEST_CASE("whatever fails while an HDF5 file is loaded, the project is there whole or not at all") {
  const bool overwrite = GENERATE(false, true);
  Store store;
  Build build;
  Operation operation =
      overwrite ? overwriting(store, store, build, "load, overwriting") : creating(store, build, "load");
  const std::string file = make_hdf5_sample(store.folder());
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  options.overwrite = overwrite ? 1 : 0;
  operation.run = [&](cshm_error *err) {
    return cshm_hdf5_load(store, operation.project.c_str(), file.c_str(), &options, nullptr, err);
  };
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
  Operation operation = overwrite ? overwriting(store, store, build, "load in isolation, overwriting")
                                  : creating(store, build, "load in isolation");
  const std::string file = make_hdf5_sample(store.folder());
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  options.overwrite = overwrite ? 1 : 0;
  options.isolate = 1;
  bool alone = true;
  operation.run = [&](cshm_error *err) {
    return cshm_hdf5_load(store, operation.project.c_str(), file.c_str(), &options, nullptr, err);
  };
  operation.give_back = [&] { alone = waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD; };
  operation.look = [&] { return alone ? state_of(store, operation.project) : "a process is left"; };
  operation.turns = true;
  REQUIRE(fail_every_step(store, operation).failed > 50);
}
