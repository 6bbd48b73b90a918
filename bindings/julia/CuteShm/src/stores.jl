# SPDX-License-Identifier: MIT

"""
    Store(root=nothing; prefix=nothing, manifest=nothing)

A namespace of projects: the directory `root` that holds their manifests. Nothing is created until a project is.

Without a root it is `\$CUTE_SHM_ROOT`, else `/tmp/cute-shm-<uid>` if it is there and ours, else `/tmp/cute-shm` if it is
ours or absent, else `/tmp/cute-shm-<uid>`: the same in every language. `prefix` is what manifests' file names begin
with (`"cute-shm."`); `manifest` is the syntax in which they are written, `:yaml` or `:toml`: by default what
`\$CUTE_SHM_MANIFEST` says, else YAML. Projects of either syntax are read.

Wherever a function takes `store`, a root directory or `nothing` (the default store) may be given instead.

Throws [`CuteShmError`](@ref): `CSHM_ERR_PERMISSION` where the root is a symlink or someone else's, `CSHM_ERR_BAD_NAME`
where it is no directory, `CSHM_ERR_INVALID_ARGUMENT` where `\$CUTE_SHM_MANIFEST` names no syntax.
"""
struct Store
    handle::Handle{cshm_store}
end

const MANIFESTS = (yaml=CSHM_MANIFEST_YAML, toml=CSHM_MANIFEST_TOML)

function manifest_format(manifest::Symbol)
    haskey(MANIFESTS, manifest) || throw(ArgumentError("manifest $(repr(manifest)): use :yaml or :toml"))
    return MANIFESTS[manifest]
end

manifest_format(::Nothing) = CSHM_MANIFEST_DEFAULT

function Store(root::Union{AbstractString,Nothing}=nothing; prefix::Union{AbstractString,Nothing}=nothing,
               manifest::Union{Symbol,Nothing}=nothing)
    text = prefix === nothing ? "" : String(prefix)
    id = Ref{cshm_store}()
    GC.@preserve text begin
        start = prefix === nothing ? Cstring(C_NULL) : Base.unsafe_convert(Cstring, text)
        options = Ref(cshm_store_options(sizeof(cshm_store_options), manifest_format(manifest), start,
                                         Cstring(C_NULL), CSHM_ACCESS_DEFAULT, 0))
        check(err -> cshm_store_open(something(root, C_NULL), options, id, err))
    end
    return Store(Handle(id[]))
end

const StoreLike = Union{Store,AbstractString,Nothing}

# Calls `f(id)` with the store that is meant, which stays open meanwhile.
function with_store(f, store::Store)
    isopen(store) || throw(CuteShmError(:CSHM_ERR_STALE_HANDLE, "the store is closed: make a new one with Store(root)"))
    GC.@preserve store f(store.handle.id)
end

function with_store(f, root::Union{AbstractString,Nothing})
    store = Store(root)
    try
        return with_store(f, store)
    finally
        close(store)
    end
end

"""
    close(store::Store)

Ends a store. Projects attached through it live on. Closing twice is allowed.
"""
Base.close(store::Store) = drop(store.handle)
Base.isopen(store::Store) = store.handle.isopen[]

"""
    rootdir(store=nothing) -> String

The store's root directory, absolute.
"""
rootdir(store::StoreLike=nothing) =
    with_store(id -> string_out((buffer, n, err) -> cshm_store_root(id, buffer, n, err)), store)

"""
    manifest(name; store=nothing) -> String

The path of the manifest that the project `name` has, or would be given.
"""
manifest(name::AbstractString; store::StoreLike=nothing) =
    with_store(id -> string_out((buffer, n, err) -> cshm_store_manifest(id, name, buffer, n, err)), store)

Base.show(io::IO, store::Store) =
    isopen(store) ? print(io, "Store(", repr(rootdir(store)), ")") : print(io, "Store (closed)")

"""
    unlink(name; store=nothing)

Removes the project `name`: its manifest, and its memory as soon as the last one lets go of it. Who is attached keeps
a whole tree, and arrays that are in use stay valid.

Throws [`CuteShmError`](@ref): `CSHM_ERR_NOT_FOUND`, with the store and near matches in the message.
"""
function unlink(name::AbstractString; store::StoreLike=nothing)
    with_store(id -> check(err -> cshm_unlink(id, name, err)), store)
    return nothing
end

"""
What [`projects`](@ref) tells of one project.

- `name`, `manifest` (path), `segment` (name in `/dev/shm`)
- `status`: `:CSHM_OK`, or why it cannot be attached; `message` then says what is wrong
- `generation`: the identity of this creation, `nbytes`: of shared memory, index included, `created`: as a
  [`DateTime64`](@ref) in ns; 0 where not known
- `array_count`, and `lifetime`: `:persistent`, `:owner` or `:last_user`
"""
struct ProjectInfo
    name::String
    manifest::String
    segment::String
    status::Symbol
    message::String
    generation::UInt64
    nbytes::Int
    created::DateTime64{:ns,1}
    array_count::Int
    lifetime::Symbol
end

function ProjectInfo(p::cshm_project)
    return ProjectInfo(unsafe_string(p.name), unsafe_string(p.manifest), unsafe_string(p.segment), statusname(p.status),
                       unsafe_string(p.message), p.generation, p.nbytes, DateTime64{:ns,1}(p.created_ns), p.array_count,
                       lifetime_name(p.lifetime))
end

function Base.show(io::IO, p::ProjectInfo)
    print(io, "ProjectInfo(", repr(p.name), ", ", p.array_count, " arrays, ", Base.format_bytes(p.nbytes))
    p.status == :CSHM_OK || print(io, ", ", p.status, ": ", p.message)
    print(io, ")")
end

const LIFETIMES = (persistent=CSHM_PERSISTENT, owner=CSHM_OWNER, last_user=CSHM_LAST_USER)
lifetime_name(number) = keys(LIFETIMES)[findfirst(==(number), values(LIFETIMES))]

"""
    projects(; store=nothing) -> Vector{ProjectInfo}

The projects of a store, ordered by name: see [`CuteShm.ProjectInfo`](@ref). A store whose root is not there is empty.

Throws [`CuteShmError`](@ref) where the root cannot be read.
"""
projects(; store::StoreLike=nothing) = with_store(list, store)

function list(store::cshm_store)
    id = Ref{cshm_listing}()
    check(err -> cshm_list(store, id, err))
    try
        count = Ref{UInt64}()
        check(err -> cshm_listing_count(id[], count, err))
        return [listed(id[], UInt64(i)) for i in 1:count[]]
    finally
        release(id[])
    end
end

function listed(listing, number)
    project = Ref(cshm_project())
    check(err -> cshm_listing_project(listing, number - 1, project, err))
    return ProjectInfo(project[])
end
