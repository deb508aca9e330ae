#pragma once
// One tensor of a TFLite file: its shape and quantisation, and if it is a parameter, its values.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/formats/flatbuffer.h"
#include "models/grid.h"
#include "models/tensor.h"

namespace bench {

struct TfliteTensor {
  /// The file's own numbers for element types.
  enum Type : int {
    float32,
    float16,
    int32,
    uint8,
    int64,
    string,
    boolean,
    int16,
    complex64,
    int8
  };

  std::string name;  ///< of the first of the nodes a converter fused into one
  Shape shape;       ///< as in the file: N x H x W x C
  bool open_batch = false;
  int type = float32;
  std::string_view bytes;                ///< of a parameter; else empty
  std::vector<float> scale;              ///< one, or one per index along `axis`; empty if none
  std::vector<std::int64_t> zero_point;  ///< as many as scales
  int axis = 0;

  /// Of whole numbers that are sizes, axes or indices.
  bool is_index() const { return type == int32 || type == int64 || type == boolean; }
  bool is_constant() const { return !bytes.empty(); }
};

/// All tensors of `subgraph`, whose data lie in `buffers`. Throws Error{bad_data},
/// Error{unsupported}.
std::vector<TfliteTensor> read_tflite_tensors(const FlatTable& subgraph,
                                              const std::vector<FlatTable>& buffers);

/// The values of a parameter, in the file's own order; quantised ones as what they stand for.
/// REQUIRES tensor.is_constant().
Tensor real_values(const TfliteTensor& tensor, FlatBuffer& file);

/// A layer's weight or bias as Conv2d and Linear hold it: f32, or numbers and their grid.
struct TfliteParameter {
  Tensor values;
  std::optional<Grid> grid;
};

/// A weight, in the file's own order: the numbers of quantised 8-bit ones, else as real_values.
/// `channels` is the axis of its outputs, which becomes axis 0 of the grid. Throws
/// Error{unsupported} for scales along another.
TfliteParameter stored_weight(const TfliteTensor& tensor, int channels, FlatBuffer& file);

/// A bias: 32-bit numbers if it has a scale and they fit, else as real_values.
TfliteParameter stored_bias(const TfliteTensor& tensor, FlatBuffer& file);

/// The values of a parameter of whole numbers.
std::vector<std::int64_t> whole_numbers(const TfliteTensor& tensor, FlatBuffer& file);

/// The grid of a quantised tensor of up to 16 bits, its axis that of the file.
std::optional<Grid> grid_of(const TfliteTensor& tensor);

/// "uint8", ...
std::string_view name_of_tflite_type(int type);

}  // namespace bench
