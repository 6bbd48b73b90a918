# SPDX-License-Identifier: MIT

"""
    share(name, tree; attrs=(), overwrite=false, lifetime=:persistent, sealed=false, order=:C, store=nothing) -> Project

Puts a tree of arrays into shared memory as the project `name`, and attaches it (read-only). Nobody sees a part of it:
it appears whole, or not at all.

- `tree`: a dictionary, a `NamedTuple` or a vector of pairs, nested as you like, from names (or paths such as `"b/b1"`)
  to arrays, scalars and further trees. Arrays hold numbers, `Bool`, strings, dates and times, `NamedTuple`s or other plain
  structs of these (structured types), or arrays or tuples of one size (sub-arrays in a field of those, and further
  dimensions, the first ones, elsewhere); see [`encode`](@ref) for all other dtypes.
  Or a layout, written by hand in YAML or TOML: its path, or what [`read_manifest`](@ref) makes of that. Its arrays hold what
  its fill says, or zeros, until the form below fills them; `order` has no meaning then.
- `attrs`: from paths (`""` is the project itself) to dictionaries of attributes:
  `attrs = Dict("b/b1" => Dict("unit" => "m"))`
- `overwrite`: replace a project of that name, in one step; who is attached to the old one keeps it whole
- `lifetime`: `:persistent` until it is unlinked or the machine restarts; `:owner` until this process exits;
  `:last_user` until the last process that has it attached (the project, or an array of it) lets go or exits
- `sealed`: the project is in no store, and nobody, this process included, can change or cut it: [`export_fd`](@ref) hands it
  over, to processes that need not trust this one. It lives as long as a process has it attached or holds a descriptor of it.
  `overwrite` and `lifetime` have no meaning then: giving one is an `ArgumentError`
- `order`: how the bytes, which lie as in Julia, are declared. `:C`: in C order with the dimensions reversed, so that
  Julia's `(2, 3)` is `(3, 2)` in Python, as with HDF5.jl. `:F`: in Fortran order, so that it is `(2, 3)` there, too.
  Either way Julia reads the same dimensions again. [`inorder`](@ref) decides for one array.

Throws [`CuteShmError`](@ref): `CSHM_ERR_EXISTS`, `CSHM_ERR_NO_SPACE` (before a byte is copied), `CSHM_ERR_BAD_NAME`,
`CSHM_ERR_PERMISSION`, `CSHM_ERR_LIMIT`; `CSHM_ERR_BAD_TYPE` for what has no dtype, by its path. On failure nothing is
created.
"""
share(name::AbstractString, tree; options...) = share(nothing, name, tree; options...)

"""
    share(f, name, tree; options...) -> Project

As `share(name, tree)`, for `do` blocks: calls `f(project)` with the project that nobody else sees yet, attached
`:readwrite`, to fill its arrays in place. What is large need not be in this process's memory first:
[`unfilled`](@ref)`(T, dims...)` stands for an array of zeros. Where `f` throws, nothing is created.

    share("squares", (x=unfilled(Float64, 1000, 1000),)) do project
        project["x"] .= (1:1000) .^ 2
    end

    share("robot", "robot.yaml") do project     # a layout
        project["state/joints"] .= 0.5
    end

Arrays that `f` keeps stay valid, and show what others see in the published project. Only of one that is to be `sealed` it
must not keep any, as it could be written by them: `CSHM_ERR_STATE`.
"""
function share(f::Union{Function,Nothing}, name::AbstractString, tree; attrs=(), overwrite::Bool=false,
               lifetime::Union{Symbol,Nothing}=nothing, sealed::Bool=false, order::Symbol=:C, store::StoreLike=nothing)
    options = (overwrite, publish_lifetime(sealed, overwrite, lifetime), sealed)
    leaves = planned(tree, choice(ORDERS, order, "order"))
    notes = flatten_attributes(attrs)
    in_place(builder) = fill_in_place(f, builder, name, sealed)
    id = with_store(s -> build(open_builder(s, name, options), leaves, notes, in_place), store)
    return Project(Handle(id), name)
end

# What has no meaning for a sealed project is refused, not ignored.
function publish_lifetime(sealed, overwrite, lifetime)
    given = overwrite ? "overwrite" : lifetime === nothing ? nothing : "lifetime"
    sealed && given !== nothing &&
        throw(ArgumentError("sealed and $given: a sealed project is in no store, and lives as long as someone holds it"))
    return choice(LIFETIMES, something(lifetime, :persistent), "lifetime")
end

# A group (where `payload` is nothing) or an array to be declared.
struct Leaf
    path::String
    payload::Union{Payload,Nothing}
    order::cshm_order
end

struct AttributeLeaf
    path::String
    name::String
    payload::Payload
end

planned(tree, order) = flatten!(Leaf[], tree, "", order)
planned(layout::Manifest, order) = [layout]
planned(layout::AbstractString, order) = [read_manifest(layout)]

istree(value) = value isa Union{AbstractDict,NamedTuple} || value isa AbstractVector{<:Pair}

# Dict has no order of its own: sorted names make the same project each time.
branches(tree::Union{AbstractDict,AbstractVector}) = tree
branches(tree::NamedTuple) = pairs(tree)
branches(tree::Dict) = sort!(collect(tree); by=pair -> string(first(pair)))

join_path(above, name) = isempty(above) ? string(name) : string(above, '/', name)

function flatten!(leaves, tree, path, order)
    if tree isa InOrder
        push!(leaves, Leaf(path, named_payload(tree.array, path), tree.order))
    elseif istree(tree)
        isempty(path) || push!(leaves, Leaf(path, nothing, order))
        foreach(((name, value),) -> flatten!(leaves, value, join_path(path, name), order), branches(tree))
    elseif isempty(path)
        throw(ArgumentError("a project is a dictionary, a NamedTuple or a vector of pairs, not a $(typeof(tree))"))
    else
        push!(leaves, Leaf(path, named_payload(tree, path), order))
    end
    return leaves
end

function flatten_attributes(attrs)
    leaves = AttributeLeaf[]
    for (path, values) in branches_of(attrs), (name, value) in branches_of(values)
        value isa Unfilled && throw(CuteShmError(:CSHM_ERR_BAD_TYPE, "attribute $name of $path: only arrays are unfilled"))
        push!(leaves, AttributeLeaf(string(path), string(name), named_payload(value, "attribute $name of $path")))
    end
    return leaves
end

branches_of(::Tuple{}) = ()
branches_of(values) = branches(values)

# What cannot be shared is told by its path, and before anything is created.
function named_payload(value, path)
    try
        return payload(value)
    catch e
        e isa Union{ArgumentError,DimensionMismatch,InexactError} || rethrow()
        throw(CuteShmError(:CSHM_ERR_BAD_TYPE, string(repr(path), " cannot be shared: ", sprint(showerror, e))))
    end
end

function open_builder(store, name, (overwrite, lifetime, sealed))
    producer = "CuteShm $CSHM_VERSION_STRING (Julia $VERSION)"
    builder = Ref{cshm_builder}()
    GC.@preserve producer begin
        text = Base.unsafe_convert(Cstring, producer)
        options = Ref(cshm_builder_options(sizeof(cshm_builder_options), overwrite, lifetime, sealed, text))
        check(err -> cshm_builder_open(store, name, options, builder, err))
    end
    return builder[]
end

# Declares, fills and publishes; on failure nothing remains.
function build(builder, leaves, attributes, fill)
    attachment = Ref{cshm_attachment}()
    try
        numbers = [declare(builder, leaf) for leaf in leaves]
        foreach(leaf -> declare(builder, leaf), attributes)
        check(err -> cshm_builder_allocate(builder, err))
        foreach((leaf, number) -> write_payload(builder, number, payload_of(leaf)), leaves, numbers)
        fill(builder)
        check(err -> cshm_builder_publish(builder, attachment, err))
    catch
        cshm_builder_abort(builder, C_NULL)
        rethrow()
    end
    return attachment[]
end

fill_in_place(::Nothing, builder, name, sealed) = nothing
function fill_in_place(f, builder, name, sealed)
    built = Ref{cshm_attachment}()
    check(err -> cshm_builder_attach(builder, built, err))
    with_project(f, Project(Handle(built[]), name))
    # Arrays that `f` took and dropped are let go by their finalizers; while one is left nothing can be sealed.
    sealed && GC.gc()
    return nothing
end

function declare(builder, leaf::Leaf)
    number = Ref{UInt32}(0)
    if leaf.payload === nothing
        check(err -> cshm_builder_group(builder, leaf.path, err))
    else
        dims = leaf.payload.dims
        order = length(dims) < 2 ? CSHM_ORDER_C : leaf.order
        shape = shape_for(dims, order)
        check(err -> cshm_builder_array(builder, leaf.path, leaf.payload.dtype, length(dims), shape, order, number, err))
    end
    return number[]
end

# Its arrays have numbers that nobody needs: they are filled in place.
function declare(builder, layout::Manifest)
    handle = layout.handle
    GC.@preserve handle check(err -> cshm_builder_layout(builder, handle.id, err))
    return UInt32(0)
end

payload_of(leaf::Leaf) = leaf.payload
payload_of(::Manifest) = nothing

function declare(builder, leaf::AttributeLeaf)
    p = leaf.payload
    shape = shape_for(p.dims, CSHM_ORDER_C)
    check(err -> cshm_builder_attribute(builder, leaf.path, leaf.name, p.dtype, length(shape), shape, p.data,
                                        sizeof(p.data), err))
end

write_payload(builder, number, ::Nothing) = nothing
function write_payload(builder, number, p::Payload)
    p.data === nothing && return nothing
    return check(err -> cshm_builder_write(builder, number, 0, p.data, sizeof(p.data), err))
end
