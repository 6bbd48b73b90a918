# SPDX-License-Identifier: MIT
#
# However a process ends: what was to go with it goes, what others use stays, and its children hold nothing of it.

const ENDINGS = ["returns" => "nothing", "throws" => "error(\"on purpose\")", "exits" => "exit(3)",
                 "exits in a task" => "wait(@async exit(3))", "aborts" => "ccall(:abort, Cvoid, ())",
                 "ends by _exit" => "ccall(:_exit, Cvoid, (Cint,), 3)", "is killed" => "ccall(:raise, Cint, (Cint,), 9)"]

# Starts a program that outlives this one and would inherit what is not closed; then ends, with an array in use.
life(take, ending) = """
using CuteShm
take() = $take
const project = take()
const array = project["x"]
run(pipeline(`cat`; stdin=stdin, stdout=devnull, stderr=devnull); wait=false)
println("ready")
$ending
"""

const TAKEN = ["owner" => "share(\"jl-owner\", (x=[1, 2],); lifetime=:owner)",
               "last user" => "share(\"jl-last user\", (x=[1, 2],); lifetime=:last_user)",
               "reader" => "attach(\"jl-theirs\")"]

# Starts a process that takes a project and ends so.
start(take, ending) =
    open(pipeline(setenv(julia_command(`-e`, life(take, ending)), ENV); stderr=devnull), "r+")

# The other end of the standard input of the program that stays is held by `process` until that is closed.
function ended(process)
    line = readline(process)
    wait(process)
    return line == "ready"
end

@testset "a process that $way" for (way, ending) in ENDINGS
    theirs = share("jl-theirs", (x=[7],); lifetime=:last_user)
    processes = [start(take, ending) for (_, take) in TAKEN]
    @test all(map(ended, processes))
    for role in ("owner", "last user")
        @test failing(() -> attach("jl-$role"), :CSHM_ERR_NOT_FOUND) != ""
        @test isempty(filter(name -> startswith(name, "cute-shm.jl-$role."), readdir("/dev/shm")))
    end
    @test iscurrent(theirs) && attach(p -> p["x"] == [7], "jl-theirs") && [p.name for p in projects()] == ["jl-theirs"]
    foreach(close, processes)
    close(theirs)
    collect_all()
    @test isempty(projects())
end
