#include "bench/backends/one_bit/real_input_weights.h"

#include <utility>

namespace bench::one_bit::real_input {
namespace {

// The signs of the weights that table `table` of an output has: bit j for its input j.
Word signs_of(const Sizes& sizes, std::int64_t output, std::int64_t table) {
  const std::int64_t tap = table / sizes.pixel_tables();
  const std::int64_t channel = table % sizes.pixel_tables() * table_inputs;
  const std::int64_t words = words_of(sizes.group_inputs());
  const Word* row = sizes.layer.weights.data() + output * sizes.taps() * words;
  return row[tap * words + channel / 32] >> (channel % 32) & 15;
}

}  // namespace

PackedLayer pack_panels(BinaryLayer layer, Target target) {
  PackedLayer packed{.sizes = {std::move(layer)}, .target = target};
  const Sizes& sizes = packed.sizes;
  packed.weights.resize(static_cast<std::size_t>(sizes.layer.groups * sizes.group_words()));
  for (std::int64_t output = 0; output < sizes.layer.outputs; ++output) {
    const std::int64_t group = output / sizes.group_outputs();
    const std::int64_t within = output % sizes.group_outputs();
    Word* panel = packed.weights.data() + group * sizes.group_words() +
                  within / panel_outputs * sizes.panel_words() + within % panel_outputs;
    for (std::int64_t table = 0; table < sizes.tables(); ++table) {
      panel[table / word_tables * panel_outputs] |= code_of(signs_of(sizes, output, table))
                                                    << (table % word_tables * 4);
    }
  }
  packed.sizes.layer.weights = {};
  return packed;
}

}  // namespace bench::one_bit::real_input
