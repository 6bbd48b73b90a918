# Generated from <cuteshm/hdf5.h> by bindings/julia/generate.py through SWIG's XML. Do not edit.
# SPDX-License-Identifier: MIT

"""
The functions, structs and constants of `<cuteshm/hdf5.h>` under their C names: that header is the manual.
Structs that begin with their size have a constructor without arguments, equal to their `_INIT` macro.
Enums are `Cint`. Users want `CuteShm`; this layer is what it is made of.
"""
module LibCuteShmHDF5
using ..LibCuteShm

const library = "libcuteshm_hdf5.so.0"

const cshm_progress_fn = Ptr{Cvoid}
# a pointer to the function f(user, done, total)
macro cshm_progress_fn(f)
    return esc(:(@cfunction($f, Int32, (Ptr{Cvoid}, UInt64, UInt64,))))
end

const cshm_hdf5_outside = Cint
const CSHM_HDF5_OUTSIDE_DATA = cshm_hdf5_outside(0)
const CSHM_HDF5_OUTSIDE_FOLDER = cshm_hdf5_outside(1)
const CSHM_HDF5_OUTSIDE_ANYWHERE = cshm_hdf5_outside(2)

struct cshm_hdf5_options
    size::UInt32
    overwrite::UInt32
    lifetime::UInt32
    strict::UInt32
    progress::cshm_progress_fn
    user::Ptr{Cvoid}
    producer::Cstring
    sealed::UInt32
    threads::UInt32
    native_endian::UInt32
    external_links::UInt32
    select::Cstring
    exclude::Cstring
    max_bytes_per_dataset::UInt64
    isolate::UInt32
    isolate_seconds::UInt32
    isolate_memory::UInt64
end
# CSHM_HDF5_OPTIONS_INIT
cshm_hdf5_options() = cshm_hdf5_options(sizeof(cshm_hdf5_options), 0, CSHM_PERSISTENT, 0, C_NULL, C_NULL, Cstring(C_NULL), 0, 0, 0, CSHM_HDF5_OUTSIDE_DATA, Cstring(C_NULL), Cstring(C_NULL), 0, 0, 0, 0)

cshm_hdf5_load(store, project, file, options, attachment, err) =
    @ccall library.cshm_hdf5_load(store::cshm_store, project::Cstring, file::Cstring, options::Ptr{cshm_hdf5_options}, attachment::Ptr{cshm_attachment}, err::Ptr{cshm_error})::cshm_status

cshm_hdf5_nbytes(file, options, nbytes, err) =
    @ccall library.cshm_hdf5_nbytes(file::Cstring, options::Ptr{cshm_hdf5_options}, nbytes::Ptr{UInt64}, err::Ptr{cshm_error})::cshm_status

struct cshm_hdf5_save_options
    size::UInt32
    overwrite::UInt32
    deflate::UInt32
    shuffle::UInt32
    chunk::UInt64
    threads::UInt32
    reserved::UInt32
    progress::cshm_progress_fn
    user::Ptr{Cvoid}
end
# CSHM_HDF5_SAVE_OPTIONS_INIT
cshm_hdf5_save_options() = cshm_hdf5_save_options(sizeof(cshm_hdf5_save_options), 0, 0, 0, 0, 0, 0, C_NULL, C_NULL)

cshm_hdf5_save(attachment, file, options, err) =
    @ccall library.cshm_hdf5_save(attachment::cshm_attachment, file::Cstring, options::Ptr{cshm_hdf5_save_options}, err::Ptr{cshm_error})::cshm_status

cshm_hdf5_version() =
    @ccall library.cshm_hdf5_version()::Cstring

export cshm_progress_fn,
    @cshm_progress_fn,
    cshm_hdf5_outside,
    CSHM_HDF5_OUTSIDE_DATA,
    CSHM_HDF5_OUTSIDE_FOLDER,
    CSHM_HDF5_OUTSIDE_ANYWHERE,
    cshm_hdf5_options,
    cshm_hdf5_load,
    cshm_hdf5_nbytes,
    cshm_hdf5_save_options,
    cshm_hdf5_save,
    cshm_hdf5_version

end # module LibCuteShmHDF5
