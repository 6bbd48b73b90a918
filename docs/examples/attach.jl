# SPDX-License-Identifier: MIT
#
# Attaches a project, prints its tree, and the CRC-32 of one array's bytes.
#
# usage: julia --project=bindings/julia/CuteShm docs/examples/attach.jl PROJECT [DATASET]

using CuteShm

# zlib's CRC-32, which Julia's standard library does not have.
const CRC_TABLE = [foldl((c, _) -> isodd(c) ? 0xedb88320 ⊻ c >> 1 : c >> 1, 1:8; init=UInt32(n)) for n in 0:255]
crc32(bytes) = ~foldl((c, byte) -> CRC_TABLE[(c ⊻ byte) % UInt8 + 1] ⊻ c >> 8, bytes; init=0xffffffff)

function main(name, dataset=nothing)
    close(attach(name))     # once before, so that attaching is timed and not the compiling of it
    started = time_ns()
    project = attach(name)
    microseconds = (time_ns() - started) / 1000

    arrays = filter(node -> node.kind == :array, nodes(project))
    for node in nodes(project)
        println(node.path, "\t", node.kind == :group ? "group" : string(node.dtype, "\t(", join(node.shape, ", "), ")"))
    end

    if dataset === nothing
        dataset = arrays[argmax([node.nbytes for node in arrays])].path
    end
    array = project[dataset]        # a DenseArray over the shared memory: no copy was made
    println("crc32 ", dataset, " ", string(crc32(rawbytes(array)); base=16, pad=8))
    println(stderr, "julia: attached in ", round(microseconds; digits=1), " us")
end

1 <= length(ARGS) <= 2 || (println(stderr, "usage: attach.jl PROJECT [DATASET]"); exit(2))
main(ARGS...)
