# CUTESHM_SANITIZE: a list for -fsanitize=, such as "address,undefined" or "thread". Everything that is
# built is built with it, and the first finding ends the program.

set(CUTESHM_SANITIZE "" CACHE STRING "sanitizers to build with: address,undefined or thread")

if(CUTESHM_SANITIZE)
  set(_flags -fsanitize=${CUTESHM_SANITIZE} -fno-sanitize-recover=all)
  add_compile_options(${_flags} -fno-omit-frame-pointer)
  add_link_options(${_flags})
endif()
