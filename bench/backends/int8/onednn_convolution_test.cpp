#include "bench/backends/int8/onednn_convolution.h"

#include <catch2/catch.hpp>

namespace bench::int8 {

// 255 * 127 * 2047 + 255 * 126 = 66,324,225 needs 27 bits and is odd: a float would hold it only to
// the nearest multiple of 4. The bias brings it to 5.
TEST_CASE("int8: oneDNN's sums do not pass through floats on their way") {
  if (!onednn_is_exact()) return;  // then it is not used; see the test of what computes layers
  constexpr std::int64_t inputs = 2048, outputs = 16;
  constexpr std::int32_t sum = 66'324'225;
  integer::Layer layer;
  layer.weight = Tensor({outputs, inputs, 1, 1}, DType::i8);
  for (std::int8_t& w : layer.weight.data<std::int8_t>()) w = 127;
  for (std::size_t c = 0; c < outputs; ++c) {
    layer.weight.data<std::int8_t>()[c * static_cast<std::size_t>(inputs)] = 126;
  }
  layer.weight_zero_point = {0};
  layer.bias.assign(outputs, 5 - sum);
  layer.requantizer.emplace(Requantization::fixed_point, std::vector<double>(outputs, 1),
                            TargetRange{0, 0, 255}, "layer");
  const OneDnnConvolution onednn(layer, {});
  const Map input{1, 3, 7, inputs}, result{1, 3, 7, outputs};
  const auto bound = onednn.bind(input, result);
  const std::vector<std::uint8_t> largest(static_cast<std::size_t>(input.size()), 255);
  std::vector<std::uint8_t> got(static_cast<std::size_t>(result.size()));
  Tensor scratch(Shape{static_cast<std::int64_t>(bound->scratch_bytes())}, DType::u8);
  Convolution::Tensors tensors;
  tensors.input = largest.data();
  tensors.result = got.data();
  tensors.scratch = scratch.bytes().data();
  bound->run(tensors);
  CHECK(got == std::vector<std::uint8_t>(got.size(), 5));
}

}  // namespace bench::int8
