# Finds HDF5 and says how to link it: targets cuteshm_hdf5_dependency, and cuteshm_hdf5_program for programs.
#
# Two copies of HDF5 in one process (ours, and the one inside h5py's wheel) only get along as long as the
# dynamic linker keeps them apart. Linked statically with its symbols hidden, ours cannot be mistaken, so
# that is preferred where the static library can go into a shared one at all: Debian's is not compiled as
# position-independent code.

set(CUTESHM_HDF5_STATIC AUTO CACHE STRING "link HDF5 statically: AUTO (where possible), ON or OFF")
set_property(CACHE CUTESHM_HDF5_STATIC PROPERTY STRINGS AUTO ON OFF)

find_package(HDF5 1.10 REQUIRED COMPONENTS C)

add_library(cuteshm_hdf5_dependency INTERFACE)
target_include_directories(cuteshm_hdf5_dependency SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})

# Sets `result` to the static library and all it needs, or to "" where it does not serve, linked with the options that follow.
function(cuteshm_find_static_hdf5 result check)
  set(libraries "")
  foreach(library IN LISTS HDF5_C_LIBRARIES)
    get_filename_component(folder "${library}" DIRECTORY)
    get_filename_component(stem "${library}" NAME_WE)
    if(stem MATCHES "hdf5" AND EXISTS "${folder}/${stem}.a")
      set(library "${folder}/${stem}.a")
    endif()
    list(APPEND libraries "${library}")
  endforeach()
  # What its filters call, where it was found without being told (the linker drops what it does not need).
  foreach(filter sz z)
    find_library(CUTESHM_HDF5_FILTER_${filter} ${filter})
    mark_as_advanced(CUTESHM_HDF5_FILTER_${filter})
    if(CUTESHM_HDF5_FILTER_${filter})
      list(APPEND libraries "${CUTESHM_HDF5_FILTER_${filter}}")
    endif()
  endforeach()

  set(CMAKE_REQUIRED_FLAGS -fPIC)
  set(CMAKE_REQUIRED_INCLUDES ${HDF5_C_INCLUDE_DIRS})
  set(CMAKE_REQUIRED_LINK_OPTIONS ${ARGN})
  set(CMAKE_REQUIRED_LIBRARIES ${libraries} ${CMAKE_DL_LIBS} m)
  check_c_source_compiles(
    "#include <hdf5.h>\nint main(void) { return H5open(); }\n" ${check})
  if(${check} AND "${libraries}" MATCHES "hdf5[^;]*\\.a")
    set(${result} ${libraries} ${CMAKE_DL_LIBS} m PARENT_SCOPE)
  else()
    set(${result} "" PARENT_SCOPE)
  endif()
endfunction()

include(CheckCSourceCompiles)
set(_libraries "")
if(CUTESHM_HDF5_STATIC STREQUAL "AUTO" OR CUTESHM_HDF5_STATIC)
  cuteshm_find_static_hdf5(_libraries CUTESHM_HDF5_STATIC_LINKS -shared LINKER:--no-undefined)
endif()
if(_libraries)
  message(STATUS "HDF5 ${HDF5_VERSION}: linked statically, its symbols hidden")
elseif(CUTESHM_HDF5_STATIC STREQUAL "AUTO" OR NOT CUTESHM_HDF5_STATIC)
  message(STATUS "HDF5 ${HDF5_VERSION}: linked as a shared library")
  set(_libraries ${HDF5_C_LIBRARIES})
else()
  message(FATAL_ERROR "CUTESHM_HDF5_STATIC is ON, but HDF5 ${HDF5_VERSION} has no static library "
    "of position-independent code beside ${HDF5_C_LIBRARIES}")
endif()
target_link_libraries(cuteshm_hdf5_dependency INTERFACE ${_libraries})

# A program can have the static library where a shared library cannot. It then begins in a few milliseconds; Debian's shared HDF5
# has the linker load forty other libraries first.
add_library(cuteshm_hdf5_program INTERFACE)
if(CUTESHM_HDF5_STATIC STREQUAL "AUTO" OR CUTESHM_HDF5_STATIC)
  cuteshm_find_static_hdf5(_program_libraries CUTESHM_HDF5_STATIC_LINKS_PROGRAM -no-pie)
endif()
if(_program_libraries)
  target_include_directories(cuteshm_hdf5_program SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
  target_link_libraries(cuteshm_hdf5_program INTERFACE ${_program_libraries})
  target_link_options(cuteshm_hdf5_program INTERFACE -no-pie)
else()
  target_link_libraries(cuteshm_hdf5_program INTERFACE cuteshm_hdf5_dependency)
endif()
