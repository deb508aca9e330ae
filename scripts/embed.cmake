# embed(NAME GLOB...): writes generated/NAME.cpp with  std::span<const EmbeddedFile> bench::embedded_NAME().
function(embed name)
  list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/)
  file(GLOB files CONFIGURE_DEPENDS ${ARGN})
  set(rows "")
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR} ${file})
    file(READ ${file} text)
    string(APPEND rows "    EmbeddedFile{\"${path}\", R\"embedded(${text})embedded\"},\n")
  endforeach()
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/generated/${name}.cpp CONTENT
"#include <vector>

#include \"bench/embedded.h\"

namespace bench {
std::span<const EmbeddedFile> embedded_${name}() {
  static const std::vector<EmbeddedFile> files = {
${rows}  };
  return files;
}
}  // namespace bench
")
endfunction()
