# SPDX-License-Identifier: MIT
#
# No use after unmap, and no mapping after use.

# In functions of their own, so that nothing but what they return is alive.
take_array(name) = attach(p -> p["a"], name)
take_column(name) = attach(p -> column(p["t"], :n), name)
take_view(name) = attach(p -> view(reshape(p["a"], 4, 2), 2:3, :), name)
take_reinterpreted(name) = attach(p -> reinterpret(UInt64, vec(p["a"])), name)
take_bytes(name) = attach(p -> rawbytes(p["a"]), name)
take_data(name) = attach(p -> p["a"].data, name)
take_reshaped_data(name) = attach(p -> reshape(p["a"].data, 8), name)

const NUMBERS = reshape(collect(1.0:8.0), 2, 4)
const RECORDS = encode("[[\"x\",\"<f8\"],[\"n\",\"<i4\"]]", [(x=1.0, n=i) for i in 1:3])

make_life(name) = (segment = with_closed(describe, share(name, (a=NUMBERS, t=RECORDS))).segment)
with_closed(f, project) = (result = f(project); close(project); result)

# `@test` keeps the values it compared, so they are compared elsewhere.
equals(taken, right) = taken[] == right

@testset "$take: valid after close and unlink, gone after use" for (take, right) in
        (take_array => NUMBERS, take_column => 1:3, take_view => reshape(NUMBERS, 4, 2)[2:3, :],
         take_reinterpreted => reinterpret(UInt64, vec(NUMBERS)), take_bytes => reinterpret(UInt8, vec(NUMBERS)),
         take_data => NUMBERS, take_reshaped_data => vec(NUMBERS))
    segment = make_life("jl-life")
    taken = Ref{Any}(take("jl-life"))
    unlink("jl-life")
    collect_all()
    @test is_mapped(segment)
    @test equals(taken, right)
    taken[] = nothing
    collect_all()
    @test !is_mapped(segment) && !(segment in our_segments())
end

@testset "a dropped project is detached" begin
    segment = make_life("jl-life")
    drop_it() = (attach("jl-life")["a"]; nothing)
    drop_it()
    collect_all()
    @test !is_mapped(segment) && live_handles() == 0
    unlink("jl-life")
end

@testset "an array of a project that nobody holds" begin
    make_life("jl-life")
    sums = [sum(attach("jl-life")["a"]) for _ in 1:2000]
    @test all(==(36.0), sums)
    unlink("jl-life")
    collect_all()
    @test live_handles() == 0
end

@testset "finalizers inside a callback of the library, and inside every allocation" begin
    make_life("jl-life")
    arrays = [take_array("jl-life") for _ in 1:1000]
    kept = arrays[1:10:end]
    arrays = nothing
    for _ in 1:20
        GC.gc(false)
        keep = [attach(p -> keys(p), "jl-life") for _ in 1:50]
        @test all(==(["a", "t"]), keep)
    end
    @test all(==(NUMBERS), kept)
    unlink("jl-life")
end

@testset "threads: attach, get, read, close and collect at once" begin
    make_life("jl-life")
    # Julia 1.5 makes no more threads than there are processors.
    output = read(setenv(julia_command(`-t 4`, joinpath(HERE, "threads.jl"), "jl-life"), ENV), String)
    @test occursin(r"^ok [2-4] threads\n$", output)
    unlink("jl-life")
end
