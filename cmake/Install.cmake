# What is installed: libraries and program (component "runtime"), and headers, the CMake package
# `cuteshm` and the pkg-config files (component "development"). The build tree has pkg-config files of
# its own, for those who try it uninstalled: PKG_CONFIG_PATH=<build>/pkgconfig

include(CMakePackageConfigHelpers)
set(_cmake_dir "${CMAKE_INSTALL_LIBDIR}/cmake/cuteshm")
set(_pc_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

# --- libraries, headers and program
set(_libraries cuteshm)
if(TARGET cuteshm_hdf5)
  list(APPEND _libraries cuteshm_hdf5)
endif()
install(TARGETS ${_libraries} EXPORT cuteshm
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime NAMELINK_COMPONENT development
  FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)

if(TARGET cuteshm-hdf5-load)
  install(TARGETS cuteshm-hdf5-load RUNTIME DESTINATION "${CMAKE_INSTALL_LIBEXECDIR}" COMPONENT runtime)
endif()

if(TARGET cute-shm)
  file(RELATIVE_PATH _bin_to_lib "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}")
  set_target_properties(cute-shm PROPERTIES INSTALL_RPATH "$ORIGIN/${_bin_to_lib}")
  install(TARGETS cute-shm RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT runtime)
  get_target_property(_other_names cute-shm CUTESHM_OTHER_NAMES) # symbolic links
  install(PROGRAMS ${_other_names} DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT runtime)
endif()

# --- the CMake package: find_package(cuteshm), targets cuteshm::cuteshm and cuteshm::cuteshm_hdf5
install(EXPORT cuteshm NAMESPACE cuteshm:: FILE cuteshmTargets.cmake
  DESTINATION "${_cmake_dir}" COMPONENT development)
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/cuteshmConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/cuteshmConfig.cmake" INSTALL_DESTINATION "${_cmake_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/cuteshmConfigVersion.cmake"
  COMPATIBILITY SameMajorVersion)
install(FILES "${PROJECT_BINARY_DIR}/cuteshmConfig.cmake"
  "${PROJECT_BINARY_DIR}/cuteshmConfigVersion.cmake"
  DESTINATION "${_cmake_dir}" COMPONENT development)

# --- pkg-config. The installed files find their prefix from where they lie: the tree can be moved.
function(cuteshm_write_pc output include_dir lib_dir)
  set(pc_include_dir "${include_dir}")
  set(pc_lib_dir "${lib_dir}")
  foreach(library IN LISTS ARGN)
    configure_file("${PROJECT_SOURCE_DIR}/cmake/${library}.pc.in" "${output}/${library}.pc" @ONLY)
  endforeach()
endfunction()

cuteshm_write_pc("${PROJECT_BINARY_DIR}/pkgconfig"
  "${PROJECT_SOURCE_DIR}/core/include" "${CMAKE_LIBRARY_OUTPUT_DIRECTORY}" ${_libraries})

file(RELATIVE_PATH _pc_to_include
  "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
cuteshm_write_pc("${PROJECT_BINARY_DIR}/pkgconfig-installed"
  "\${pcfiledir}/${_pc_to_include}" "\${pcfiledir}/.." ${_libraries})
foreach(_library IN LISTS _libraries)
  install(FILES "${PROJECT_BINARY_DIR}/pkgconfig-installed/${_library}.pc"
    DESTINATION "${_pc_dir}" COMPONENT development)
endforeach()
