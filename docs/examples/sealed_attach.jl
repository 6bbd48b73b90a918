# SPDX-License-Identifier: MIT
#
# Attaches a sealed project by its descriptor, and adds its counts.
#
# usage: julia --project=bindings/julia/CuteShm docs/examples/sealed_attach.jl /proc/PID/fd/N

using CuteShm

function main(path)
    file = Base.Filesystem.open(path, Base.Filesystem.JL_O_RDONLY)
    project = try
        attach(file.handle)
    finally
        close(file)     # the attachment does not need it
    end
    println("sum ", sum(project["counts"]))
end

length(ARGS) == 1 || (println(stderr, "usage: sealed_attach.jl /proc/PID/fd/N"); exit(2))
main(ARGS[1])
