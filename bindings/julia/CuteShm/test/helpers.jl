# SPDX-License-Identifier: MIT

live_handles() = Int(LibCuteShm.cshm_live_handles())

# Finalizers of what a first collection found dead may leave more to be found by the next.
collect_all() = foreach(_ -> GC.gc(), 1:4)

# Segments of the projects of these tests: all their names begin with "jl-".
our_segments() = filter(name -> startswith(name, "cute-shm.jl-"), readdir("/dev/shm"))

is_mapped(segment) = occursin(segment, read("/proc/self/maps", String))

# Calls f(project) with a project that is gone afterwards.
function with_shared(f, tree; name="jl-test", options...)
    project = share(name, tree; options...)
    try
        return f(project)
    finally
        close(project)
        unlink(name)
    end
end

# The error that `f` throws, or nothing.
function thrown(f)
    try
        f()
    catch e
        return e
    end
    return nothing
end

function failing(f, status)
    e = thrown(f)
    return e isa CuteShmError && e.status == status ? e.message : "no $status, but a $(typeof(e))"
end

fails(f, status) = (e = thrown(f); e isa CuteShmError && e.status == status)

# Runs a Julia program in another process, with this store and this library.
julia_command(options, program, arguments...) =
    `$(Base.julia_cmd()) --startup-file=no --project=$PACKAGE $options $program $(collect(string.(arguments)))`
