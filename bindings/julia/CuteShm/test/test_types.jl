# SPDX-License-Identifier: MIT
#
# Every dtype: written, read by the dtype it was given, equal.

# Writes `values` in `dtype`, and as an attribute; gives what is read.
function round_trip(dtype_wanted, values)
    with_shared((x=encode(dtype_wanted, values),); attrs=Dict("x" => Dict("a" => encode(dtype_wanted, values)))) do project
        x = project["x"]
        @test dtype(x) == dtype_wanted && dtype(attrs(x), "a") == dtype_wanted
        @test isequal(attrs(x)["a"], collect(x))
        return copy(x)
    end
end

@testset "$letter$n" for (T, n) in ((Int8, 1), (Int16, 2), (Int32, 4), (Int64, 8), (UInt8, 1), (UInt16, 2), (UInt32, 4), (UInt64, 8)),
                         letter in ('<', '>')
    name = string(n == 1 ? '|' : letter, T <: Signed ? 'i' : 'u', n)
    read = round_trip(name, [typemin(T), typemax(T), T(1)])
    @test read == [typemin(T), typemax(T), T(1)] && eltype(read) == T
end

@testset "$letter$(sizeof(T))" for T in (Float16, Float32, Float64), letter in ('<', '>')
    values = T[1.5, -0.0, Inf, -Inf, NaN, floatmin(T), floatmax(T), nextfloat(zero(T))]
    read = round_trip(string(letter, 'f', sizeof(T)), values)
    @test isequal(read, values) && eltype(read) == T
    complex = [Complex(a, b) for a in values, b in values]
    read = round_trip(string(letter, 'c', 2sizeof(Float32)), ComplexF32.(complex))
    @test isequal(read, ComplexF32.(complex))
end

@testset "c16" begin
    for name in ("<c16", ">c16")
        @test isequal(round_trip(name, [1.0 - 2.0im, Complex(NaN, -0.0)]), [1.0 - 2.0im, Complex(NaN, -0.0)])
    end
end

@testset "bool" begin
    @test round_trip("|b1", [true, false, true]) == [true, false, true]
    with_shared((bits=trues(3),)) do project
        @test dtype(project["bits"]) == "|b1" && all(project["bits"])
    end
end

@testset "strings" begin
    @test round_trip("|S5", ["abcde", "a", "", "é", "a\0b"]) == ["abcde", "a", "", "é", "a\0b"]
    @test codeunits(round_trip("|S2", [String([0xff, 0xfe])])[1]) == [0xff, 0xfe]
    for name in ("<U3", ">U3")
        @test round_trip(name, ["abc", "", "é日😀", "a\0b"]) == ["abc", "", "é日😀", "a\0b"]
    end
    @test_throws ArgumentError encode("|S2", ["abc"])
    @test_throws ArgumentError encode("<U2", ["abc"])
    @test round_trip("|S300", [repeat("x", 300)]) == [repeat("x", 300)]
    @test round_trip("<U5000", [repeat("é", 5000)]) == [repeat("é", 5000)]
end

@testset "raw bytes" begin
    @test round_trip("|V3", [[0x00, 0x01, 0x00], [0xff, 0x00, 0x00]]) == [[0x00, 0x01, 0x00], [0xff, 0x00, 0x00]]
    @test_throws ArgumentError encode("|V3", [[0x00]])
end

@testset "$letter$kind$suffix" for letter in ('<', '>'), kind in ("M8", "m8"), suffix in ("[ns]", "[D]", "[25s]", "[as]", "[Y]", "")
    suffix == "" && kind == "M8" && continue
    read = round_trip(string(letter, kind, suffix), [0, -1, typemin(Int64), typemax(Int64)])
    @test [t.value for t in read] == [0, -1, typemin(Int64), typemax(Int64)] && isnat(read[3])
end

@testset "Dates" begin
    days, instants, steps = [Date(1970, 1, 2), Date(1960)], [DateTime(2024, 1, 1, 12)], [Second(3), Second(-1)]
    with_shared((days=days, instants=instants, steps=steps, one=Date(2000))) do project
        @test dtype(project["days"]) == "<M8[D]" && Date.(project["days"]) == days
        @test dtype(project["instants"]) == "<M8[ms]" && DateTime.(project["instants"]) == instants
        @test dtype(project["steps"]) == "<m8[s]" && Dates.Period.(project["steps"]) == steps
        @test Date(project["one"][]) == Date(2000)
    end
    @test round_trip("<M8[ns]", instants)[1] == DateTime64{:ns,1}(instants[1])
end

const NESTED = "[[\"id\",\">u2\"],[\"\",\"|V2\"],[\"p\",[[\"x\",\"<f8\"],[\"s\",\"|S3\"]]],[\"m\",\"<i2\",[2,3]],[\"é \\\"\",\"|b1\"]]"

@testset "structured" begin
    values = [(id=0xfffe, p=(x=1.5, s="abc"), m=Int16[1 2; 3 4; 5 6], var"é \""=true),
              (id=0x0001, p=(x=-0.0, s=""), m=zeros(Int16, 3, 2), var"é \""=false)]
    read = round_trip(NESTED, values)
    @test isequal(read, values) && read[1].p.s == "abc" && read[1].m[2, 1] === Int16(3)
    with_shared((t=encode(NESTED, values),)) do project
        t = project["t"]
        @test t[1].id === 0xfffe && column(t, "p")[1] == (x=1.5, s="abc") && column(column(t, :p), :x) == [1.5, -0.0]
        @test column(t, "m")[1] == Int16[1 2; 3 4; 5 6] && column(t, "é \"") == [true, false]
        @test dtype(column(t, :m)) == "<i2" && dtype(column(t, :id)) == ">u2"
        @test rawbytes(t)[1:4] == [0xff, 0xfe, 0, 0]
        @test occursin("id, p, m", thrown(() -> column(t, :none)).msg)
        writer = attach("jl-test"; mode=:private)
        column(writer["t"], :id)[2] = 7
        writer["t"][1] = merge(t[1], (id=5,))
        @test [r.id for r in writer["t"]] == [5, 7] && writer["t"][1].p == t[1].p && t[1].id == 0xfffe
        close(writer)
    end
end

struct Point
    x::Float32
    y::Float64
end

@testset "structured types by Julia's own" begin
    people = [(name="Ada", born=Date(1815, 12, 10), grades=[1, 2]), (name="Émilie", born=Date(1706, 12, 17), grades=[3, 4])]
    with_shared((people=people, points=[Point(1, 2), Point(3, 4)], pairs=[(1, 2), (3, 4)], arrays=[[1.0 2.0], [3.0 4.0]])) do project
        @test dtype(project["people"]) == "[[\"name\",\"<U6\"],[\"born\",\"<M8[D]\"],[\"grades\",\"<i8\",[2]]]"
        @test project["people"][2].name == "Émilie" && Date(project["people"][1].born) == Date(1815, 12, 10)
        @test dtype(project["points"]) == "[[\"x\",\"<f4\"],[\"y\",\"<f8\"]]" && project["points"][2] == (x=3.0f0, y=4.0)
        @test project["pairs"] == [1 3; 2 4] && project["arrays"] == cat([1.0 2.0], [3.0 4.0]; dims=3)
    end
end

@testset "a sub-array of a megabyte is read whole, or not at all" begin
    big = "[[\"n\",\"<i4\"],[\"v\",\"<f8\",[400,400]]]"
    with_shared((t=encode(big, [(n=i, v=fill(Float64(i), 400, 400)) for i in 1:2]),)) do project
        @test column(project["t"], :n) == [1, 2] && column(project["t"], :v)[2] == fill(2.0, 400, 400)
    end
end

@testset "not a dtype" begin
    @test occursin("<f3", failing(() -> encode("<f3", [1]), :CSHM_ERR_BAD_TYPE))
    @test_throws InexactError encode("|u1", [256])
end
