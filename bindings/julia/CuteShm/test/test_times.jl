# SPDX-License-Identifier: MIT

@testset "to Dates, where exact" begin
    @test DateTime(DateTime64{:ns,1}(1_700_000_000_000_000_000)) == DateTime(2023, 11, 14, 22, 13, 20)
    @test DateTime(DateTime64{:s,25}(2)) == DateTime(1970, 1, 1, 0, 0, 50)
    @test DateTime(DateTime64{:Y,1}(-70)) == DateTime(1900)
    @test DateTime(DateTime64{:M,3}(5)) == DateTime(1971, 4)
    @test DateTime(DateTime64{:W,1}(1)) == DateTime(1970, 1, 8)
    @test Date(DateTime64{:D,1}(19_000)) == Date(2022, 1, 8)
    @test Date(DateTime64{:h,1}(-24)) == Date(1969, 12, 31)
    @test Dates.Period(TimeDelta64{:ms,10}(3)) === Millisecond(30)
    @test Dates.Period(TimeDelta64{:fs,1}(2_000_000)) === Nanosecond(2)
    @test Dates.Period(TimeDelta64{:Y,1}(2)) === Year(2)
end

@testset "not exact: an error" begin
    @test_throws InexactError DateTime(DateTime64{:ns,1}(1))
    @test_throws InexactError DateTime(DateTime64{:s,1}(typemin(Int64)))
    @test_throws InexactError DateTime(DateTime64{:generic,1}(1))
    @test_throws InexactError DateTime(DateTime64{:Y,1}(10^9))
    @test_throws OverflowError DateTime(DateTime64{:Y,1}(typemax(Int64)))
    @test_throws Exception DateTime(DateTime64{:W,1}(typemax(Int64)))
    @test_throws InexactError Date(DateTime64{:h,1}(1))
    @test_throws InexactError Dates.Period(TimeDelta64{:as,1}(1))
    @test_throws InexactError Dates.Period(TimeDelta64{:generic,1}(1))
    @test_throws InexactError DateTime64{:s,1}(DateTime(1970, 1, 1, 0, 0, 0, 1))
    @test_throws InexactError DateTime64{:s,25}(DateTime(1970, 1, 1, 0, 0, 26))
    @test_throws InexactError DateTime64{:Y,1}(DateTime(1970, 2))
    @test_throws InexactError TimeDelta64{:D,1}(Month(1))
    @test_throws InexactError TimeDelta64{:s,1}(Millisecond(1500))
end

@testset "from Dates and back" begin
    for instant in (DateTime(2024, 2, 29, 1, 2, 3, 4), DateTime(1969, 12, 31, 23, 59, 59, 999), DateTime(1))
        @test DateTime(DateTime64{:ms,1}(instant)) == instant
        @test DateTime(convert(DateTime64{:us,1}, instant)) == instant
    end
    @test DateTime64{:ns,1}(Date(1970, 1, 2)).value == 86_400 * 10^9
    @test DateTime64{:M,1}(DateTime(1969, 12)).value == -1
    @test TimeDelta64{:ns,1}(Second(1)).value == 10^9
    @test TimeDelta64{:M,1}(Year(1)).value == 12
end

@testset "NaT equals nothing, sorts last, and is found in a Dict" begin
    nat, one = DateTime64{:s,1}(typemin(Int64)), DateTime64{:s,1}(1)
    @test isnat(nat) && !isnat(one)
    @test nat != nat && isequal(nat, nat) && one == one
    @test !(nat < one) && !(one < nat) && isless(one, nat) && !isless(nat, one)
    @test sort([nat, one, DateTime64{:s,1}(-1)])[end] === nat
    @test haskey(Dict(nat => 1), nat)
    @test repr(nat) == "DateTime64{:s,1}(NaT)" && repr(one) == "DateTime64{:s,1}(1)"
end
