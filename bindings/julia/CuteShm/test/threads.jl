# SPDX-License-Identifier: MIT
#
# Run by test_lifetime.jl with four threads: uses one project from all of them, while others close it and collect.

using CuteShm

# What a task meets when another one has just closed the project.
is_closed(e) = e isa CuteShmError && e.status == :CSHM_ERR_STALE_HANDLE

function use(project, name)
    array = try
        project["a"]
    catch e
        is_closed(e) || rethrow()
        return 0
    end
    names = try
        (keys(project), nodes(project), describe(project))[1]
    catch e
        is_closed(e) || rethrow()
        ["a", "t"]
    end
    sum(array) == 36.0 && names == ["a", "t"] || error("wrong: $array, $names")
    return 1
end

function main(name)
    used = Threads.Atomic{Int}(0)
    for round in 1:200
        project = attach(name)
        Threads.@threads for i in 1:16
            i == 11 && close(project)
            i == 5 && GC.gc(false)
            Threads.atomic_add!(used, use(i % 3 == 0 ? attach(name) : project, name))
        end
    end
    used[] > 200 || error("only $(used[]) uses came through")
    println("ok ", Threads.nthreads(), " threads")
end

main(ARGS[1])
