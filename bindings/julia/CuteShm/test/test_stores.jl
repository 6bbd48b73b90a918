# SPDX-License-Identifier: MIT

@testset "a store is a directory" begin
    mktempdir() do folder
        root = joinpath(folder, "not yet there")
        store = Store(root)
        @test isopen(store) && CuteShm.rootdir(store) == root && isempty(projects(; store=store)) && !ispath(root)
        project = share("jl-own", (a=[1],); store=store)
        @test isfile(CuteShm.manifest("jl-own"; store=store)) && occursin(root, CuteShm.manifest("jl-own"; store=root))
        @test [p.name for p in projects(; store=root)] == ["jl-own"] && isempty(projects())
        @test repr(store) == "Store($(repr(root)))"
        close(store)
        close(store)
        @test !isopen(store) && repr(store) == "Store (closed)" && project["a"] == [1]
        @test occursin("the store is closed", failing(() -> projects(; store=store), :CSHM_ERR_STALE_HANDLE))
        unlink("jl-own"; store=root)
        @test isempty(projects(; store=root))
        close(project)
    end
end

@testset "a prefix of its own" begin
    mktempdir() do root
        store = Store(root; prefix="mine.")
        close(share("jl-prefix", (a=[1],); store=store))
        @test readdir(root) == ["mine.jl-prefix.yaml"]
        @test isempty(projects(; store=root)) && length(projects(; store=store)) == 1
        unlink("jl-prefix"; store=store)
        @test occursin("prefix", failing(() -> Store(root; prefix="a/b"), :CSHM_ERR_BAD_NAME))
    end
end

@testset "both syntaxes of manifests" begin
    mktempdir() do root
        yaml, toml = Store(root; manifest=:yaml), Store(root; manifest=:toml)
        first = share("jl-syntax", (a=[1],); store=toml)
        @test readdir(root) == ["cute-shm.jl-syntax.toml"]
        @test basename(CuteShm.manifest("jl-syntax"; store=yaml)) == "cute-shm.jl-syntax.toml"
        attach("jl-syntax"; store=yaml) do project
            @test project["a"] == [1]
        end
        second = share("jl-syntax", (a=[2],); store=yaml, overwrite=true)
        @test readdir(root) == ["cute-shm.jl-syntax.yaml"]
        @test iscurrent(second) && !iscurrent(first) && length(projects(; store=toml)) == 1
        unlink("jl-syntax"; store=toml)
        @test isempty(readdir(root))
        foreach(close, (first, second))
        @test_throws ArgumentError Store(root; manifest=:json)
        withenv("CUTE_SHM_MANIFEST" => "json") do
            @test occursin("CUTE_SHM_MANIFEST is \"json\"", failing(() -> Store(root), :CSHM_ERR_INVALID_ARGUMENT))
        end
    end
end

@testset "what is listed" begin
    with_shared((a=zeros(1000), b=(c=1,)); name="jl-listed", lifetime=:owner) do project
        info = only(projects())
        @test (info.name, info.status, info.message, info.array_count, info.lifetime) == ("jl-listed", :CSHM_OK, "", 2, :owner)
        @test info.nbytes >= 8008 && info.generation == describe(project).generation
        @test info.manifest == CuteShm.manifest("jl-listed") && info.segment == describe(project).segment
        @test abs(DateTime(DateTime64{:ms,1}(info.created.value ÷ 10^6)) - now(UTC)) < Minute(1)
        @test occursin("2 arrays", repr(info))
        write(CuteShm.manifest("jl-broken"), "no manifest")
        broken = filter(p -> p.name == "jl-broken", projects())
        @test only(broken).status == :CSHM_ERR_CORRUPT && !isempty(only(broken).message)
        rm(CuteShm.manifest("jl-broken"))
    end
end

@testset "a store that is none" begin
    mktemp() do path, _
        @test occursin(path, failing(() -> Store(path), :CSHM_ERR_BAD_NAME))
    end
    @test_throws ArgumentError Store("a\0b")
end
