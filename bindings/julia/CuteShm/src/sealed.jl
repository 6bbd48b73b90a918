# SPDX-License-Identifier: MIT
#
# Sealed projects, which go from process to process by a descriptor.

"""
    export_fd(project) -> RawFD
    export_fd(f, project)

A descriptor of the memory of a project that was shared with `sealed=true`, to be handed to another process: as its standard
input, through a Unix socket (`SCM_RIGHTS`), or as `/proc/PID/fd/N`. It is new, read-only, closed by exec, and independent of
this attachment. Whoever calls the first form closes it, by `close(Base.Filesystem.File(fd))`; the second, for `do` blocks,
calls `f(fd)`, closes it, and returns what `f` returned.

    project = share("frame", (x=rand(3),); sealed=true)
    export_fd(project) do fd
        run(pipeline(`reader`; stdin=fd))       # which does: attach(RawFD(0))
    end

Throws [`CuteShmError`](@ref): `CSHM_ERR_STATE` where the project is not sealed, `CSHM_ERR_SYSTEM` where no descriptors are
left.
"""
function export_fd(project::Project)
    fd = Ref{Int32}()
    borrow(id -> check(err -> cshm_attachment_export_fd(id, fd, err)), project)
    return RawFD(fd[])
end

function export_fd(f::Function, project::Project)
    file = Base.Filesystem.File(export_fd(project))
    try
        return f(file.handle)
    finally
        close(file)
    end
end

"""
    attach(fd::RawFD; mode=:read) -> Project
    attach(f, fd::RawFD; mode=:read)

Maps a sealed project that another process has handed over: see [`export_fd`](@ref). Seals, header and index are checked
before any byte is used; what is not sealed is refused. `fd` stays the caller's, and may be closed. `mode` is `:read` or
`:private`.

Throws [`CuteShmError`](@ref): `CSHM_ERR_INVALID_ARGUMENT` (no open descriptor), `CSHM_ERR_PERMISSION` (not sealed, or to be
attached `:readwrite`), `CSHM_ERR_CORRUPT` (no segment of ours, or damaged), `CSHM_ERR_VERSION`, `CSHM_ERR_SYSTEM`.
"""
function attach(fd::RawFD; mode::Symbol=:read)
    options = Ref(cshm_attach_options(sizeof(cshm_attach_options), choice(MODES, mode, "mode")))
    id = Ref{cshm_attachment}()
    check(err -> cshm_attach_fd(fd, options, id, err))
    handle = Handle(id[])
    return Project(handle, borrow(id -> unsafe_string(describe(id).project), handle))
end

attach(f::Function, fd::RawFD; options...) = with_project(f, attach(fd; options...))
