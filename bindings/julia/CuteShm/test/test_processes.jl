# SPDX-License-Identifier: MIT

const READER = """
using CuteShm
project = attach("jl-other")
print(sum(project["a"]), " ", project["s"][2], " ", attrs(project)["n"])
attach(p -> (p["a"][1] = 100; nothing), "jl-other"; mode=:readwrite)
"""

@testset "another process reads, and writes" begin
    with_shared((a=[1.0, 2.0], s=["x", "é"]); name="jl-other", attrs=Dict("" => Dict("n" => 3))) do project
        @test read(setenv(julia_command(`-e`, READER), ENV), String) == "3.0 é 3"
        @test project["a"] == [100.0, 2.0]
    end
end

@testset "what an owner shared goes with it" begin
    program = "using CuteShm; share(\"jl-owned\", (a=[1],); lifetime=:owner); print(length(projects()))"
    @test read(setenv(julia_command(`-e`, program), ENV), String) == "1"
    @test isempty(projects())
end

@testset "the library is named, and is the right one" begin
    function load_with(library)
        environment = merge(Dict(ENV), Dict("CUTESHM_LIBRARY" => library))
        messages = IOBuffer()
        run(pipeline(ignorestatus(setenv(julia_command(`-e`, "using CuteShm"), environment)); stderr=messages))
        return String(take!(messages))
    end
    @test occursin("cannot load /nowhere/libcuteshm.so", load_with("/nowhere/libcuteshm.so"))
    @test occursin("CUTESHM_LIBRARY", load_with("/nowhere/libcuteshm.so"))
    @test occursin("is not the library libcuteshm.so.0", load_with("libm.so.6"))
end

@testset "the examples run" begin
    example(name, arguments...) = setenv(julia_command(``, joinpath(REPOSITORY, "docs", "examples", name), arguments...), ENV)
    @test occursin("temperature", read(example("produce.jl", "jl-example"), String))
    messages = IOBuffer()
    lines = split(read(pipeline(example("attach.jl", "jl-example"); stderr=messages), String), '\n'; keepempty=false)
    @test lines[1:4] == ["grid\tgroup", "grid/latitude\t<f8\t(181)", "grid/temperature\t<f4\t(181, 360)", "names\t<U6\t(2)"]
    @test occursin(r"^crc32 grid/temperature [0-9a-f]{8}$", lines[5]) && length(lines) == 5
    @test occursin(r"^julia: attached in [0-9.]+ us\n$", String(take!(messages)))
    unlink("jl-example")
end
