#pragma once
// The kernels of InstructionSet::avx512_vnni.

#include "bench/backends/int8/kernels.h"

namespace bench::int8::avx512 {

void dot(const Panel& panel);
void depthwise(const Depthwise& work);

}  // namespace bench::int8::avx512
