# SPDX-License-Identifier: MIT
#
# What a C compiler says about the structs and constants of a header, for comparison with the generated layer.

exported(layer, name) = name != nameof(layer) && isdefined(layer, name) && !startswith(string(name), "@")
is_struct(layer, name) = exported(layer, name) && getfield(layer, name) isa DataType &&
                         parentmodule(getfield(layer, name)) === layer
is_constant(layer, name) = exported(layer, name) && getfield(layer, name) isa Union{Integer,String}
is_function(layer, name) = exported(layer, name) && getfield(layer, name) isa Function

c_field(field) = replace(string(field), r"_$" => "")

const C_BYTES = """

static void print_bytes(const void *start, size_t n) {
  for (size_t i = 0; i < n; ++i) printf("%02x", ((const unsigned char *)start)[i]);
  printf("\\n");
}
"""

function c_program(layer, header)
    out = IOBuffer()
    println(out, "#include <$header>\n#include <stdio.h>", C_BYTES, "int main(void) {")
    for name in names(layer)
        is_struct(layer, name) && print_struct(out, name, getfield(layer, name))
        is_constant(layer, name) && print_constant(out, name, getfield(layer, name))
    end
    println(out, "return 0; }")
    return String(take!(out))
end

function print_struct(out, name, T)
    println(out, "printf(\"sizeof $name %zu\\n\", sizeof($name));")
    for field in fieldnames(T)
        f = c_field(field)
        println(out, "printf(\"field $name $field %zu %zu\\n\", offsetof($name, $f), sizeof((($name *)0)->$f));")
    end
    hasmethod(T, Tuple{}) || return
    println(out, "{ static const $name x = $(uppercase(string(name)))_INIT;")
    println(out, "  printf(\"init $name \"); print_bytes(&x, sizeof x); }")
end

print_constant(out, name, ::Integer) = println(out, "printf(\"constant $name %lld\\n\", (long long)$name);")
print_constant(out, name, ::String) = println(out, "printf(\"constant $name %s\\n\", $name);")

# "sizeof T" => bytes, "field T f" => (offset, bytes), "init T" => the bytes of T_INIT, "constant N" => its value.
function layout_by_c(layer, header)
    told = Dict{String,Any}()
    for line in split(compile_and_run(c_program(layer, header)), '\n'; keepempty=false)
        words = split(line, ' ')
        kind, name, values = words[1], words[2], words[3:end]
        if kind == "field"
            told["field $name $(values[1])"] = (parse(Int, values[2]), parse(Int, values[3]))
        elseif kind == "init"
            told["init $name"] = hex2bytes(values[1])
        elseif kind == "constant"
            told["constant $name"] = something(tryparse(Int, values[1]), values[1])
        else
            told["sizeof $name"] = parse(Int, values[1])
        end
    end
    return told
end

function compile_and_run(program)
    mktempdir() do folder
        source, binary = joinpath(folder, "layout.c"), joinpath(folder, "layout")
        write(source, program)
        include = joinpath(REPOSITORY, "core", "include")
        run(`$(get(ENV, "CC", "cc")) -std=c11 -Wall -Werror -I$include $source -o $binary`)
        return read(`$binary`, String)
    end
end

function bytes_of(x)
    r = Ref(x)
    bytes = zeros(UInt8, sizeof(x))
    GC.@preserve r unsafe_copyto!(pointer(bytes), Ptr{UInt8}(Base.unsafe_convert(Ptr{typeof(x)}, r)), sizeof(x))
    return bytes
end
