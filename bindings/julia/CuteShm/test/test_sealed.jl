# SPDX-License-Identifier: MIT
#
# Sealed projects: nobody can change them, and a descriptor is all that is handed over.

const SEALED_TREE = (a=[1.0 2.0; 3.0 4.0], s=["x", "é"])

share_sealed() = share("jl-sealed", SEALED_TREE; attrs=Dict("a" => Dict("unit" => "mm")), sealed=true)

is_right(p) = p["a"] == SEALED_TREE.a && p["s"] == SEALED_TREE.s && attrs(p["a"])["unit"] == "mm" && describe(p).sealed

# A function of its own, so that no array of it is still in use afterwards.
function with_sealed(f)
    project = share_sealed()
    try
        return f(project)
    finally
        close(project)
    end
end

is_open(fd) = ispath("/proc/self/fd/$(reinterpret(Cint, fd))")

@testset "a sealed project is in no store and goes by its descriptor" begin
    fd = with_sealed() do project
        @test is_right(project) && isempty(projects()) && describe(project).lifetime == :last_user
        @test occursin("jl-sealed", failing(() -> attach("jl-sealed"), :CSHM_ERR_NOT_FOUND))
        export_fd(project)
    end
    @test attach(is_right, fd)
    again = attach(fd)
    close(Base.Filesystem.File(fd))
    @test !is_open(fd) && is_right(again) && again.name == "jl-sealed" && describe(again).mode == :read
    close(again)
end

@testset "a descriptor is closed after use" begin
    with_sealed() do project
        used = export_fd(project) do fd
            @test is_open(fd) && attach(is_right, fd)
            fd
        end
        @test !is_open(used)
        @test_throws DivideError export_fd(fd -> (used = fd; div(1, 0)), project)
        @test !is_open(used)
        @test fails(() -> attach(used), :CSHM_ERR_INVALID_ARGUMENT)
    end
end

@testset "nobody can write, cut or grow it" begin
    with_sealed() do project
        @test fails(() -> project["a"][1] = 5.0, :CSHM_ERR_STATE)
        export_fd(project) do fd
            path = "/proc/self/fd/$(reinterpret(Cint, fd))"
            @test_throws SystemError open(file -> (write(file, "x"); flush(file)), path, "r+")
            @test_throws SystemError open(file -> truncate(file, 0), path, "r+")
            @test_throws SystemError open(file -> truncate(file, 1 << 30), path, "r+")
            @test fails(() -> attach(fd; mode=:readwrite), :CSHM_ERR_PERMISSION)
            @test_throws ArgumentError attach(fd; mode=:none)
            attach(fd; mode=:private) do mine
                mine["a"] .= 7.0
                @test mine["a"] == fill(7.0, 2, 2)
            end
        end
        @test is_right(project)
    end
end

@testset "what has no meaning for a sealed project is refused" begin
    for (options, word) in ((overwrite=true,) => "overwrite", (lifetime=:persistent,) => "lifetime", (lifetime=:owner,) => "lifetime")
        error = thrown(() -> share("jl-sealed", (a=[1],); sealed=true, options...))
        @test error isa ArgumentError && occursin("sealed and $word", error.msg)
    end
    @test thrown(() -> load_hdf5("none.h5", "jl-sealed"; sealed=true, overwrite=true)) isa ArgumentError
    with_sealed(project -> @test fails(() -> reattach(project), :CSHM_ERR_UNSUPPORTED))
    with_shared((a=[1],)) do project
        @test !describe(project).sealed && fails(() -> export_fd(project), :CSHM_ERR_STATE)
    end
end

@testset "it is filled in place, and sealed once nobody can write" begin
    fill_it(project) = (project["x"] .= 1:1000; project["x"][end] == 1000)
    project = share(fill_it, "jl-filled", (x=unfilled(Float64, 1000),); sealed=true)
    @test sum(project["x"]) == 500_500
    close(project)
    kept = Ref{Any}()
    keep_it(project) = (kept[] = project["x"])
    @test fails(() -> share(keep_it, "jl-filled", (x=unfilled(Float64, 1000),); sealed=true), :CSHM_ERR_STATE)
    kept[] .= 5 # memory that nobody else will see
    @test sum(kept[]) == 5000
    kept[] = nothing
end

@testset "descriptors of something else" begin
    open("/dev/null") do file
        @test thrown(() -> attach(RawFD(fd(file)))) isa CuteShmError
    end
    with_shared((a=[1],)) do project
        open("/dev/shm/$(describe(project).segment)") do file
            @test fails(() -> attach(RawFD(fd(file))), :CSHM_ERR_PERMISSION)
        end
    end
end

const READ_SEALED = """
using CuteShm
show_it(p) = print(sum(p["a"]), " ", p["s"][2], " ", attrs(p["a"])["unit"], " ", describe(p).sealed)
isempty(ARGS) ? attach(show_it, RawFD(0)) : open(file -> attach(show_it, RawFD(fd(file))), ARGS[1])
"""

@testset "it goes to another process as standard input, or by the name of a descriptor" begin
    with_sealed() do project
        export_fd(project) do fd
            command = setenv(julia_command(`-e`, READ_SEALED), ENV)
            @test read(pipeline(command; stdin=fd), String) == "10.0 é mm true"
            command = setenv(julia_command(`-e`, READ_SEALED, "/proc/$(getpid())/fd/$(reinterpret(Cint, fd))"), ENV)
            @test read(command, String) == "10.0 é mm true"
        end
    end
end

@testset "its memory is given back, and a program that was not given it holds nothing" begin
    segment = with_sealed() do project
        @test !occursin("jl-sealed", read(`ls -l /proc/self/fd`, String))
        describe(project).segment
    end
    collect_all()
    @test !is_mapped(segment) && !occursin("jl-sealed", read(`ls -l /proc/$(getpid())/fd`, String))
end
