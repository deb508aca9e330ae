// For tests: a plugin that says it was built against other headers. Its backend must never be asked
// for.
#include <cstdlib>

#include "bench/backend.h"

extern "C" const char* bench_plugin_abi() { return "another-compiler-0000000000000000"; }
extern "C" bench::Backend* bench_plugin_backend() { std::abort(); }
