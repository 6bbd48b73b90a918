# SPDX-License-Identifier: MIT
#
# read-scan in Julia: the sum of a shared Float64 array of 1 GiB, against that of the same numbers in private memory.
#
# usage: julia --project=bindings/julia/CuteShm tests/bench/read_scan.jl [--short]

using CuteShm

median(values) = sort(values)[div(end + 1, 2)]
digits4(value) = round(value; sigdigits=4)

function main(short)
    private = collect(Float64, 1:(short ? 2^17 : 2^27))
    project = share("cute-shm-bench", (x=private,); lifetime=:owner)
    shared = project["x"]
    # Also compiles `sum` for both, and meets every page for the first time.
    sum(shared) == sum(private) || error("the shared sum is $(sum(shared)), the private one $(sum(private))")
    pairs = [(@elapsed(sum(shared)), @elapsed(sum(private))) for _ in 1:(short ? 5 : 11)]
    close(project)
    CuteShm.unlink("cute-shm-bench")

    ours, against = 1000 * median(first.(pairs)), 1000 * median(last.(pairs))
    println("{\"row\": \"read-scan\", \"language\": \"Julia\", \"work\": \"$(short ? "1 MiB" : "1 GiB")\", ",
            "\"ours\": $(digits4(ours)), \"against\": $(digits4(against)), \"ratio\": $(digits4(ours / against)), ",
            "\"unit\": \"ms\", \"pairs\": $(length(pairs)), \"peers\": {\"julia\": \"$VERSION\"}}")
end

ARGS in ([], ["--short"]) || (println(stderr, "usage: read_scan.jl [--short]"); exit(2))
main(!isempty(ARGS))
