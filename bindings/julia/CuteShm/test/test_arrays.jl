# SPDX-License-Identifier: MIT

values23 = reshape(collect(1.0:6.0), 2, 3)

@testset "a ShmArray is an array" begin
    with_shared((a=values23, empty=zeros(0, 5), one=fill(2.5))) do project
        a = project["a"]
        @test a isa DenseArray{Float64,2} && a isa StridedArray
        @test a == values23 && size(a) == (2, 3) && strides(a) == (1, 2) && Base.elsize(typeof(a)) == 8
        @test a[2, 3] == 6.0 && a[end] == 6.0 && a[:, 2] == [3.0, 4.0] && a[CartesianIndex(1, 2)] == 3.0
        @test sum(a) == 21.0 && maximum(a) == 6.0 && a .+ 1 == values23 .+ 1 && a' == values23'
        @test a * values23' == values23 * values23'        # BLAS reads it where it lies
        @test copy(a) isa Matrix{Float64} && copy(a) == a && Array(a) == a && collect(a) == a
        @test vec(a) isa ShmArray{Float64,1} && vec(a) == vec(values23)
        @test reshape(a, 3, 2) == reshape(values23, 3, 2)
        @test view(a, :, 2:3) == values23[:, 2:3]
        @test reinterpret(UInt64, vec(a)) == reinterpret(UInt64, vec(values23))
        @test_throws BoundsError a[7]
        @test_throws BoundsError a[3, 1]
        @test_throws DimensionMismatch reshape(a, 7)
        @test size(project["empty"]) == (0, 5) && sum(project["empty"]) == 0
        @test project["one"][] == 2.5 && ndims(project["one"]) == 0
        @test similar(a) isa Matrix{Float64}
        @test pointer(a) == pointer(a.data) && rawbytes(a) == reinterpret(UInt8, vec(values23))
    end
end

@testset "a DecodedArray is an array" begin
    with_shared((big=encode(">i4", [1 2 3; 4 5 6]), text=["é", "日本", ""])) do project
        big = project["big"]
        @test big isa DecodedArray{Int32,2} && !(big isa DenseArray)
        @test big == [1 2 3; 4 5 6] && sum(big) == 21 && big[2, 1] === Int32(4)
        @test copy(big) isa Matrix{Int32} && vec(big) == [1, 4, 2, 5, 3, 6] && reshape(big, 3, 2)[3, 1] == 2
        @test_throws DimensionMismatch reshape(big, 4)
        @test_throws BoundsError big[7]
        @test rawbytes(big)[1:8] == [0, 0, 0, 1, 0, 0, 0, 4]
        @test project["text"] == ["é", "日本", ""]
        @test project["text"] isa DecodedArray{String,1}
        @test summary(project["text"]) == "3-element DecodedArray{String,1} of <U2"
    end
end

@testset "writing where nobody may" begin
    records = encode("[[\"x\",\"<f8\"]]", [(x=1.0,)])
    with_shared((b=(a=values23, big=encode(">i4", [1, 2]), r=records),); name="jl-readonly") do project
        a, big, column_x = project["b/a"], project["b/big"], column(project["b/r"], :x)
        writes = (() -> a[1] = 0, () -> a[1, 2] = 0, () -> (@inbounds a[1] = 0), () -> fill!(a, 0), () -> a .= 0,
                  () -> (@inbounds a .= 0), () -> copyto!(a, zeros(2, 3)), () -> view(a, :, 1)[1] = 0,
                  () -> view(a, :, 1:2) .= 0, () -> vec(a)[1] = 0, () -> reshape(a, 3, 2)[1] = 0,
                  () -> reinterpret(UInt64, vec(a))[1] = 0, () -> sort!(vec(a); rev=true), () -> big[1] = 0,
                  () -> reverse!(big), () -> column_x[1] = 0, () -> rawbytes(a)[1] = 0, () -> a'[1] = 0,
                  () -> permutedims!(a, zeros(3, 2), (2, 1)), () -> PermutedDimsArray(a, (2, 1))[1] = 0)
        for write in writes
            @test occursin("attached for reading only", failing(write, :CSHM_ERR_STATE))
        end
        @test a == values23 && big == [1, 2]
        message = failing(() -> a[1] = 0, :CSHM_ERR_STATE)
        @test occursin("\"b/a\"", message) && occursin("jl-readonly", message) && occursin("mode=:readwrite", message)
    end
end

@testset "LinearAlgebra and IO, which write through pointers, where nobody may" begin
    square = rand(100, 100) + 100I
    with_shared((a=square, v=square[:, 1])) do project
        a, v, b = project["a"], project["v"], rand(100, 100)
        @test a * b == square * b && a \ b == square \ b && lu(a).U == lu(square).U && svdvals(a) == svdvals(square)
        refused = (() -> mul!(a, b, b), () -> mul!(v, b, b[:, 1]), () -> mul!(a, b, b'), () -> mul!(view(a, :, 1:50), b, b[:, 1:50]),
                   () -> mul!(a', b, b), () -> lmul!(2.0, a), () -> rmul!(a, 2.0), () -> normalize!(v), () -> triu!(a),
                   () -> lu!(a), () -> qr!(a), () -> svd!(a), () -> svdvals!(a), () -> eigen!(a), () -> cholesky!(a),
                   () -> ldiv!(v, lu(b), b[:, 1]), () -> read!(IOBuffer(zeros(UInt8, 80000)), a))
        for write in refused
            @test occursin("attached for reading only", failing(write, :CSHM_ERR_STATE))
        end
        ambiguous = (() -> mul!(a, b, b, 1.0, 2.0), () -> axpy!(2.0, b, a), () -> axpby!(1.0, b, 2.0, a), () -> ldiv!(lu(b), a),
                     () -> ldiv!(UpperTriangular(b), v), () -> lmul!(UpperTriangular(b), a), () -> rmul!(a, UpperTriangular(b)),
                     () -> rdiv!(a, lu(b)), () -> lu!(a, Val(false)), () -> qr!(view(a, :, 1:50)), () -> cholesky!(Hermitian(a)),
                     () -> eigen!(Symmetric(a)), () -> eigvals!(Hermitian(a)))
        for write in ambiguous
            @test thrown(write) isa Union{CuteShmError,MethodError}
        end
        @test a == square && v == square[:, 1]
        private = attach("jl-test"; mode=:private)
        @test mul!(private["a"], b, b) == b * b
        close(private)
    end
end

@testset "writing where all see it, and where nobody else does" begin
    with_shared((a=zeros(4), s=["aaa"], big=encode(">f8", [0.0]))) do project
        attach("jl-test"; mode=:readwrite) do writer
            a = writer["a"]
            a[2] = 5
            a[3:4] .= 7
            writer["s"][1] = "é"
            writer["big"][1] = -1.5
        end
        @test project["a"] == [0, 5, 7, 7] && project["s"] == ["é"] && project["big"] == [-1.5]
        private = attach("jl-test"; mode=:private)
        fill!(private["a"], 9)
        @test private["a"] == fill(9.0, 4) && project["a"] == [0, 5, 7, 7]
        @test attach(p -> copy(p["a"]), "jl-test"; mode=:private) == [0, 5, 7, 7]
        @test_throws ArgumentError attach("jl-test"; mode=:write)
        close(private)
    end
end

@testset "sixty-four dimensions" begin
    dims = ntuple(i -> i == 1 ? 2 : i == 30 ? 3 : i == 64 ? 4 : 1, 64)
    wide = reshape(collect(1:24), dims)
    with_shared((c=wide, f=inorder(wide, :F), big=encode(">i2", wide))) do project
        for name in ("c", "f", "big")
            array = project[name]
            @test ndims(array) == 64 && size(array) == dims && vec(array) == 1:24 && array[24] == 24
            @test array[dims...] == 24
        end
        shapes = Dict(node.path => node.shape for node in nodes(project))
        @test shapes["c"] == collect(reverse(dims)) && shapes["f"] == collect(dims)
    end
    message = failing(() -> share("jl-wide", (a=reshape([1], ntuple(_ -> 1, 65)),)), :CSHM_ERR_INVALID_ARGUMENT)
    @test occursin("65", message)
end

@testset "order: C reverses dimensions, Fortran keeps them" begin
    with_shared((c=values23, f=inorder(values23, :F), v=inorder([1, 2], :F))) do project
        shapes = Dict(node.path => (node.shape, node.order) for node in nodes(project))
        @test shapes == Dict("c" => ([3, 2], :C), "f" => ([2, 3], :F), "v" => ([2], :C))
        @test project["c"] == values23 && project["f"] == values23
        @test memoryorder(project["c"]) == :C && memoryorder(project["f"]) == :F
    end
    with_shared((c=inorder(values23, :C), f=values23); order=:F) do project
        @test memoryorder(project["c"]) == :C && memoryorder(project["f"]) == :F
    end
    @test_throws ArgumentError inorder(values23, :K)
end
