# SPDX-License-Identifier: MIT

"""
What [`Project`](@ref) and [`Group`](@ref) have in common: a dictionary of what lies in it, by name. Values are
[`Group`](@ref)s and arrays, in the order of their declaration. A group that is a ragged array or a table is a
[`RaggedArray`](@ref) or a [`RecordArray`](@ref); its parts have paths all the same (`tree["names/values"]`).

`tree["b/b1"]` takes a whole path; `keys(tree)`, `length`, `pairs` and iteration go over the children; `haskey(tree,
"b/b1")` and `get(tree, "b/b1", nothing)` take paths, too. What is not there is a [`CuteShmError`](@ref) with the status
`CSHM_ERR_NOT_FOUND`, whose message names the part of the path that is missing.
"""
abstract type Tree <: AbstractDict{String,Any} end

"""
An attached project, made by [`attach`](@ref), [`share`](@ref) or [`load_hdf5`](@ref): a dictionary of groups and arrays
(see [`CuteShm.Tree`](@ref)). `close` lets go of it; arrays taken from it stay valid for as long as they are used.
Everything on it may be called by several threads at once.
"""
struct Project <: Tree
    handle::Handle{cshm_attachment}
    name::String
end

"""
A group of a [`Project`](@ref): a dictionary of groups and arrays (see [`CuteShm.Tree`](@ref)). It is valid while its
project is open.
"""
struct Group <: Tree
    project::Project
    path::String
    number::UInt32
end

const MODES = (read=CSHM_READ_ONLY, readwrite=CSHM_READ_WRITE, private=CSHM_PRIVATE)

function choice(options, given::Symbol, what)
    haskey(options, given) && return options[given]
    throw(ArgumentError("$what is $(repr(given)): choose one of $(join(map(repr, keys(options)), ", "))"))
end

"""
    attach(name; mode=:read, store=nothing) -> Project
    attach(f, name; mode=:read, store=nothing)

Maps the project `name` into this process: microseconds, whatever its size. The second form, for `do` blocks, calls
`f(project)`, closes it and returns what `f` returned, which may be an array of the project.

`mode` is one of
- `:read`: arrays cannot be written
- `:readwrite`: writes are seen by all, at once and without a lock
- `:private`: writes are seen by this attachment only (copy-on-write)

Throws [`CuteShmError`](@ref): `CSHM_ERR_NOT_FOUND` (the message names the store and near matches), `CSHM_ERR_CORRUPT`,
`CSHM_ERR_VERSION`, `CSHM_ERR_GENERATION`, `CSHM_ERR_PERMISSION`, `CSHM_ERR_BAD_NAME`.
"""
function attach(name::AbstractString; mode::Symbol=:read, store::StoreLike=nothing)
    options = Ref(cshm_attach_options(sizeof(cshm_attach_options), choice(MODES, mode, "mode")))
    id = Ref{cshm_attachment}()
    with_store(s -> check(err -> cshm_attach(s, name, options, id, err)), store)
    return Project(Handle(id[]), name)
end

attach(f::Function, name::AbstractString; options...) = with_project(f, attach(name; options...))

function with_project(f, project)
    try
        return f(project)
    finally
        close(project)
    end
end

"""
    close(project::Project)

Lets go of a project. Arrays taken from it stay valid; its groups and attributes can no longer be asked. Closing twice
is allowed.
"""
Base.close(project::Project) = drop(project.handle)
Base.isopen(project::Project) = project.handle.isopen[]

project_of(project::Project) = project
project_of(group::Group) = group.project
number_of(::Project) = UInt32(0)
number_of(group::Group) = group.number
path_of(::Project) = ""
path_of(group::Group) = group.path

function fullpath(tree::Tree, path)
    below = lstrip(path, '/')
    return isempty(path_of(tree)) ? String(below) : isempty(below) ? path_of(tree) : string(path_of(tree), '/', below)
end

function assert_open(project::Project)
    isopen(project) && return nothing
    throw(CuteShmError(:CSHM_ERR_STALE_HANDLE, "project $(repr(project.name)) is closed: attach it again"))
end

# Calls `f(id)` while the attachment stays mapped.
function borrow(f, project::Project)
    assert_open(project)
    return borrow(f, project.handle)
end

function node_at(id::cshm_attachment, number)
    node = Ref(cshm_node())
    check(err -> cshm_node_at(id, number, node, err))
    return node[]
end

# The node at a path, or `nothing`.
function find_node(id::cshm_attachment, path)
    node = Ref(cshm_node())
    status = cshm_node_find(id, path, node, C_NULL)
    status == CSHM_OK && return node[]
    status == CSHM_ERR_NOT_FOUND && return nothing
    check(err -> cshm_node_find(id, path, node, err))
    return node[]
end

# The nodes right below a group.
function children(id::cshm_attachment, number)
    group = node_at(id, number)
    found = cshm_node[]
    next = number + UInt32(1)
    while next < group.end_
        push!(found, node_at(id, next))
        next = found[end].end_
    end
    return found
end

function Base.getindex(tree::Tree, path::AbstractString)
    project = project_of(tree)
    assert_open(project)
    full = fullpath(tree, path)
    array = Ref{cshm_array}()
    GC.@preserve project begin
        status = cshm_array_open(project.handle.id, full, array, C_NULL)
        status == CSHM_OK && return wrap(array[], project)
        status == CSHM_ERR_BAD_TYPE && return open_group(project, full)
        check(err -> cshm_array_open(project.handle.id, full, array, err))
        return wrap(array[], project)
    end
end

function open_group(project, path)
    number = borrow(id -> something(find_node(id, path)).number, project)
    return number == 0 ? project : whole(Group(project, path, number))
end

function open_node(tree::Tree, name, number, kind)
    kind == CSHM_GROUP && return whole(Group(project_of(tree), fullpath(tree, name), number))
    return open_array(project_of(tree), number)
end

function open_array(project, number)
    array = Ref{cshm_array}()
    GC.@preserve project check(err -> cshm_array_at(project.handle.id, number, array, err))
    return wrap(array[], project)
end

Base.keys(tree::Tree) = borrow(id -> [unsafe_string(c.name) for c in children(id, number_of(tree))], project_of(tree))
Base.length(tree::Tree) = borrow(id -> length(children(id, number_of(tree))), project_of(tree))
Base.haskey(tree::Tree, path) = borrow(id -> find_node(id, fullpath(tree, path)) !== nothing, project_of(tree))
Base.get(f::Base.Callable, tree::Tree, path) = haskey(tree, path) ? tree[path] : f()
Base.get(tree::Tree, path, default) = haskey(tree, path) ? tree[path] : default

function Base.iterate(tree::Tree)
    below = borrow(id -> [(unsafe_string(c.name), c.number, c.kind) for c in children(id, number_of(tree))],
                   project_of(tree))
    return iterate(tree, (below, 1))
end

function Base.iterate(tree::Tree, (below, next))
    next > length(below) && return nothing
    name, number, kind = below[next]
    return name => open_node(tree, name, number, kind), (below, next + 1)
end

"""
What [`nodes`](@ref) tells of a group or an array.

- `path`: such as `"b/b1"`, or `""` for the root
- `kind`: `:group` or `:array`
- `dtype`: see [`dtype`](@ref); `""` for a group
- `shape`: lengths as the library, C and Python name them; Julia reverses those of an array in C order
- `order`: `:C` or `:F`, the order in memory
- `nbytes`: bytes of its data
"""
struct NodeInfo
    path::String
    kind::Symbol
    dtype::String
    shape::Vector{Int}
    order::Symbol
    nbytes::Int
end

order_name(order) = order == CSHM_ORDER_FORTRAN ? :F : :C

function NodeInfo(id::cshm_attachment, node::cshm_node)
    path = unsafe_string(node.path)
    node.kind == CSHM_GROUP && return NodeInfo(path, :group, "", Int[], :C, 0)
    view = Ref(cshm_array_view())
    check(err -> cshm_attachment_view(id, node.number, view, err))
    v = view[]
    shape = Int[unsafe_load(v.shape, i) for i in 1:v.ndim]
    return NodeInfo(path, :array, unsafe_string(v.dtype), shape, order_name(v.order), v.nbytes)
end

"""
    nodes(tree) -> Vector{NodeInfo}

All groups and arrays below a project or a group, in tree order, without opening any: see [`CuteShm.NodeInfo`](@ref).
"""
function nodes(tree::Tree)
    return borrow(project_of(tree)) do id
        first = number_of(tree)
        [NodeInfo(id, node_at(id, number)) for number in first+UInt32(1):node_at(id, first).end_-UInt32(1)]
    end
end

"""
    notes(project) -> Vector{NamedTuple{(:kind, :key, :text)}}

Where a project came from (`kind` is `:origin`: producer, the HDF5 file's path), and which objects of the source are not
in it (`:skipped`: the path, and the reason).
"""
function notes(project::Project)
    return borrow(project) do id
        map(0:describe(id).note_count-1) do index
            note = Ref(cshm_note())
            check(err -> cshm_note_at(id, UInt32(index), note, err))
            kind = note[].kind == CSHM_NOTE_SKIPPED ? :skipped : :origin
            (kind=kind, key=unsafe_string(note[].key), text=unsafe_string(note[].text))
        end
    end
end

function describe(id::cshm_attachment)
    info = Ref(cshm_attachment_info())
    check(err -> cshm_attachment_describe(id, info, err))
    return info[]
end

"""
    describe(project) -> NamedTuple

What there is to know about an attachment: `name`, `root` (of the store), `segment` (in `/dev/shm`), `mode`, `lifetime`,
`generation`, `created` (a [`DateTime64`](@ref) in ns), `nbytes` (mapped, index included), `array_count`, and `sealed`:
whether nobody can change or cut it, and it is in no store (its `segment` is then what `/proc/PID/fd` calls it, and its
`lifetime` `:last_user`).
"""
function describe(project::Project)
    return borrow(project) do id
        i = describe(id)
        (name=unsafe_string(i.project), root=unsafe_string(i.root), segment=unsafe_string(i.segment),
         mode=keys(MODES)[findfirst(==(i.mode), values(MODES))], lifetime=lifetime_name(i.lifetime),
         generation=i.generation, created=DateTime64{:ns,1}(i.created_ns), nbytes=Int(i.nbytes),
         array_count=Int(i.array_count), sealed=i.sealed != 0)
    end
end

"""
    iscurrent(project) -> Bool

Whether this is still what a new [`attach`](@ref) would get: false once the project was overwritten or unlinked.
"""
function iscurrent(project::Project)
    current = Ref{Int32}()
    borrow(id -> check(err -> cshm_attachment_is_current(id, current, err)), project)
    return current[] != 0
end

"""
    reattach(project) -> Project
    reattach(f, project)

Attaches the newest generation of the same project, in the same mode, from the store that this one came from. The old one
stays as it is, whole: close it when you are done with it. Where it still is the newest, that is one more attachment of it.
The second form, for `do` blocks, is as that of [`attach`](@ref).

Throws [`CuteShmError`](@ref) as [`attach`](@ref) does, and `CSHM_ERR_UNSUPPORTED` for a sealed project, of which there is
never a newer one.
"""
function reattach(project::Project)
    newer = Ref{cshm_attachment}()
    borrow(id -> check(err -> cshm_attachment_reattach(id, newer, err)), project)
    return Project(Handle(newer[]), project.name)
end

reattach(f::Function, project::Project) = with_project(f, reattach(project))

"""
    wait_newer(project; timeout=Inf)

Waits until [`iscurrent`](@ref) is false: the project was overwritten or unlinked, or its owner is gone. [`reattach`](@ref)
gives the newer one. `timeout` is in seconds. Other tasks run in between, every 20 ms.

Throws [`CuteShmError`](@ref) with the status `CSHM_ERR_TIMEOUT` where it still is current.
"""
function wait_newer(project::Project; timeout::Real=Inf)
    stop = time() + timeout
    borrow(project) do id
        while true
            left = max(0.0, stop - time())
            piece = floor(Int64, min(left, WAIT_PIECE) * 1e9)
            status = cshm_attachment_wait_newer(id, piece, C_NULL)
            status == CSHM_OK && return nothing
            status == CSHM_ERR_TIMEOUT || check(err -> cshm_attachment_wait_newer(id, 0, err))
            left > WAIT_PIECE || throw(timed_out(project, timeout))
            yield()
        end
    end
end

timed_out(project, timeout) =
    CuteShmError(:CSHM_ERR_TIMEOUT, "project $(repr(project.name)): no newer generation within $timeout s")

const WAIT_PIECE = 0.02 # seconds in which nothing else runs on this thread, and no collection can begin
