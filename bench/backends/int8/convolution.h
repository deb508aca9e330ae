#pragma once
// One Conv2d or Linear of an IntegerGraph, compiled: weights packed for the processor's kernels,
// everything constant folded into biases, requantisation (and a residual add) done on the sums
// while they are in registers. Same integers as evaluate_node, in every mode, on every instruction
// set.
//
// Activations are bytes, NHWC. Numbers of a signed grid are stored + 128, so that kernels know only
// u8; zero points here are numbers as the graph has them.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "bench/backends/int8/instruction_set.h"
#include "models/integer_graph.h"

namespace bench::int8 {

/// How a tensor's numbers are stored.
struct Storage {
  bool is_signed = false;       ///< of a signed grid: stored + 128
  std::int32_t zero_point = 0;  ///< of the grid
};

/// The sizes of an NHWC tensor. A Linear's rows are 1 x 1 x rows x channels, or any other way of
/// writing them.
struct Map {
  std::int64_t batch = 1, height = 1, width = 1, channels = 1;
  std::int64_t pixels() const { return batch * height * width; }
  std::int64_t size() const { return pixels() * channels; }
  friend bool operator==(const Map&, const Map&) = default;
};

/// A tensor of the result's shape that is added to the layer's own numbers, once these are on their
/// own grid.
struct FusedAdd {
  RescaledAdd rule;
  bool layer_is_first = true;  ///< the layer is `a` of the rule, the other tensor `b`
  bool other_is_signed = false;
  bool sum_is_signed = false;
};

class Convolution {
 public:
  struct Options {
    Storage input{};
    bool result_is_signed = false;     ///< the layer's own grid, without an add
    std::optional<FusedAdd> add = {};  ///< only for a layer with a requantizer
    InstructionSet instruction_set = fastest_instruction_set();
    /// Told now and then, if there: the weights of the first `channels` outputs have been read for
    /// the last time.
    std::function<void(std::int64_t channels)> done_with = {};
  };

  /// The layer's weights are copied into the kernels' own form; it is not needed afterwards.
  /// REQUIRES a layer as `lower` makes them: grids of 8 bits at most on both sides.
  Convolution(const integer::Layer& layer, const Options& options);
  ~Convolution();
  Convolution(Convolution&&) noexcept;
  Convolution& operator=(Convolution&&) noexcept;

  /// The result's sizes. REQUIRES an input with the layer's channels, at least as large as the
  /// kernel.
  Map result(const Map& input) const;

  /// How many bytes run() needs beside its input and result. REQUIRES as result().
  std::size_t scratch_bytes(const Map& input) const;

  struct Tensors {
    const std::uint8_t* input = nullptr;  ///< `slack` more bytes can be read after its end
    const std::uint8_t* other = nullptr;  ///< of the add; may be the result itself
    std::uint8_t* result = nullptr;       ///< with a requantizer, else:
    float* float_result = nullptr;
    float dynamic_scale = 1;       ///< of an input from QuantizeDynamic: multiplies every scale
    std::byte* scratch = nullptr;  ///< on a 64-byte boundary
  };
  /// What may be read, and is not used, after the end of an input.
  static constexpr std::size_t slack = 64;

  /// REQUIRES scratch_bytes(input) of scratch; results that do not overlap the input.
  void run(const Map& input, const Tensors& tensors) const;

  /// Held in memory: weights with their padding, biases, multipliers.
  std::int64_t weight_bytes() const;

  /// "int8:dot:avx512_vnni", "int8:depthwise:avx2", ...
  std::string implementation() const;

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace bench::int8
