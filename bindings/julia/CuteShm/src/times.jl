# SPDX-License-Identifier: MIT
#
# numpy's datetime64 and timedelta64. They are wider than the types of Dates (attoseconds to years, any multiple of a unit,
# and NaT), so they have types of their own, with conversions where those are exact.

abstract type Time64{unit,multiple} end

"""
    DateTime64{unit,multiple}(value)

An instant as numpy's `datetime64[unit]`: `value` times `multiple` units since 1970-01-01T00:00. The unit is one of
`:Y :M :W :D :h :m :s :ms :us :ns :ps :fs :as`, or `:generic`. `value == typemin(Int64)` is NaT: see [`isnat`](@ref).

`DateTime(x)` and `Date(x)` convert where that is exact, else they throw an `InexactError`;
`DateTime64{:ns,1}(DateTime(2024))` converts back.
"""
struct DateTime64{unit,multiple} <: Time64{unit,multiple}
    value::Int64
end

"""
    TimeDelta64{unit,multiple}(value)

A duration as numpy's `timedelta64[unit]`: `value` times `multiple` units, those of [`DateTime64`](@ref).
`value == typemin(Int64)` is NaT: see [`isnat`](@ref).

`Dates.Period(x)` converts where that is exact, else it throws an `InexactError`; `TimeDelta64{:ns,1}(Second(1))`
converts back.
"""
struct TimeDelta64{unit,multiple} <: Time64{unit,multiple}
    value::Int64
end

const NAT = typemin(Int64)

"""
    isnat(x)

Whether a [`DateTime64`](@ref) or [`TimeDelta64`](@ref) is NaT, "not a time".
"""
isnat(x::Time64) = x.value == NAT

# As with NaN: NaT equals nothing, but is found in a Dict.
Base.:(==)(a::T, b::T) where {T<:Time64} = a.value == b.value && !isnat(a)
Base.isequal(a::T, b::T) where {T<:Time64} = a.value == b.value
Base.hash(x::Time64, h::UInt) = hash(x.value, hash(typeof(x), h))
Base.isless(a::T, b::T) where {T<:Time64} = isnat(b) ? !isnat(a) : !isnat(a) && a.value < b.value
Base.:(<)(a::T, b::T) where {T<:Time64} = !isnat(a) && !isnat(b) && a.value < b.value

function Base.show(io::IO, x::Time64{unit,multiple}) where {unit,multiple}
    name = x isa DateTime64 ? "DateTime64" : "TimeDelta64"
    print(io, name, "{:", unit, ",", multiple, "}(")
    isnat(x) ? print(io, "NaT") : print(io, x.value)
    print(io, ")")
end

const PERIODS = Dict(:Y => Dates.Year, :M => Dates.Month, :W => Dates.Week, :D => Dates.Day, :h => Dates.Hour,
                     :m => Dates.Minute, :s => Dates.Second, :ms => Dates.Millisecond, :us => Dates.Microsecond,
                     :ns => Dates.Nanosecond)

const ATTOSECONDS = Dict{Symbol,Int128}(:as => 1, :fs => Int128(10)^3, :ps => Int128(10)^6, :ns => Int128(10)^9,
                                        :us => Int128(10)^12, :ms => Int128(10)^15, :s => Int128(10)^18,
                                        :m => 60 * Int128(10)^18, :h => 3600 * Int128(10)^18,
                                        :D => 86400 * Int128(10)^18, :W => 604800 * Int128(10)^18)

# What a count of one unit is in another, where both have a fixed length.
function rescale(value, from, multiple, to, wanted, x)
    isexact = haskey(ATTOSECONDS, from) && haskey(ATTOSECONDS, to)
    isexact || throw(InexactError(nameof(wanted), wanted, x))
    total = Base.checked_mul(Base.checked_mul(Int128(value), Int128(multiple)), ATTOSECONDS[from])
    count, rest = divrem(total, ATTOSECONDS[to])
    rest == 0 || throw(InexactError(nameof(wanted), wanted, x))
    return Int64(count)
end

function Dates.DateTime(x::DateTime64{unit,multiple}) where {unit,multiple}
    isnat(x) && throw(InexactError(:DateTime, Dates.DateTime, x))
    if unit in (:Y, :M)
        months = Base.checked_mul(Base.checked_mul(x.value, Int64(multiple)), unit == :Y ? 12 : 1)
        abs(months) < 12 * 10^8 || throw(InexactError(:DateTime, Dates.DateTime, x))
        return Dates.DateTime(1970) + Dates.Month(months)
    end
    milliseconds = rescale(x.value, unit, multiple, :ms, Dates.DateTime, x)
    return Dates.DateTime(Dates.UTM(Base.checked_add(milliseconds, Dates.UNIXEPOCH)))
end

function Dates.Date(x::DateTime64)
    instant = Dates.DateTime(x)
    day = Dates.Date(instant)
    Dates.DateTime(day) == instant || throw(InexactError(:Date, Dates.Date, x))
    return day
end

function Dates.Period(x::TimeDelta64{unit,multiple}) where {unit,multiple}
    isnat(x) && throw(InexactError(:Period, Dates.Period, x))
    haskey(PERIODS, unit) && return PERIODS[unit](Base.checked_mul(x.value, Int64(multiple)))
    return Dates.Nanosecond(rescale(x.value, unit, multiple, :ns, Dates.Period, x))
end

function DateTime64{unit,multiple}(x::Dates.DateTime) where {unit,multiple}
    wanted = DateTime64{unit,multiple}
    if unit in (:Y, :M)
        months = 12 * (Dates.year(x) - 1970) + Dates.month(x) - 1
        count, rest = divrem(months, (unit == :Y ? 12 : 1) * multiple)
        isexact = rest == 0 && x == Dates.floor(x, Dates.Month)
        return isexact ? wanted(count) : throw(InexactError(:DateTime64, wanted, x))
    end
    milliseconds = Dates.value(x) - Dates.UNIXEPOCH
    haskey(ATTOSECONDS, unit) || throw(InexactError(:DateTime64, wanted, x))
    count, rest = divrem(milliseconds * ATTOSECONDS[:ms], ATTOSECONDS[unit] * multiple)
    return rest == 0 ? wanted(count) : throw(InexactError(:DateTime64, wanted, x))
end

DateTime64{unit,multiple}(x::Dates.Date) where {unit,multiple} = DateTime64{unit,multiple}(Dates.DateTime(x))

function TimeDelta64{unit,multiple}(x::Dates.Period) where {unit,multiple}
    wanted = TimeDelta64{unit,multiple}
    from = findfirst(==(typeof(x)), PERIODS)
    from === nothing && throw(InexactError(:TimeDelta64, wanted, x))
    months = Dict(:Y => 12, :M => 1)
    factors = haskey(months, from) ? months : ATTOSECONDS
    haskey(factors, unit) || throw(InexactError(:TimeDelta64, wanted, x))
    count, rest = divrem(Int128(Dates.value(x)) * factors[from], Int128(factors[unit]) * multiple)
    return rest == 0 ? wanted(count) : throw(InexactError(:TimeDelta64, wanted, x))
end

Base.convert(::Type{T}, x::Integer) where {T<:Time64} = T(x)
Base.convert(::Type{T}, x::Union{Dates.DateTime,Dates.Date}) where {T<:DateTime64} = T(x)
Base.convert(::Type{T}, x::Dates.Period) where {T<:TimeDelta64} = T(x)
Base.convert(::Type{T}, x::DateTime64) where {T<:Union{Dates.DateTime,Dates.Date}} = T(x)

# What numpy would make of the types of Dates.
time64(::Type{Dates.DateTime}) = DateTime64{:ms,1}
time64(::Type{Dates.Date}) = DateTime64{:D,1}
time64(::Type{P}) where {P<:Dates.Period} = TimeDelta64{findfirst(==(P), PERIODS),1}
