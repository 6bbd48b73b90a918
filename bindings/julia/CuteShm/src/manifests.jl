# SPDX-License-Identifier: MIT
#
# Manifests and layouts as text: YAML and TOML, which say the same.

"""
A manifest, or a layout that was written by hand, made by [`read_manifest`](@ref) or [`parse_manifest`](@ref), which check it.
[`manifest_text`](@ref) writes it in either syntax; [`share`](@ref) makes a project of what it tells.
"""
struct Manifest
    handle::Handle{cshm_manifest}
end

"""
    read_manifest(path) -> Manifest

Reads a manifest or a layout from a file: TOML where its name ends in `.toml`, else YAML.

Throws [`CuteShmError`](@ref): `CSHM_ERR_NOT_FOUND`; `CSHM_ERR_CORRUPT` where it is neither YAML nor TOML, neither manifest nor
layout, or has what is refused (anchors, aliases, tags, merge keys, keys that come twice, arrays that overlap);
`CSHM_ERR_VERSION`; `CSHM_ERR_BAD_TYPE`, `CSHM_ERR_BAD_NAME` of a dtype, path or name in it; `CSHM_ERR_LIMIT` beyond 64 MiB,
64 levels or a million values. The message names file, line and column, what was wanted and what was found.
"""
read_manifest(path::AbstractString) = made_manifest((id, err) -> cshm_manifest_read(path, id, err))

"""
    parse_manifest(text; format=:yaml, name="manifest") -> Manifest

As [`read_manifest`](@ref), from a text in the syntax `:yaml` or `:toml`; `name` is what messages call it.
"""
function parse_manifest(text::AbstractString; format::Symbol=:yaml, name::AbstractString="manifest")
    utf8 = String(text)
    number = manifest_format(format)
    return GC.@preserve utf8 made_manifest() do id, err
        return cshm_manifest_parse(Cstring(pointer(utf8)), sizeof(utf8), number, name, id, err)
    end
end

function made_manifest(make)
    id = Ref{cshm_manifest}()
    check(err -> make(id, err))
    return Manifest(Handle(id[]))
end

"""
    manifest_text(manifest; format=:yaml) -> String
    manifest_text(project; format=:yaml) -> String

A [`Manifest`](@ref CuteShm.Manifest), or the manifest of an attached [`Project`](@ref), as text in the syntax `:yaml` or
`:toml`. Of the former keys and values come in the order in which they were read, and of comments only those on top; what
cute-shm has written comes out byte for byte, from either syntax into either.

    write("robot.toml", manifest_text(read_manifest("robot.yaml"); format=:toml))

Throws [`CuteShmError`](@ref): `CSHM_ERR_UNSUPPORTED` where a key that cute-shm does not know has a value that the syntax has
not, such as null in TOML.
"""
function manifest_text(manifest::Manifest; format::Symbol=:yaml)
    number = manifest_format(format)
    handle = manifest.handle
    return GC.@preserve handle string_out((buffer, n, err) -> cshm_manifest_text(handle.id, number, buffer, n, err))
end

function manifest_text(project::Project; format::Symbol=:yaml)
    number = manifest_format(format)
    return borrow(id -> string_out((buffer, n, err) -> cshm_attachment_manifest(id, number, buffer, n, err)), project)
end

Base.show(io::IO, ::Manifest) = print(io, "CuteShm.Manifest")
