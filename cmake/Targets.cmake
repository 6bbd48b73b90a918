# What all our targets share, and the two things only our libraries need.

# Language, warnings and visibility. Warnings become errors with CMAKE_COMPILE_WARNING_AS_ERROR,
# which our presets turn on and users who build from source need not.
function(cuteshm_configure_target target)
  set_target_properties(${target} PROPERTIES
    C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
    CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes>)
endfunction()

# cuteshm_add_shared_library(<name> SYMBOLS <golden list> OBJECTS <object library>...)
# Its code comes from object libraries, which the unit tests link, too, because they need private symbols.
# It exports just the names of the golden list.
function(cuteshm_add_shared_library target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SYMBOLS" "OBJECTS")
  add_library(${target} SHARED)
  add_library(cuteshm::${target} ALIAS ${target})
  target_link_libraries(${target} PRIVATE ${arg_OBJECTS})
  set_target_properties(${target} PROPERTIES
    LINKER_LANGUAGE C
    VERSION ${CUTESHM_ABI_VERSION}
    SOVERSION ${CUTESHM_ABI_VERSION}
    INSTALL_RPATH "$ORIGIN"
    # One folder in either tree; CMake's own padding of the build tree's would mean "the current directory".
    BUILD_WITH_INSTALL_RPATH ON)

  set(script "${CMAKE_CURRENT_BINARY_DIR}/${target}.map")
  cuteshm_write_version_script("${arg_SYMBOLS}" "${script}")
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${script}")
  target_link_options(${target} PRIVATE
    "LINKER:--version-script=${script}"
    LINKER:--as-needed LINKER:--exclude-libs,ALL LINKER:-z,relro,-z,now)
  if(NOT CUTESHM_SANITIZE) # whose runtime is in the program: its symbols are undefined here
    target_link_options(${target} PRIVATE LINKER:--no-undefined)
  endif()
endfunction()

# The linker's version script, from a golden list of one name per line.
function(cuteshm_write_version_script symbols script)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${symbols}")
  file(STRINGS "${symbols}" names REGEX "^[a-z]")
  list(JOIN names ";\n    " names) # one string from here on
  string(PREPEND names "    ")
  string(APPEND names ";\n")
  file(CONFIGURE OUTPUT "${script}" @ONLY CONTENT
    "CUTESHM_@CUTESHM_ABI_VERSION@ {\n  global:\n@names@  local:\n    *;\n};\n")
endfunction()
