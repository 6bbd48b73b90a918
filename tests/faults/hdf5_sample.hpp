// An HDF5 file that is loaded as what share_sample makes, with more beside it: chunks that are packed, strings, attributes.
//
// SPDX-License-Identifier: MIT
#pragma once

#include <cuteshm/hdf5.h>
#include <filesystem>
#include <string>

namespace faults {

std::string make_hdf5_sample(const std::filesystem::path &folder);

} // namespace faults
