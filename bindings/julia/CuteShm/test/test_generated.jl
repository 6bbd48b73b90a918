# SPDX-License-Identifier: MIT
#
# The generated layer against the headers, as a C compiler understands them.

include("layout.jl")

@testset "the generator refuses what it cannot translate, and what is checked in is what it writes" begin
    messages = IOBuffer()
    command = `$PYTHON $(joinpath(REPOSITORY, "bindings", "julia", "test_generate.py"))`
    passed = success(pipeline(command; stdout=messages, stderr=messages))
    passed || print(stderr, String(take!(messages)))
    @test passed
end

for (layer, header) in ((LibCuteShm, "cuteshm/cuteshm.h"), (CuteShm.LibCuteShmHDF5, "cuteshm/hdf5.h"))
    @testset "$header" begin
        told = layout_by_c(layer, header)
        structs = filter(name -> is_struct(layer, name), names(layer))
        @test !isempty(structs)
        @testset "$name" for name in structs
            T = getfield(layer, name)
            @test isbitstype(T)
            @test sizeof(T) == told["sizeof $name"]
            for (i, field) in enumerate(fieldnames(T))
                @test (fieldoffset(T, i), sizeof(fieldtype(T, i))) == told["field $name $field"]
            end
            hasmethod(T, Tuple{}) && @test bytes_of(T()) == told["init $name"]
        end
        @testset "constants" begin
            constants = filter(name -> is_constant(layer, name), names(layer))
            layer === LibCuteShm && @test length(constants) > 40
            @test [getfield(layer, name) for name in constants] == [told["constant $name"] for name in constants]
        end
        @testset "$name is exported by the library" for name in filter(n -> is_function(layer, n), names(layer))
            library = layer === LibCuteShm ? CuteShm.load_library(LibCuteShm.library, "", "") : CuteShm.load_hdf5_library()
            @test CuteShm.Libdl.dlsym(library, name; throw_error=false) !== nothing
        end
    end
end

@testset "versions" begin
    @test unsafe_string(cshm_version()) == CSHM_VERSION_STRING
    @test cshm_abi_version() == CSHM_ABI_VERSION
    project_file = read(joinpath(PACKAGE, "Project.toml"), String)
    @test occursin("version = \"$CSHM_VERSION_STRING\"", project_file)
end
