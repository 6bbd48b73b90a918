# The public header is the one place where the versions are written; this reads them from there.
#   CUTESHM_VERSION      "2.0.0": of the release
#   CUTESHM_ABI_VERSION  "0": the number in libcuteshm.so.N, and nothing else is

set(_header "${CMAKE_CURRENT_LIST_DIR}/../core/include/cuteshm/cuteshm.h")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${_header}")

file(STRINGS "${_header}" _line REGEX "^#define CSHM_VERSION_STRING ")
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" CUTESHM_VERSION "${_line}")
file(STRINGS "${_header}" _line REGEX "^#define CSHM_ABI_VERSION ")
string(REGEX MATCH "[0-9]+$" CUTESHM_ABI_VERSION "${_line}")

if(CUTESHM_VERSION STREQUAL "" OR CUTESHM_ABI_VERSION STREQUAL "")
  message(FATAL_ERROR "${_header} does not tell CSHM_VERSION_STRING and CSHM_ABI_VERSION")
endif()
