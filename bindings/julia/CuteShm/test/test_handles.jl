# SPDX-License-Identifier: MIT
#
# Handles at the level of ccall: any number may come, a finalizer of any language may be wrong.

# One call of each function that takes a handle, with handles of one number.
function calls_with(id)
    store, builder, attachment = cshm_store(id), cshm_builder(id), cshm_attachment(id)
    array, listing, manifest = cshm_array(id), cshm_listing(id), cshm_manifest(id)
    text, length, number, flag = zeros(UInt8, 64), Ref{Csize_t}(64), Ref{UInt64}(), Ref{Int32}()
    shape, small, place = Int64[2], Ref{UInt32}(), Ref{Ptr{Cvoid}}()
    view, node = Ref(cshm_array_view()), Ref(cshm_node())
    none = C_NULL
    return (
        () -> cshm_store_close(store, none),
        () -> cshm_store_root(store, text, length, none),
        () -> cshm_store_manifest(store, "jl-none", text, length, none),
        () -> cshm_unlink(store, "jl-none", none),
        () -> cshm_list(store, Ref{cshm_listing}(), none),
        () -> cshm_store_collect(store, none, none, none),
        () -> cshm_store_repair(store, "jl-none", none, none),
        () -> cshm_listing_count(listing, number, none),
        () -> cshm_listing_project(listing, 0, Ref(cshm_project()), none),
        () -> cshm_listing_close(listing, none),
        () -> cshm_builder_open(store, "jl-none", none, Ref{cshm_builder}(), none),
        () -> cshm_builder_group(builder, "g", none),
        () -> cshm_builder_array(builder, "a", "<f8", 1, shape, CSHM_ORDER_C, small, none),
        () -> cshm_builder_alias(builder, "b", 0, none),
        () -> cshm_builder_attribute(builder, "", "n", "|u1", 1, shape, text, 2, none),
        () -> cshm_builder_note(builder, CSHM_NOTE_ORIGIN, "k", "t", none),
        () -> cshm_builder_allocate(builder, none),
        () -> cshm_builder_write(builder, 0, 0, text, 8, none),
        () -> cshm_builder_map(builder, 0, place, number, none),
        () -> cshm_builder_attach(builder, Ref{cshm_attachment}(), none),
        () -> cshm_builder_place(builder, 0, flag, number, number, none),
        () -> cshm_builder_layout(builder, manifest, none),
        () -> cshm_manifest_text(manifest, CSHM_MANIFEST_YAML, text, length, none),
        () -> cshm_manifest_close(manifest, none),
        () -> cshm_attachment_manifest(attachment, CSHM_MANIFEST_YAML, text, length, none),
        () -> cshm_builder_publish(builder, none, none),
        () -> cshm_builder_abort(builder, none),
        () -> cshm_attach(store, "jl-none", none, Ref{cshm_attachment}(), none),
        () -> cshm_attachment_retain(attachment, none),
        () -> cshm_detach(attachment, none),
        () -> cshm_attachment_describe(attachment, Ref(cshm_attachment_info()), none),
        () -> cshm_attachment_is_current(attachment, flag, none),
        () -> cshm_attachment_wait_newer(attachment, 0, none),
        () -> cshm_attachment_reattach(attachment, Ref{cshm_attachment}(), none),
        () -> cshm_attachment_export_fd(attachment, flag, none),
        () -> cshm_node_at(attachment, 0, node, none),
        () -> cshm_node_find(attachment, "a", node, none),
        () -> cshm_attribute_at(attachment, 0, 0, Ref(cshm_attribute()), none),
        () -> cshm_attribute_find(attachment, 0, "n", Ref(cshm_attribute()), none),
        () -> cshm_note_at(attachment, 0, Ref(cshm_note()), none),
        () -> cshm_array_open(attachment, "a", Ref{cshm_array}(), none),
        () -> cshm_array_at(attachment, 1, Ref{cshm_array}(), none),
        () -> cshm_array_retain(array, none),
        () -> cshm_array_release(array, none),
        () -> cshm_array_describe(array, view, none),
        () -> cshm_attachment_view(attachment, 1, view, none),
    )
end

takes_handle(name) = is_function(LibCuteShm, name) &&
                     !(name in (:cshm_version, :cshm_abi_version, :cshm_status_name, :cshm_live_handles,
                                :cshm_store_open, :cshm_attach_fd, :cshm_manifest_read, :cshm_manifest_parse, :cshm_dtype_parse, :cshm_dtype_field))

@testset "no function is forgotten" begin
    @test length(calls_with(UInt64(0))) == count(takes_handle, names(LibCuteShm))
end

# Numbers as they come from a bug: zero, small, huge, random, and near to one that was given out.
made_up(known) = rand((UInt64(0), rand(UInt64), rand(UInt64(1):UInt64(4096)), typemax(UInt64) - rand(UInt64(0):UInt64(9)),
                       known ⊻ UInt64(1) << rand(32:63), known + rand(UInt64(1):UInt64(3)) << 32))

@testset "a million random calls" begin
    released = Ref{cshm_attachment}()
    with_shared((a=[1.0, 2.0],); name="jl-handles") do project
        known = project.handle.id.id
        others = 0
        for round in 1:(1_000_000 ÷ 35 + 1), call in calls_with(made_up(known))
            others += call() != CSHM_ERR_STALE_HANDLE
        end
        @test others == 0
        @test project["a"] == [1.0, 2.0]
        released[] = project.handle.id
    end
    @test all(call -> call() == CSHM_ERR_STALE_HANDLE, calls_with(released[].id))
end

@testset "a handle of another kind" begin
    with_shared((a=[1.0],); name="jl-kinds") do project
        @test cshm_array_release(cshm_array(project.handle.id.id), C_NULL) == CSHM_ERR_STALE_HANDLE
        @test cshm_store_close(cshm_store(project.handle.id.id), C_NULL) == CSHM_ERR_STALE_HANDLE
    end
end

@testset "a second release" begin
    store = Ref{cshm_store}()
    @test cshm_store_open(C_NULL, C_NULL, store, C_NULL) == CSHM_OK
    @test cshm_store_close(store[], C_NULL) == CSHM_OK
    @test cshm_store_close(store[], C_NULL) == CSHM_ERR_STALE_HANDLE
end
