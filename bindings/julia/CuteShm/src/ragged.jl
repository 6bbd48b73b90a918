# SPDX-License-Identifier: MIT
#
# Arrays whose elements have different lengths, and tables with such in them. In the tree they are groups: docs/format.md.

"""
    RaggedArray{T,N} <: AbstractArray{T,N}

An array over shared memory whose elements have different lengths. An element is
- a `String`, made when it is read, where they are strings
- a view into the shared memory (a `SubArray`: no copy), where they are sequences: of numbers, of strings, of sequences

`a.offsets` and `a.values` are the two arrays behind it: element `i` is `values[offsets[i]+1:offsets[i+1]]`, in the last
dimension of `values`. It cannot be written as a whole; its values can, where the project was attached for that. Dimensions
are reversed as those of any array in C order. See also [`attrs`](@ref).
"""
struct RaggedArray{T,N,V<:AbstractArray} <: AbstractArray{T,N}
    offsets::ShmArray{Int64,1,false}
    values::V
    dims::NTuple{N,Int}
    group::Group
end

"""
    RecordArray{T,N} <: AbstractArray{T,N}

Records with strings or sequences in them, over shared memory: an array for each field. An element is a `NamedTuple`, whose
fields are as those arrays have them. `column(a, :x)` is the array of one field (no copy), with the dimensions of a sub-array
before those of the records; `fieldnames(eltype(a))` are the names of all. See also [`attrs`](@ref).
"""
struct RecordArray{T,N,names,C<:Tuple} <: AbstractArray{T,N}
    columns::NamedTuple{names,C}
    dims::NTuple{N,Int}
    group::Group
end

const Composed = Union{RaggedArray,RecordArray}
const KIND_ATTRIBUTE, SHAPE_ATTRIBUTE, FIELD_ATTRIBUTE = "cute_shm.ragged", "cute_shm.shape", "cute_shm.field"
const MAX_DEPTH = 64 # twice as deep as anything that is loaded

# ---- making them ----------------------------------------------------------------------------------------------------

# What a group is: an array of elements of different lengths, where its attributes say so and its parts fit; else itself.
function whole(group::Group, depth=MAX_DEPTH)
    marks = attrs(group)
    kind, shape = get(marks, KIND_ATTRIBUTE, nothing), get(marks, SHAPE_ATTRIBUTE, nothing)
    kind isa String && shape isa Vector{Int64} && all(>=(0), shape) && depth > 0 || return group
    dims = Tuple(reverse(shape))
    kind == "record" && return records(group, dims, depth - 1)
    return kind in ("utf8", "bytes", "sequence") ? ragged(group, kind, dims, depth - 1) : group
end

function part(group::Group, child::cshm_node, depth)
    path = unsafe_string(child.path)
    child.kind == CSHM_GROUP && return whole(Group(group.project, path, child.number), depth)
    return open_array(group.project, child.number)
end

parts(group::Group, depth) =
    borrow(id -> [unsafe_string(c.name) => part(group, c, depth) for c in children(id, group.number)], group.project)

function ragged(group, kind, dims, depth)
    found = Dict(parts(group, depth))
    offsets, values = get(found, "offsets", nothing), get(found, "values", nothing)
    offsets isa ShmArray{Int64,1} && length(offsets) == prod(dims) + 1 || return group
    values isa AbstractArray && ndims(values) > 0 || return group
    first(offsets) == 0 && last(offsets) == size(values, ndims(values)) || return group
    kind == "sequence" || values isa ShmArray{UInt8,1} || return group
    T = kind == "sequence" ? typeof(cut(values, 1:0)) : String
    return RaggedArray{T,length(dims),typeof(values)}(readonly(offsets), values, dims, group)
end

readonly(a::ShmArray{T,N}) where {T,N} = ShmArray{T,N,false}(a.data, a.source)

function records(group, dims, depth)
    columns = parts(group, depth)
    (isempty(columns) || !all(column -> ends_with(column, dims), last.(columns))) && return group
    names = Tuple(Symbol(fieldname_of(group, name)) for (name, _) in columns)
    fields = NamedTuple{names}(Tuple(last.(columns)))
    T = NamedTuple{names,Tuple{(eltype_of(column, length(dims)) for column in fields)...}}
    return RecordArray{T,length(dims),names,typeof(values(fields))}(fields, dims, group)
end

ends_with(column, dims) =
    column isa AbstractArray && ndims(column) >= length(dims) && size(column)[end-length(dims)+1:end] == dims

fieldname_of(group, name) = get(attrs(group, name), FIELD_ATTRIBUTE, name)
eltype_of(column, n) = ndims(column) == n ? eltype(column) : AbstractArray{eltype(column),ndims(column) - n}

# ---- elements -------------------------------------------------------------------------------------------------------

Base.size(a::Composed) = a.dims
Base.IndexStyle(::Type{<:Composed}) = IndexLinear()

# Items in the last dimension.
cut(values, range) = view(values, ntuple(_ -> Colon(), ndims(values) - 1)..., range)

Base.@propagate_inbounds function Base.getindex(a::RaggedArray, i::Int)
    @boundscheck checkbounds(a, i)
    first, last = a.offsets[i] + 1, a.offsets[i+1]
    0 < first <= last + 1 <= size(a.values, ndims(a.values)) + 1 || throw(damaged(a, i))
    return element(a, first:last)
end

element(a::RaggedArray, range) = cut(a.values, range)

function element(a::RaggedArray{String}, range)
    bytes = a.values.data
    return GC.@preserve bytes unsafe_string(pointer(bytes, first(range)), length(range))
end

# Whoever writes into the project can change offsets.
@noinline damaged(a, i) = CuteShmError(:CSHM_ERR_CORRUPT, "ragged array $(repr(a.group.path)) is damaged: its element $i does " *
                                       "not lie in its values; write it again")

Base.@propagate_inbounds function Base.getindex(a::RecordArray{T,N}, i::Int) where {T,N}
    @boundscheck checkbounds(a, i)
    index = Tuple(CartesianIndices(a.dims)[i])
    return T(map(column -> element(column, index, Val(ndims(column) - N)), values(a.columns)))
end

element(column, index, ::Val{0}) = column[index...]
element(column, index, ::Val{inner}) where {inner} = view(column, ntuple(_ -> Colon(), inner)..., index...)

function column(a::RecordArray, name::Union{Symbol,AbstractString})
    columns, symbol = a.columns, Symbol(name)
    haskey(columns, symbol) && return columns[symbol]
    throw(ArgumentError("no field $(repr(symbol)): there are $(join(keys(columns), ", "))"))
end

# ---- what they are --------------------------------------------------------------------------------------------------

attrs(a::Composed) = attrs(a.group)
memoryorder(::Composed) = :C

function Base.showarg(io::IO, a::Composed, toplevel)
    what = a isa RaggedArray{String} ? "String" : a isa RaggedArray ? "sequences" : join(keys(a.columns), ", ")
    print(io, nameof(typeof(a)), "{", what, "}")
end
