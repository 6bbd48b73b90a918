# SPDX-License-Identifier: MIT
#
# The worker in Julia of the soak: see soak_worker.c, which does the same. It takes seconds to start, so it never ends by itself.
#
# usage: julia --project=bindings/julia/CuteShm tests/soak/soak_worker.jl ROOT SEED

using CuteShm
using Random

const PROJECTS = ("steady", "one", "two", "three")
const LIFETIMES = (:persistent, :owner, :last_user)
const HELD = 6

# What is held: a project, or nothing where it was let go; an array of it, and the number of its generation.
struct Held
    project::Union{Project,Nothing}
    array::AbstractArray
    number::Int
end

mutable struct Worker
    random::MersenneTwister
    number::Int
    stores::Vector{Store}
    held::Vector{Held}
end

say(operation, status, text="") = write(stdout, string(operation, ' ', status, ' ', replace(text, '\n' => ' '), '\n'))

# As HDF5.jl does, Julia's (40, n) is (n, 40) in the other languages.
tree_of(number) = (a=fill(Float64(number), 100 + number % 37),
                   group=(b=fill(number, 40, number % 5 + 1), deep=(c=fill(Int32(number), 4096),)))

# The number of a generation, or -1 where anything in it is not of that number.
function number_of(project)
    number = Int(attrs(project)["number"])
    arrays = (project["a"], project["group/b"], project["group/deep/c"])
    shapes = ((100 + number % 37,), (40, number % 5 + 1), (4096,))
    return all(size.(arrays) .== shapes) && all(array -> all(==(number), array), arrays) ? number : -1
end

is_whole(held) = all(==(held.number), held.array) && (held.project === nothing || number_of(held.project) == held.number)

# Without its project, an array is let go by the garbage collector, which may run late.
function let_go(worker, index)
    held = worker.held[index]
    deleteat!(worker.held, index)
    is_whole(held) || say("wrong", "value", "in what was held")
    held.project === nothing || close(held.project)
    say("detach", "OK")
end

function take(worker, project, wanted)
    number = number_of(project)
    number >= 0 && wanted in (nothing, number) || say("wrong", "value", "in what was attached")
    length(worker.held) == HELD && let_go(worker, rand(worker.random, 1:HELD))
    array = project["group/b"]
    alone = rand(worker.random) < 0.3
    alone && close(project)
    push!(worker.held, Held(alone ? nothing : project, array, number))
    rand(worker.random) < 0.5 && let_go(worker, length(worker.held))
end

function publish(worker, store, name, overwrite)
    worker.number += 1
    lifetime = name == "steady" ? :persistent : rand(worker.random, LIFETIMES)
    attributes = Dict("" => Dict("number" => worker.number))
    project = share(name, tree_of(worker.number); attrs=attributes, overwrite=overwrite, lifetime=lifetime, store=store)
    take(worker, project, worker.number)
end

function attach_one(worker, store, name)
    take(worker, attach(name; mode=rand(worker.random, (:read, :readwrite, :private)), store=store), nothing)
end

function ask(worker, wait)
    for held in worker.held
        held.project === nothing && continue
        return wait ? wait_newer(held.project; timeout=rand(worker.random) * 0.002) : iscurrent(held.project)
    end
end

function look_around(store)
    for project in projects(; store=store)
        say("listed", short(project.status), project.message)
    end
end

function collect_all(store)
    for leftover in reap(; store=store)
        say("collected", short(leftover.status), leftover.message)
    end
end

short(status) = replace(string(status), r"^CSHM_(ERR_)?" => "")

# What it may do, each with how often it does it.
function actions(worker, store, name)
    steady = name == "steady"
    return ((120, "create", () -> publish(worker, store, name, false)),
            (140, "overwrite", () -> publish(worker, store, name, true)),
            (300, steady ? "attach-steady" : "attach", () -> attach_one(worker, store, name)),
            (120, "release", () -> isempty(worker.held) || let_go(worker, rand(worker.random, 1:length(worker.held)))),
            (40, "wait", () -> ask(worker, true)),
            (40, "current", () -> ask(worker, false)),
            (steady ? 0 : 100, "unlink", () -> unlink(name; store=store)),
            (60, "list", () -> look_around(store)),
            (40, "collect", () -> collect_all(store)),
            (5, "garbage", () -> GC.gc()))
end

function step(worker)
    all = actions(worker, rand(worker.random, worker.stores), rand(worker.random, PROJECTS))
    left = rand(worker.random) * sum(first, all)
    for (weight, operation, act) in all
        left -= weight
        left < 0 || continue
        try
            act()
            say(operation, "OK")
        catch e
            e isa CuteShmError || rethrow()
            say(operation, short(e.status), e.message)
        end
        return
    end
end

function main(root, seed)
    stores = [Store(root; manifest=:yaml), Store(root; manifest=:toml)]
    worker = Worker(MersenneTwister(seed), seed * 100000, stores, Held[])
    while true
        step(worker)
    end
end

length(ARGS) == 2 || (println(stderr, "usage: soak_worker.jl ROOT SEED"); exit(2))
main(ARGS[1], parse(Int, ARGS[2]))
