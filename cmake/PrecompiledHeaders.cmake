# Precompiled headers, one for each kind of code; the others reuse them.
function(order_pch name)
  cmake_parse_arguments(A "" "" "HEADERS;DEPS" ${ARGN})
  # Not file(WRITE), which makes it newer with each configuration.
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pch/${name}.cc CONTENT "")
  add_library(${name} STATIC ${CMAKE_BINARY_DIR}/pch/${name}.cc)
  target_link_libraries(${name} PUBLIC ${A_DEPS})
  target_precompile_headers(${name} PRIVATE ${A_HEADERS})
endfunction()
set(ORDERMESH_STD_HEADERS
    <algorithm> <array> <atomic> <chrono> <coroutine> <cstdint> <deque> <functional> <map> <memory> <mutex> <optional>
    <set> <span> <stop_token> <string> <thread> <unordered_map> <utility> <variant> <vector>
    <absl/container/flat_hash_map.h> <absl/container/flat_hash_set.h> <absl/functional/any_invocable.h>
    <absl/status/status.h> <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/strings/str_format.h>
    <absl/strings/str_join.h> <absl/strings/str_split.h> <absl/strings/string_view.h> <absl/time/time.h>)

order_pch(ordermesh_own_pch_std HEADERS ${ORDERMESH_STD_HEADERS} DEPS dep_absl)
order_pch(ordermesh_own_pch_grpc HEADERS ${ORDERMESH_STD_HEADERS} <grpcpp/grpcpp.h> <grpcpp/alarm.h> <google/protobuf/message.h>
                                         <google/protobuf/timestamp.pb.h> DEPS dep_absl dep_grpc)
set(kinds std grpc)
if(ORDERMESH_TESTS)
  order_pch(ordermesh_own_pch_test HEADERS ${ORDERMESH_STD_HEADERS} <gmock/gmock.h> <gtest/gtest.h> DEPS dep_absl GTest::gmock)
  list(APPEND kinds test)
endif()
foreach(kind IN LISTS kinds)
  order_compile_own(ordermesh_own_pch_${kind})
endforeach()
