#include "bench/backends/int8/kernels.h"

namespace bench::int8 {

Kernels avx2_kernels() { return portable_kernels(); }

}  // namespace bench::int8
