# SPDX-License-Identifier: MIT
#
# From a dtype string to a codec. The C library takes the string apart, so that all languages agree on what is a dtype.

const NUMERIC_TYPES = Base.uniontypes(Numeric)

# Numbers are known without asking: each codec by its name.
const CODECS = Dict{String,Codec}()
for T in NUMERIC_TYPES, C in (sizeof(T) == 1 ? (Plain,) : (Plain, Swapped))
    CODECS[dtype(C{T}())] = C{T}()
end
const CODECS_LOCK = ReentrantLock()

# The codec of a dtype string. A type made by hand costs microseconds, so they are kept.
function codec(dtype::AbstractString)
    lock(CODECS_LOCK)
    try
        found = get(CODECS, dtype, nothing)
        found === nothing || return found
    finally
        unlock(CODECS_LOCK)
    end
    return keep_codec(String(dtype), parse_dtype(String(dtype)))
end

function keep_codec(dtype, @nospecialize(made))
    lock(CODECS_LOCK)
    try
        return get!(CODECS, dtype, made)
    finally
        unlock(CODECS_LOCK)
    end
end

function parse_dtype(dtype::String)
    parts = Ref(cshm_dtype())
    check(err -> cshm_dtype_parse(dtype, parts, err))
    parts[].field_count > 0 && return parse_record(dtype, parts[])
    return parse_typestring(Char(parts[].kind), parts[])
end

function parse_typestring(kind, parts)
    n = Int(parts.itemsize)
    swapped = Char(parts.byte_order) == SWAPPED_ORDER
    kind == 'S' && return FixedBytes{n}()
    kind == 'U' && return FixedUnicode{n ÷ 4,swapped}()
    kind == 'V' && return Raw{n}()
    T = kind in ('M', 'm') ? time_type(kind, parts) : numeric_type(kind, n)
    return swapped ? Swapped{T}() : Plain{T}()
end

function numeric_type(kind, n)
    for T in NUMERIC_TYPES
        numeric_kind(T) == kind && sizeof(T) == n && return T
    end
    throw(CuteShmError(:CSHM_ERR_BAD_TYPE, "a $kind of $n bytes has no Julia type"))
end

function time_type(kind, parts)
    name = String([c % UInt8 for c in parts.unit if c != 0])
    unit = isempty(name) ? :generic : Symbol(name)
    multiple = max(Int(parts.multiple), 1)
    return kind == 'M' ? DateTime64{unit,multiple} : TimeDelta64{unit,multiple}
end

function parse_record(dtype, parts)
    names, codecs, offsets = Symbol[], Codec[], Int[]
    for index in 0:parts.field_count-1
        field = Ref(cshm_field())
        name, format = field_strings(dtype, UInt32(index), field)
        shape = Int[field[].shape[1:field[].ndim]...]
        element = codec(format)
        push!(names, Symbol(name))
        push!(codecs, isempty(shape) ? element : Block(element, reverse(shape)))
        push!(offsets, field[].offset)
    end
    return Record(names, codecs, offsets, Int(parts.itemsize))
end

# Fills `field` and gives the name and the dtype of one field: a first call asks for the lengths of both.
function field_strings(dtype, index, field)
    lengths = Ref{Csize_t}(0), Ref{Csize_t}(0)
    cshm_dtype_field(dtype, index, field, C_NULL, lengths[1], C_NULL, lengths[2], C_NULL)
    name, format = zeros(UInt8, lengths[1][] + 1), zeros(UInt8, lengths[2][] + 1)
    lengths[1][], lengths[2][] = length(name), length(format)
    check(err -> cshm_dtype_field(dtype, index, field, name, lengths[1], format, lengths[2], err))
    return String(resize!(name, lengths[1][])), String(resize!(format, lengths[2][]))
end

"""
    dtype(x) -> String

The dtype of an array, as the library and the other languages name it: numpy's typestring such as `"<f8"`, or for a
structured type its descr list as JSON. `x` is an array of a project, an array made by [`encode`](@ref), or
an element type that has one, such as `Float64`.
"""
dtype(::Type{T}) where {T<:Native} = dtype(Plain{T}())
