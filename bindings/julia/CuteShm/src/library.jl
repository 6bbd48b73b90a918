# SPDX-License-Identifier: MIT
#
# Finding the C libraries. The generated layer calls them by their sonames; a library that is already loaded is found
# under its soname wherever it came from, so loading the one that the user names, first, is all it takes.

function __init__()
    load_library(LibCuteShm.library, get(ENV, "CUTESHM_LIBRARY", ""), "CUTESHM_LIBRARY")
    abi = Int(cshm_abi_version())
    abi == CSHM_ABI_VERSION ||
        error("$(LibCuteShm.library) has ABI $abi, but this CuteShm was made for ABI $CSHM_ABI_VERSION: " *
              "install matching versions")
    Releaser(cshm_array(0))(nothing)
    return nothing
end

# Loads `path`, or what the system's loader finds under `soname` where `path` is empty.
function load_library(soname, path, variable)
    where = isempty(path) ? soname : path
    handle = Libdl.dlopen(where; throw_error=false)
    handle === nothing &&
        error("cannot load $where: set $variable to the full path of $soname, or install it where the system's loader looks")
    Libdl.dlopen(soname; throw_error=false) == handle ||
        error("$where is not the library $soname (see `objdump -p`): set $variable to the one of this version")
    return handle
end

# libcuteshm_hdf5, loaded at its first use: who only attaches does not need it.
load_hdf5_library() = load_library(LibCuteShmHDF5.library, hdf5_library_path(), "CUTESHM_HDF5_LIBRARY")

# Named by the environment, or beside the libcuteshm that the environment names, or "" for the system's.
function hdf5_library_path()
    haskey(ENV, "CUTESHM_HDF5_LIBRARY") && return ENV["CUTESHM_HDF5_LIBRARY"]
    haskey(ENV, "CUTESHM_LIBRARY") || return ""
    folder = dirname(ENV["CUTESHM_LIBRARY"])
    places = [joinpath(folder, part, name) for part in ("", "hdf5", joinpath("..", "hdf5"))
              for name in (LibCuteShmHDF5.library, "libcuteshm_hdf5.so")]
    found = findfirst(isfile, places)
    return found === nothing ? "" : places[found]
end
