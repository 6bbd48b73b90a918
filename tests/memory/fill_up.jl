# SPDX-License-Identifier: MIT
#
# In Julia: see fill_up.py, which does the same.

using CuteShm

make(root, name, values) = close(share(name, (a=values,); store=root))

function is_refused(root, name, nbytes)
    try
        make(root, name, ones(UInt8, nbytes))
        return false
    catch e
        e isa CuteShmError && e.status == :CSHM_ERR_NO_SPACE || rethrow()
        println(e.message)
        return true
    end
end

function main(root)
    for _ in 1:3
        is_refused(root, "large", 16 << 20) || error("16 MiB were found on 8 MiB")
    end
    made = 0
    while !is_refused(root, "full-$made", 1 << 20)
        made += 1
    end
    is_refused(root, "one-more", 1 << 20) || error("there was room")
    unlink("full-0"; store=root)
    make(root, "small", collect(0.0:999.0))
    attach("small"; store=root)["a"] == collect(0.0:999.0) || error("small: wrong values")
    println("made ", made)
end

main(ARGS[1])
