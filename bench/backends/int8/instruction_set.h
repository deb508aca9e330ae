#pragma once
// Which kernels this processor can run. All give equal integers; they differ in speed only.

#include <span>
#include <string_view>

namespace bench::int8 {

enum class InstructionSet {
  portable,     ///< plain C++
  avx2,         ///< 16-bit multiplies, so that nothing saturates
  avx512_vnni,  ///< u8 x s8 dot products into 32 bits
};

/// "portable", "avx2", "avx512_vnni".
std::string_view name_of(InstructionSet set);

/// Those of this processor, slowest first, as far as the environment variable ONEDNN_MAX_CPU_ISA
/// (oneDNN's names: SSE41, AVX, AVX2, AVX512_CORE, AVX512_CORE_VNNI, ...) permits. Never empty.
std::span<const InstructionSet> instruction_sets();

/// The last of them.
inline InstructionSet fastest_instruction_set() { return instruction_sets().back(); }

}  // namespace bench::int8
