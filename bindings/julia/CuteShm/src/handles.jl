# SPDX-License-Identifier: MIT

# One reference of ours to a store or an attachment. It is dropped by `close`, or else by the finalizer, and never twice.
# A finalizer may run inside any allocation of any thread: dropping takes no lock of ours, prints nothing and never yields.
mutable struct Handle{H}
    id::H
    isopen::Threads.Atomic{Bool}

    function Handle(id::H) where {H}
        handle = new{H}(id, Threads.Atomic{Bool}(true))
        return finalizer(drop, handle)
    end
end

function drop(handle::Handle)
    Threads.atomic_xchg!(handle.isopen, false) && release(handle.id)
    return nothing
end

release(id::cshm_store) = cshm_store_close(id, C_NULL)
release(id::cshm_attachment) = cshm_detach(id, C_NULL)
release(id::cshm_array) = cshm_array_release(id, C_NULL)
release(id::cshm_manifest) = cshm_manifest_close(id, C_NULL)
release(id::cshm_listing) = cshm_listing_close(id, C_NULL)

# Calls `f(id)` while a further reference keeps the attachment mapped, so that pointers borrowed from it stay valid
# inside `f` even if another task closes the project, or the last user of it is gone and its finalizer runs.
function borrow(f, handle::Handle{cshm_attachment})
    GC.@preserve handle begin
        check(err -> cshm_attachment_retain(handle.id, err))
        try
            return f(handle.id)
        finally
            release(handle.id)
        end
    end
end
