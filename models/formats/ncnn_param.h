#pragma once
// The text half of an ncnn network: one layer to a line,
//     type name inputs outputs input... output... key=value...
// where a key is a number and key -23300 - k holds key k as a list: its length, then its values.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct NcnnLayer {
  std::string type, name;
  std::vector<std::string> inputs, outputs;  ///< names of blobs
  std::map<int, std::vector<double>> values = {};

  bool has(int key) const { return values.contains(key); }
  /// Throws Error{bad_data} naming the key if the value is a list or no 32-bit integer.
  int integer(int key, int otherwise = 0) const;
  float real(int key, float otherwise) const;
  std::vector<double> list(int key) const;  ///< empty if absent
};

/// Throws Error{bad_data} naming the line.
std::vector<NcnnLayer> parse_ncnn_param(std::string_view text);

}  // namespace bench
