# SPDX-License-Identifier: MIT
#
# Creates a project that other processes attach, in any of the four languages.
#
# usage: julia --project=bindings/julia/CuteShm docs/examples/produce.jl PROJECT

using CuteShm

function main(name)
    temperature = Float32[15 + 8 * sin(i / 30) * cos(j / 20) for i in 1:360, j in 1:181]
    # As with HDF5.jl, Julia's (360, 181) is (181, 360) in C and Python: the same bytes.
    tree = (grid=(latitude=range(-90, 90; length=181), temperature=temperature), names=["Bern", "Zürich"])
    attributes = Dict("" => Dict("title" => "weather"),
                      "grid/temperature" => Dict("units" => "degC", "valid_range" => [-90.0, 60.0]))
    project = share(name, tree; attrs=attributes, overwrite=true)
    show(stdout, "text/plain", project)
    println()
end

length(ARGS) == 1 || (println(stderr, "usage: produce.jl PROJECT"); exit(2))
main(ARGS[1])
