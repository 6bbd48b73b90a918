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
        @test occursin("2 arrays", repr(info)) && info.in_use
        write(CuteShm.manifest("jl-broken"), "no manifest")
        broken = filter(p -> p.name == "jl-broken", projects())
        @test only(broken).status == :CSHM_ERR_CORRUPT && !isempty(only(broken).message)
        rm(CuteShm.manifest("jl-broken"))
    end
    with_shared((a=[1],); name="jl-unused") do project
        @test only(projects()).in_use
        close(project)
        @test !only(projects()).in_use
    end
end

# A project whose owner was killed at once, in `root`.
function orphan(root)
    program = "using CuteShm; share(\"jl-orphan\", (a=zeros(1000),); lifetime=:owner); ccall(:raise, Cint, (Cint,), 9)"
    run(ignorestatus(setenv(julia_command(`-e`, program), merge(Dict(ENV), Dict("CUTE_SHM_ROOT" => root)))))
end

@testset "what the dead have left is told, then removed" begin
    mktempdir() do root
        @test isempty(reap(; store=root))
        orphan(root)
        close(share("jl-alive", (a=[1],); store=root))
        close(share("jl-lost", (a=[1],); store=root))
        lost = only(filter(p -> p.name == "jl-lost", projects(; store=root)))
        orphan(root) # projects() removed the first one by the way
        rm(joinpath("/dev/shm", lost.segment))
        found = reap(; dry_run=true, store=root)
        @test sort([l.name for l in found]) == ["jl-lost", "jl-orphan"] && all(l -> l.status == :CSHM_OK, found)
        of_orphan = only(filter(l -> l.name == "jl-orphan", found))
        @test of_orphan.nbytes >= 8000 && isfile(of_orphan.manifest) && ispath("/dev/shm/$(of_orphan.segment)")
        @test !isempty(of_orphan.message) && occursin("jl-orphan", repr(of_orphan)) && occursin(of_orphan.message, repr(of_orphan))
        removed = reap(; store=root)
        @test sort([l.name for l in removed]) == ["jl-lost", "jl-orphan"]
        @test !ispath(of_orphan.manifest) && !ispath("/dev/shm/$(of_orphan.segment)") && isempty(reap(; store=root))
        @test [p.name for p in projects(; store=root)] == ["jl-alive"]
        unlink("jl-alive"; store=root)
    end
end

@testset "lost manifests are brought back" begin
    mktempdir() do root
        foreach(name -> close(share(name, (a=[1],); store=root)), ("jl-whole", "jl-swept", "jl-broken"))
        swept, broken = (CuteShm.manifest(name; store=root) for name in ("jl-swept", "jl-broken"))
        rm(swept)
        write(broken, "no manifest")
        @test [p.name for p in repair("jl-broken"; store=root)] == ["jl-broken"] && !ispath(swept)
        repaired = only(repair(; store=Store(root)))
        @test (repaired.name, repaired.manifest) == ("jl-swept", swept) && isfile(swept)
        @test !isempty(repaired.message) && occursin(repaired.message, repr(repaired))
        @test isempty(repair(; store=root))
        for name in ("jl-whole", "jl-swept", "jl-broken")
            @test attach(p -> p["a"][1], name; store=root) == 1
            unlink(name; store=root)
        end
        @test occursin("jl-swept", failing(() -> repair("jl-swept"; store=root), :CSHM_ERR_NOT_FOUND))
        @test fails(() -> repair("a/b"; store=root), :CSHM_ERR_BAD_NAME)
    end
end

# Permissions and group of a file.
rights(path) = (s = stat(path); (s.mode & 0o7777, s.gid))

@testset "a group that shares a store" begin
    number = parse(UInt, read(`id -g`, String))
    for (group, access, of_root, of_file) in ((number, nothing, 0o2750, 0o640), (string(number), :read, 0o2750, 0o640),
                                              (number, :readwrite, 0o2770, 0o660), ("", :readwrite, 0o700, 0o600))
        mktempdir() do folder
            root = joinpath(folder, "store")
            store = Store(root; group=group, access=access)
            project = share("jl-group", (a=[1],); store=store)
            @test rights(root) == (of_root, number)
            @test rights(CuteShm.manifest("jl-group"; store=store)) == (of_file, number)
            @test rights("/dev/shm/$(describe(project).segment)") == (of_file, number)
            close(project)
            unlink("jl-group"; store=store)
        end
    end
    mktempdir() do root
        @test occursin("no-such-group", failing(() -> Store(root; group="no-such-group"), :CSHM_ERR_NOT_FOUND))
        @test_throws ArgumentError Store(root; group=number, access=:write)
        withenv("CUTE_SHM_GROUP" => "no-such-group") do
            @test occursin("no-such-group", failing(() -> Store(root), :CSHM_ERR_NOT_FOUND))
            close(Store(root; group=number))
        end
    end
end

@testset "a store that is none" begin
    mktemp() do path, _
        @test occursin(path, failing(() -> Store(path), :CSHM_ERR_BAD_NAME))
    end
    @test_throws ArgumentError Store("a\0b")
end
