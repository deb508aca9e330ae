#pragma once
// Any Graph as a standard ONNX file of opset 17, so that another runtime can run the same numbers.
//
// Grids are written as QDQ: FakeQuantize is QuantizeLinear and DequantizeLinear, between them a
// Clip where the grid has fewer numbers than its type; a weight with a grid is its numbers, as int8
// or uint8, behind a DequantizeLinear, and so is a bias, as int32. read_onnx reads what is written
// back as a graph that computes the same.

#include <string>

#include "models/graph.h"

namespace bench {

struct OnnxWriting {
  /// ONNX rounds halves to even. Grids that round them otherwise are written all the same, and
  /// differ where a quotient lies exactly halfway.
  bool ties_to_even = false;
};

/// The serialised ModelProto; the same bytes for the same graph. REQUIRES validate(graph). Throws
/// Error{unsupported} naming node and grid: more than 8 bits, an offset, a range taken at run time,
/// halves not rounded to even; or if the file would be over 2 GiB.
std::string write_onnx(const Graph& graph, const OnnxWriting& how = {});

}  // namespace bench
