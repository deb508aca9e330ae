#pragma once
// The weights of layers with real input as they are held in memory: bits, in the order in which
// real_input_kernels.h looks sums up.

#include <cstdint>
#include <vector>

#include "bench/backends/one_bit/convolution.h"
#include "bench/backends/one_bit/real_input_kernels.h"
#include "bench/backends/one_bit/real_input_pieces.h"

namespace bench::one_bit::real_input {

/// A layer and its sizes. Its weights are elsewhere.
struct Sizes {
  BinaryLayer layer{};

  std::int64_t group_inputs() const { return layer.inputs / layer.groups; }
  std::int64_t group_outputs() const { return layer.outputs / layer.groups; }
  std::int64_t taps() const { return layer.kernel_h * layer.kernel_w; }
  std::int64_t pixel_tables() const { return pieces(group_inputs(), table_inputs); }
  std::int64_t tables() const { return taps() * pixel_tables(); }
  std::int64_t panel_words() const { return pieces(tables(), word_tables) * panel_outputs; }
  std::int64_t group_words() const {
    return pieces(group_outputs(), panel_outputs) * panel_words();
  }
};

/// What everything bound to a layer shares.
struct PackedLayer {
  Sizes sizes{};
  Target target{};
  std::vector<Word, AlignedAllocator<Word>> weights{};  ///< group after group of panels
};

/// Takes the layer's weights over.
PackedLayer pack_panels(BinaryLayer layer, Target target);

}  // namespace bench::one_bit::real_input
