# SPDX-License-Identifier: MIT

# The C handle behind an array, and the project it was taken from (for its attributes).
struct Source
    id::cshm_array
    project::Project
end

"""
    ShmArray{T,N,writable} <: DenseArray{T,N}

An array over shared memory, as fast as an `Array`: for element types that Julia stores the same way (`Bool`, integers,
floats, `ComplexF32`, `ComplexF64`, [`DateTime64`](@ref), [`TimeDelta64`](@ref)). It keeps its memory mapped for as long
as it, or a view or a reshape of it, is alive, whatever happens to the project.

Dimensions are in Julia's order: reversed for an array in C order, as given for one in Fortran order. `copy` gives an
ordinary `Array`. Writing to an array of a project attached with `mode=:read` is a [`CuteShmError`](@ref). Foreign code
that is given a pointer to such an array and writes there meets a `ReadOnlyMemoryError` or, in a thread that is not
Julia's, kills the process.

See also [`dtype`](@ref), [`memoryorder`](@ref), [`attrs`](@ref), [`rawbytes`](@ref).
"""
struct ShmArray{T,N,writable} <: DenseArray{T,N}
    data::Array{T,N}
    source::Source
end

"""
    DecodedArray{T,N} <: AbstractArray{T,N}

An array whose elements are not stored as Julia would: numbers in the other byte order, strings (`String`), raw bytes
(`Vector{UInt8}`) and structured types (`NamedTuple`, with an `Array` for a sub-array field). Elements are decoded
when they are read and encoded when they are written; there is no copy of the whole. It keeps its memory mapped, and
orders its dimensions, as [`ShmArray`](@ref) does.

An element is a value, not a reference: to change a field, write the whole element (`a[i] = merge(a[i], (x=1,))`) or
write to the array of that field, `column(a, :x)[i] = 1`: see [`column`](@ref).
"""
struct DecodedArray{T,N,C<:Codec{T},writable,S<:Union{Source,Nothing}} <: AbstractArray{T,N}
    bytes::Vector{UInt8}
    dims::NTuple{N,Int}
    offset::Int
    step::Int
    source::S
end

const SharedArrayLike = Union{ShmArray,DecodedArray}

# ---- making them ----------------------------------------------------------------------------------------------------

# An Array over `pointer` that releases the handle `id`, which it takes over, when nothing refers to it any more.
# The Array itself carries the finalizer, so that a reshape, a view, or an Array on its way into a ccall keeps the
# memory mapped, too.
function foreign(::Type{T}, pointer, dims::Dims, id::cshm_array) where {T}
    data = unsafe_wrap(Array, Ptr{T}(pointer), dims; own=false)
    finalizer(Releaser(id), storage(data))
    return data
end

# A finalizer that is compiled once, when the module is loaded (`__init__` calls it), and not inside the collector.
struct Releaser
    id::cshm_array
end
(r::Releaser)(@nospecialize(_)) = (release(r.id); nothing)

# What all Arrays over the same memory share. The branch for Julia 1.11 and later, where that is the Memory, is
# untested: only 1.5.3 was at hand.
storage(data::Array) = isdefined(Base, :Memory) ? getfield(getfield(data, :ref), :mem) : data

# The array behind a handle, which is taken over.
function wrap(id::cshm_array, project::Project)
    view = Ref(cshm_array_view())
    try
        check(err -> cshm_array_describe(id, view, err))
        return wrap(codec(unsafe_string(view[].dtype)), view[], Source(id, project))
    catch
        release(id)
        rethrow()
    end
end

function wrap(::Plain{T}, view::cshm_array_view, source) where {T}
    data = foreign(T, view.data, julia_dims(view), source.id)
    return ShmArray{T,ndims(data),view.writable != 0}(data, source)
end

function wrap(@nospecialize(codec::Codec), view::cshm_array_view, source)
    bytes = foreign(UInt8, view.data, (Int(view.nbytes),), source.id)
    return decoded(codec, bytes, julia_dims(view), source, view.writable != 0)
end

function decoded(@nospecialize(codec::Codec), bytes, dims, source, writable, offset=0, step=nbytes(codec))
    A = DecodedArray{valuetype(codec),length(dims),typeof(codec),writable,typeof(source)}
    return A(bytes, dims, offset, step, source)
end

function julia_dims(view::cshm_array_view)
    shape = ntuple(i -> Int(unsafe_load(view.shape, i)), Int(view.ndim))
    return view.order == CSHM_ORDER_C ? reverse(shape) : shape
end

# ---- AbstractArray --------------------------------------------------------------------------------------------------

Base.size(a::ShmArray) = size(a.data)
Base.size(a::DecodedArray) = a.dims
Base.IndexStyle(::Type{<:SharedArrayLike}) = IndexLinear()
Base.similar(::SharedArrayLike, ::Type{T}, dims::Dims) where {T} = Array{T}(undef, dims)

Base.@propagate_inbounds Base.getindex(a::ShmArray, i::Int) = a.data[i]
Base.@propagate_inbounds Base.setindex!(a::ShmArray{T,N,true}, v, i::Int) where {T,N} = (a.data[i] = v; a)
Base.setindex!(a::ShmArray{T,N,false}, v, ::Int) where {T,N} = throw(read_only(a))

Base.@propagate_inbounds function Base.getindex(a::DecodedArray{T,N,C}, i::Int) where {T,N,C}
    @boundscheck checkbounds(a, i)
    bytes = a.bytes
    return GC.@preserve bytes load(C(), pointer(bytes) + a.offset + (i - 1) * a.step)
end

Base.@propagate_inbounds function Base.setindex!(a::DecodedArray{T,N,C,true}, v, i::Int) where {T,N,C}
    @boundscheck checkbounds(a, i)
    bytes = a.bytes
    GC.@preserve bytes store!(C(), pointer(bytes) + a.offset + (i - 1) * a.step, v)
    return a
end

Base.setindex!(a::DecodedArray{T,N,C,false}, v, ::Int) where {T,N,C} = throw(read_only(a))

@noinline function read_only(a::SharedArrayLike)
    path = GC.@preserve a unsafe_string(view_of(a).path)
    return CuteShmError(:CSHM_ERR_STATE, "array $(repr(path)) of project $(repr(a.source.project.name)) is attached for " *
                        "reading only: attach with mode=:readwrite, or with mode=:private to keep the changes to yourself")
end

# Copies run over whole Arrays, at the speed of memory.
Base.copyto!(to::Array{T}, from::ShmArray{T}) where {T} = copyto!(to, from.data)
Base.copyto!(to::ShmArray{T,N,true}, from::Array{T}) where {T,N} = (copyto!(to.data, from); to)
Base.copyto!(to::ShmArray{T,N,true}, from::ShmArray{T}) where {T,N} = (copyto!(to.data, from.data); to)

Base.reshape(a::ShmArray{T,N,W}, dims::Dims{M}) where {T,N,W,M} = ShmArray{T,M,W}(reshape(a.data, dims), a.source)

function Base.reshape(a::DecodedArray{T,N,C,W,S}, dims::Dims{M}) where {T,N,C,W,S,M}
    prod(dims) == length(a) || throw(DimensionMismatch("new dimensions $dims do not hold $(length(a)) elements"))
    return DecodedArray{T,M,C,W,S}(a.bytes, dims, a.offset, a.step, a.source)
end

# What BLAS and other foreign code ask of a DenseArray.
Base.elsize(::Type{<:ShmArray{T}}) where {T} = sizeof(T)
Base.strides(a::ShmArray) = strides(a.data)
Base.cconvert(::Type{Ptr{T}}, a::ShmArray{T}) where {T} = a.data
Base.unsafe_convert(::Type{Ptr{T}}, a::ShmArray{T}) where {T} = Base.unsafe_convert(Ptr{T}, a.data)
Base.dataids(a::ShmArray) = Base.dataids(a.data)
Base.dataids(a::DecodedArray) = Base.dataids(a.bytes)

# ---- what they are --------------------------------------------------------------------------------------------------

# Its pointers are borrowed from the array: keep that alive while using them.
function view_of(@nospecialize(a::SharedArrayLike))
    view, id = Ref(cshm_array_view()), a.source.id::cshm_array
    GC.@preserve a check(err -> cshm_array_describe(id, view, err))
    return view[]
end

dtype(::Union{Array{T},ShmArray{T}}) where {T<:Native} = dtype(T)
dtype(@nospecialize(a::DecodedArray)) = dtype(codec_of(a))
codec_of(@nospecialize(a::DecodedArray)) = typeof(a).parameters[3]()

"""
    memoryorder(a) -> Symbol

The order of an array's bytes as the other languages see it: `:C` (its dimensions are reversed in Julia) or `:F` (they
are as given).
"""
memoryorder(@nospecialize(a::SharedArrayLike)) = GC.@preserve a order_name(view_of(a).order)

"""
    rawbytes(a) -> ShmArray{UInt8,1}

The bytes of an array of a project as they lie in memory: for checksums, for instance. No copy. Of a [`column`](@ref),
they are those of the whole array.
"""
function rawbytes(a::SharedArrayLike)
    GC.@preserve a begin
        check(err -> cshm_array_retain(a.source.id, err))
        view = view_of(a)
        data = foreign(UInt8, view.data, (Int(view.nbytes),), a.source.id)
        return ShmArray{UInt8,1,view.writable != 0}(data, a.source)
    end
end

"""
    column(a, name) -> DecodedArray

One field of an array of structured elements, as an array of its own over the same memory. `name` is a string or a
symbol. Where `a` can be written, so can it.
"""
function column(a::DecodedArray{T,N,C,W}, name::Union{Symbol,AbstractString}) where {T,N,C<:Record,W}
    field, offset = fieldof(C(), Symbol(name))
    return decoded(field, a.bytes, a.dims, a.source, W, a.offset + offset, a.step)
end
