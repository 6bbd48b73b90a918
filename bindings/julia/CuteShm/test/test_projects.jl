# SPDX-License-Identifier: MIT

const TREE = ["z" => [1, 2], "b" => ["b1" => [1.5 2.5], "deep" => ["x" => 7]], "empty" => Dict(), "é d" => "text"]
const ATTRIBUTES = Dict("" => ["title" => "hello", "n" => 5], "b" => ["on a group" => true],
                        "b/b1" => ["unit" => "m", "range" => [0.0 1.0 2.0; 3.0 4.0 5.0], "" => Float32(1)])

@testset "a project is a dictionary" begin
    with_shared(TREE; attrs=ATTRIBUTES) do project
        @test keys(project) == ["z", "b", "empty", "é d"] && length(project) == 4 && !isempty(project)
        @test project["b"] isa Group && keys(project["b"]) == ["b1", "deep"] && isempty(project["empty"])
        @test project["b/b1"] == project["b"]["b1"] == project["/b/b1"] == project["b"]["/b1"] == [1.5 2.5]
        @test project["b/deep"]["x"][] == project["b"]["deep/x"][] == 7 && project["é d"][] == "text"
        @test project[""] === project && project["b"][""].path == "b"
        @test haskey(project, "b/deep/x") && haskey(project["b"], "deep") && !haskey(project, "b/x") && !haskey(project, "z/y")
        @test get(project, "b/b1", nothing) == [1.5 2.5] && get(project, "none", 3) == 3 && get(() -> 4, project, "none") == 4
        @test [name for (name, _) in project] == keys(project) && first(pairs(project)) == ("z" => [1, 2])
        @test collect(values(project["b"]))[1] == [1.5 2.5] && ("z" => [1, 2]) in project
        @test [node.path for node in nodes(project)] == ["z", "b", "b/b1", "b/deep", "b/deep/x", "empty", "é d"]
        @test [node.path for node in nodes(project["b"])] == ["b/b1", "b/deep", "b/deep/x"] && isempty(nodes(project["empty"]))
        @test [node.kind for node in nodes(project)][1:2] == [:array, :group]
    end
end

@testset "attributes" begin
    with_shared(TREE; attrs=ATTRIBUTES) do project
        @test attrs(project)["title"] === "hello" && attrs(project)["n"] === 5 && attrs(project["b"])["on a group"] === true
        of_array = attrs(project["b/b1"])
        @test keys(of_array) == ["unit", "range", ""] && length(of_array) == 3 && of_array[""] === 1.0f0
        @test of_array["range"] == [0.0 1.0 2.0; 3.0 4.0 5.0] && of_array["range"] isa Matrix{Float64}
        @test dtype(of_array, "unit") == "<U1" && haskey(of_array, "unit") && !haskey(of_array, "Unit")
        @test Dict(of_array) == Dict(attrs(project, "b/b1")) == Dict(attrs(project["b"], "b1"))
        @test get(of_array, "none", 1) == 1 && get(of_array, "unit", 1) == "m" && isempty(attrs(project["z"]))
        @test occursin("none", failing(() -> of_array["none"], :CSHM_ERR_NOT_FOUND))
        @test occursin("b/none", failing(() -> attrs(project, "b/none"), :CSHM_ERR_NOT_FOUND))
    end
end

@testset "how it looks" begin
    with_shared(TREE; attrs=ATTRIBUTES) do project
        text = sprint(show, "text/plain", project)
        @test occursin("Project \"jl-test\" (4 arrays, ", text) && occursin(", read)", text)
        lines = split(text, '\n')[2:end]
        @test lines == ["├─ z  <i8  (2)", "├─ b/", "│  ├─ b1  <f8  (1, 2)", "│  └─ deep/", "│     └─ x  <i8  ()", "├─ empty/",
                        "└─ é d  <U4  ()"]
        @test split(sprint(show, "text/plain", project["b"]), '\n')[2:end] == ["├─ b1  <f8  (1, 2)", "└─ deep/", "   └─ x  <i8  ()"]
        @test repr(project) == "Project(\"jl-test\")" && repr(project["b"]) == "Group(\"b\")"
        @test occursin("\"title\" => \"hello\"", sprint(show, "text/plain", attrs(project)))
        limited = IOContext(IOBuffer(), :limit => true, :displaysize => (9, 80))
        show(limited, "text/plain", project)
        @test occursin("(4 more)", String(take!(limited.io)))
        close(project)
        @test sprint(show, "text/plain", project) == "Project \"jl-test\" (closed)"
    end
end

@testset "what there is to know" begin
    with_shared(TREE; order=:F) do project
        info = describe(project)
        @test (info.name, info.root, info.mode, info.lifetime, info.array_count) == ("jl-test", ROOT, :read, :persistent, 4)
        @test startswith(info.segment, "cute-shm.jl-test.") && iscurrent(project)
        @test only(notes(project)) == (kind=:origin, key="producer", text="CuteShm $CSHM_VERSION_STRING (Julia $VERSION)")
        replacement = share("jl-test", (a=[1],); overwrite=true)
        @test !iscurrent(project) && iscurrent(replacement) && project["z"] == [1, 2] && replacement["a"] == [1]
        @test !info.sealed
        close(replacement)
    end
end

@testset "the newest generation" begin
    with_shared((a=[1],)) do first
        same = reattach(first)
        @test describe(same).generation == describe(first).generation && same["a"] == [1]
        close(same)
        second = share("jl-test", (a=[2],); overwrite=true)
        third = attach("jl-test"; mode=:private)
        third["a"] .= 3
        newest = reattach(first)
        @test newest["a"] == [2] && iscurrent(newest) && first["a"] == [1] && describe(newest).mode == :read
        @test reattach(project -> (describe(project).mode, project["a"][1]), third) == (:private, 2) && third["a"] == [3]
        foreach(close, (second, third))
        unlink("jl-test")
        @test occursin("jl-test", failing(() -> reattach(newest), :CSHM_ERR_NOT_FOUND))
        close(newest)
        @test occursin("is closed", failing(() -> reattach(newest), :CSHM_ERR_STALE_HANDLE))
        close(share("jl-test", (a=[4],)))
    end
end

@testset "what is not there" begin
    with_shared(TREE; name="jl-weather") do project
        message = failing(() -> attach("jl-wether"), :CSHM_ERR_NOT_FOUND)
        @test occursin("jl-wether", message) && occursin("jl-weather", message) && occursin(ROOT, message)
        @test occursin("deap", failing(() -> project["b/deap/x"], :CSHM_ERR_NOT_FOUND))
        @test fails(() -> unlink("jl-none"), :CSHM_ERR_NOT_FOUND)
        @test occursin("CSHM_ERR_NOT_FOUND", sprint(showerror, thrown(() -> project["none"])))
    end
    @test occursin(".hidden", failing(() -> attach(".hidden"), :CSHM_ERR_BAD_NAME))
    @test_throws ArgumentError attach("a\0b")
end

@testset "a project that is closed" begin
    with_shared(TREE; attrs=ATTRIBUTES) do project
        group, array, attributes = project["b"], project["b/b1"], attrs(project)
        close(project)
        close(project)
        @test !isopen(project)
        for use in (() -> project["z"], () -> keys(project), () -> length(project), () -> group["b1"], () -> keys(group),
                    () -> collect(project), () -> nodes(project), () -> attrs(project)["n"], () -> attributes["n"],
                    () -> attrs(array)["unit"], () -> haskey(project, "z"), () -> describe(project), () -> notes(project),
                    () -> iscurrent(project))
            @test occursin("\"jl-test\" is closed", failing(use, :CSHM_ERR_STALE_HANDLE))
        end
        @test array == [1.5 2.5] && dtype(array) == "<f8" && memoryorder(array) == :C && !isempty(rawbytes(array))
    end
end
