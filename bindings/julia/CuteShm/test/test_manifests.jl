# SPDX-License-Identifier: MIT

const LAYOUTS = (
    yaml="""
    cute-shm-layout: 1
    attributes: {title: "no", axes: 7}
    groups:
      - {path: "spare", attributes: {limits: {dtype: "<f4", shape: [2], value: [-1.5, 1.5]}}}
    arrays:
      - {path: "camera/image", dtype: uint8, shape: [2, 3], fill: 255}
      - {path: "joints", dtype: "<f8", shape: [7], attributes: {units: "rad"}}
      - {path: "again", alias: "joints"}
    """,
    toml="""
    cute-shm-layout = 1
    attributes = {title = "no", axes = 7}

    [[groups]]
    path = "spare"
    attributes.limits = {dtype = "<f4", shape = [2], value = [-1.5, 1.5]}

    [[arrays]]
    path = "camera/image"
    dtype = "uint8"
    shape = [2, 3]
    fill = 255

    [[arrays]]
    path = "joints"
    dtype = "<f8"
    shape = [7]
    attributes.units = "rad"

    [[arrays]]
    path = "again"
    alias = "joints"
    """)

@testset "a project tells the manifest that its store has, in $format" for format in (:yaml, :toml)
    store = Store(ROOT; manifest=format)
    attributes = Dict("" => Dict("1e3" => "~"), "b" => Dict("nan" => [NaN, -Inf]))
    with_shared((b=(x=[1 2; 3 4],), no=Int8(1)); attrs=attributes, store=store) do project
        written = read(CuteShm.manifest("jl-test"), String)
        @test manifest_text(project; format=format) == written
        @test manifest_text(project) == manifest_text(project; format=:yaml)
        other = format === :yaml ? :toml : :yaml
        text = manifest_text(project; format=other)
        @test text != written
        @test manifest_text(parse_manifest(text; format=other); format=format) == written
        @test manifest_text(parse_manifest(written; format=format); format=other) == text
        @test manifest_text(read_manifest(CuteShm.manifest("jl-test")); format=format) == written
        @test_throws ArgumentError manifest_text(project; format=:json)
    end
    close(store)
end

@testset "the environment chooses the syntax" for chosen in (nothing, "yaml", "toml")
    withenv("CUTE_SHM_MANIFEST" => chosen) do
        with_shared((a=[1],)) do project
            @test endswith(CuteShm.manifest("jl-test"), string(".", something(chosen, "yaml")))
        end
    end
end

@testset "what is wrong is told with its place" begin
    bad = "cute-shm-layout: 1\narrays:\n  - {path: a, dtype: \"<f3\", shape: []}\n"
    @test occursin("robot.yaml:3:", failing(() -> parse_manifest(bad; name="robot.yaml"), :CSHM_ERR_BAD_TYPE))
    @test occursin("manifest:1:18", failing(() -> parse_manifest("cute-shm-layout: 2\n"), :CSHM_ERR_VERSION))
    @test fails(() -> parse_manifest("a = \"\xff\"\n"; format=:toml), :CSHM_ERR_CORRUPT)
    @test fails(() -> parse_manifest("cute-shm-layout: 1\0\n"), :CSHM_ERR_CORRUPT)
    @test occursin("absent.toml", failing(() -> read_manifest(joinpath(ROOT, "absent.toml")), :CSHM_ERR_NOT_FOUND))
    @test_throws ArgumentError parse_manifest(""; format=:json)
end

function check_layout(project)
    @test attrs(project)["title"] == "no" && attrs(project)["axes"] == 7
    @test attrs(project["spare"])["limits"] == Float32[-1.5, 1.5]
    @test size(project["camera/image"]) == (3, 2) && all(==(0xff), project["camera/image"])
    @test attrs(project["joints"])["units"] == "rad" && size(project["again"]) == (7,)
end

@testset "a project is made from a layout, in $format" for format in keys(LAYOUTS)
    mktempdir() do folder
        path = joinpath(folder, "robot.$format")
        write(path, LAYOUTS[format])
        for layout in (path, read_manifest(path), parse_manifest(LAYOUTS[format]; format=format))
            with_shared(project -> (check_layout(project); @test all(iszero, project["joints"])), layout)
            share("jl-test", layout; attrs=Dict("camera" => Dict("lens" => "wide"))) do project
                check_layout(project)
                project["joints"] .= 1:7
            end
            attach("jl-test") do project
                @test project["again"] == 1:7 && attrs(project["camera"])["lens"] == "wide"
            end
            unlink("jl-test")
        end
    end
end

@testset "a layout can be sealed, and a manifest is one" begin
    with_shared(parse_manifest(LAYOUTS.yaml)) do project
        layout = parse_manifest(manifest_text(project))
        sealed = share(p -> (p["joints"] .= 1; nothing), "jl-sealed", layout; sealed=true)
        @test sum(sealed["again"]) == 7 && describe(sealed).sealed && attrs(sealed["joints"])["units"] == "rad"
        close(sealed)
    end
end

@testset "a bad layout leaves nothing" begin
    @test fails(() -> share("jl-bad", joinpath(ROOT, "absent.yaml")), :CSHM_ERR_NOT_FOUND)
    again = Dict("" => Dict("title" => "another"))
    @test occursin("title", failing(() -> share("jl-bad", parse_manifest(LAYOUTS.yaml); attrs=again), :CSHM_ERR_EXISTS))
    @test isempty(projects())
end
