#pragma once
// A network being read from MXNet's files, and one node of it as the mapping of its operator sees
// it.

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "models/formats/mxnet_params.h"
#include "models/formats/mxnet_symbol.h"
#include "models/graph.h"

namespace bench {

/// What has been read so far.
struct MxnetNetwork {
  const MxnetSymbol& symbol;
  const MxnetArrays& arrays;
  std::uint64_t allowance;  ///< bytes of arrays that may still be read: an array may have readers
  Graph graph = {};
  std::vector<NodeId> results = {};         ///< of the symbol's nodes; -1: none yet
  std::vector<std::size_t> ranks = {};      ///< of the graph's nodes, batch included
  std::vector<std::int64_t> channels = {};  ///< along axis 1 of the same; -1 where unknown
  std::set<std::string> arrays_read = {};   ///< those that a node reads without a variable
  std::map<std::tuple<NodeId, int, int>, NodeId> signs = {};  ///< of nodes, padded by h and w
  bool binary = false;                                        ///< whether there was a binary layer

  /// Adds a node. `inputs` are there.
  NodeId add(std::string name, Op op, std::vector<NodeId> inputs);
};

class MxnetNode {
 public:
  /// Node `index` of net.symbol; the nodes it needs have been read.
  MxnetNode(std::size_t index, MxnetNetwork& net)
      : index_(index), node_(net.symbol.nodes[index]), net_(net) {}

  const std::string& name() const { return node_.name; }
  const std::string& op() const { return node_.op; }

  // Attributes. "None" is as absent. All throw Error naming the attribute and its value.
  std::string text(const char* key, const char* otherwise);
  bool flag(const char* key, bool otherwise);
  float real(const char* key, double otherwise);
  float real(const char* key);  ///< must be there
  std::int64_t integer(const char* key, std::int64_t otherwise, std::int64_t least = 1);
  std::int64_t integer(const char* key);             ///< must be there and above 0
  std::vector<std::int64_t> tuple(const char* key);  ///< empty if absent
  Pair pair(const char* key, int otherwise, int least = 1);
  /// Throws Error{unsupported} unless the attribute has this value, or is absent.
  void require(const char* key, std::string_view wanted);
  void require_flag(const char* key, bool wanted);
  /// Attributes that say nothing about the result.
  void ignore(std::initializer_list<const char*> keys);
  /// Throws Error{unsupported} for an attribute nobody asked for.
  void finish() const;

  std::size_t input_count() const { return node_.inputs.size(); }
  /// What input i gives; a Constant if it is an array. Throws Error{bad_data} if there is none.
  NodeId input(std::size_t i = 0);
  std::size_t rank(NodeId node) const { return net_.ranks[static_cast<std::size_t>(node)]; }
  std::int64_t channels(NodeId node) const { return net_.channels[static_cast<std::size_t>(node)]; }
  /// Throws Error{bad_data} if `node` is known to have other channels.
  void require_channels(NodeId node, std::int64_t wanted) const;

  /// The array that is input i. Throws Error{bad_data} if it is missing, Error{unsupported} if it
  /// is computed.
  const MxnetArray& array(std::size_t i) { return array(array_name(i)); }
  const MxnetArray& array(const std::string& name);
  /// Its values, of shape `wanted` if that is not empty.
  Tensor parameter(std::size_t i, const Shape& wanted = {}) {
    return parameter(array_name(i), wanted);
  }
  Tensor parameter(const std::string& name, const Shape& wanted = {});
  std::string array_name(std::size_t i) const;

  /// Adds a node named after this one and `suffix`.
  NodeId add(Op op, std::vector<NodeId> inputs, const std::string& suffix = "");
  /// `node` as rows, N x all else.
  NodeId flattened(NodeId node);
  /// The signs of `node` with `pad` rows and columns of 0 around it, shared among their readers.
  NodeId sign(NodeId node, Pair pad = {0, 0});
  void saw_binary() { net_.binary = true; }

  /// `node` is this node's result.
  void give(NodeId node) { net_.results[index_] = node; }

 private:
  /// Null if absent.
  const std::string* find(const char* key);
  const std::string& need(const char* key);
  const MxnetSymbol::Entry& entry(std::size_t i) const;
  template <class Step>
  auto parsed(const char* key, const std::string& value, Step step) const;

  std::size_t index_;
  const MxnetSymbol::Node& node_;
  MxnetNetwork& net_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace bench
