#include "models/formats/mxnet_symbol.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "models/formats/read_file.h"
#include "models/formats/reject.h"

namespace bench {
namespace {

using Json = nlohmann::json;

constexpr int deepest = 16;
constexpr std::size_t most_values = 1'000'000, most_nodes = 100'000;

/// Watches the parser: nlohmann::json itself lets any depth and keys given twice pass.
class Watch {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > deepest) reject("is nested deeper than " + std::to_string(deepest));
    if (++values_ > most_values) reject("has more than " + std::to_string(most_values) + " values");
    if (event == Json::parse_event_t::object_start) keys_.emplace_back();
    if (event == Json::parse_event_t::object_end) keys_.pop_back();
    if (event == Json::parse_event_t::key && !keys_.back().insert(parsed).second) {
      reject("has the key " + in_quotes(parsed.get_ref<const std::string&>()) + " twice");
    }
    return true;
  }

 private:
  std::size_t values_ = 0;
  std::vector<std::set<std::string>> keys_;
};

Json parse(std::string_view text) {
  try {
    Watch watch;
    return Json::parse(text, std::ref(watch));
  } catch (const Json::parse_error& error) {
    reject("is no JSON at byte " + std::to_string(error.byte));
  }
}

const Json& list_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) {
    reject("has no list '" + std::string(key) + "': it is no MXNet symbol");
  }
  return *found;
}

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) {
    reject("its '" + std::string(key) + "' is no text");
  }
  return *found;
}

std::uint64_t number_of(const Json& json) {
  if (!json.is_number_unsigned()) reject("has an entry that is no number of a node");
  return json;
}

/// [node, output, version]; old files have no version.
MxnetSymbol::Entry entry_of(const Json& json, std::size_t nodes_before) {
  if (!json.is_array() || json.size() < 2 || json.size() > 3) reject("has an entry of no node");
  const std::uint64_t node = number_of(json[0]);
  if (node >= nodes_before) {
    reject("reads node number " + std::to_string(node) +
           ", which does not come before it: a graph without cycles has its nodes in order");
  }
  return {static_cast<std::size_t>(node), number_of(json[1])};
}

/// "param" is what MXNet 0.8 and older wrote, "attr" what those before 1.0 did.
void read_attributes(const Json& object, MxnetSymbol::Node& node) {
  for (const char* key : {"param", "attr", "attrs"}) {
    const auto found = object.find(key);
    if (found == object.end()) continue;
    if (!found->is_object()) reject("its '" + std::string(key) + "' is no object");
    for (const auto& [name, value] : found->items()) {
      if (!value.is_string()) reject("its attribute " + in_quotes(name) + " is no text");
      const std::string& text = value.get_ref<const std::string&>();
      const auto [at, is_new] = node.attributes.emplace(name, text);
      if (!is_new && at->second != text) {
        reject("its attribute " + in_quotes(name) + " has two values");
      }
    }
  }
}

MxnetSymbol::Node read_node(const Json& json, std::size_t nodes_before) {
  if (!json.is_object()) reject("is no object");
  MxnetSymbol::Node node{text_of(json, "op"), text_of(json, "name"), {}, {}};
  within(describe(node), [&] {
    read_attributes(json, node);
    for (const Json& input : list_of(json, "inputs")) {
      node.inputs.push_back(entry_of(input, nodes_before));
    }
    if (node.is_variable() && !node.inputs.empty()) reject("is a variable and has inputs");
  });
  return node;
}

/// The list of variables says again which nodes have no operator.
void check_variables(const Json& list, const std::vector<MxnetSymbol::Node>& nodes) {
  for (const Json& entry : list) {
    const std::uint64_t node = number_of(entry);
    if (node >= nodes.size() || !nodes[node].is_variable()) {
      reject("lists node number " + std::to_string(node) + " as a variable, which it is not");
    }
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

template <class T>
T number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    reject(in_quotes(text) + " is no number");
  }
  return value;
}

}  // namespace

std::string describe(const MxnetSymbol::Node& node) {
  const std::string op = in_quotes(node.op);
  return "node " + in_quotes(node.name) + " (" + op.substr(1, op.size() - 2) + ")";
}

MxnetSymbol parse_mxnet_symbol(std::string_view text) {
  const Json json = parse(text);
  if (!json.is_object()) reject("is no MXNet symbol");
  MxnetSymbol symbol;
  const Json& nodes = list_of(json, "nodes");
  if (nodes.size() > most_nodes) reject("has " + std::to_string(nodes.size()) + " nodes");
  for (const Json& node : nodes) {
    within("node number " + std::to_string(symbol.nodes.size()),
           [&] { symbol.nodes.push_back(read_node(node, symbol.nodes.size())); });
  }
  within("arg_nodes", [&] { check_variables(list_of(json, "arg_nodes"), symbol.nodes); });
  within("heads", [&] {
    for (const Json& head : list_of(json, "heads")) {
      symbol.heads.push_back(entry_of(head, symbol.nodes.size()));
    }
    if (symbol.heads.empty()) reject("names no result");
  });
  return symbol;
}

namespace mxnet_text {

bool flag(std::string_view text) {
  if (text == "True" || text == "true" || text == "1") return true;
  if (text == "False" || text == "false" || text == "0") return false;
  reject(in_quotes(text) + " is neither True nor False");
}

double real(std::string_view text) {
  const auto value = number<double>(trimmed(text));
  if (!std::isfinite(value)) reject(in_quotes(text) + " is not finite");
  return value;
}

std::int64_t integer(std::string_view text) {
  text = trimmed(text);
  if (text.ends_with('L')) text.remove_suffix(1);  // as Python 2 wrote long ones
  const auto value = number<std::int64_t>(text);
  constexpr std::int64_t most = std::int64_t{1} << 31;
  if (value < -most || value > most) reject(in_quotes(text) + " is beyond 2^31");
  return value;
}

std::vector<std::int64_t> tuple(std::string_view text) {
  text = trimmed(text);
  const bool enclosed = (text.starts_with('(') && text.ends_with(')')) ||
                        (text.starts_with('[') && text.ends_with(']'));
  if (!enclosed || text.size() < 2) return {integer(text)};
  text = trimmed(text.substr(1, text.size() - 2));
  std::vector<std::int64_t> values;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    values.push_back(integer(text.substr(0, comma)));
    if (values.size() > 64) reject("has more than 64 numbers");
    text = trimmed(text.substr(std::min(comma + 1, text.size())));
  }
  return values;
}

}  // namespace mxnet_text
}  // namespace bench
