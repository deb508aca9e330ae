#pragma once
// The graph of an MXNet network: nodes whose attributes are texts, in an order in which they can
// run. A node of the operator "null" is a variable: the input, a label, or an array.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct MxnetSymbol {
  /// One result of a node.
  struct Entry {
    std::size_t node = 0;
    std::uint64_t output = 0;
  };
  struct Node {
    std::string op, name;
    std::map<std::string, std::string, std::less<>> attributes;
    std::vector<Entry> inputs;  ///< all of nodes before this one

    bool is_variable() const { return op == "null"; }
  };
  std::vector<Node> nodes;
  std::vector<Entry> heads;
};

/// "node 'conv0' (Convolution)"
std::string describe(const MxnetSymbol::Node& node);

/// Throws Error{bad_data} naming byte or node.
MxnetSymbol parse_mxnet_symbol(std::string_view json);

/// The values attributes are written as. All throw Error{bad_data}.
namespace mxnet_text {
bool flag(std::string_view text);                        ///< "True", "0", ...
double real(std::string_view text);                      ///< finite
std::int64_t integer(std::string_view text);             ///< within +-2^31
std::vector<std::int64_t> tuple(std::string_view text);  ///< "(3, 3)", "[1]", "7"; "()" is empty
}  // namespace mxnet_text

}  // namespace bench
