# SPDX-License-Identifier: MIT
#
# julia --project=bindings/julia/CuteShm bindings/julia/CuteShm/test/runtests.jl
#
# Needs the library (CUTESHM_LIBRARY), and from the repository: the public headers and a C compiler for the layout, and
# Python with swig and h5py (of .venv, or named by CUTESHM_PYTHON). What is missing is a failure, not a skip.

using CuteShm
using CuteShm.LibCuteShm
using Dates
using LinearAlgebra
using Test

const HERE = @__DIR__
const REPOSITORY = normpath(joinpath(HERE, "..", "..", "..", ".."))
const PACKAGE = joinpath(REPOSITORY, "bindings", "julia", "CuteShm")
const VENV_PYTHON = joinpath(REPOSITORY, ".venv", "bin", "python")
const PYTHON = get(ENV, "CUTESHM_PYTHON", isfile(VENV_PYTHON) ? VENV_PYTHON : "python3")

include("helpers.jl")

const ROOT = mktempdir()
ENV["CUTE_SHM_ROOT"] = ROOT
const SEGMENTS_BEFORE = our_segments()

try
    @testset "CuteShm" begin
        @testset "generated layer" begin include("test_generated.jl") end
        @testset "handles" begin include("test_handles.jl") end
        @testset "times" begin include("test_times.jl") end
        @testset "arrays" begin include("test_arrays.jl") end
        @testset "types" begin include("test_types.jl") end
        @testset "stores" begin include("test_stores.jl") end
        @testset "projects" begin include("test_projects.jl") end
        @testset "share" begin include("test_share.jl") end
        @testset "lifetime" begin include("test_lifetime.jl") end
        @testset "sealed" begin include("test_sealed.jl") end
        @testset "manifests" begin include("test_manifests.jl") end
        @testset "hdf5" begin include("test_hdf5.jl") end
        @testset "kinds" begin include("test_kinds.jl") end
        @testset "processes" begin include("test_processes.jl") end
        @testset "endings" begin include("test_endings.jl") end
        @testset "speed" begin include("test_speed.jl") end
        @testset "nothing is left" begin
            @test isempty(projects())
            collect_all()
            @test live_handles() == 0
            @test our_segments() == SEGMENTS_BEFORE
        end
    end
finally
    foreach(p -> unlink(p.name), projects())
end
