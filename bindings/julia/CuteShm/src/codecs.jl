# SPDX-License-Identifier: MIT
#
# A codec says how one element of a dtype lies in memory and what Julia value it stands for. Codecs are types without
# fields, so that the compiler knows all of it:
#
#     load(codec, pointer) -> value        store!(codec, pointer, value)        nbytes(codec)        dtype(codec)
#
# Pointers need no alignment. The caller keeps the memory alive.

abstract type Codec{T} end

"""The Julia type of an element."""
valuetype(::Codec{T}) where {T} = T

const Numeric = Union{Bool,Int8,Int16,Int32,Int64,UInt8,UInt16,UInt32,UInt64,Float16,Float32,Float64,ComplexF32,ComplexF64}
const Native = Union{Numeric,Time64}

const NATIVE_ORDER = ENDIAN_BOM == 0x04030201 ? '<' : '>'
const SWAPPED_ORDER = NATIVE_ORDER == '<' ? '>' : '<'

byteorder(swapped::Bool) = swapped ? SWAPPED_ORDER : NATIVE_ORDER

# ---- numbers and times ----------------------------------------------------------------------------------------------

struct Plain{T} <: Codec{T} end
struct Swapped{T} <: Codec{T} end

nbytes(::Union{Plain{T},Swapped{T}}) where {T} = sizeof(T)

@inline load(::Plain{T}, p) where {T} = unsafe_load(Ptr{T}(p))
@inline load(::Plain{Bool}, p) = unsafe_load(p) != 0x00
@inline store!(::Plain{T}, p, value) where {T} = (unsafe_store!(Ptr{T}(p), convert(T, value)); nothing)

@inline load(::Swapped{T}, p) where {T} = swapped_load(T, p)
@inline store!(::Swapped{T}, p, value) where {T} = swapped_store!(p, convert(T, value))

word(::Type{T}) where {T} = sizeof(T) == 2 ? UInt16 : sizeof(T) == 4 ? UInt32 : UInt64

@inline swapped_load(::Type{T}, p) where {T} = reinterpret(T, bswap(unsafe_load(Ptr{word(T)}(p))))
@inline swapped_load(::Type{T}, p) where {T<:Time64} = T(swapped_load(Int64, p))
@inline swapped_load(::Type{Complex{F}}, p) where {F} = Complex(swapped_load(F, p), swapped_load(F, p + sizeof(F)))

@inline function swapped_store!(p, value::T) where {T}
    unsafe_store!(Ptr{word(T)}(p), bswap(reinterpret(word(T), value)))
    return nothing
end
@inline swapped_store!(p, value::Time64) = swapped_store!(p, value.value)
@inline function swapped_store!(p, value::Complex{F}) where {F}
    swapped_store!(p, real(value))
    return swapped_store!(p + sizeof(F), imag(value))
end

# Not compiled anew for each type: names are made of a type's parts at run time.
numeric_kind(@nospecialize(T)) =
    T <: Bool ? 'b' : T <: Signed ? 'i' : T <: Unsigned ? 'u' : T <: AbstractFloat ? 'f' : 'c'

function typestring(@nospecialize(T), swapped::Bool)
    T <: Time64 && return time_typestring(T, swapped)
    return string(sizeof(T) == 1 ? '|' : byteorder(swapped), numeric_kind(T), sizeof(T))
end

function time_typestring(@nospecialize(T), swapped::Bool)
    unit, multiple = T.parameters
    count = multiple == 1 ? "" : string(multiple)
    suffix = unit === :generic ? "" : string('[', count, unit, ']')
    return string(byteorder(swapped), T <: DateTime64 ? "M8" : "m8", suffix)
end

dtype(@nospecialize(codec::Plain)) = typestring(valuetype(codec), false)
dtype(@nospecialize(codec::Swapped)) = typestring(valuetype(codec), true)

# ---- strings and raw bytes ------------------------------------------------------------------------------------------

struct FixedBytes{N} <: Codec{String} end
struct FixedUnicode{N,swapped} <: Codec{String} end
struct Raw{N} <: Codec{Vector{UInt8}} end

nbytes(::Union{FixedBytes{N},Raw{N}}) where {N} = N
nbytes(::FixedUnicode{N}) where {N} = 4N

dtype(::FixedBytes{N}) where {N} = "|S$N"
dtype(::Raw{N}) where {N} = "|V$N"
dtype(::FixedUnicode{N,swapped}) where {N,swapped} = string(byteorder(swapped), 'U', N)

function load(::FixedBytes{N}, p) where {N}
    n = N
    while n > 0 && unsafe_load(p, n) == 0x00
        n -= 1
    end
    return unsafe_string(p, n)
end

function store!(codec::FixedBytes{N}, p, value::AbstractString) where {N}
    text = String(value)
    n = ncodeunits(text)
    n <= N || throw(too_long(codec, text, "$n bytes"))
    GC.@preserve text unsafe_copyto!(p, pointer(text), n)
    return clear!(p + n, N - n)
end

function load(::FixedUnicode{N,swapped}, p) where {N,swapped}
    n = N
    while n > 0 && unsafe_load(Ptr{UInt32}(p), n) == 0
        n -= 1
    end
    out = IOBuffer(; sizehint=n)
    for i in 1:n
        code = unsafe_load(Ptr{UInt32}(p), i)
        code = swapped ? bswap(code) : code
        print(out, code <= 0x10ffff ? Char(code) : '\ufffd')
    end
    return String(take!(out))
end

function store!(codec::FixedUnicode{N,swapped}, p, value::AbstractString) where {N,swapped}
    n = length(value)
    n <= N || throw(too_long(codec, value, "$n characters"))
    for (i, char) in enumerate(value)
        code = UInt32(char)
        unsafe_store!(Ptr{UInt32}(p), swapped ? bswap(code) : code, i)
    end
    return clear!(p + 4n, 4(N - n))
end

function load(::Raw{N}, p) where {N}
    bytes = Vector{UInt8}(undef, N)
    GC.@preserve bytes unsafe_copyto!(pointer(bytes), p, N)
    return bytes
end

function store!(codec::Raw{N}, p, value) where {N}
    length(value) == N || throw(too_long(codec, value, "$(length(value)) bytes"))
    for (i, byte) in enumerate(value)
        unsafe_store!(p, convert(UInt8, byte), i)
    end
    return nothing
end

clear!(p, n) = (ccall(:memset, Ptr{Cvoid}, (Ptr{UInt8}, Cint, Csize_t), p, 0, n); nothing)

too_long(codec, value, found) =
    ArgumentError("$(repr(value)) has $found, but an element of $(dtype(codec)) is of another length")

# ---- structured types -----------------------------------------------------------------------------------------------

# A sub-array field: elements of codec C in an array of dimensions `dims`, in Julia's order.
struct Block{T,N,C,dims} <: Codec{Array{T,N}} end
Block(@nospecialize(codec::Codec), dims) = Block{valuetype(codec),length(dims),typeof(codec),Tuple(dims)}()

# As in numpy, an array of sub-arrays has the dtype of their elements.
dtype(::Block{T,N,C}) where {T,N,C} = dtype(C())

nbytes(::Block{T,N,C,dims}) where {T,N,C,dims} = nbytes(C()) * prod(dims)

function load(::Block{T,N,C,dims}, p) where {T,N,C,dims}
    values = Array{T,N}(undef, dims)
    for i in eachindex(values)
        values[i] = load(C(), p + (i - 1) * nbytes(C()))
    end
    return values
end

function store!(codec::Block{T,N,C,dims}, p, values) where {T,N,C,dims}
    found = values isa Tuple ? (length(values),) : size(values)
    found == dims || throw(DimensionMismatch("a field of $found, where one of $dims is wanted"))
    for (i, value) in enumerate(values)
        store!(C(), p + (i - 1) * nbytes(C()), value)
    end
    return nothing
end

# Fields are a tuple type of codecs, each at its offset in an element of N bytes; T is the NamedTuple they make.
struct Record{T<:NamedTuple,Fields<:Tuple,offsets,N} <: Codec{T} end

function Record(names, codecs::Vector{Codec}, offsets, n)
    values = Tuple{map(valuetype, codecs)...}
    return Record{NamedTuple{Tuple(names),values},Tuple{map(typeof, codecs)...},Tuple(offsets),n}()
end

nbytes(::Record{T,F,O,N}) where {T,F,O,N} = N

fieldcodecs(@nospecialize(codec::Record)) = Codec[C() for C in typeof(codec).parameters[2].parameters]
fieldoffsets(@nospecialize(codec::Record)) = Int[typeof(codec).parameters[3]...]

@generated function load(::Record{T,F,O}, p) where {T,F,O}
    fields = [:(load($(C()), p + $offset)) for (C, offset) in zip(F.parameters, O)]
    return :(T(($(fields...),)))
end

@generated function store!(::Record{T,F,O}, p, value) where {T,F,O}
    names = fieldnames(T)
    stores = [:(store!($(C()), p + $o, getproperty(value, $(QuoteNode(n))))) for (n, C, o) in zip(names, F.parameters, O)]
    return Expr(:block, stores..., nothing)
end

# A field's codec, and its offset in the element.
function fieldof(@nospecialize(codec::Record), name)
    names = Symbol[fieldnames(valuetype(codec))...]
    index = findfirst(isequal(name), names)
    index === nothing && throw(ArgumentError("no field $(repr(name)): the fields are $(join(names, ", "))"))
    return fieldcodecs(codec)[index], fieldoffsets(codec)[index]
end

function dtype(@nospecialize(codec::Record))
    names, fields, offsets = fieldnames(valuetype(codec)), fieldcodecs(codec), fieldoffsets(codec)
    parts, position = String[], 0
    for i in 1:length(fields)
        offsets[i] > position && push!(parts, padding(offsets[i] - position))
        push!(parts, string("[", json(String(names[i])), ",", fieldtype_json(fields[i]), "]"))
        position = offsets[i] + nbytes(fields[i])
    end
    nbytes(codec) > position && push!(parts, padding(nbytes(codec) - position))
    return string("[", join(parts, ","), "]")
end

padding(n) = "[\"\",\"|V$n\"]"

function fieldtype_json(@nospecialize(codec::Codec))
    codec isa Record && return dtype(codec)
    codec isa Block || return json(dtype(codec))
    element, dims = typeof(codec).parameters[3], Int[typeof(codec).parameters[4]...]
    return string(fieldtype_json(element()), ",[", join(reverse(dims), ","), "]")
end

function json(text)
    out = IOBuffer()
    print(out, '"')
    for c in text
        if c in ('"', '\\')
            print(out, '\\', c)
        else
            c < ' ' ? print(out, "\\u", string(UInt32(c); base=16, pad=4)) : print(out, c)
        end
    end
    print(out, '"')
    return String(take!(out))
end
