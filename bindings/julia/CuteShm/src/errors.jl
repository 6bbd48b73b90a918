# SPDX-License-Identifier: MIT

"""
    CuteShmError(status, errno, message)

What a call of the library came to, if not to success.

- `status::Symbol`: the status's name in C, such as `:CSHM_ERR_NOT_FOUND`
- `errno::Int`: of the system call at fault, or 0
- `message::String`: one line: the object, what was wanted, what was found, and the cure
"""
struct CuteShmError <: Exception
    status::Symbol
    errno::Int
    message::String
end

CuteShmError(status::Symbol, message::AbstractString) = CuteShmError(status, 0, message)

Base.showerror(io::IO, e::CuteShmError) = print(io, "CuteShmError (", e.status, "): ", e.message)

statusname(status::Integer) = Symbol(unsafe_string(cshm_status_name(status)))

# Calls `call(err)`, which returns a status, and throws what it reports. `err` is left uninitialised but for its
# size: it is one KiB, and only a failing call fills it.
@inline function check(call)
    err = Ref{cshm_error}()
    GC.@preserve err begin
        unsafe_store!(Ptr{UInt32}(Base.unsafe_convert(Ptr{cshm_error}, err)), UInt32(sizeof(cshm_error)))
        status = call(err)
        status == CSHM_OK || throw(reported(err, status))
    end
    return nothing
end

@noinline function reported(err::Ref{cshm_error}, status)
    GC.@preserve err begin
        start = Ptr{UInt8}(Base.unsafe_convert(Ptr{cshm_error}, err))
        errno = unsafe_load(Ptr{Int32}(start + fieldoffset(cshm_error, 3)))
        message = unsafe_string(start + fieldoffset(cshm_error, 5))
    end
    return CuteShmError(statusname(status), errno, message)
end

# A string that the library writes to a buffer: `call(buffer, length, err)`.
function string_out(call; capacity=256)
    length = Ref{Csize_t}(capacity)
    buffer = Vector{UInt8}(undef, capacity)
    status = call(buffer, length, C_NULL)
    status == CSHM_OK && return String(resize!(buffer, length[]))
    if status == CSHM_ERR_BUFFER_TOO_SMALL
        return string_out(call; capacity=Int(length[]) + 1)
    end
    length[] = capacity
    check(err -> call(buffer, length, err))
    return String(resize!(buffer, length[]))
end
