# SPDX-License-Identifier: MIT
#
# Every kind of thing that an HDF5 file can hold, and strings, sequences and tables as Julia has them. The file, and what is to
# be found in it, are told in tests/hdf5/hdf5_kinds.py.

const KINDS = joinpath(REPOSITORY, "tests", "hdf5", "kinds")

function with_kinds(f; options...)
    project = load_hdf5(joinpath(KINDS, "kinds.h5"), "jl-kinds"; options...)
    try
        return f(project)
    finally
        close(project)
        unlink("jl-kinds")
    end
end

shape_text(shape) = isempty(shape) ? "-" : join(shape, ',')

raw_attribute(attributes, name) = CuteShm.with_attribute(attributes, name) do found
    shape = Int[unsafe_load(found.shape, i) for i in 1:found.ndim]
    bytes = UInt8[unsafe_load(Ptr{UInt8}(found.data), i) for i in 1:found.nbytes]
    return unsafe_string(found.dtype), shape_text(shape), bytes2hex(bytes)
end

# What is at a place, as its line tells it.
function told(project, found, kind, place)
    kind == "skip" && return join((n.text for n in notes(project) if n.kind == :skipped && n.key == place), ' ')
    path, name = kind == "attr" ? split(place, '@'; limit=2) : (place, "")
    kind == "attr" && return raw_attribute(attrs(project, path), name)
    kind == "group" && return isempty(path) ? :group : found[path].kind
    node = found[path]
    array = project[path]
    @test dtype(array) == node.dtype && size(array) == Tuple(reverse(node.shape))
    return node.dtype, shape_text(node.shape), bytes2hex(rawbytes(array))
end

@testset "every kind of thing is loaded, and nothing else" begin
    with_kinds() do project
        lines = [split(line, '\t') for line in eachline(joinpath(KINDS, "kinds.tsv"))]
        found = Dict(node.path => node for node in nodes(project))
        for line in lines
            kind, place, rest = line[1], line[2], line[3:end]
            seen = told(project, found, kind, String(place))
            right = kind == "group" ? seen == :group : kind == "skip" ? occursin(rest[1], seen) : seen == Tuple(rest)
            right || @error "kinds.tsv" kind place rest seen
            @test right
        end
        count_of(kinds...) = count(line -> line[1] in kinds, lines)
        @test length(found) + 1 == count_of("group", "array") > 100
        @test sum(path -> length(attrs(project, path)), ["", keys(found)...]) == count_of("attr") > 50
        @test count(n -> n.kind == :skipped, notes(project)) == count_of("skip")
    end
    with_kinds(native_endian=true) do project
        @test project["numbers/big-i2"][3, 2] === Int16(5) && !any(node -> occursin('>', node.dtype), nodes(project))
    end
end

@testset "other files" begin
    with_kinds(external_links=:folder) do project
        @test project["links/out"] == [0, 1, 2]
    end
    left = joinpath(KINDS, "left_open.h5")
    @test occursin("h5clear -s", failing(() -> load_hdf5(left, "jl-kinds"), :CSHM_ERR_HDF5))
end

@testset "strings" begin
    with_kinds() do project
        text = project["texts/words"]
        @test text isa RaggedArray{String,1} && text == ["a", "", "é€😀"] && project["texts"]["words"] == text
        @test size(project["texts/grid"]) == (3, 2) && project["texts/grid"][:, 2] == ["d", "", "f"]
        @test codeunits(project["texts/latin"][2]) == b"caf\xe9" && project["texts/words/offsets"] == [0, 1, 1, 10]
        @test_throws BoundsError text[4]
        @test occursin("3-element RaggedArray{String}", sprint(show, MIME("text/plain"), text))
        @test Dict(project["texts"])["words"] == text
    end
end

@testset "sequences are views" begin
    text = with_kinds() do project
        lists = project["texts/lists"]
        @test lists == [[0, 1, 2], []] && lists[1] isa SubArray && parent(lists[1]) === lists.values
        nested = project["texts/lists of lists"]
        @test nested == [[[0, 1], [0]], [[0, 1]]] && nested[1][1] isa SubArray
        @test project["texts/lists of words"] == [["a", "bc"], ["é"]]
        lists
    end
    GC.gc()
    @test text[1] == [0, 1, 2] # the memory stays as long as the array does
end

@testset "tables" begin
    with_kinds() do project
        table = project["records/table"]
        @test table isa RecordArray && size(table) == (2,) && keys(table[1]) == (:id, :name, :xs, Symbol("to/at"))
        @test table[2].id === Int32(1) && table[2].name == "" && table[2].xs == [0, 1] && table[2][4] == ["/target", ""]
        @test column(table, :name) == ["é", ""] && column(table, "to/at") isa RaggedArray{String,2}
        @test [row.id for row in table] == [0, 1]
        @test occursin("id, name, xs, to/at", thrown(() -> column(table, :none)).msg)
        @test attrs(table)["cute_shm.ragged"] == "record"
    end
end

@testset "a group whose parts do not fit is a group" begin
    for (kind, offsets) in (("utf8", [0, 2, 4]), ("utf8", [1, 2, 3]), ("odd", [0, 1, 3]))
        marks = Dict("x" => Dict("cute_shm.ragged" => kind, "cute_shm.shape" => [2]))
        with_shared((x=(offsets=offsets, values=b"abc"),); attrs=marks) do project
            @test project["x"] isa Group
        end
    end
    marks = Dict("x" => Dict("cute_shm.ragged" => "utf8", "cute_shm.shape" => [2]))
    with_shared((x=(offsets=[0, 5, 3], values=b"abc"),); attrs=marks) do project
        @test occursin("\"x\" is damaged", failing(() -> project["x"][1], :CSHM_ERR_CORRUPT))
    end
end
