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

const LAST_USER = """
using CuteShm
project = share("jl-last", (a=[1],); lifetime=:last_user)
println(describe(project).lifetime, " ", projects()[1].lifetime)
readline()
"""

# A function of its own, so that nothing of it is still in use afterwards.
function use_after(publisher)
    attach("jl-last") do project
        println(publisher)
        wait(publisher)
        @test [p.name for p in projects()] == ["jl-last"] && project["a"] == [1]
    end
    return nothing
end

@testset "a project lives until its last user" begin
    publisher = open(setenv(julia_command(`-e`, LAST_USER), ENV), "r+")
    @test readline(publisher) == "last_user last_user"
    use_after(publisher)
    collect_all()
    @test isempty(projects()) && isempty(filter(name -> startswith(name, "cute-shm.jl-last."), readdir("/dev/shm")))
end

const WAITER = """
using CuteShm
project = attach("jl-wait")
@async (sleep(0.1); println("another task ran"))
wait_newer(project; timeout=60)
print(iscurrent(project), " ", reattach(project)["a"][1])
"""

@testset "a process waits for a newer generation that another publishes" begin
    first = share("jl-wait", (a=[1],))
    waiter = open(setenv(julia_command(`-e`, WAITER), ENV), "r+")
    @test readline(waiter) == "another task ran"
    second = share("jl-wait", (a=[2],); overwrite=true)
    @test read(waiter, String) == "false 2"
    wait_newer(first)
    for timeout in (0, 0.1)
        message = failing(() -> wait_newer(second; timeout=timeout), :CSHM_ERR_TIMEOUT)
        @test occursin("jl-wait", message) && occursin("$timeout s", message)
    end
    unlink("jl-wait")
    wait_newer(second; timeout=0)
    close(first)
    close(second)
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
