#include "bench/backends/int8/kernels.h"

namespace bench::int8 {

Kernels avx512_vnni_kernels() { return portable_kernels(); }

}  // namespace bench::int8
