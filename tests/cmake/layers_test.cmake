# cmake -DSOURCE=<repository> -DSCRATCH=<folder> -P layers_test.cmake
# Configures small projects that use order_library, and looks at what is refused.
cmake_minimum_required(VERSION 3.25)

# configure(NAME STANZAS MESSAGE): an empty MESSAGE means that it must be accepted.
function(configure name stanzas message)
  set(dir ${SCRATCH}/${name})
  file(REMOVE_RECURSE ${dir})
  # Libraries of headers only, so that no compiler is looked for: each case takes milliseconds.
  file(WRITE ${dir}/CMakeLists.txt "cmake_minimum_required(VERSION 3.25)\nproject(${name} LANGUAGES NONE)\n"
    "list(APPEND CMAKE_MODULE_PATH ${SOURCE}/cmake)\ninclude(OrderMesh)\n"
    "add_library(dep_absl INTERFACE)\nadd_library(Threads::Threads INTERFACE IMPORTED)\n"
    "add_library(orders_proto INTERFACE)\nset_target_properties(orders_proto PROPERTIES ORDERMESH_LAYER proto)\n"
    "${stanzas}\n")
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${dir} -B ${dir}/build RESULT_VARIABLE result
                  OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(REGEX REPLACE "[ \n]+" " " output "${output}")
  if(message STREQUAL "" AND result EQUAL 0)
    message(STATUS "${name}: accepted, as it should be")
  elseif(NOT message STREQUAL "" AND NOT result EQUAL 0 AND output MATCHES "${message}")
    message(STATUS "${name}: refused, as it should be")
  else()
    message(SEND_ERROR "${name}: result ${result}, wanted '${message}', got: ${output}")
  endif()
endfunction()

configure(downward "order_library(base LAYER base)\norder_library(aio LAYER aio DEPS base)\norder_library(mesh LAYER mesh DEPS aio base orders_proto)\norder_library(gateway LAYER service SERVICE gateway DEPS mesh)" "")
configure(own_layer "order_library(log LAYER base)\norder_library(config LAYER base DEPS log)" "")
configure(own_service "order_library(store LAYER service SERVICE gateway)\norder_library(intake LAYER service SERVICE gateway DEPS store)" "")
configure(upward "order_library(mesh LAYER mesh)\norder_library(base LAYER base DEPS mesh)" "base .layer base. must not depend on mesh .layer mesh.")
configure(upward_to_what_comes_later "order_library(domain LAYER domain DEPS mesh)\norder_library(mesh LAYER mesh)" "domain .layer domain. must not depend on mesh .layer mesh.")
configure(sideways_libraries "order_library(wire LAYER wire)\norder_library(postgres LAYER postgres DEPS wire)" "postgres .layer postgres. must not depend on wire .layer wire.")
configure(sideways_services "order_library(store LAYER service SERVICE relay)\norder_library(intake LAYER service SERVICE gateway DEPS store)" "intake .service gateway. must not depend on store .service relay.")
configure(domain_knows_no_protos "order_library(domain LAYER domain DEPS orders_proto)" "domain .layer domain. must not depend on orders_proto .layer proto.")
configure(no_fakes_in_a_service "order_library(fakes LAYER testing)\norder_library(intake LAYER service SERVICE gateway DEPS fakes)" "intake .layer service. must not depend on fakes .layer testing.")
configure(unknown_layer "order_library(x LAYER cellar)" "x: unknown LAYER 'cellar'")
configure(unknown_target "order_library(x LAYER base DEPS abls)" "x depends on abls, which is no target")
configure(unknown_argument "order_library(x LAYER base NEEDS y)" "x: what is")
