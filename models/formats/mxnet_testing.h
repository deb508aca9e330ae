#pragma once
// For tests only: MXNet networks written as MXNet writes them.

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "models/formats/mxnet.h"
#include "models/formats/mxnet_params.h"
#include "models/reference.h"

namespace bench::testing {

template <class T>
std::string raw(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}
template <class T>
std::string raw(T value) {
  return raw(std::vector<T>{value});
}

/// The first field of a record: its version, or nothing (the oldest).
enum class MxnetRecord : std::uint32_t {
  v0 = 0,
  v1 = 0xF993FAC8,
  v2 = 0xF993FAC9,
  v3 = 0xF993FACA
};

/// One array as it is kept. `axes` overrides the number of axes.
inline std::string mxnet_record(MxnetRecord version, const Shape& shape, std::int32_t type,
                                const std::string& values) {
  std::string bytes;
  if (version != MxnetRecord::v0) bytes += raw(version);
  if (version >= MxnetRecord::v2) bytes += raw(std::int32_t{0});
  bytes += raw(static_cast<std::uint32_t>(shape.size()));
  for (const std::int64_t size : shape) {
    bytes += version == MxnetRecord::v0 ? raw(static_cast<std::uint32_t>(size)) : raw(size);
  }
  return bytes + raw(std::int32_t{1}) + raw(std::int32_t{0}) + raw(type) + values;
}

/// A list of records and their names.
inline std::string mxnet_list(const std::vector<std::pair<std::string, std::string>>& arrays) {
  std::string bytes = raw(std::vector<std::uint64_t>{0x112, 0, arrays.size()});
  for (const auto& [name, record] : arrays) bytes += record;
  bytes += raw(std::uint64_t{arrays.size()});
  for (const auto& [name, record] : arrays) bytes += raw(std::uint64_t{name.size()}) + name;
  return bytes;
}

class MxnetModel {
 public:
  using Attributes = std::vector<std::pair<std::string, std::string>>;

  MxnetModel() { variable("data"); }

  /// All give the node's number.
  int variable(const std::string& name) { return node("null", name, {}, {}); }
  int floats(const std::string& name, const Shape& shape, const std::vector<float>& values,
             MxnetRecord version = MxnetRecord::v0) {
    return array(name, mxnet_record(version, shape, 0, raw(values)));
  }
  int array(const std::string& name, const std::string& record) {
    arrays.emplace_back("arg:" + name, record);
    return variable(name);
  }
  int op(const std::string& type, const std::string& name, const std::vector<int>& inputs,
         const Attributes& attributes = {}) {
    return node(type, name, inputs, attributes);
  }

  /// `key`: what attributes are called, which has changed twice.
  std::string symbol(const std::string& key = "attrs") const {
    std::string text = "{\"nodes\": [" + joined(key) + "], \"arg_nodes\": [";
    text += variables_;
    return text + "], \"heads\": [[" + std::to_string(nodes_.size() - 1) + ", 0, 0]]}";
  }
  std::string params() const { return mxnet_list(arrays); }
  LoadedNetwork read() const {
    const std::string text = symbol(), bytes = params();
    return read_mxnet(NamedBytes{"net-symbol.json", text}, NamedBytes{"net-0001.params", bytes});
  }
  std::vector<float> run(const Shape& shape, const std::vector<float>& x) const {
    const Tensor result = evaluate(read().graph, Tensor::of(shape, x)).at(0);
    const auto values = result.data<float>();
    return {values.begin(), values.end()};
  }

  std::vector<std::pair<std::string, std::string>> arrays;  ///< "arg:name" and record

 private:
  struct Written {
    std::string start, attributes, end;
  };

  int node(const std::string& type, const std::string& name, const std::vector<int>& inputs,
           const Attributes& attributes) {
    const int number = static_cast<int>(nodes_.size());
    if (type == "null") variables_ += (variables_.empty() ? "" : ", ") + std::to_string(number);
    Written written{"{\"op\": \"" + type + "\", \"name\": \"" + name + "\"", "", ", \"inputs\": ["};
    for (const auto& [key, value] : attributes) {
      written.attributes +=
          (written.attributes.empty() ? "\"" : ", \"") + key + "\": \"" + value + "\"";
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      written.end += (i ? ", [" : "[") + std::to_string(inputs[i]) + ", 0, 0]";
    }
    written.end += "]}";
    nodes_.push_back(written);
    return number;
  }
  std::string joined(const std::string& key) const {
    std::string text;
    for (const Written& node : nodes_) {
      text += (text.empty() ? "" : ",\n") + node.start;
      if (!node.attributes.empty()) text += ", \"" + key + "\": {" + node.attributes + "}";
      text += node.end;
    }
    return text;
  }

  std::vector<Written> nodes_;
  std::string variables_;
};

}  // namespace bench::testing
