#include "bench/backends/one_bit/paired_weights.h"

#include <bit>
#include <cstring>

namespace bench::one_bit {
namespace {

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

std::int64_t tap_words(const BinaryLayer& layer) { return words_of(layer.inputs / layer.groups); }
std::int64_t taps_of(const BinaryLayer& layer) {
  return std::int64_t{layer.kernel_h} * layer.kernel_w;
}

// Writes the words of one output into its lane.
void write_lane(const std::vector<Step>& steps, const Word* row, std::int64_t words, Word* lane) {
  for (const Step& step : steps) {
    const Word first = row[step.tap * words + step.word];
    *lane = first, lane += block_outputs;
    if (!step.paired) continue;
    *lane = first ^ row[step.other_tap * words + step.other_word], lane += block_outputs;
  }
}

void pair_words(const Word* bits, std::int64_t pairs, Word* paired) {
  for (std::int64_t i = 0; i < pairs; ++i, bits += 2, paired += 2) {
    std::uint64_t both;  // the first word is its lower half
    std::memcpy(&both, bits, sizeof both);
    both ^= both << 32;
    std::memcpy(paired, &both, sizeof both);
  }
}

// One pixel's group of an odd number of words; `right` is that of the pixel to be paired with.
void pair_odd(const Word* bits, const Word* right, std::int64_t words, Word* paired) {
  pair_words(bits, words / 2, paired);
  paired[words - 1] = bits[words - 1];
  paired[words] = right == nullptr ? 0 : bits[words - 1] ^ right[words - 1];
}

}  // namespace

std::vector<Step> steps_of(const BinaryLayer& layer) {
  std::vector<Step> pairs, singles;
  const std::int64_t words = tap_words(layer), last = words - 1;
  for (std::int64_t tap = 0; tap < taps_of(layer); ++tap) {
    for (std::int64_t word = 0; word + 1 < words; word += 2) {
      pairs.push_back({tap, word, true, tap, word + 1});
    }
    const std::int64_t column = tap % layer.kernel_w;
    if (words % 2 == 0 || column % 2 == 1) continue;
    if (column + 1 < layer.kernel_w) {
      pairs.push_back({tap, last, true, tap + 1, last});
    } else {
      singles.push_back({tap, last});
    }
  }
  pairs.insert(pairs.end(), singles.begin(), singles.end());
  return pairs;
}

PairedWeights pair_up(const BinaryLayer& layer) {
  PairedWeights result;
  result.steps = steps_of(layer);
  for (const Step& step : result.steps) result.pairs += step.paired ? 1 : 0;
  const std::int64_t words = tap_words(layer), row = taps_of(layer) * words;
  const std::int64_t outputs = layer.outputs / layer.groups;
  result.group_blocks = (outputs + block_outputs - 1) / block_outputs;
  result.block_words = row * block_outputs;
  result.words.resize(index(layer.groups * result.group_blocks * result.block_words));
  for (std::int64_t o = 0; o < layer.outputs; ++o) {
    const std::int64_t channel = o % outputs;
    const std::int64_t block = o / outputs * result.group_blocks + channel / block_outputs;
    write_lane(result.steps, layer.weights.data() + o * row, words,
               result.words.data() + block * result.block_words + channel % block_outputs);
  }
  return result;
}

std::vector<std::int32_t> sums_of_taps(const BinaryLayer& layer, const PairedWeights& weights) {
  const std::int64_t outputs = layer.outputs / layer.groups;
  const auto channels = static_cast<std::int32_t>(layer.inputs / layer.groups);
  std::vector<std::int32_t> sums(index(taps_of(layer) * layer.outputs), -channels);
  const auto add = [&](std::int64_t tap, std::int64_t output, Word word) {
    sums[index(tap * layer.outputs + output)] += 2 * std::popcount(word);
  };
  for (std::int64_t o = 0; o < layer.outputs; ++o) {
    const std::int64_t channel = o % outputs;
    const std::int64_t block = o / outputs * weights.group_blocks + channel / block_outputs;
    const Word* lane = weights.words.data() + block * weights.block_words + channel % block_outputs;
    for (const Step& step : weights.steps) {
      const Word first = *lane;
      add(step.tap, o, first), lane += block_outputs;
      if (!step.paired) continue;
      add(step.other_tap, o, first ^ *lane), lane += block_outputs;
    }
  }
  return sums;
}

void pair_up(const Word* bits, const BitMap& map, std::int64_t dilation_w, Word* paired) {
  const std::int64_t words = words_of(map.channels);
  if (words % 2 == 0) return pair_words(bits, map.words() / 2, paired);
  for (std::int64_t pixel = 0; pixel < map.pixels(); ++pixel) {
    const bool has_right = pixel % map.width + dilation_w < map.width;
    for (std::int64_t group = 0; group < map.groups; ++group, bits += words, paired += words + 1) {
      pair_odd(bits, has_right ? bits + dilation_w * map.pixel_words() : nullptr, words, paired);
    }
  }
}

}  // namespace bench::one_bit
