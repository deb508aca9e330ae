# BENCH_ABI_STAMP: what a plugin and the program must have in common for their classes to mean the same in
# memory: the headers of the plugin interface, the compiler, and the sanitizers.
set(stamp_text "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} ${BENCH_SANITIZE}")
foreach(header models/error.h models/tensor.h models/grid.h models/graph.h models/registry.h models/requantize.h bench/backend.h)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/../${header})
  file(SHA256 ${CMAKE_CURRENT_LIST_DIR}/../${header} header_hash)
  string(APPEND stamp_text " ${header_hash}")
endforeach()
string(SHA256 stamp_hash "${stamp_text}")
string(SUBSTRING ${stamp_hash} 0 16 stamp_hash)
set(BENCH_ABI_STAMP "${CMAKE_CXX_COMPILER_ID}-${CMAKE_CXX_COMPILER_VERSION}-${stamp_hash}")
