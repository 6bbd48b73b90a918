# SPDX-License-Identifier: MIT
#
# The Julia program of the conformance matrix.
#
#     conform.jl write  ROOT PROJECT CASES    makes the project in the store ROOT from the description
#     conform.jl read   ROOT PROJECT CASES    compares the project with the description
#     conform.jl seal   ROOT PROJECT CASES    makes it sealed, prints the path of its descriptor, holds that until input ends
#     conform.jl attach FD   PROJECT CASES    attaches the descriptor and compares
#
# The description's form is told at the top of cases.tsv. In Julia an array in C order has its dimensions reversed.

using CuteShm

# Many types, each met once: time spent on optimising this program is lost.
Base.Experimental.@optlevel 0

struct Case
    path::String
    name::String          # of an attribute
    dtype::String
    shape::Vector{Int}
    order::Symbol
    values::Vector{String}
end

# ---- the description ------------------------------------------------------------------------------------------------

# %XX stands for a byte.
function unescape(text)
    out, i = IOBuffer(), firstindex(text)
    while i <= lastindex(text)
        escaped = text[i] == '%'
        escaped ? write(out, parse(UInt8, text[i+1:i+2]; base=16)) : print(out, text[i])
        i = escaped ? i + 3 : nextind(text, i)
    end
    return String(take!(out))
end

numbers(shape) = shape == "-" ? Int[] : parse.(Int, split(shape, ','))
elements(values) = values == "-" ? String[] : String.(split(values, ' '))

function read_cases(path)
    groups, arrays, attributes = String[], Case[], Case[]
    for line in split(read(path, String), '\n')
        (isempty(line) || startswith(line, '#')) && continue
        fields = split(line, '\t')
        kind, where, rest = fields[1], fields[2], fields[3:end]
        if kind == "group"
            push!(groups, unescape(where))
        elseif kind == "array"
            dtype, shape, order, values = rest
            push!(arrays, Case(unescape(where), "", dtype, numbers(shape), Symbol(order), elements(values)))
        elseif kind == "attr"
            name, dtype, shape, values = rest
            push!(attributes, Case(unescape(where), unescape(name), dtype, numbers(shape), :C, elements(values)))
        else
            error("$path: $kind is no kind of record")
        end
    end
    return groups, arrays, attributes
end

# ---- values ---------------------------------------------------------------------------------------------------------

# The parts between separators that are in no bracket.
function split_outside(text, separator)
    parts, depth, start = String[], 0, firstindex(text)
    for (i, letter) in pairs(text)
        depth += (letter in "{[") - (letter in "}]")
        if letter == separator && depth == 0
            push!(parts, text[start:prevind(text, i)])
            start = nextind(text, i)
        end
    end
    return push!(parts, text[start:end])
end

inside(text) = chop(text; head=1, tail=1)

parse_value(::Type{Bool}, text) = text == "1"
parse_value(::Type{T}, text) where {T<:Integer} = parse(T, text)
# As Float64 and then narrowed: exact for all that is in the description. NaN's sign is not told by it.
parse_value(::Type{T}, text) where {T<:AbstractFloat} = T(parse(Float64, text))
parse_value(::Type{Complex{F}}, text) where {F} = Complex((parse_value(F, part) for part in split(text, ';'))...)
parse_value(::Type{T}, text) where {T<:CuteShm.Time64} = T(text == "NaT" ? typemin(Int64) : parse(Int64, text))
parse_value(::Type{String}, text) = unescape(text[2:end])
parse_value(::Type{Vector{UInt8}}, text) = hex2bytes(text[2:end])

parse_value(@nospecialize(codec::CuteShm.Codec), text) = parse_value(CuteShm.valuetype(codec), text)

function parse_value(@nospecialize(codec::CuteShm.Record), text)
    values = map(parse_value, CuteShm.fieldcodecs(codec), split_outside(inside(text), '|'))
    return CuteShm.valuetype(codec)(Tuple(values))
end

function parse_value(::CuteShm.Block{T,N,C,dims}, text) where {T,N,C,dims}
    values = T[parse_value(C(), part) for part in split_outside(inside(text), ',')]
    return reshape(values, dims)
end

# Where the elements, which are told in C order, lie in Julia's array: one after the other where it is in C order.
function positions(case)
    n = length(case.values)
    case.order == :C && return 1:n
    strides = cumprod([1; case.shape[1:end-1]])
    index, found = zero(case.shape), Int[]
    for _ in 1:n
        push!(found, 1 + sum(index .* strides))
        d = findlast(index .< case.shape .- 1)
        d === nothing && break
        index[d] += 1
        index[d+1:end] .= 0
    end
    return found
end

julia_dims(case) = Tuple(case.order == :C ? reverse(case.shape) : case.shape)

# The values of a case as an array of Julia's own types.
function native(case)
    codec = CuteShm.codec(case.dtype)
    values = Array{CuteShm.valuetype(codec)}(undef, julia_dims(case))
    for (text, position) in zip(case.values, positions(case))
        values[position] = parse_value(codec, text)
    end
    return values
end

# ---- writing --------------------------------------------------------------------------------------------------------

function write_project(root, project, cases)
    close(make(root, project, cases))
    return 0
end

# What holds the project at last is the descriptor alone.
function seal_project(root, project, cases)
    made = make(root, project, cases; sealed=true)
    export_fd(made) do fd
        close(made)
        println("/proc/", getpid(), "/fd/", reinterpret(Cint, fd))
        flush(stdout)
        read(stdin)
    end
    return 0
end

function make(root, project, (groups, arrays, attributes); options...)
    tree = Pair{String,Any}[path => Dict() for path in groups]
    append!(tree, [case.path => inorder(encode(case.dtype, native(case)), case.order) for case in arrays])
    attrs = [case.path => [case.name => attribute_value(case)] for case in attributes]
    return share(project, tree; attrs=attrs, store=root, options...)
end

# As a user would have it where Julia's type says it all: a plain String, a plain number.
function attribute_value(case)
    values = native(case)
    isempty(case.shape) || return encode(case.dtype, values)
    isplain = values[] isa Union{Number,String} && case.dtype == CuteShm.dtype(CuteShm.codec_for(values))
    return isplain ? values[] : encode(case.dtype, values)
end

# ---- reading --------------------------------------------------------------------------------------------------------

read_project(root, project, cases) = report(attach(opened -> compare(opened, cases), project; store=root), cases)

function attach_project(fd, project, cases)
    problems = attach(RawFD(parse(Cint, fd))) do opened
        right = describe(opened).sealed && opened.name == project
        [compare(opened, cases); right ? String[] : ["wanted a sealed $project, found $(describe(opened))"]]
    end
    return report(problems, cases)
end

function report(problems, (groups, arrays, attributes))
    foreach(println, problems)
    isempty(problems) || (println("failed: $(length(problems)) mismatches"); return 1)
    println("ok $(length(arrays)) arrays, $(length(attributes)) attributes, $(length(groups)) groups")
    return 0
end

function compare(opened, (groups, arrays, attributes))
    problems = String[]
    found = Dict(node.path => node for node in nodes(opened))
    wanted = Set([groups; [case.path for case in arrays]])
    append!(problems, ["$(repr(path)): wanted nothing, found $(found[path].kind)" for path in keys(found) if !(path in wanted)])
    append!(problems, ["$(repr(path)): wanted a group" for path in groups if !(haskey(found, path) && found[path].kind == :group)])
    foreach(case -> compare_array!(problems, case, get(found, case.path, nothing), opened), arrays)
    there = filter(path -> isempty(path) || haskey(found, path), [""; collect(wanted)])
    foreach(path -> compare_attributes!(problems, path, filter(a -> a.path == path, attributes), attrs(opened, path)), there)
    return problems
end

function compare_array!(problems, case, node, opened)
    if node === nothing || node.kind != :array
        push!(problems, "$(repr(case.path)): wanted an array, found $node")
        return
    end
    array = opened[case.path]
    wanted = (dtype=case.dtype, shape=case.shape, order=case.order)
    found = (dtype=dtype(array), shape=node.shape, order=memoryorder(array))
    if wanted != found || node.dtype != case.dtype || size(array) != julia_dims(case)
        push!(problems, "$(repr(case.path)): wanted $wanted, found $found, $(node.dtype), $(size(array))")
    else
        compare_values!(problems, repr(case.path), native(case), array)
    end
    return
end

function compare_attributes!(problems, path, cases, found)
    names = [case.name for case in cases]
    keys(found) == names || push!(problems, "$(repr(path)): wanted attributes $names, found $(keys(found))")
    for case in cases
        haskey(found, case.name) || continue
        what = "$(repr(path)), attribute $(repr(case.name))"
        dtype(found, case.name) == case.dtype || push!(problems, "$what: wanted dtype $(case.dtype), found $(dtype(found, case.name))")
        value = found[case.name]
        compare_values!(problems, what, native(case), isempty(case.shape) ? fill(value) : value)
    end
    return
end

# `isequal`: NaN is NaN, -0.0 is not 0.0.
function compare_values!(problems, what, @nospecialize(wanted), @nospecialize(found))
    if size(wanted) != size(found) || eltype(wanted) != eltype(found)
        push!(problems, "$what: wanted $(eltype(wanted)) $(size(wanted)), found $(eltype(found)) $(size(found))")
    else
        for i in 1:length(wanted)
            isequal(wanted[i], found[i]) || push!(problems, "$what: wanted $(wanted[i]), found $(found[i]) (element $i)")
        end
    end
    return
end

# ---- main -----------------------------------------------------------------------------------------------------------

const COMMANDS = Dict("write" => write_project, "read" => read_project, "seal" => seal_project, "attach" => attach_project)

function main(arguments)
    if length(arguments) != 4 || !haskey(COMMANDS, arguments[1])
        println(stderr, "usage: conform.jl write|read|seal ROOT PROJECT CASES\n       conform.jl attach FD PROJECT CASES")
        return 2
    end
    command, place, project, path = arguments
    return COMMANDS[command](place, project, read_cases(path))
end

exit(main(ARGS))
