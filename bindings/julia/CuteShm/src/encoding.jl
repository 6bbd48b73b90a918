# SPDX-License-Identifier: MIT
#
# From Julia's values to the bytes of a dtype.

"""
    encode(dtype, values) -> AbstractArray

The array (or scalar) `values` in the given dtype, for [`share`](@ref) and its attributes where Julia has no
element type that says it: `encode(">i4", [1, 2])`, `encode("|S5", ["ab", "abcde"])`, `encode("|V2", [[0x00, 0xff]])`,
`encode("<M8[ns]", [0])`. It reads back as the same values, and has the same dimensions. A scalar becomes 0-dimensional.

Throws `CuteShmError` (`CSHM_ERR_BAD_TYPE`) where `dtype` is not understood, `InexactError` or `ArgumentError` where a
value does not fit.
"""
encode(dtype::AbstractString, values::AbstractArray) = encode(codec(dtype), values)
encode(dtype::AbstractString, value) = encode(codec(dtype), fill(value))

encode(::Plain{T}, values::AbstractArray) where {T} = convert(Array{T}, values)

function encode(codec::Codec, values::AbstractArray)
    encoded = decoded(codec, zeros(UInt8, length(values) * nbytes(codec)), size(values), nothing, true)
    return store_all!(encoded, values)
end

# A function of its own, as `decoded` tells no concrete type.
function store_all!(encoded::DecodedArray, values)
    for (i, value) in enumerate(values)
        encoded[i] = value
    end
    return encoded
end

# ---- choosing a codec -----------------------------------------------------------------------------------------------

# The codec for the values of an array whose dtype nobody named: by their type and, for strings, by the longest one.
codec_for(values::AbstractArray{T}) where {T<:Native} = Plain{T}()
codec_for(values::AbstractArray{T}) where {T<:Union{Dates.Date,Dates.DateTime,Dates.Period}} = Plain{time64(T)}()

function codec_for(values::AbstractArray{<:AbstractString})
    widest = mapreduce(length, max, values; init=1)
    return FixedUnicode{widest,false}()
end

function codec_for(values::AbstractArray{T}) where {T}
    isconcretetype(T) || return codec_for(narrowed(values))
    T <: Union{NamedTuple,AbstractArray,Tuple} || isbitstype(T) && fieldcount(T) > 0 || throw(no_dtype(T))
    T <: AbstractArray && return block_codec(values, unique(map(size, values)))
    T <: Tuple && return Block(codec_for([x for value in values for x in value]), (fieldcount(T),))
    columns = Codec[codec_for([getfield(value, name) for value in values]) for name in fieldnames(T)]
    offsets = cumsum([0; map(nbytes, columns)])
    return Record(fieldnames(T), columns, offsets[1:end-1], offsets[end])
end

function block_codec(values, sizes)
    length(sizes) == 1 || throw(ArgumentError("its elements are arrays of sizes $(join(sizes, ", ")): all must be alike"))
    return Block(codec_for([x for value in values for x in value]), sizes[1])
end

# The same values with a concrete element type, such as Float64 for Any[1.0, 2.0].
function narrowed(values)
    same = map(identity, values)
    isconcretetype(eltype(same)) || throw(no_dtype(eltype(same)))
    return same
end

no_dtype(T) = ArgumentError("elements of type $T have no dtype: convert them to numbers, strings, times or NamedTuples " *
                            "of those")

# ---- what is written ------------------------------------------------------------------------------------------------

# An array as the library takes it: `data` are the bytes in Julia's order of dimensions.
struct Payload
    dtype::String
    dims::Dims
    data::Union{Array,Nothing} # nothing: zeros, to be filled in place
end

"""
    unfilled(T, dims...)

An array of zeros for [`share`](@ref) that exists in shared memory only, to be filled there. `T` is a number type or `Bool`.
"""
unfilled(::Type{T}, dims::Integer...) where {T<:Native} = Unfilled{T}(map(Int, dims))

struct Unfilled{T}
    dims::Dims
end

payload(values::Unfilled{T}) where {T} = Payload(dtype(T), values.dims, nothing)

payload(value) = payload(fill(value))
payload(values::Array{T}) where {T<:Native} = Payload(dtype(T), size(values), values)
payload(values::ShmArray{T}) where {T} = Payload(dtype(T), size(values), values.data)
payload(values::AbstractArray) = payload(encode(codec_for(values), values))

function payload(values::DecodedArray{T,N,C}) where {T,N,C}
    whole = values.offset == 0 && values.step == nbytes(C())
    whole || return payload(encode(C(), values))
    return Payload(dtype(C()), (inner_dims(C())..., size(values)...), values.bytes)
end

# An array of arrays is shared as one of more dimensions: the bytes are the same.
inner_dims(::Codec) = ()
inner_dims(::Block{T,N,C,dims}) where {T,N,C,dims} = (inner_dims(C())..., dims...)

"""
    inorder(array, order)

An array to be shared in an order of its own, other than the `order` given to [`share`](@ref): `:C` or `:F`.
"""
inorder(array::AbstractArray, order::Symbol) = InOrder(array, choice(ORDERS, order, "order"))

struct InOrder
    array::AbstractArray
    order::cshm_order
end

const ORDERS = (C=CSHM_ORDER_C, F=CSHM_ORDER_FORTRAN)

# The shape under which others see it: in C order the dimensions are reversed.
shape_for(dims, order) = Int64[(order == CSHM_ORDER_C ? reverse(dims) : dims)...]
