# One stanza for each library, binary and test, with explicit dependencies.
#
#   order_library(name LAYER base SRCS a.cc HDRS a.h DEPS b c [SERVICE gateway] [PCH grpc])
#   order_binary(ordermesh-gateway SERVICE gateway SRCS main.cc DEPS … [FOR_TESTS])
#   order_test(name SRCS a_test.cc DEPS … LABELS unit threads)
#   order_sql(name SERVICE gateway FILES sql/a.sql …)
#
# A dependency against the layers is refused: cmake/Layers.cmake.
include(${CMAKE_CURRENT_LIST_DIR}/Layers.cmake)

add_custom_target(programs COMMENT "every program that is installed")

# Notes what a target is made of, which headers it offers and what it depends on; all of it is written to targets.cmake,
# which tests/cmake/includes_test.cmake holds the include lines against. KIND is library, binary, test or generated. Paths
# are from the root of the repository, those of generated headers as they are included.
function(order_note_target name kind)
  cmake_parse_arguments(A "" "" "FILES;HEADERS;DEPS" ${ARGN})
  foreach(what FILES HEADERS)
    set(paths)
    foreach(path IN LISTS A_${what})
      if(NOT kind STREQUAL "generated")
        cmake_path(ABSOLUTE_PATH path NORMALIZE)
        cmake_path(RELATIVE_PATH path BASE_DIRECTORY ${CMAKE_SOURCE_DIR})
      endif()
      list(APPEND paths ${path})
    endforeach()
    set(A_${what} ${paths})
  endforeach()
  string(CONCAT note
    "list(APPEND TARGETS ${name})\nset(KIND_OF_${name} ${kind})\nset(FILES_OF_${name} \"${A_FILES}\")\n"
    "set(HEADERS_OF_${name} \"${A_HEADERS}\")\nset(DEPS_OF_${name} \"${A_DEPS}\")\n")
  set_property(GLOBAL APPEND_STRING PROPERTY ORDERMESH_TARGETS "${note}")
  get_property(deferred GLOBAL PROPERTY ORDERMESH_TARGETS_DEFERRED)
  if(NOT deferred)
    set_property(GLOBAL PROPERTY ORDERMESH_TARGETS_DEFERRED ON)
    cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL order_write_targets)
  endif()
endfunction()

function(order_write_targets)
  get_property(targets GLOBAL PROPERTY ORDERMESH_TARGETS)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/targets.cmake CONTENT "${targets}" @ONLY)
endfunction()

function(order_compile_own target)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  target_compile_options(${target} PRIVATE ${ORDERMESH_WARNINGS})
  if(ORDERMESH_SANITIZER STREQUAL "address")
    target_compile_options(${target} PRIVATE -fsanitize=undefined -fno-sanitize-recover=undefined)
  endif()
endfunction()

function(order_use_pch target kind)
  if(kind STREQUAL "grpc" OR kind STREQUAL "std" OR kind STREQUAL "test")
    target_precompile_headers(${target} REUSE_FROM ordermesh_own_pch_${kind})
  elseif(NOT kind STREQUAL "none")
    message(FATAL_ERROR "${target}: PCH is std, grpc, test or none, not '${kind}'")
  endif()
endfunction()

function(order_library name)
  cmake_parse_arguments(A "" "LAYER;SERVICE;PCH" "SRCS;HDRS;DEPS" ${ARGN})
  if(A_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${name}: what is '${A_UNPARSED_ARGUMENTS}'?")
  endif()
  order_check_layer(${name} "${A_LAYER}" "${A_SERVICE}" ${A_DEPS})
  order_note_target(${name} library FILES ${A_SRCS} ${A_HDRS} HEADERS ${A_HDRS} DEPS ${A_DEPS})
  if(A_SRCS)
    add_library(${name} STATIC ${A_SRCS} ${A_HDRS})
    target_link_libraries(${name} PUBLIC dep_absl Threads::Threads ${A_DEPS})
    order_compile_own(${name})
    if(NOT A_PCH)
      set(A_PCH std)
    endif()
    order_use_pch(${name} ${A_PCH})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE dep_absl Threads::Threads ${A_DEPS})
  endif()
  set_target_properties(${name} PROPERTIES ORDERMESH_LAYER "${A_LAYER}" ORDERMESH_SERVICE "${A_SERVICE}")
endfunction()

function(order_binary name)
  cmake_parse_arguments(A "FOR_TESTS" "SERVICE;PCH" "SRCS;DEPS" ${ARGN})
  order_check_layer(${name} service "${A_SERVICE}" ${A_DEPS})
  order_note_target(${name} binary FILES ${A_SRCS} DEPS ${A_DEPS})
  add_executable(${name} ${A_SRCS})
  target_link_libraries(${name} PRIVATE dep_absl Threads::Threads ${A_DEPS})
  order_compile_own(${name})
  if(NOT A_PCH)
    set(A_PCH std)
  endif()
  order_use_pch(${name} ${A_PCH})
  if(ORDERMESH_SANITIZER STREQUAL "thread")
    target_link_libraries(${name} PRIVATE c11_threads_for_tsan)
  endif()
  # What is installed: the programs that users run.
  if(NOT A_SERVICE STREQUAL "testing" AND NOT A_FOR_TESTS)
    add_dependencies(programs ${name})
    install(TARGETS ${name} RUNTIME COMPONENT programs)
  endif()
endfunction()

# What ThreadSanitizer's run needs: the tests labelled `threads`, and nothing else.
add_custom_target(tests_with_threads)
if(ORDERMESH_SANITIZER STREQUAL "thread")
  add_library(c11_threads_for_tsan OBJECT ${CMAKE_SOURCE_DIR}/libs/testing/c11_threads_for_tsan.cc)
endif()

# A test that hangs is ended. Far more than any needs: machines are busy, and two tests run at a time.
set(ORDERMESH_TEST_TIMEOUT 600)

# LABELS: unit or integration, and `threads` for what runs again under ThreadSanitizer. An integration test gets real
# stores of its own: it runs under `tools/stack run`, which sets DATABASE_URL, AMQP_URL and KAFKA_BROKERS; STORES names
# those it needs (default: postgres).
function(order_test name)
  cmake_parse_arguments(A "" "PCH;TIMEOUT" "SRCS;DEPS;LABELS;STORES;ARGS" ${ARGN})
  if(NOT ORDERMESH_TESTS)
    add_executable(${name} EXCLUDE_FROM_ALL ${A_SRCS})  # for what a stanza sets on it; not to be built
    return()
  endif()
  order_note_target(${name} test FILES ${A_SRCS} DEPS ${A_DEPS})
  add_executable(${name} ${A_SRCS})
  target_link_libraries(${name} PRIVATE dep_absl Threads::Threads GTest::gmock GTest::gtest_main ${A_DEPS})
  order_compile_own(${name})
  if(NOT A_PCH)
    set(A_PCH test)
  endif()
  order_use_pch(${name} ${A_PCH})
  if("threads" IN_LIST A_LABELS)
    add_dependencies(tests_with_threads ${name})
  endif()
  set(command $<TARGET_FILE:${name}> ${A_ARGS})
  if("integration" IN_LIST A_LABELS)
    if(NOT A_STORES)
      set(A_STORES postgres)
    endif()
    list(JOIN A_STORES "," stores)
    set(command ${CMAKE_SOURCE_DIR}/tools/stack run --only ${stores} -- ${command})
  endif()
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT ${ORDERMESH_TEST_TIMEOUT})
  endif()
  add_test(NAME ${name} COMMAND ${command})
  set_tests_properties(${name} PROPERTIES LABELS "${A_LABELS}" TIMEOUT ${A_TIMEOUT})
  if(ORDERMESH_SANITIZER STREQUAL "thread")
    target_link_libraries(${name} PRIVATE c11_threads_for_tsan)
    # Debian's gRPC, Protobuf and Abseil are not instrumented: their inner synchronisation is invisible to the tool.
    set_tests_properties(${name} PROPERTIES ENVIRONMENT "TSAN_OPTIONS=ignore_noninstrumented_modules=1:halt_on_error=1")
  endif()
endfunction()

# order_test_again(<name> OF <test> STORES ... LABELS ...): the program of an order_test, on other stores.
function(order_test_again name)
  cmake_parse_arguments(A "" "OF" "STORES;LABELS" ${ARGN})
  if(NOT ORDERMESH_TESTS)
    return()
  endif()
  list(JOIN A_STORES "," stores)
  add_test(NAME ${name} COMMAND ${CMAKE_SOURCE_DIR}/tools/stack run --only ${stores} -- $<TARGET_FILE:${A_OF}>)
  set_tests_properties(${name} PROPERTIES LABELS "${A_LABELS}" TIMEOUT ${ORDERMESH_TEST_TIMEOUT})
endfunction()

# Makes sql.h in the build tree: `inline constexpr char kInsertOrders[]` for sql/insert_orders.sql.
function(order_sql name)
  cmake_parse_arguments(A "" "SERVICE" "FILES" ${ARGN})
  file(RELATIVE_PATH here ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(header ${CMAKE_BINARY_DIR}/sql/${here}/sql.h)
  list(TRANSFORM A_FILES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE inputs)
  add_custom_command(
    OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} -DNAMESPACE=ordermesh::${A_SERVICE}::sql "-DINPUTS=${inputs}" -DOUTPUT=${header}
            -P ${CMAKE_SOURCE_DIR}/cmake/EmbedSql.cmake
    DEPENDS ${inputs} ${CMAKE_SOURCE_DIR}/cmake/EmbedSql.cmake
    VERBATIM)
  add_library(${name} STATIC ${header} ${CMAKE_BINARY_DIR}/pch/ordermesh_own_pch_std.cc)
  target_include_directories(${name} PUBLIC ${CMAKE_BINARY_DIR}/sql)
  set_target_properties(${name} PROPERTIES ORDERMESH_LAYER service ORDERMESH_SERVICE "${A_SERVICE}")
  order_note_target(${name} generated HEADERS ${here}/sql.h)
endfunction()

# Tests in Python, for what crosses processes or is a tool: order_pytest(name FILES a_test.py LABELS unit [TIMEOUT 900]).
function(order_pytest name)
  cmake_parse_arguments(A "" "TIMEOUT" "FILES;LABELS" ${ARGN})
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT ${ORDERMESH_TEST_TIMEOUT})
  endif()
  list(TRANSFORM A_FILES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  add_test(NAME ${name} COMMAND ${CMAKE_SOURCE_DIR}/tools/python -m pytest -q -p no:cacheprovider ${A_FILES})
  set_tests_properties(${name} PROPERTIES LABELS "${A_LABELS}" TIMEOUT ${A_TIMEOUT}
                       ENVIRONMENT "ORDERMESH_BUILD=${CMAKE_BINARY_DIR}")
endfunction()
