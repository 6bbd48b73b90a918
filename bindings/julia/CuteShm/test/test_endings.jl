# SPDX-License-Identifier: MIT
#
# However a process ends: what was to go with it goes, what others use stays, and its children hold nothing of it.

const ENDINGS = ["returns" => "nothing", "throws" => "error(\"on purpose\")", "exits" => "exit(3)",
                 "exits in a task" => "wait(@async exit(3))", "aborts" => "ccall(:abort, Cvoid, ())",
                 "ends by _exit" => "ccall(:_exit, Cvoid, (Cint,), 3)", "is killed" => "ccall(:raise, Cint, (Cint,), 9)"]

# Owns a project, is the last user of another and a reader of a third. Starts a program that outlives it and inherits what
# is not closed by exec, which is sure when that program says so itself; then ends, with arrays in use.
const LIFE = """
using CuteShm
n, ending = ARGS
const held = [share("jl-owner-\$n", (x=[1, 2],); lifetime=:owner),
              share("jl-last-\$n", (x=[1, 2],); lifetime=:last_user), attach("jl-theirs")]
const arrays = [project["x"] for project in held]
const program = open(pipeline(`sh -c "echo runs; exec cat > /dev/null"`; stdin=stdin, stderr=devnull), "r")
println(readline(program))
include_string(Main, ending)
"""

# What a new attach gets, in words.
state_of(name) = (e = thrown(() -> attach(close, name)); e === nothing ? :attached : e.status)

@testset "however a process ends" begin
    theirs = share("jl-theirs", (x=[7],); lifetime=:last_user)
    start(n, code) = open(pipeline(setenv(julia_command(`-e`, LIFE, n, code), ENV); stderr=devnull), "r+")
    processes = [start(n, code) for (n, (_, code)) in enumerate(ENDINGS)]
    @testset "a process that $way" for (n, (way, _)) in enumerate(ENDINGS)
        @test readline(processes[n]) == "runs"
        wait(processes[n]) # the program that it started runs on until the other end of its input is closed, below
        @test state_of("jl-owner-$n") == state_of("jl-last-$n") == :CSHM_ERR_NOT_FOUND
        @test isempty(filter(name -> occursin(Regex("^cute-shm.jl-(owner|last)-$n\\."), name), readdir("/dev/shm")))
        @test iscurrent(theirs) && attach(p -> p["x"] == [7], "jl-theirs")
    end
    @test [p.name for p in projects()] == ["jl-theirs"]
    foreach(close, processes)
    close(theirs)
    collect_all()
    @test isempty(projects())
end
