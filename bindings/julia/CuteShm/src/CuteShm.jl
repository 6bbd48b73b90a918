# SPDX-License-Identifier: MIT

"""
A nested tree of arrays in shared memory, used by many processes at once with no copy: cute-shm for Julia.

    using CuteShm
    share("demo", (a = rand(3, 4), b = (b1 = 1:10,)))
    project = attach("demo")
    project["b/b1"]                 # an array over the shared memory; it keeps that memory alive

- [`share`](@ref) and [`load_hdf5`](@ref) make a project; [`attach`](@ref) opens one; [`projects`](@ref) lists
  them; [`unlink`](@ref) removes one. [`reap`](@ref) removes what the dead have left, [`repair`](@ref) brings back lost
  manifests: both happen by the way, too.
- [`export_fd`](@ref) hands over a project that was sealed, so that nobody can change it, to any process.
- [`manifest_text`](@ref) is a table of contents; [`read_manifest`](@ref) reads one, or a layout from which [`share`](@ref)
  makes a project.
- A [`Project`](@ref) and its [`Group`](@ref)s are dictionaries: `project["b/b1"]`, `keys`, `haskey`, `pairs`.
- Arrays are [`ShmArray`](@ref)s, or [`DecodedArray`](@ref)s where elements are not as Julia would store them.
  [`RaggedArray`](@ref)s have strings or sequences of different lengths, [`RecordArray`](@ref)s are tables of these.
- [`attrs`](@ref) gives the attributes of a project, a group or an array.

Dimensions. Julia's arrays are column-major, so an array in C order has its dimensions reversed here, with the same
bytes and no copy, as in HDF5.jl: numpy's `(2, 3)` in C order is `(3, 2)`. An array in Fortran order has the
dimensions it was given. Writing does the same: see `order` of [`share`](@ref).

The library is found by the environment variable `CUTESHM_LIBRARY` (the full path of `libcuteshm.so`) or where the
system's loader looks.
"""
module CuteShm

import Dates
import Libdl
import LinearAlgebra

export CuteShmError, Store, Project, Group, ShmArray, DecodedArray, RaggedArray, RecordArray, DateTime64, TimeDelta64
export attach, reattach, share, load_hdf5, save_hdf5, export_fd, projects, unlink, reap, repair
export read_manifest, parse_manifest, manifest_text
export attrs, nodes, notes, describe, iscurrent, wait_newer
export dtype, memoryorder, encode, inorder, unfilled, column, rawbytes, isnat

include("LibCuteShm.jl")
include("LibCuteShmHDF5.jl")
using .LibCuteShm
using .LibCuteShmHDF5

include("library.jl")
include("errors.jl")
include("handles.jl")
include("times.jl")
include("codecs.jl")
include("dtypes.jl")
include("stores.jl")
include("projects.jl")
include("sealed.jl")
include("manifests.jl")
include("arrays.jl")
include("readonly.jl")
include("attributes.jl")
include("ragged.jl")
include("display.jl")
include("encoding.jl")
include("share.jl")
include("hdf5.jl")

end # module CuteShm
