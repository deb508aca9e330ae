#pragma once
// How each Op is written.

#include <optional>
#include <string>
#include <vector>

#include "models/formats/onnx_builder.h"
#include "models/formats/onnx_writer.h"
#include "models/graph.h"

namespace bench {

/// One node of the graph, on its way into the file.
struct OnnxWriterNode {
  OnnxBuilder& file;
  const OnnxWriting& how;
  const Node& node;
  std::vector<std::string> inputs;  ///< what the file calls them
  std::vector<std::size_t> ranks;   ///< of the inputs
  std::string result;               ///< what the file is to call the result
};

/// Throws Error{unsupported}, without naming the node.
void write_onnx_node(const OnnxWriterNode& node);

// onnx_writer_quantized.cpp

/// A weight, whose scales lie along `axis` of `values`, as the name of what a layer reads.
std::string write_weight(const OnnxWriterNode& node, const Tensor& values,
                         const std::optional<Grid>& grid, int axis);
/// A bias; "" if there is none.
std::string write_bias(const OnnxWriterNode& node, const Tensor& values,
                       const std::optional<Grid>& grid);
void write_fake_quantize(const OnnxWriterNode& node, const FakeQuantize& op);

}  // namespace bench
