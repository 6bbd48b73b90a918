# SPDX-License-Identifier: MIT
#
# The worker in Julia: see live_and_end.c, which does the same.

using CuteShm

const VALUES = collect(0.0:5.0)

function take_part(verb, lifetime, root, name)
    if verb == "publish"
        return share(name, (a=VALUES,); lifetime=Symbol(replace(lifetime, '-' => '_')), store=root)
    end
    project = attach(name; store=root)
    project["a"] == VALUES || error("$name: wrong values")
    return project
end

function finish(ending)
    ending == "return" && return nothing
    ending == "error" && error("as was asked for")
    ending == "exit" && exit(3)
    ending == "_exit" && ccall(:_exit, Cvoid, (Cint,), 4)
    ending == "abort" && ccall(:abort, Cvoid, ())
    exit(5)
end

function main(ending, words...)
    kept = [take_part(words[i:i+3]...) for i in 1:4:length(words)]
    @async write(stdout, "ready\n") # by another task: then this one is waiting, and compiles nothing any more
    readline()
    GC.@preserve kept finish(ending)
end

main(ARGS...)
