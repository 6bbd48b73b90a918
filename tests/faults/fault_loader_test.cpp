// Every step of the process that reads an HDF5 file for another fails, and is its last.
//
// SPDX-License-Identifier: MIT
#include "../process/process_fixture.hpp"
#include "hdf5_sample.hpp"
#include "operations.hpp"

#include <cerrno>
#include <cuteshm/hdf5.h>
#include <iostream>
#include <sys/wait.h>

using namespace faults;

namespace {

// The program with a shim, which a load in isolation starts while this lives.
class FaultyLoader {
public:
  explicit FaultyLoader(fs::path met) : met_(std::move(met)) {
    setenv("CUTE_SHM_HDF5_LOADER", process::beside("cuteshm_fault_loader").c_str(), 1);
    setenv("CUTESHM_SHIM_MET", met_.c_str(), 1);
  }
  FaultyLoader(const FaultyLoader &) = delete;
  FaultyLoader &operator=(const FaultyLoader &) = delete;
  ~FaultyLoader() {
    for (const char *name : {"CUTE_SHM_HDF5_LOADER", "CUTESHM_SHIM_MET", "CUTESHM_SHIM"})
      unsetenv(name);
  }

  void arm(shim_kind kind, unsigned long n, shim_action action, int error) const {
    spill(met_, std::string(1, '\0'));
    const std::string fault =
        std::to_string(kind) + ' ' + std::to_string(n) + ' ' + std::to_string(action) + ' ' + std::to_string(error);
    setenv("CUTESHM_SHIM", fault.c_str(), 1);
  }
  bool met() const { return slurp(met_) != std::string(1, '\0'); }

private:
  fs::path met_;
};

bool has_child() { return waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD; }

class LoaderSweep {
public:
  LoaderSweep() : operation_(overwriting(store_, store_, build_, "load in isolation")) {
    file_ = make_hdf5_sample(store_.folder());
    options_.overwrite = 1;
    options_.isolate = 1;
  }

  // False: the fault was not met.
  bool once(shim_kind kind, unsigned long n, shim_action action, int error) {
    cshm_error err = CSHM_ERROR_INIT;
    operation_.clear();
    operation_.prepare();
    const Holdings before = holdings();
    loader_.arm(kind, n, action, error);
    const cshm_status status =
        cshm_hdf5_load(store_, operation_.project.c_str(), file_.c_str(), &options_, nullptr, &err);
    const std::string found = operation_.look();
    INFO("call " << n << " of kind " << shim_kind_name(kind) << ": " << (error != 0 ? strerror(error) : "killed"));
    INFO(cshm_status_name(status) << ": " << err.message);
    CHECK_FALSE(has_child());
    CHECK(holdings() == before);
    if (status == CSHM_OK)
      CHECK((found == "7" || found.rfind("less: ", 0) == 0));
    else
      CHECK(found == "1");
    if (status != CSHM_OK) require_told(status, err);
    tidy(store_);
    CHECK(leftovers(store_, operation_.project, true).empty());
    met_ += loader_.met() ? 1 : 0;
    failed_ += status != CSHM_OK ? 1 : 0;
    return loader_.met();
  }

  // Errors take turns. `step`: from one call to the next that fails.
  void each(shim_kind kind, unsigned long step) {
    std::vector<int> errors;
    for (const int error : errors_of(kind))
      if (error != EINTR) errors.push_back(error); // which HDF5 does not repeat
    for (unsigned long i = 0; !errors.empty() && once(kind, 1 + i * step, SHIM_FAIL, errors[i % errors.size()]); i++) {
    }
  }

  unsigned met() const { return met_; }
  unsigned failed() const { return failed_; }

private:
  Store store_;
  Build build_;
  Operation operation_;
  std::string file_;
  cshm_hdf5_options options_ = CSHM_HDF5_OPTIONS_INIT;
  FaultyLoader loader_{store_.folder() / "met"};
  unsigned met_ = 0, failed_ = 0;
};

} // namespace

TEST_CASE("whatever fails in the process that reads an HDF5 file, the caller is told, or has all that is there") {
  LoaderSweep sweep;
  for (int kind = 0; kind < SHIM_SYSTEM_KINDS; kind++)
    sweep.each(static_cast<shim_kind>(kind), 1);
  sweep.each(SHIM_HEAP, is_long() ? 1 : 61); // thousands, nearly all of them HDF5's
  std::cout << "in the process that reads: " << sweep.met() << " faults, " << sweep.failed() << " told\n";
  REQUIRE(sweep.failed() > 20);
}

TEST_CASE("wherever the process that reads an HDF5 file dies, the caller is told, and the project is as it was") {
  LoaderSweep sweep;
  for (unsigned long n = 1; sweep.once(SHIM_ANY, n, SHIM_KILL_BEFORE, 0); n++) {
  }
  std::cout << "the process that reads: killed " << sweep.met() << " times, told " << sweep.failed() << " times\n";
  REQUIRE(sweep.failed() > 20);
}
