# SPDX-License-Identifier: MIT

const Globs = Union{Nothing,AbstractString,AbstractVector{<:AbstractString}}

"""
    load_hdf5(file, name; overwrite=false, strict=false, lifetime=:persistent, sealed=false, progress=nothing,
              native_endian=false, external_links=nothing, select=nothing, exclude=nothing, max_bytes_per_dataset=0,
              threads=0, isolate=false, store=nothing) -> Project

Loads a whole HDF5 file into shared memory as the project `name`, and attaches it (read-only). Data is streamed: the
process needs a few MiB, whatever the file's size.

- `overwrite`, `lifetime`, `sealed`: see [`share`](@ref)
- `strict`: an object that cannot be represented is an error; else it is left out, and told by [`notes`](@ref)
- `native_endian`: numbers of the other byte order become those of this machine
- `external_links`: which links into other files are followed: `nothing`, those to files in the folder of the file or below
  it (`:folder`), or all (`:anywhere`). Whoever wrote the file chose where they lead
- `progress`: called now and then as `progress(done, total)`, in bytes; returning `false` cancels, and so does an
  exception, which is thrown on
- `select`: a glob of paths or several: only what one of them matches is loaded. `*` stands for anything within a level,
  `**` across levels, `?` for one character; one that matches a group takes all that is in it
- `exclude`: the same of what is left out, whatever `select` says
- `max_bytes_per_dataset`: larger datasets are left out
- `threads`: how many read and inflate; 0: as many as there are cores
- `isolate`: a process of its own reads the file: a damaged one that makes HDF5 crash, loop or eat memory then ends that, and
  the load with `CSHM_ERR_HDF5`, which names the object

Throws [`CuteShmError`](@ref): `CSHM_ERR_NOT_FOUND` (no such file), `CSHM_ERR_HDF5` (not HDF5, truncated, or too new),
`CSHM_ERR_EXISTS`, `CSHM_ERR_NO_SPACE`, `CSHM_ERR_CANCELLED`, `CSHM_ERR_UNSUPPORTED` (`strict`), `CSHM_ERR_PERMISSION`. On
failure nothing is created. An `ErrorException` tells that the library `libcuteshm_hdf5` is not there.
"""
function load_hdf5(file::AbstractString, name::AbstractString; overwrite::Bool=false, strict::Bool=false,
                   lifetime::Union{Symbol,Nothing}=nothing, sealed::Bool=false, progress=nothing, native_endian::Bool=false,
                   external_links::Union{Symbol,Nothing}=nothing, select::Globs=nothing, exclude::Globs=nothing,
                   max_bytes_per_dataset::Integer=0, threads::Integer=0, isolate::Bool=false,
                   store::StoreLike=nothing)
    outside = external_links === nothing ? CSHM_HDF5_OUTSIDE_DATA : choice(OUTSIDE, external_links, "external_links")
    options = (overwrite, publish_lifetime(sealed, overwrite, lifetime), strict, sealed, native_endian, outside)
    part = (globs("select", select), globs("exclude", exclude), max_bytes_per_dataset, threads, isolate)
    load_hdf5_library()
    watcher = Watcher(progress, nothing)
    id = with_store(s -> load_hdf5(s, name, file, watcher, options, part), store)
    return Project(Handle(id), name)
end

# As the library takes them, one a line; `nothing` where there are none.
globs(what, ::Nothing) = nothing
globs(what, given::AbstractString) = globs(what, [given])
function globs(what, given)
    any(glob -> occursin('\n', glob), given) && throw(ArgumentError("$what: a glob is one line"))
    return isempty(given) ? nothing : join(given, '\n')
end

const OUTSIDE = (folder=CSHM_HDF5_OUTSIDE_FOLDER, anywhere=CSHM_HDF5_OUTSIDE_ANYWHERE)

# The progress function, and the exception it threw, which must not fly through C.
mutable struct Watcher
    progress::Any
    thrown::Any
end

function watch(user::Ptr{Cvoid}, done::UInt64, total::UInt64)
    watcher = unsafe_pointer_to_objref(user)::Watcher
    try
        return Int32(watcher.progress(Int(done), Int(total)) === false)
    catch e
        watcher.thrown = (e, catch_backtrace())
        return Int32(1)
    end
end

text_pointer(text) = Base.unsafe_convert(Cstring, text)
text_pointer(::Nothing) = Cstring(C_NULL)

function load_hdf5(store::cshm_store, name, file, watcher,
                   (overwrite, lifetime, strict, sealed, native_endian, outside), part)
    select, exclude, max_bytes_per_dataset, threads, isolate = part
    producer = "CuteShm $CSHM_VERSION_STRING (Julia $VERSION)"
    attachment = Ref{cshm_attachment}()
    GC.@preserve producer watcher select exclude begin
        callback = watcher.progress === nothing ? C_NULL : LibCuteShmHDF5.@cshm_progress_fn(watch)
        options = Ref(cshm_hdf5_options(sizeof(cshm_hdf5_options), overwrite, lifetime, strict, callback,
                                        pointer_from_objref(watcher), text_pointer(producer), sealed, threads,
                                        native_endian, outside, text_pointer(select), text_pointer(exclude), max_bytes_per_dataset,
                                        isolate, 0, 0))
        try
            check(err -> cshm_hdf5_load(store, name, file, options, attachment, err))
        catch
            watcher.thrown === nothing || throw(first(watcher.thrown))
            rethrow()
        end
    end
    return attachment[]
end

"""
    save_hdf5(project, file; overwrite=false, deflate=0, shuffle=true, chunk=0, threads=0, progress=nothing)

Writes a project to an HDF5 file: groups, arrays and attributes. Loaded again, they are the same. The file gets its name
when it is whole and on the disk: on failure nothing of it remains, and a file that was to be replaced is whole.

- `overwrite`: whether a file of that name is replaced
- `deflate`: level of compression, 1 (fast) to 9 (small); 0: none
- `shuffle`: whether bytes are put in the order that is better to compress; without `deflate` it does nothing
- `chunk`: bytes of a chunk, at most 1 GiB; 0: 1 MiB where there is compression, else no chunks
- `threads`: that compress; 0: as many as there are cores
- `progress`: as in [`load_hdf5`](@ref)

Throws [`CuteShmError`](@ref): `CSHM_ERR_EXISTS` (the file), `CSHM_ERR_NOT_FOUND` (no such folder), `CSHM_ERR_NO_SPACE` (the
disk is full), `CSHM_ERR_HDF5`, `CSHM_ERR_CANCELLED`, `CSHM_ERR_INVALID_ARGUMENT`, `CSHM_ERR_PERMISSION`.
"""
function save_hdf5(project::Project, file::AbstractString; overwrite::Bool=false, deflate::Integer=0, shuffle::Bool=true,
                   chunk::Integer=0, threads::Integer=0, progress=nothing)
    load_hdf5_library()
    watcher = Watcher(progress, nothing)
    GC.@preserve project watcher begin
        callback = watcher.progress === nothing ? C_NULL : LibCuteShmHDF5.@cshm_progress_fn(watch)
        options = Ref(cshm_hdf5_save_options(sizeof(cshm_hdf5_save_options), overwrite, deflate, shuffle, chunk, threads, 0,
                                             callback, pointer_from_objref(watcher)))
        try
            borrow(id -> check(err -> cshm_hdf5_save(id, file, options, err)), project)
        catch
            watcher.thrown === nothing || throw(first(watcher.thrown))
            rethrow()
        end
    end
    return nothing
end
