# SPDX-License-Identifier: MIT
#
# How projects, groups and attributes look. Nothing here opens an array.

function state(project::Project)
    isopen(project) || return "closed"
    info = describe(project)
    return string(info.array_count, info.array_count == 1 ? " array, " : " arrays, ", Base.format_bytes(info.nbytes),
                  ", ", info.mode)
end

Base.show(io::IO, p::Project) = print(io, "Project(", repr(p.name), ")")
Base.show(io::IO, g::Group) = print(io, "Group(", repr(g.path), ")")
Base.summary(io::IO, p::Project) = print(io, "Project ", repr(p.name), " (", state(p), ")")
Base.summary(io::IO, g::Group) = print(io, "Group ", repr(g.path), " of project ", repr(g.project.name))
Base.show(io::IO, a::Attributes) = print(io, "Attributes(", repr(a.path), ")")

function Base.show(io::IO, ::MIME"text/plain", a::Attributes)
    print(io, "Attributes of ", isempty(a.path) ? "project $(repr(a.project.name))" : repr(a.path))
    isopen(a.project) || return print(io, " (closed)")
    for (name, value) in a
        print(io, "\n  ", repr(name), " => ")
        show(IOContext(io, :limit => true, :compact => true), value)
    end
end

function Base.show(io::IO, ::MIME"text/plain", tree::Tree)
    summary(io, tree)
    isopen(project_of(tree)) || return nothing
    below = nodes(tree)
    shown = get(io, :limit, false) ? min(length(below), max(displaysize(io)[1] - 6, 1)) : length(below)
    last = last_children(below)
    open_levels = Bool[]      # whether further siblings follow, for each level above the line
    for i in 1:shown
        depth = count(==('/'), below[i].path) - (isempty(path_of(tree)) ? 0 : count(==('/'), path_of(tree)) + 1)
        resize!(open_levels, depth)
        print(io, "\n", (l ? "│  " : "   " for l in open_levels)..., last[i] ? "└─ " : "├─ ", label(below[i]))
        push!(open_levels, !last[i])
    end
    shown < length(below) && print(io, "\n⋮  (", length(below) - shown, " more)")
    return nothing
end

# Whether each node is the last one of its group.
function last_children(below)
    seen = Set{SubString{String}}()
    last = falses(length(below))
    for i in length(below):-1:1
        group = SubString(below[i].path, 1, something(findlast('/', below[i].path), 0))
        last[i] = !(group in seen)
        push!(seen, group)
    end
    return last
end

function label(node::NodeInfo)
    name = SubString(node.path, nextind(node.path, something(findlast('/', node.path), 0)))
    node.kind == :group && return string(name, "/")
    dims = node.order == :C ? reverse(node.shape) : node.shape
    return string(name, "  ", node.dtype, "  (", join(dims, ", "), ")")
end

# The whole type of a DecodedArray, codec included, is of no use to a reader.
function Base.showarg(io::IO, a::DecodedArray{T,N}, toplevel) where {T,N}
    print(io, "DecodedArray{", T, ",", N, "}")
    toplevel && print(io, " of ", dtype(a))
end
