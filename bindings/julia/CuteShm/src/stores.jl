# SPDX-License-Identifier: MIT

"""
    Store(root=nothing; prefix=nothing, manifest=nothing, group=nothing, access=nothing)

A namespace of projects: the directory `root` that holds their manifests. Nothing is created until a project is.

Without a root it is `\$CUTE_SHM_ROOT`, else `/tmp/cute-shm-<uid>` if it is there and ours, else `/tmp/cute-shm` if it is
ours or absent, else `/tmp/cute-shm-<uid>`: the same in every language. `prefix` is what manifests' file names begin
with (`"cute-shm."`); `manifest` is the syntax in which they are written, `:yaml` or `:toml`: by default what
`\$CUTE_SHM_MANIFEST` says, else YAML. Projects of either syntax are read.

`group`, the name or number of a group of the system, shares the store with that group; all who use it must name the same
one. `access` is what the group may do: `:read` (list, attach `:read` and `:private`) or `:readwrite` (all that the owner
may). The directory is then the group's (02750 or 02770, where it is 0700 without one), manifests and segments are 0640 or
0660 (0600 without one), and what other members of the group have put there is trusted. By default they are what
`\$CUTE_SHM_GROUP` and `\$CUTE_SHM_ACCESS` (`r` or `rw`) say, else nobody and `:read`; `group=""` is nobody, too.

Wherever a function takes `store`, a root directory or `nothing` (the default store) may be given instead.

Throws [`CuteShmError`](@ref): `CSHM_ERR_PERMISSION` where the root is a symlink or someone else's, `CSHM_ERR_BAD_NAME`
where it is no directory, `CSHM_ERR_INVALID_ARGUMENT` where `\$CUTE_SHM_MANIFEST` names no syntax or `\$CUTE_SHM_ACCESS`
no access, `CSHM_ERR_NOT_FOUND` where there is no such group.
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

const ACCESSES = (read=CSHM_ACCESS_READ, readwrite=CSHM_ACCESS_READ_WRITE)

function Store(root::Union{AbstractString,Nothing}=nothing; prefix::Union{AbstractString,Nothing}=nothing,
               manifest::Union{Symbol,Nothing}=nothing, group::Union{AbstractString,Integer,Nothing}=nothing,
               access::Union{Symbol,Nothing}=nothing)
    texts = map(c_text, (prefix, group))
    allowed = access === nothing ? CSHM_ACCESS_DEFAULT : choice(ACCESSES, access, "access")
    id = Ref{cshm_store}()
    GC.@preserve texts begin
        options = Ref(cshm_store_options(sizeof(cshm_store_options), manifest_format(manifest), c_pointer(texts[1]),
                                         c_pointer(texts[2]), allowed, 0))
        check(err -> cshm_store_open(something(root, C_NULL), options, id, err))
    end
    return Store(Handle(id[]))
end

# A string to be kept while C has its address, and that address.
c_text(::Nothing) = nothing
c_text(text) = string(text)
c_pointer(::Nothing) = Cstring(C_NULL)
c_pointer(text::String) = Base.unsafe_convert(Cstring, text)

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
- `in_use`: whether some process has it attached, this one included; `false` also where that is not known
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
    in_use::Bool
end

function ProjectInfo(p::cshm_project)
    return ProjectInfo(unsafe_string(p.name), unsafe_string(p.manifest), unsafe_string(p.segment), statusname(p.status),
                       unsafe_string(p.message), p.generation, p.nbytes, DateTime64{:ns,1}(p.created_ns), p.array_count,
                       lifetime_name(p.lifetime), p.in_use != 0)
end

function Base.show(io::IO, p::ProjectInfo)
    print(io, "ProjectInfo(", repr(p.name), ", ", p.array_count, " arrays, ", Base.format_bytes(p.nbytes))
    p.status == :CSHM_OK || print(io, ", ", p.status)
    isempty(p.message) || print(io, ": ", p.message)
    print(io, ")")
end

const LIFETIMES = (persistent=CSHM_PERSISTENT, owner=CSHM_OWNER, last_user=CSHM_LAST_USER)
lifetime_name(number) = keys(LIFETIMES)[findfirst(==(number), values(LIFETIMES))]

"""
    projects(; store=nothing) -> Vector{ProjectInfo}

The projects of a store, ordered by name: see [`CuteShm.ProjectInfo`](@ref). A store whose root is not there is empty.

Throws [`CuteShmError`](@ref) where the root cannot be read.
"""
projects(; store::StoreLike=nothing) =
    with_store(s -> listing(ProjectInfo, (id, err) -> cshm_list(s, id, err)), store)

# The entries, as `T`s, of the listing that `list(id, err)` makes.
function listing(::Type{T}, list) where {T}
    id = Ref{cshm_listing}()
    check(err -> list(id, err))
    try
        count = Ref{UInt64}()
        check(err -> cshm_listing_count(id[], count, err))
        return T[entry(T, id[], UInt64(i)) for i in 1:count[]]
    finally
        release(id[])
    end
end

function entry(::Type{T}, listing, number) where {T}
    project = Ref(cshm_project())
    check(err -> cshm_listing_project(listing, number - 1, project, err))
    return T(project[])
end

"""
What [`reap`](@ref) tells of one thing that the dead have left.

- `name`: of the project, `manifest`: its path, `segment`: its name in `/dev/shm`; `""` where not known, or where there was none
- `nbytes`: bytes of shared memory given back
- `status`: `:CSHM_OK`, or why it could not be removed
- `message`: why it is left over, or what is in the way
"""
struct Leftover
    name::String
    manifest::String
    segment::String
    nbytes::Int
    status::Symbol
    message::String
end

Leftover(p::cshm_project) = Leftover(unsafe_string(p.name), unsafe_string(p.manifest), unsafe_string(p.segment), p.nbytes,
                                     statusname(p.status), unsafe_string(p.message))

function Base.show(io::IO, l::Leftover)
    print(io, "Leftover(", repr(l.name), ", ", Base.format_bytes(l.nbytes))
    l.status == :CSHM_OK || print(io, ", ", l.status)
    print(io, ": ", l.message, ")")
end

"""
    reap(; dry_run=false, store=nothing) -> Vector{Leftover}

Removes what the dead have left in a store, and tells what that was: projects whose owner died or whose last user is gone,
segments of this store that are no project (half-built, overwritten, unlinked), manifests whose segment is gone. With
`dry_run` nothing is removed, only told: see [`CuteShm.Leftover`](@ref). What is alive, in the making, or belongs to someone
else is not touched. Other calls do the same for what they meet, so nobody has to call this. Safe beside every other call,
in any process.

Throws [`CuteShmError`](@ref): `CSHM_ERR_PERMISSION`, `CSHM_ERR_SYSTEM` where the root or `/dev/shm` cannot be read.
"""
function reap(; dry_run::Bool=false, store::StoreLike=nothing)
    options = Ref(cshm_collect_options(sizeof(cshm_collect_options), dry_run))
    return with_store(s -> listing(Leftover, (id, err) -> cshm_store_collect(s, options, id, err)), store)
end

"""
    repair(; store=nothing) -> Vector{ProjectInfo}
    repair(name; store=nothing)

Writes the manifests of all projects, or of the project `name`, anew from their segments, where they are gone, damaged, or
of another generation than their segment: after a cleaner swept the store's directory, say. Returns what was repaired:
`message` tells what was wrong (see [`CuteShm.ProjectInfo`](@ref)). [`attach`](@ref) does it for a project whose manifest
is gone.

Throws [`CuteShmError`](@ref): `CSHM_ERR_NOT_FOUND` where `name` has no segment to repair it from, `CSHM_ERR_BAD_NAME`,
`CSHM_ERR_PERMISSION`.
"""
repair(; store::StoreLike=nothing) = repair(C_NULL, store)
repair(name::AbstractString; store::StoreLike=nothing) = repair(name, store)
repair(name, store) = with_store(s -> listing(ProjectInfo, (id, err) -> cshm_store_repair(s, name, id, err)), store)
