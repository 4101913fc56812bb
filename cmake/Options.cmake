# How everything is compiled. The presets choose the build type and the sanitizer.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_COMPILE_OPTIONS_PIE -fPIC)  # for programs as for libraries: they share precompiled headers
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(THREADS_PREFER_PTHREAD_FLAG ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# -g1 keeps function names and lines for stack traces at a tenth of the size.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")

set(ORDERMESH_SANITIZER "" CACHE STRING "address, thread, or empty")
option(ORDERMESH_FAILPOINTS "compile the failpoints that crash tests use (never in an image)" OFF)
option(ORDERMESH_TESTS "tests too; without, only the target `programs` is of use, and GoogleTest isn't needed" ON)
option(ORDERMESH_COVERAGE "instrument for gcov" OFF)

if(ORDERMESH_SANITIZER STREQUAL "address")
  set(CMAKE_CXX_FLAGS_RELEASE "-O1 -g1")
  add_compile_options(-fsanitize=address -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(ORDERMESH_SANITIZER STREQUAL "thread")
  set(CMAKE_CXX_FLAGS_RELEASE "-O1 -g1")
  # Hidden, because the uninstrumented libraries would else call the program's instrumented copies of Abseil's inline
  # functions, and their inner synchronisation, which the tool can't see, would be reported as races.
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -fvisibility=hidden)
  add_link_options(-fsanitize=thread)
endif()
if(ORDERMESH_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()

find_program(ORDERMESH_LLD NAMES ld.lld ld.lld-19 ld.lld-18 ld.lld-16 ld.lld-14)
if(ORDERMESH_LLD)
  add_link_options(-fuse-ld=lld)
endif()
add_link_options(-Wl,--as-needed)

# ccache needs these to hit from another folder and with precompiled headers.
find_program(ORDERMESH_CCACHE ccache)
if(ORDERMESH_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${ORDERMESH_CCACHE})
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
endif()

# Our own code only; generated code and dependencies are compiled without.
set(ORDERMESH_WARNINGS -Wall -Wextra -Werror -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  list(APPEND ORDERMESH_WARNINGS -Wno-restrict)  # false positives in std::string, GCC bug 105329
endif()
