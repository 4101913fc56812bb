# Protobuf and gRPC code from .proto files.
#
#   order_proto(orders_proto PROTOS ordermesh/orders/v1/orders.proto [GRPC] DEPS google_protos)
#
# PROTOS are relative to protos/. GRPC names those that define services.
set(ORDERMESH_PROTO_ROOT ${CMAKE_SOURCE_DIR}/protos)
set(ORDERMESH_PROTO_OUT ${CMAKE_BINARY_DIR}/protos/gen)
set(GOOGLE_PROTO_ROOT ${CMAKE_BINARY_DIR}/protos/google-common)
set(GOOGLE_PROTO_JAR /usr/share/java/proto-google-common-protos.jar
    CACHE FILEPATH "the jar of the package libgoogle-common-protos-java")
set(ORDERMESH_DESCRIPTORS ${CMAKE_BINARY_DIR}/protos/ordermesh.pb)

if(NOT EXISTS ${GOOGLE_PROTO_ROOT}/google/rpc/status.proto)
  if(NOT EXISTS ${GOOGLE_PROTO_JAR})
    message(FATAL_ERROR "${GOOGLE_PROTO_JAR} is missing: install libgoogle-common-protos-java (tools/setup does)")
  endif()
  file(ARCHIVE_EXTRACT INPUT ${GOOGLE_PROTO_JAR} DESTINATION ${GOOGLE_PROTO_ROOT} PATTERNS "google/*.proto")
endif()

# The package has the error details as they were in 2019. What was published since and our errors need is added to the
# copy in the build folder, as it was published.
set(error_details_proto ${GOOGLE_PROTO_ROOT}/google/rpc/error_details.proto)
file(READ ${error_details_proto} error_details)
if(NOT error_details MATCHES "message ErrorInfo ")
  string(APPEND error_details "
// Describes the cause of the error with structured details.
message ErrorInfo {
  // The reason of the error, UPPER_SNAKE_CASE, unique within the domain.
  string reason = 1;
  // The logical grouping to which the reason belongs.
  string domain = 2;
  // Additional structured details about this error.
  map<string, string> metadata = 3;
}
")
  string(REPLACE "    // A description of why the request element is bad.\n    string description = 2;\n"
                 "    // A description of why the request element is bad.\n    string description = 2;\n
    // The reason of the field-level error, UPPER_SNAKE_CASE.\n    string reason = 3;\n" error_details "${error_details}")
  file(WRITE ${error_details_proto} "${error_details}")
endif()

function(order_generate root proto out_sources)
  get_filename_component(dir ${proto} DIRECTORY)
  get_filename_component(name ${proto} NAME_WE)
  set(base ${ORDERMESH_PROTO_OUT}/${dir}/${name})
  set(outputs ${base}.pb.cc ${base}.pb.h)
  set(arguments --cpp_out=${ORDERMESH_PROTO_OUT})
  if(ARGN)
    list(APPEND outputs ${base}.grpc.pb.cc ${base}.grpc.pb.h)
    list(APPEND arguments --grpc_out=${ORDERMESH_PROTO_OUT} --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN})
  endif()
  file(MAKE_DIRECTORY ${ORDERMESH_PROTO_OUT})
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND protobuf::protoc -I${root} -I${ORDERMESH_PROTO_ROOT} -I${GOOGLE_PROTO_ROOT} ${arguments} ${proto}
    DEPENDS ${root}/${proto}
    COMMENT "protoc ${proto}"
    VERBATIM)
  set(${out_sources} ${outputs} PARENT_SCOPE)
endfunction()

function(order_proto target)
  cmake_parse_arguments(A "" "ROOT" "PROTOS;GRPC;DEPS" ${ARGN})
  if(NOT A_ROOT)
    set(A_ROOT ${ORDERMESH_PROTO_ROOT})
    set_property(GLOBAL APPEND PROPERTY ORDERMESH_PROTOS ${A_PROTOS})
  endif()
  set(sources)
  foreach(proto ${A_PROTOS})
    set(grpc)
    if(proto IN_LIST A_GRPC)
      set(grpc GRPC)
    endif()
    order_generate(${A_ROOT} ${proto} generated ${grpc})
    list(APPEND sources ${generated})
  endforeach()
  set(headers ${sources})
  list(FILTER headers INCLUDE REGEX "[.]h$")
  list(TRANSFORM headers REPLACE "^${ORDERMESH_PROTO_OUT}/" "")
  order_note_target(${target} generated HEADERS ${headers} DEPS ${A_DEPS})
  add_library(${target} STATIC ${sources})
  # SYSTEM: generated headers are not ours to fix.
  target_include_directories(${target} SYSTEM PUBLIC ${ORDERMESH_PROTO_OUT})
  target_link_libraries(${target} PUBLIC dep_grpc ${A_DEPS})
  target_compile_options(${target} PRIVATE -w)
  set_target_properties(${target} PROPERTIES ORDERMESH_LAYER proto)
  if(TARGET ordermesh_proto_pch)
    target_precompile_headers(${target} REUSE_FROM ordermesh_proto_pch)
  endif()
endfunction()
