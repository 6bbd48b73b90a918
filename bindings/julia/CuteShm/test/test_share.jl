# SPDX-License-Identifier: MIT

@testset "trees" begin
    for tree in (Dict("a" => [1], "g" => Dict("b" => 2.0)), (a=[1], g=(b=2.0,)), ["a" => [1], "g/b" => 2.0],
                 Dict(:a => 1:1, :g => ["b" => 2.0]), Dict{Any,Any}("a" => Any[1], "g" => Dict{Any,Any}("b" => 2.0)))
        with_shared(tree) do project
            @test sort(keys(project)) == ["a", "g"] && project["a"] == [1] && eltype(project["a"]) == Int
            @test project["g/b"][] === 2.0
        end
    end
    with_shared(Dict()) do project
        @test isempty(project) && length(nodes(project)) == 0
    end
    with_shared(Dict(string(c) => [1] for c in 'a':'z')) do project
        @test keys(project) == string.('a':'z')
    end
end

@testset "views, ranges and shared arrays can be shared" begin
    with_shared((a=[1 2; 3 4], big=encode(">i2", [1, 2]), s=["x", "yy"])) do project
        again = (v=view([1 2; 3 4], :, 2), t=[1 2; 3 4]', r=1:3, a=project["a"], big=project["big"], s=project["s"])
        with_shared(again; name="jl-again") do copy
            @test copy["v"] == [2, 4] && copy["t"] == [1 3; 2 4] && copy["r"] == 1:3 && copy["a"] == [1 2; 3 4]
            @test dtype(copy["big"]) == ">i2" && copy["big"] == [1, 2] && dtype(copy["s"]) == "<U2"
        end
    end
    records = encode("[[\"x\",\">f8\"],[\"n\",\"<i4\"]]", [(x=1.0, n=2), (x=3.0, n=4)])
    with_shared((x=column(records, :x),)) do project
        @test dtype(project["x"]) == ">f8" && project["x"] == [1, 3]
    end
end

@testset "what is there already" begin
    with_shared((a=[1],)) do project
        @test occursin("jl-test", failing(() -> share("jl-test", (a=[2],)), :CSHM_ERR_EXISTS))
        @test attach(p -> p["a"][1], "jl-test") == 1
        close(share("jl-test", (a=[2],); overwrite=true))
        @test attach(p -> p["a"][1], "jl-test") == 2 && project["a"] == [1]
    end
end

struct NotPlain
    x::Any
end

@testset "what cannot be shared is told by its path, and nothing is created" begin
    bad = (big(1.0), [NotPlain(1)], Any[1, "a"], [missing, 1.0], [1 + big(2)], [[1], [1, 2]], nothing, Int128[1], ['a'])
    for value in bad
        @test occursin("\"g/x\"", failing(() -> share("jl-bad", (a=[1], g=(x=value,))), :CSHM_ERR_BAD_TYPE))
        message = failing(() -> share("jl-bad", (a=[1],); attrs=Dict("a" => Dict("why" => value))), :CSHM_ERR_BAD_TYPE)
        @test occursin("why", message)
    end
    @test_throws ArgumentError share("jl-bad", [1, 2, 3])
    @test_throws ArgumentError share("jl-bad", (a=[1],); lifetime=:ever)
    @test_throws ArgumentError share("jl-bad", (a=[1],); order=:K)
    @test fails(() -> share("a/b", (a=[1],)), :CSHM_ERR_BAD_NAME)
    @test fails(() -> share("jl-bad", ["a" => [1], "a" => [2]]), :CSHM_ERR_EXISTS)
    @test fails(() -> share("jl-bad", ["a" => [1], "a/b" => [2]]), :CSHM_ERR_EXISTS)
    @test fails(() -> share("jl-bad", (a=[1],); attrs=Dict("b" => Dict("x" => 1))), :CSHM_ERR_NOT_FOUND)
    @test isempty(projects())
    collect_all()
    @test live_handles() == 0 && our_segments() == SEGMENTS_BEFORE
end

@testset "more than there is" begin
    message = failing(() -> share("jl-vast", (a=unfilled(Int8, 2^50),)), :CSHM_ERR_NO_SPACE)
    @test occursin(r"wanted 1125899906[0-9]{6} bytes, free [0-9]+ bytes", message)
    @test isempty(projects())
end

function fill_in_place()
    kept = Ref{Any}()
    tree = (x=unfilled(Float64, 2, 3), n=[1], b=unfilled(Bool, 2), none=unfilled(Int8, 0))
    project = share("jl-fill", tree) do building
        @test !iscurrent(building) && isempty(projects()) && describe(building).mode == :readwrite
        @test all(iszero, building["x"]) && building["b"] == [false, false] && isempty(building["none"])
        building["x"] .= [1 2 3; 4 5 6]
        building["n"][1] = 7
        kept[] = building["x"]
        :ignored
    end
    @test project["x"] == [1 2 3; 4 5 6] && project["n"] == [7] && describe(project).mode == :read
    kept[][1] = 9
    @test project["x"][1] == 9
    unlink("jl-fill")
    close(project)
    @test kept[] == [9 2 3; 4 5 6]
end

@testset "arrays are filled in place before anyone sees them" begin
    fill_in_place()
    @test_throws ErrorException share(_ -> error("no"), "jl-fill", (x=unfilled(Float64, 2),))
    attrs = Dict("a" => Dict("n" => unfilled(Int, 1)))
    @test fails(() -> share("jl-fill", (a=[1],); attrs=attrs), :CSHM_ERR_BAD_TYPE)
    @test isempty(projects())
end
