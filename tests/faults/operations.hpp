// The operations whose every step is made to fail, or to be the last.
//
// SPDX-License-Identifier: MIT
#pragma once

#include "faults.hpp"

namespace faults {

// A sample project that is built step by step, as share_sample does, in C only.
struct Build {
  cshm_store store{0};
  const char *project = "";
  double first = 7;
  bool overwrite = false;
  cshm_lifetime lifetime = CSHM_PERSISTENT;
  bool attach = false;
  bool sealed = false; // then nothing is filled in place: it could be written to after
  cshm_builder builder{0};
  cshm_attachment attachment{0};

  cshm_status declare(cshm_error *err);
  cshm_status fill(cshm_error *err);
  cshm_status publish(cshm_error *err);
  cshm_status all(cshm_error *err);
  void give_back();
};

// From "none" to "7".
Operation creating(const Store &store, Build &build, const std::string &name);

// The same from "1", which is there already; `other` is the store that writes what is overwritten.
Operation overwriting(const Store &store, cshm_store other, Build &build, const std::string &name);

// Either of these, but the sample comes from an HDF5 file; with `isolate` another process reads that.
Operation loading(const Store &store, Build &build, const std::string &name, bool overwrite, bool isolate);

// Another store in the same root, which writes manifests of another syntax.
class OtherSyntax {
public:
  OtherSyntax(const Store &store, cshm_manifest_format format) : handle_(open_store(store.root(), format)) {}
  OtherSyntax(const OtherSyntax &) = delete;
  OtherSyntax &operator=(const OtherSyntax &) = delete;
  ~OtherSyntax() { (void)cshm_store_close(handle_, nullptr); }
  operator cshm_store() const { return handle_; }

private:
  cshm_store handle_;
};

void unlink_if_there(cshm_store store, const std::string &project);

} // namespace faults
