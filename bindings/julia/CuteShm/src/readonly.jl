# SPDX-License-Identifier: MIT
#
# Functions that write through a pointer, into arrays that nobody may write. Everything else writes with `setindex!`, which
# throws. A fault in Julia's own threads becomes a ReadOnlyMemoryError, but in a thread of BLAS it kills the process, so
# what LinearAlgebra hands to BLAS and LAPACK to be overwritten is refused before. (Where one of its methods is more
# specific in another argument, the refusal is a MethodError that calls the two ambiguous.)

const Floats = LinearAlgebra.BlasFloat
const ReadOnly{T,N} = ShmArray{T,N,false}
const ReadOnlyView{T,N} = SubArray{T,N,<:ReadOnly{T}}

refuse(a::ShmArray) = throw(read_only(a))
refuse(a::Union{SubArray,LinearAlgebra.Symmetric,LinearAlgebra.Hermitian}) = refuse(parent(a))

for A in (ReadOnly{<:Floats}, ReadOnlyView{<:Floats})
    @eval begin
        LinearAlgebra.mul!(to::$A, a, b) = refuse(to)
        LinearAlgebra.mul!(to::$A, a, b, ::Number, ::Number) = refuse(to)
        LinearAlgebra.axpy!(::Number, x::AbstractArray, y::$A) = refuse(y)
        LinearAlgebra.axpby!(::Number, x::AbstractArray, ::Number, y::$A) = refuse(y)
        LinearAlgebra.lmul!(_, b::$A) = refuse(b)
        LinearAlgebra.rmul!(a::$A, _) = refuse(a)
        LinearAlgebra.lmul!(::Number, b::$A) = refuse(b)
        LinearAlgebra.rmul!(a::$A, ::Number) = refuse(a)
        LinearAlgebra.ldiv!(_, b::$A) = refuse(b)
        LinearAlgebra.rdiv!(a::$A, _) = refuse(a)
    end
end

const FACTORIZE = (:lu!, :lq!, :qr!, :cholesky!, :bunchkaufman!, :hessenberg!, :schur!, :eigen!, :eigvals!, :svd!, :svdvals!)

for f in FACTORIZE, A in (ReadOnly{<:Floats,2}, ReadOnlyView{<:Floats,2})
    @eval LinearAlgebra.$f(a::$A; options...) = refuse(a)
    @eval LinearAlgebra.$f(a::$A, pivot; options...) = refuse(a)
end

for f in (:cholesky!, :bunchkaufman!, :eigen!, :eigvals!), A in (ReadOnly{<:Floats,2}, ReadOnlyView{<:Floats,2})
    @eval LinearAlgebra.$f(a::LinearAlgebra.Symmetric{<:Floats,<:$A}, rest...; options...) = refuse(a)
    @eval LinearAlgebra.$f(a::LinearAlgebra.Hermitian{<:Floats,<:$A}, rest...; options...) = refuse(a)
end

Base.read!(::IO, a::ReadOnly) = refuse(a)
