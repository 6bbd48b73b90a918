# SPDX-License-Identifier: MIT

const WRITER = """
import sys, h5py, numpy as np
with h5py.File(sys.argv[1], "w") as f:
    f.attrs["title"] = "from h5py"
    g = f.create_group("g")
    g["a"] = np.arange(6, dtype=">f4").reshape(2, 3)
    g["a"].attrs["unit"] = np.bytes_("mm")
    f.create_dataset("packed", data=np.arange(300000, dtype="i8"), chunks=(1000,), compression="gzip")
    f["text"] = np.array([b"ab", b"cde"])
    f["records"] = np.array([(1.5, 2)], dtype=[("x", "<f8"), ("n", "<i2")])
    if len(sys.argv) > 2:
        f["loop"] = h5py.SoftLink("/nowhere")
"""

function with_file(f, arguments...)
    mktempdir() do folder
        path = joinpath(folder, "data.h5")
        run(`$PYTHON -c $WRITER $path $(collect(arguments))`)
        return f(path)
    end
end

function with_loaded(f, path; options...)
    project = load_hdf5(path, "jl-hdf5"; options...)
    try
        return f(project)
    finally
        close(project)
        unlink("jl-hdf5")
    end
end

@testset "only what is selected" begin
    with_file("skip") do path
        part = (select=["g", "pack*"], exclude="**/b", max_bytes_per_dataset=1000, threads=1, strict=true)
        with_loaded(path; part...) do project
            @test haskey(project, "g/a") && !haskey(project, "packed") && !haskey(project, "text")
            @test !any(n -> n.kind == :skipped, notes(project))
        end
        @test_throws CuteShmError load_hdf5(path, "jl-hdf5"; select="no/such")
    end
end

@testset "a whole file" begin
    with_file() do path
        seen = Tuple{Int,Int}[]
        with_loaded(path; progress=(done, total) -> push!(seen, (done, total))) do project
            @test project["g/a"] == Float32[0 3; 1 4; 2 5] && dtype(project["g/a"]) == ">f4"
            @test project["packed"] == 0:299_999 && project["text"] == ["ab", "cde"]
            @test project["records"][1] == (x=1.5, n=2) && column(project["records"], :n) == [2]
            @test attrs(project)["title"] == "from h5py" && attrs(project["g/a"])["unit"] == "mm"
            @test any(n -> n.kind == :origin && n.key == "hdf5.path" && occursin("data.h5", n.text), notes(project))
            @test first(seen)[1] == 0 && last(seen)[1] == last(seen)[2] >= 2_400_000 && issorted(first.(seen))
            @test fails(() -> load_hdf5(path, "jl-hdf5"), :CSHM_ERR_EXISTS)
            close(load_hdf5(path, "jl-hdf5"; overwrite=true))
            @test !iscurrent(project)
        end
    end
end

@testset "a whole file, sealed" begin
    with_file() do path
        project = load_hdf5(path, "jl-hdf5"; sealed=true)
        export_fd(project) do fd
            close(project)
            @test isempty(projects()) && attach(p -> describe(p).sealed && p["packed"][end] == 299_999, fd)
        end
    end
end

@testset "what is skipped is told, or an error" begin
    with_file("loop") do path
        with_loaded(path) do project
            skipped = filter(n -> n.kind == :skipped, notes(project))
            @test any(n -> occursin("loop", n.key) && !isempty(n.text), skipped)
            @test !haskey(project, "loop")
        end
        @test occursin("loop", failing(() -> load_hdf5(path, "jl-hdf5"; strict=true), :CSHM_ERR_UNSUPPORTED))
        @test isempty(projects())
    end
end

@testset "progress that cancels, and progress that throws" begin
    with_file() do path
        @test fails(() -> load_hdf5(path, "jl-hdf5"; progress=(_, _) -> false), :CSHM_ERR_CANCELLED)
        @test_throws DivideError load_hdf5(path, "jl-hdf5"; progress=(_, _) -> div(1, 0))
        @test isempty(projects())
    end
end

# The tree of a group has itself as a branch: HDF5 climbs it until it has no stack left.
const DEADLY = """
import sys, h5py
with h5py.File(sys.argv[1], "w", libver="earliest") as f:
    f["good"] = [1, 2, 3]
    f["group/x"] = 1
data = bytearray(open(sys.argv[1], "rb").read())
at = data.rindex(b"TREE")
data[at + 5] = 1
data[at + 32 : at + 40] = at.to_bytes(8, "little")
open(sys.argv[1], "wb").write(data)
"""

@testset "a file that another process reads" begin
    with_file() do path
        seen = Tuple{Int,Int}[]
        with_loaded(path; isolate=true, progress=(done, total) -> push!(seen, (done, total))) do project
            @test project["g/a"] == Float32[0 3; 1 4; 2 5] && project["packed"] == 0:299_999
            @test attrs(project)["title"] == "from h5py"
            @test first(seen)[1] == 0 && last(seen)[1] == last(seen)[2] >= 2_400_000 && issorted(first.(seen))
        end
        @test fails(() -> load_hdf5(path, "jl-hdf5"; isolate=true, progress=(_, _) -> false), :CSHM_ERR_CANCELLED)
        @test_throws DivideError load_hdf5(path, "jl-hdf5"; isolate=true, progress=(_, _) -> div(1, 0))
        @test isempty(projects())
    end
end

@testset "a file that kills HDF5 is an error that names the object" begin
    mktempdir() do folder
        path = joinpath(folder, "deadly.h5")
        run(`$PYTHON -c $DEADLY $path`)
        said = failing(() -> load_hdf5(path, "jl-hdf5"; isolate=true), :CSHM_ERR_HDF5)
        @test occursin("crashed", said) && occursin("'group'", said) && isempty(projects())
        with_loaded(path; isolate=true, exclude="group") do project
            @test project["good"] == [1, 2, 3]
        end
    end
end

@testset "progress that uses the library, and in which finalizers run" begin
    with_file() do path
        with_shared((a=[1.0, 2.0],)) do other
            sums = Float64[]
            # Each call leaves arrays and projects for the collector, which finds those of the call before.
            function watch(done, total)
                append!(sums, [sum(attach("jl-test")["a"]) + sum(other["a"]) for _ in 1:20])
                GC.gc()
            end
            with_loaded(path; progress=watch) do project
                @test length(sums) > 20 && all(==(6.0), sums) && project["packed"][end] == 299_999
            end
        end
    end
end

@testset "files that are none" begin
    mktempdir() do folder
        missing_file, text = joinpath(folder, "none.h5"), joinpath(folder, "text.h5")
        write(text, "not HDF5")
        @test occursin("none.h5", failing(() -> load_hdf5(missing_file, "jl-hdf5"), :CSHM_ERR_NOT_FOUND))
        @test occursin("text.h5", failing(() -> load_hdf5(text, "jl-hdf5"), :CSHM_ERR_HDF5))
        @test isempty(projects())
    end
end

@testset "a project saved and loaded again" begin
    with_file() do path
        with_loaded(path) do project
            saved, seen = joinpath(dirname(path), "saved.h5"), Int[]
            save_hdf5(project, saved; deflate=4, threads=2, progress=(done, total) -> push!(seen, done))
            @test issorted(seen) && last(seen) >= 2_400_000 && filesize(saved) < 1_000_000
            @test fails(() -> save_hdf5(project, saved), :CSHM_ERR_EXISTS)
            @test fails(() -> save_hdf5(project, saved; overwrite=true, deflate=10), :CSHM_ERR_INVALID_ARGUMENT)
            before = read(saved)
            @test fails(() -> save_hdf5(project, saved; overwrite=true, progress=(d, t) -> false), :CSHM_ERR_CANCELLED)
            @test_throws DomainError save_hdf5(project, saved; overwrite=true, progress=(d, t) -> throw(DomainError(d)))
            @test read(saved) == before && sort(readdir(dirname(path))) == ["data.h5", "saved.h5"]
            again = load_hdf5(saved, "jl-hdf5"; overwrite=true)
            @test again["g/a"] == project["g/a"] && dtype(again["g/a"]) == ">f4" && attrs(again["g/a"])["unit"] == "mm"
            @test again["packed"] == project["packed"] && again["records"][1] == (x=1.5, n=2)
            @test attrs(again)["title"] == "from h5py"
            close(again)
        end
    end
end
