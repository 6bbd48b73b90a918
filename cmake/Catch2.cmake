# Catch2, 2.13 or 3: tests include "catch.hpp" and link cuteshm_catch2, which brings main().

find_package(Catch2 3 QUIET)
if(NOT Catch2_FOUND)
  find_package(Catch2 2.13 REQUIRED)
endif()
set(_generated "${CMAKE_CURRENT_BINARY_DIR}/catch2")

# By version, not by target: Debian's 2.13 has the target of 3, too.
if(Catch2_VERSION VERSION_GREATER_EQUAL 3)
  add_library(cuteshm_catch2 INTERFACE)
  target_link_libraries(cuteshm_catch2 INTERFACE Catch2::Catch2WithMain)
  set(_header catch2/catch_all.hpp)
else()
  file(CONFIGURE OUTPUT "${_generated}/main.cpp" CONTENT
    "#define CATCH_CONFIG_MAIN\n#include <catch2/catch.hpp>\n")
  add_library(cuteshm_catch2 STATIC "${_generated}/main.cpp")
  set_target_properties(cuteshm_catch2 PROPERTIES CXX_STANDARD 17 CXX_EXTENSIONS OFF)
  target_link_libraries(cuteshm_catch2 PUBLIC Catch2::Catch2)
  set(_header catch2/catch.hpp)
endif()
file(CONFIGURE OUTPUT "${_generated}/include/catch.hpp" CONTENT "#pragma once\n#include <${_header}>\n")
target_include_directories(cuteshm_catch2 SYSTEM INTERFACE "${_generated}/include")

# cuteshm_add_catch_tests(<name> LABEL <label> FOLDER <folder> LINK <library>...)
# One program, and one test of ctest, of all *_test.cpp in a folder. A folder without any is a failing
# test: a suite cannot get lost.
function(cuteshm_add_catch_tests name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;FOLDER" "LINK")
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${arg_FOLDER}/*_test.cpp")
  if(sources)
    add_executable(${name} ${sources})
    cuteshm_configure_target(${name})
    target_link_libraries(${name} PRIVATE ${arg_LINK} cuteshm_catch2)
    # What is tested is optimised as its build wants; the tests themselves only take two to three times as long to compile.
    target_compile_options(${name} PRIVATE -O0)
    add_test(NAME ${name} COMMAND ${name} --durations no)
  else()
    add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E cat "${arg_FOLDER}/*_test.cpp: no such file")
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT 900)
endfunction()
