# SPDX-License-Identifier: MIT

"""
The attributes of a project, a group or an array: a dictionary from name to value, in the order they were added. Made by
[`attrs`](@ref); valid while the project is open. `dtype(attributes, name)` tells a value's dtype.
"""
struct Attributes <: AbstractDict{String,Any}
    project::Project
    node::UInt32
    path::String
end

"""
    attrs(x)
    attrs(tree, path)

The attributes of a project, a group or an array, as a dictionary (see [`CuteShm.Attributes`](@ref)). The second form
asks what lies at `path`, without opening it.

Values are copies in Julia's own types: numbers, `String`, `NamedTuple` (structured), `Vector{UInt8}` (raw bytes),
[`DateTime64`](@ref) and [`TimeDelta64`](@ref) where the attribute is 0-dimensional, else an `Array` of these, with
dimensions in Julia's order. A name that is not there is a [`CuteShmError`](@ref) with the status `CSHM_ERR_NOT_FOUND`.
"""
attrs(tree::Tree) = Attributes(project_of(tree), number_of(tree), path_of(tree))

function attrs(array::SharedArrayLike)
    GC.@preserve array begin
        view = view_of(array)
        return Attributes(array.source.project, view.node, unsafe_string(view.path))
    end
end

function attrs(tree::Tree, path::AbstractString)
    project, full = project_of(tree), fullpath(tree, path)
    number = borrow(project) do id
        node = Ref(cshm_node())
        check(err -> cshm_node_find(id, full, node, err))
        node[].number
    end
    return Attributes(project, number, full)
end

# Calls `f(attribute)` while what it points to is mapped.
function with_attribute(f, attributes::Attributes, name::AbstractString)
    return borrow(attributes.project) do id
        found = Ref(cshm_attribute())
        check(err -> cshm_attribute_find(id, attributes.node, name, found, err))
        f(found[])
    end
end

function attribute_at(id, node, index)
    found = Ref(cshm_attribute())
    check(err -> cshm_attribute_at(id, node, UInt32(index), found, err))
    return found[]
end

count_of(id, node) = Int(node_at(id, node).attribute_count)

Base.length(a::Attributes) = borrow(id -> count_of(id, a.node), a.project)

Base.keys(a::Attributes) =
    borrow(id -> [unsafe_string(attribute_at(id, a.node, i).name) for i in 0:count_of(id, a.node)-1], a.project)

Base.getindex(a::Attributes, name::AbstractString) = with_attribute(decode, a, name)
Base.haskey(a::Attributes, name) = name in keys(a)
Base.get(f::Base.Callable, a::Attributes, name) = haskey(a, name) ? a[name] : f()
Base.get(a::Attributes, name, default) = haskey(a, name) ? a[name] : default

Base.iterate(a::Attributes) = iterate(a, (keys(a), 1))
function Base.iterate(a::Attributes, (names, next))
    next > length(names) && return nothing
    return names[next] => a[names[next]], (names, next + 1)
end

"""
    dtype(attributes, name) -> String

The dtype of an attribute's value: see [`dtype`](@ref).
"""
dtype(a::Attributes, name::AbstractString) = with_attribute(found -> unsafe_string(found.dtype), a, name)

decode(found::cshm_attribute) = decode(codec(unsafe_string(found.dtype)), found)

# Attributes are few and small: not compiled anew for each type.
function decode(@nospecialize(codec::Codec), found::cshm_attribute)
    start = Ptr{UInt8}(found.data)
    found.ndim == 0 && return load(codec, start)
    shape = ntuple(i -> Int(unsafe_load(found.shape, i)), Int(found.ndim))
    values = Array{valuetype(codec)}(undef, reverse(shape))
    for i in eachindex(values)
        values[i] = load(codec, start + (i - 1) * nbytes(codec))
    end
    return values
end
