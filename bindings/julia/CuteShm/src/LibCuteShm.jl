# Generated from <cuteshm/cuteshm.h> by bindings/julia/generate.py through SWIG's XML. Do not edit.
# SPDX-License-Identifier: MIT

"""
The functions, structs and constants of `<cuteshm/cuteshm.h>` under their C names: that header is the manual.
Structs that begin with their size have a constructor without arguments, equal to their `_INIT` macro.
Enums are `Cint`. Users want `CuteShm`; this layer is what it is made of.
"""
module LibCuteShm

const library = "libcuteshm.so.0"

const CSHM_VERSION_MAJOR = 2
const CSHM_VERSION_MINOR = 0
const CSHM_VERSION_PATCH = 0
const CSHM_VERSION_STRING = "2.0.0"
const CSHM_ABI_VERSION = 0
const CSHM_FORMAT_MAJOR = 1
const CSHM_FORMAT_MINOR = 1
const CSHM_MAX_NDIM = 64
const CSHM_MAX_NAME = 1024
const CSHM_MAX_PATH = 65535
const CSHM_MAX_PROJECT_NAME = 200
const CSHM_MAX_DTYPE = 65535
const CSHM_MANIFEST_MAX_SIZE = 67108864
const CSHM_MANIFEST_MAX_DEPTH = 64
const CSHM_MANIFEST_MAX_NODES = 1000000

const cshm_status = Cint
const CSHM_OK = cshm_status(0)
const CSHM_ERR_INVALID_ARGUMENT = cshm_status(1)
const CSHM_ERR_STALE_HANDLE = cshm_status(2)
const CSHM_ERR_STATE = cshm_status(3)
const CSHM_ERR_NOT_FOUND = cshm_status(4)
const CSHM_ERR_EXISTS = cshm_status(5)
const CSHM_ERR_BAD_NAME = cshm_status(6)
const CSHM_ERR_BAD_TYPE = cshm_status(7)
const CSHM_ERR_NO_SPACE = cshm_status(8)
const CSHM_ERR_NO_MEMORY = cshm_status(9)
const CSHM_ERR_PERMISSION = cshm_status(10)
const CSHM_ERR_CORRUPT = cshm_status(11)
const CSHM_ERR_VERSION = cshm_status(12)
const CSHM_ERR_GENERATION = cshm_status(13)
const CSHM_ERR_UNSUPPORTED = cshm_status(14)
const CSHM_ERR_CANCELLED = cshm_status(15)
const CSHM_ERR_BUFFER_TOO_SMALL = cshm_status(16)
const CSHM_ERR_SYSTEM = cshm_status(17)
const CSHM_ERR_HDF5 = cshm_status(18)
const CSHM_ERR_LIMIT = cshm_status(19)
const CSHM_ERR_TIMEOUT = cshm_status(20)
const CSHM_ERROR_MESSAGE_SIZE = 1008

struct cshm_error
    size::UInt32
    status::Int32
    sys_errno::Int32
    reserved::UInt32
    message::NTuple{1008, Cchar}
end
# CSHM_ERROR_INIT
cshm_error() = cshm_error(sizeof(cshm_error), 0, 0, 0, ntuple(_ -> Cchar(0), 1008))

cshm_version() =
    @ccall library.cshm_version()::Cstring

cshm_abi_version() =
    @ccall library.cshm_abi_version()::UInt32

cshm_status_name(status) =
    @ccall library.cshm_status_name(status::Int32)::Cstring

struct cshm_store
    id::UInt64
end

struct cshm_builder
    id::UInt64
end

struct cshm_attachment
    id::UInt64
end

struct cshm_array
    id::UInt64
end

struct cshm_listing
    id::UInt64
end

struct cshm_manifest
    id::UInt64
end

cshm_live_handles() =
    @ccall library.cshm_live_handles()::UInt64

const cshm_manifest_format = Cint
const CSHM_MANIFEST_DEFAULT = cshm_manifest_format(0)
const CSHM_MANIFEST_YAML = cshm_manifest_format(1)
const CSHM_MANIFEST_TOML = cshm_manifest_format(2)

const cshm_access = Cint
const CSHM_ACCESS_DEFAULT = cshm_access(0)
const CSHM_ACCESS_READ = cshm_access(1)
const CSHM_ACCESS_READ_WRITE = cshm_access(2)

struct cshm_store_options
    size::UInt32
    manifest::UInt32
    prefix::Cstring
    group::Cstring
    access::UInt32
    reserved::UInt32
end
# CSHM_STORE_OPTIONS_INIT
cshm_store_options() = cshm_store_options(sizeof(cshm_store_options), CSHM_MANIFEST_DEFAULT, Cstring(C_NULL), Cstring(C_NULL), CSHM_ACCESS_DEFAULT, 0)

cshm_store_open(root, options, store, err) =
    @ccall library.cshm_store_open(root::Cstring, options::Ptr{cshm_store_options}, store::Ptr{cshm_store}, err::Ptr{cshm_error})::cshm_status

cshm_store_close(store, err) =
    @ccall library.cshm_store_close(store::cshm_store, err::Ptr{cshm_error})::cshm_status

cshm_store_root(store, buffer, length, err) =
    @ccall library.cshm_store_root(store::cshm_store, buffer::Ptr{Cchar}, length::Ptr{Csize_t}, err::Ptr{cshm_error})::cshm_status

cshm_store_manifest(store, project, buffer, length, err) =
    @ccall library.cshm_store_manifest(store::cshm_store, project::Cstring, buffer::Ptr{Cchar}, length::Ptr{Csize_t}, err::Ptr{cshm_error})::cshm_status

cshm_unlink(store, project, err) =
    @ccall library.cshm_unlink(store::cshm_store, project::Cstring, err::Ptr{cshm_error})::cshm_status

const cshm_lifetime = Cint
const CSHM_PERSISTENT = cshm_lifetime(0)
const CSHM_OWNER = cshm_lifetime(1)
const CSHM_LAST_USER = cshm_lifetime(2)

struct cshm_project
    size::UInt32
    status::Int32
    name::Cstring
    manifest::Cstring
    segment::Cstring
    message::Cstring
    generation::UInt64
    nbytes::UInt64
    created_ns::UInt64
    array_count::UInt32
    lifetime::UInt32
    in_use::UInt32
    reserved::UInt32
end
# CSHM_PROJECT_INIT
cshm_project() = cshm_project(sizeof(cshm_project), 0, Cstring(C_NULL), Cstring(C_NULL), Cstring(C_NULL), Cstring(C_NULL), 0, 0, 0, 0, 0, 0, 0)

cshm_list(store, listing, err) =
    @ccall library.cshm_list(store::cshm_store, listing::Ptr{cshm_listing}, err::Ptr{cshm_error})::cshm_status

struct cshm_collect_options
    size::UInt32
    dry_run::UInt32
end
# CSHM_COLLECT_OPTIONS_INIT
cshm_collect_options() = cshm_collect_options(sizeof(cshm_collect_options), 0)

cshm_store_collect(store, options, leftovers, err) =
    @ccall library.cshm_store_collect(store::cshm_store, options::Ptr{cshm_collect_options}, leftovers::Ptr{cshm_listing}, err::Ptr{cshm_error})::cshm_status

cshm_store_repair(store, project, repaired, err) =
    @ccall library.cshm_store_repair(store::cshm_store, project::Cstring, repaired::Ptr{cshm_listing}, err::Ptr{cshm_error})::cshm_status

cshm_listing_count(listing, count, err) =
    @ccall library.cshm_listing_count(listing::cshm_listing, count::Ptr{UInt64}, err::Ptr{cshm_error})::cshm_status

cshm_listing_project(listing, index, project, err) =
    @ccall library.cshm_listing_project(listing::cshm_listing, index::UInt64, project::Ptr{cshm_project}, err::Ptr{cshm_error})::cshm_status

cshm_listing_close(listing, err) =
    @ccall library.cshm_listing_close(listing::cshm_listing, err::Ptr{cshm_error})::cshm_status

const cshm_order = Cint
const CSHM_ORDER_C = cshm_order(0)
const CSHM_ORDER_FORTRAN = cshm_order(1)

struct cshm_builder_options
    size::UInt32
    overwrite::UInt32
    lifetime::UInt32
    sealed::UInt32
    producer::Cstring
end
# CSHM_BUILDER_OPTIONS_INIT
cshm_builder_options() = cshm_builder_options(sizeof(cshm_builder_options), 0, CSHM_PERSISTENT, 0, Cstring(C_NULL))

cshm_builder_open(store, project, options, builder, err) =
    @ccall library.cshm_builder_open(store::cshm_store, project::Cstring, options::Ptr{cshm_builder_options}, builder::Ptr{cshm_builder}, err::Ptr{cshm_error})::cshm_status

cshm_builder_group(builder, path, err) =
    @ccall library.cshm_builder_group(builder::cshm_builder, path::Cstring, err::Ptr{cshm_error})::cshm_status

cshm_builder_array(builder, path, dtype, ndim, shape, order, array, err) =
    @ccall library.cshm_builder_array(builder::cshm_builder, path::Cstring, dtype::Cstring, ndim::UInt32, shape::Ptr{Int64}, order::UInt32, array::Ptr{UInt32}, err::Ptr{cshm_error})::cshm_status

cshm_builder_alias(builder, path, array, err) =
    @ccall library.cshm_builder_alias(builder::cshm_builder, path::Cstring, array::UInt32, err::Ptr{cshm_error})::cshm_status

cshm_builder_attribute(builder, path, name, dtype, ndim, shape, data, nbytes, err) =
    @ccall library.cshm_builder_attribute(builder::cshm_builder, path::Cstring, name::Cstring, dtype::Cstring, ndim::UInt32, shape::Ptr{Int64}, data::Ptr{Cvoid}, nbytes::UInt64, err::Ptr{cshm_error})::cshm_status

const cshm_note_kind = Cint
const CSHM_NOTE_ORIGIN = cshm_note_kind(1)
const CSHM_NOTE_SKIPPED = cshm_note_kind(2)

cshm_builder_note(builder, kind, key, text, err) =
    @ccall library.cshm_builder_note(builder::cshm_builder, kind::UInt32, key::Cstring, text::Cstring, err::Ptr{cshm_error})::cshm_status

cshm_builder_allocate(builder, err) =
    @ccall library.cshm_builder_allocate(builder::cshm_builder, err::Ptr{cshm_error})::cshm_status

cshm_builder_write(builder, array, offset, data, nbytes, err) =
    @ccall library.cshm_builder_write(builder::cshm_builder, array::UInt32, offset::UInt64, data::Ptr{Cvoid}, nbytes::UInt64, err::Ptr{cshm_error})::cshm_status

cshm_builder_place(builder, array, descriptor, offset, nbytes, err) =
    @ccall library.cshm_builder_place(builder::cshm_builder, array::UInt32, descriptor::Ptr{Int32}, offset::Ptr{UInt64}, nbytes::Ptr{UInt64}, err::Ptr{cshm_error})::cshm_status

cshm_builder_map(builder, array, data, nbytes, err) =
    @ccall library.cshm_builder_map(builder::cshm_builder, array::UInt32, data::Ptr{Ptr{Cvoid}}, nbytes::Ptr{UInt64}, err::Ptr{cshm_error})::cshm_status

cshm_builder_attach(builder, attachment, err) =
    @ccall library.cshm_builder_attach(builder::cshm_builder, attachment::Ptr{cshm_attachment}, err::Ptr{cshm_error})::cshm_status

cshm_builder_publish(builder, attachment, err) =
    @ccall library.cshm_builder_publish(builder::cshm_builder, attachment::Ptr{cshm_attachment}, err::Ptr{cshm_error})::cshm_status

cshm_builder_abort(builder, err) =
    @ccall library.cshm_builder_abort(builder::cshm_builder, err::Ptr{cshm_error})::cshm_status

const cshm_mode = Cint
const CSHM_READ_ONLY = cshm_mode(0)
const CSHM_READ_WRITE = cshm_mode(1)
const CSHM_PRIVATE = cshm_mode(2)

struct cshm_attach_options
    size::UInt32
    mode::UInt32
end
# CSHM_ATTACH_OPTIONS_INIT
cshm_attach_options() = cshm_attach_options(sizeof(cshm_attach_options), CSHM_READ_ONLY)

cshm_attach(store, project, options, attachment, err) =
    @ccall library.cshm_attach(store::cshm_store, project::Cstring, options::Ptr{cshm_attach_options}, attachment::Ptr{cshm_attachment}, err::Ptr{cshm_error})::cshm_status

cshm_attachment_retain(attachment, err) =
    @ccall library.cshm_attachment_retain(attachment::cshm_attachment, err::Ptr{cshm_error})::cshm_status

cshm_detach(attachment, err) =
    @ccall library.cshm_detach(attachment::cshm_attachment, err::Ptr{cshm_error})::cshm_status

struct cshm_attachment_info
    size::UInt32
    mode::UInt32
    project::Cstring
    root::Cstring
    segment::Cstring
    generation::UInt64
    created_ns::UInt64
    nbytes::UInt64
    base::Ptr{Cvoid}
    node_count::UInt32
    array_count::UInt32
    note_count::UInt32
    lifetime::UInt32
    sealed::UInt32
    reserved::UInt32
end
# CSHM_ATTACHMENT_INFO_INIT
cshm_attachment_info() = cshm_attachment_info(sizeof(cshm_attachment_info), 0, Cstring(C_NULL), Cstring(C_NULL), Cstring(C_NULL), 0, 0, 0, C_NULL, 0, 0, 0, 0, 0, 0)

cshm_attachment_describe(attachment, info, err) =
    @ccall library.cshm_attachment_describe(attachment::cshm_attachment, info::Ptr{cshm_attachment_info}, err::Ptr{cshm_error})::cshm_status

cshm_attachment_is_current(attachment, current, err) =
    @ccall library.cshm_attachment_is_current(attachment::cshm_attachment, current::Ptr{Int32}, err::Ptr{cshm_error})::cshm_status

cshm_attachment_wait_newer(attachment, timeout_ns, err) =
    @ccall library.cshm_attachment_wait_newer(attachment::cshm_attachment, timeout_ns::Int64, err::Ptr{cshm_error})::cshm_status

cshm_attachment_reattach(attachment, newer, err) =
    @ccall library.cshm_attachment_reattach(attachment::cshm_attachment, newer::Ptr{cshm_attachment}, err::Ptr{cshm_error})::cshm_status

cshm_attachment_export_fd(attachment, fd, err) =
    @ccall library.cshm_attachment_export_fd(attachment::cshm_attachment, fd::Ptr{Int32}, err::Ptr{cshm_error})::cshm_status

cshm_attach_fd(fd, options, attachment, err) =
    @ccall library.cshm_attach_fd(fd::Int32, options::Ptr{cshm_attach_options}, attachment::Ptr{cshm_attachment}, err::Ptr{cshm_error})::cshm_status

const cshm_node_kind = Cint
const CSHM_GROUP = cshm_node_kind(1)
const CSHM_ARRAY = cshm_node_kind(2)

struct cshm_node
    size::UInt32
    kind::UInt32
    path::Cstring
    name::Cstring
    number::UInt32
    parent::UInt32
    end_::UInt32
    attribute_count::UInt32
end
# CSHM_NODE_INIT
cshm_node() = cshm_node(sizeof(cshm_node), 0, Cstring(C_NULL), Cstring(C_NULL), 0, 0, 0, 0)

cshm_node_at(attachment, number, node, err) =
    @ccall library.cshm_node_at(attachment::cshm_attachment, number::UInt32, node::Ptr{cshm_node}, err::Ptr{cshm_error})::cshm_status

cshm_node_find(attachment, path, node, err) =
    @ccall library.cshm_node_find(attachment::cshm_attachment, path::Cstring, node::Ptr{cshm_node}, err::Ptr{cshm_error})::cshm_status

struct cshm_attribute
    size::UInt32
    ndim::UInt32
    name::Cstring
    dtype::Cstring
    shape::Ptr{Int64}
    data::Ptr{Cvoid}
    nbytes::UInt64
end
# CSHM_ATTRIBUTE_INIT
cshm_attribute() = cshm_attribute(sizeof(cshm_attribute), 0, Cstring(C_NULL), Cstring(C_NULL), C_NULL, C_NULL, 0)

cshm_attribute_at(attachment, node, index, attribute, err) =
    @ccall library.cshm_attribute_at(attachment::cshm_attachment, node::UInt32, index::UInt32, attribute::Ptr{cshm_attribute}, err::Ptr{cshm_error})::cshm_status

cshm_attribute_find(attachment, node, name, attribute, err) =
    @ccall library.cshm_attribute_find(attachment::cshm_attachment, node::UInt32, name::Cstring, attribute::Ptr{cshm_attribute}, err::Ptr{cshm_error})::cshm_status

struct cshm_note
    size::UInt32
    kind::UInt32
    key::Cstring
    text::Cstring
end
# CSHM_NOTE_INIT
cshm_note() = cshm_note(sizeof(cshm_note), 0, Cstring(C_NULL), Cstring(C_NULL))

cshm_note_at(attachment, index, note, err) =
    @ccall library.cshm_note_at(attachment::cshm_attachment, index::UInt32, note::Ptr{cshm_note}, err::Ptr{cshm_error})::cshm_status

cshm_array_open(attachment, path, array, err) =
    @ccall library.cshm_array_open(attachment::cshm_attachment, path::Cstring, array::Ptr{cshm_array}, err::Ptr{cshm_error})::cshm_status

cshm_array_at(attachment, node, array, err) =
    @ccall library.cshm_array_at(attachment::cshm_attachment, node::UInt32, array::Ptr{cshm_array}, err::Ptr{cshm_error})::cshm_status

cshm_array_retain(array, err) =
    @ccall library.cshm_array_retain(array::cshm_array, err::Ptr{cshm_error})::cshm_status

cshm_array_release(array, err) =
    @ccall library.cshm_array_release(array::cshm_array, err::Ptr{cshm_error})::cshm_status

struct cshm_array_view
    size::UInt32
    ndim::UInt32
    data::Ptr{Cvoid}
    nbytes::UInt64
    itemsize::UInt64
    offset::UInt64
    shape::Ptr{Int64}
    strides::Ptr{Int64}
    dtype::Cstring
    path::Cstring
    node::UInt32
    order::UInt32
    writable::UInt32
    byteswapped::UInt32
end
# CSHM_ARRAY_VIEW_INIT
cshm_array_view() = cshm_array_view(sizeof(cshm_array_view), 0, C_NULL, 0, 0, 0, C_NULL, C_NULL, Cstring(C_NULL), Cstring(C_NULL), 0, 0, 0, 0)

cshm_array_describe(array, view, err) =
    @ccall library.cshm_array_describe(array::cshm_array, view::Ptr{cshm_array_view}, err::Ptr{cshm_error})::cshm_status

cshm_attachment_view(attachment, node, view, err) =
    @ccall library.cshm_attachment_view(attachment::cshm_attachment, node::UInt32, view::Ptr{cshm_array_view}, err::Ptr{cshm_error})::cshm_status

cshm_manifest_read(file, manifest, err) =
    @ccall library.cshm_manifest_read(file::Cstring, manifest::Ptr{cshm_manifest}, err::Ptr{cshm_error})::cshm_status

cshm_manifest_parse(text, nbytes, format, name, manifest, err) =
    @ccall library.cshm_manifest_parse(text::Cstring, nbytes::Csize_t, format::UInt32, name::Cstring, manifest::Ptr{cshm_manifest}, err::Ptr{cshm_error})::cshm_status

cshm_manifest_close(manifest, err) =
    @ccall library.cshm_manifest_close(manifest::cshm_manifest, err::Ptr{cshm_error})::cshm_status

cshm_manifest_text(manifest, format, buffer, length, err) =
    @ccall library.cshm_manifest_text(manifest::cshm_manifest, format::UInt32, buffer::Ptr{Cchar}, length::Ptr{Csize_t}, err::Ptr{cshm_error})::cshm_status

cshm_attachment_manifest(attachment, format, buffer, length, err) =
    @ccall library.cshm_attachment_manifest(attachment::cshm_attachment, format::UInt32, buffer::Ptr{Cchar}, length::Ptr{Csize_t}, err::Ptr{cshm_error})::cshm_status

cshm_builder_layout(builder, layout, err) =
    @ccall library.cshm_builder_layout(builder::cshm_builder, layout::cshm_manifest, err::Ptr{cshm_error})::cshm_status

struct cshm_dtype
    size::UInt32
    kind::UInt32
    byte_order::UInt32
    field_count::UInt32
    itemsize::UInt64
    multiple::UInt32
    unit::NTuple{12, Cchar}
end
# CSHM_DTYPE_INIT
cshm_dtype() = cshm_dtype(sizeof(cshm_dtype), 0, 0, 0, 0, 0, ntuple(_ -> Cchar(0), 12))

struct cshm_field
    size::UInt32
    ndim::UInt32
    offset::UInt64
    nbytes::UInt64
    shape::NTuple{64, Int64}
end
# CSHM_FIELD_INIT
cshm_field() = cshm_field(sizeof(cshm_field), 0, 0, 0, ntuple(_ -> Int64(0), 64))

cshm_dtype_parse(dtype, parts, err) =
    @ccall library.cshm_dtype_parse(dtype::Cstring, parts::Ptr{cshm_dtype}, err::Ptr{cshm_error})::cshm_status

cshm_dtype_field(dtype, index, field, name, name_length, format, format_length, err) =
    @ccall library.cshm_dtype_field(dtype::Cstring, index::UInt32, field::Ptr{cshm_field}, name::Ptr{Cchar}, name_length::Ptr{Csize_t}, format::Ptr{Cchar}, format_length::Ptr{Csize_t}, err::Ptr{cshm_error})::cshm_status

export CSHM_VERSION_MAJOR,
    CSHM_VERSION_MINOR,
    CSHM_VERSION_PATCH,
    CSHM_VERSION_STRING,
    CSHM_ABI_VERSION,
    CSHM_FORMAT_MAJOR,
    CSHM_FORMAT_MINOR,
    CSHM_MAX_NDIM,
    CSHM_MAX_NAME,
    CSHM_MAX_PATH,
    CSHM_MAX_PROJECT_NAME,
    CSHM_MAX_DTYPE,
    CSHM_MANIFEST_MAX_SIZE,
    CSHM_MANIFEST_MAX_DEPTH,
    CSHM_MANIFEST_MAX_NODES,
    cshm_status,
    CSHM_OK,
    CSHM_ERR_INVALID_ARGUMENT,
    CSHM_ERR_STALE_HANDLE,
    CSHM_ERR_STATE,
    CSHM_ERR_NOT_FOUND,
    CSHM_ERR_EXISTS,
    CSHM_ERR_BAD_NAME,
    CSHM_ERR_BAD_TYPE,
    CSHM_ERR_NO_SPACE,
    CSHM_ERR_NO_MEMORY,
    CSHM_ERR_PERMISSION,
    CSHM_ERR_CORRUPT,
    CSHM_ERR_VERSION,
    CSHM_ERR_GENERATION,
    CSHM_ERR_UNSUPPORTED,
    CSHM_ERR_CANCELLED,
    CSHM_ERR_BUFFER_TOO_SMALL,
    CSHM_ERR_SYSTEM,
    CSHM_ERR_HDF5,
    CSHM_ERR_LIMIT,
    CSHM_ERR_TIMEOUT,
    CSHM_ERROR_MESSAGE_SIZE,
    cshm_error,
    cshm_version,
    cshm_abi_version,
    cshm_status_name,
    cshm_store,
    cshm_builder,
    cshm_attachment,
    cshm_array,
    cshm_listing,
    cshm_manifest,
    cshm_live_handles,
    cshm_manifest_format,
    CSHM_MANIFEST_DEFAULT,
    CSHM_MANIFEST_YAML,
    CSHM_MANIFEST_TOML,
    cshm_access,
    CSHM_ACCESS_DEFAULT,
    CSHM_ACCESS_READ,
    CSHM_ACCESS_READ_WRITE,
    cshm_store_options,
    cshm_store_open,
    cshm_store_close,
    cshm_store_root,
    cshm_store_manifest,
    cshm_unlink,
    cshm_lifetime,
    CSHM_PERSISTENT,
    CSHM_OWNER,
    CSHM_LAST_USER,
    cshm_project,
    cshm_list,
    cshm_collect_options,
    cshm_store_collect,
    cshm_store_repair,
    cshm_listing_count,
    cshm_listing_project,
    cshm_listing_close,
    cshm_order,
    CSHM_ORDER_C,
    CSHM_ORDER_FORTRAN,
    cshm_builder_options,
    cshm_builder_open,
    cshm_builder_group,
    cshm_builder_array,
    cshm_builder_alias,
    cshm_builder_attribute,
    cshm_note_kind,
    CSHM_NOTE_ORIGIN,
    CSHM_NOTE_SKIPPED,
    cshm_builder_note,
    cshm_builder_allocate,
    cshm_builder_write,
    cshm_builder_place,
    cshm_builder_map,
    cshm_builder_attach,
    cshm_builder_publish,
    cshm_builder_abort,
    cshm_mode,
    CSHM_READ_ONLY,
    CSHM_READ_WRITE,
    CSHM_PRIVATE,
    cshm_attach_options,
    cshm_attach,
    cshm_attachment_retain,
    cshm_detach,
    cshm_attachment_info,
    cshm_attachment_describe,
    cshm_attachment_is_current,
    cshm_attachment_wait_newer,
    cshm_attachment_reattach,
    cshm_attachment_export_fd,
    cshm_attach_fd,
    cshm_node_kind,
    CSHM_GROUP,
    CSHM_ARRAY,
    cshm_node,
    cshm_node_at,
    cshm_node_find,
    cshm_attribute,
    cshm_attribute_at,
    cshm_attribute_find,
    cshm_note,
    cshm_note_at,
    cshm_array_open,
    cshm_array_at,
    cshm_array_retain,
    cshm_array_release,
    cshm_array_view,
    cshm_array_describe,
    cshm_attachment_view,
    cshm_manifest_read,
    cshm_manifest_parse,
    cshm_manifest_close,
    cshm_manifest_text,
    cshm_attachment_manifest,
    cshm_builder_layout,
    cshm_dtype,
    cshm_field,
    cshm_dtype_parse,
    cshm_dtype_field

end # module LibCuteShm
