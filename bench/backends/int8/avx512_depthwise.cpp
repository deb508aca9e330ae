#if defined(__x86_64__)
#include "bench/backends/int8/avx512_kernels.h"

namespace bench::int8 {
namespace avx512 {
void depthwise(const Depthwise& work) { portable_kernels().depthwise(work); }
}  // namespace avx512
Kernels avx512_vnni_kernels() { return {avx512::dot, avx512::depthwise}; }
}  // namespace bench::int8
#endif
