#pragma once
// For tests only: writes flatbuffers and, of them, small TFLite networks.

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "models/formats/tflite.h"
#include "models/formats/tflite_tensor.h"
#include "models/reference.h"

namespace bench::testing {

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// A table and what hangs on it.
class Flat {
 public:
  template <class T>
  Flat number(int field, T value) && {
    inline_[field] = bytes_of(std::vector<T>{value});
    return std::move(*this);
  }
  template <class T>
  Flat list(int field, const std::vector<T>& values) && {
    lists_[field] =
        bytes_of<std::uint32_t>({static_cast<std::uint32_t>(values.size())}) + bytes_of(values);
    return std::move(*this);
  }
  Flat text(int field, const std::string& text) && {
    return std::move(*this).list(field, std::vector<char>(text.begin(), text.end()));
  }
  Flat table(int field, Flat table) && {
    table_[field] = {std::move(table)};
    return std::move(*this);
  }
  Flat tables(int field, std::vector<Flat> tables) && {
    tables_[field] = std::move(tables);
    return std::move(*this);
  }

  /// A whole file with this table as its root.
  std::string file(const std::string& identifier) const {
    std::string out = std::string(4, '\0') + identifier;
    append(out, 0);
    return out;
  }

 private:
  static void put(std::string& out, std::size_t at, std::size_t value, std::size_t width) {
    std::memcpy(out.data() + at, &value, width);
  }
  static std::size_t grow(std::string& out, std::size_t by) {
    out.resize(out.size() + by);
    return out.size() - by;
  }

  /// Writes the table and its children behind `out`, and its distance to the offset kept at `from`.
  void append(std::string& out, std::size_t from) const {
    int fields = 0;
    const auto see = [&](const auto& map) {
      if (!map.empty()) fields = std::max(fields, map.rbegin()->first + 1);
    };
    see(inline_), see(lists_), see(table_), see(tables_);
    const std::size_t vtable = grow(out, 4 + 2 * static_cast<std::size_t>(fields));
    put(out, vtable, out.size() - vtable, 2);
    const std::size_t start = grow(out, 4);
    put(out, start, start - vtable, 4);
    put(out, from, start - from, 4);
    const auto add = [&](int field, std::size_t size) {
      const std::size_t at = grow(out, size);
      put(out, vtable + 4 + 2 * static_cast<std::size_t>(field), at - start, 2);
      return at;
    };
    for (const auto& [field, raw] : inline_) {
      const std::size_t at = add(field, raw.size());
      out.replace(at, raw.size(), raw);
    }
    std::map<int, std::size_t> offsets;
    for (const auto& [field, list] : lists_) offsets[field] = add(field, 4);
    for (const auto& [field, child] : table_) offsets[field] = add(field, 4);
    for (const auto& [field, children] : tables_) offsets[field] = add(field, 4);
    put(out, vtable + 2, out.size() - start, 2);
    for (const auto& [field, list] : lists_) {
      put(out, offsets[field], out.size() - offsets[field], 4);
      out += list;
    }
    for (const auto& [field, child] : table_) child[0].append(out, offsets[field]);
    for (const auto& [field, children] : tables_) {
      put(out, offsets[field], out.size() - offsets[field], 4);
      const std::size_t list = grow(out, 4 + 4 * children.size());
      put(out, list, children.size(), 4);
      for (std::size_t i = 0; i < children.size(); ++i) {
        children[i].append(out, list + 4 + 4 * i);
      }
    }
  }

  std::map<int, std::string> inline_, lists_;
  std::map<int, std::vector<Flat>> table_, tables_;
};

using Numbers = std::vector<float>;
using Whole = std::vector<std::int32_t>;

/// How a tensor is quantised.
struct Quantised {
  int type = TfliteTensor::float32;
  Numbers scale = {};
  std::vector<std::int64_t> zero_point = {};
  int axis = 0;
};

/// A network whose tensor 0, 'x', is the input; the last operator's result is the output.
class TfliteModel {
 public:
  explicit TfliteModel(Whole input, Quantised grid = {}) {
    tensor("x", std::move(input), {}, grid);
  }

  template <class T>
  int parameter(const std::string& name, Whole shape, const std::vector<T>& values,
                const Quantised& grid) {
    return tensor(name, std::move(shape), bytes_of(values), grid);
  }
  int real(const std::string& name, Whole shape, const Numbers& values) {
    return parameter(name, std::move(shape), values, {});
  }
  int whole(const std::string& name, const Whole& values) {
    return parameter(name, {static_cast<int>(values.size())}, values, {TfliteTensor::int32});
  }
  /// Gives the index of the result, which is of `shape` as far as the file says.
  int op(int code, const Whole& inputs, Flat options = {}, Whole shape = {},
         const Quantised& grid = {}) {
    const int result = tensor("op" + std::to_string(operators_.size()), std::move(shape), {}, grid);
    operators_.push_back(Flat()
                             .number<std::uint32_t>(0, static_cast<std::uint32_t>(codes_.size()))
                             .list(1, inputs)
                             .list(2, Whole{result})
                             .table(4, std::move(options)));
    codes_.push_back(Flat().number(0, static_cast<std::int8_t>(code)).number(3, code));
    output_ = result;
    return result;
  }

  std::string file() const {
    return Flat()
        .number<std::uint32_t>(0, 3)
        .tables(1, codes_)
        .tables(2, {Flat()
                        .tables(0, tensors_)
                        .list(1, Whole{0})
                        .list(2, Whole{output_})
                        .tables(3, operators_)})
        .tables(4, buffers_)
        .file("TFL3");
  }
  LoadedNetwork read() const { return read_tflite(file(), "net.tflite"); }

  /// What the network makes of `x`; both in the file's order.
  Numbers run(const Numbers& x) const {
    const Graph graph = read().graph;
    Shape shape = std::get<Input>(graph.nodes[0].op).shape;
    Tensor input(shape);
    move(x, input.data<float>(), shape, true);
    const Tensor result = evaluate(graph, input).at(0);
    Numbers values(static_cast<std::size_t>(result.size()));
    move(result.data<float>(), values, result.shape(), false);
    return values;
  }

 private:
  int tensor(const std::string& name, Whole shape, const std::string& data, const Quantised& grid) {
    Flat table = Flat()
                     .list(0, shape)
                     .number(1, static_cast<std::int8_t>(grid.type))
                     .number(2, static_cast<std::uint32_t>(tensors_.size()))
                     .text(3, name);
    if (!grid.scale.empty()) {
      table = std::move(table).table(
          4, Flat().list(2, grid.scale).list(3, grid.zero_point).number(6, grid.axis));
    }
    tensors_.push_back(std::move(table));
    buffers_.push_back(data.empty() ? Flat() : Flat().text(0, data));
    return static_cast<int>(tensors_.size()) - 1;
  }

  /// Between N x H x W x C and `shape`, N x C x H x W, if it has four axes.
  static void move(std::span<const float> from, std::span<float> to, const Shape& shape,
                   bool to_graph) {
    const bool image = shape.size() == 4;
    const auto channels = static_cast<std::size_t>(image ? shape[1] : 1);
    const auto pixels = image ? static_cast<std::size_t>(shape[2] * shape[3]) : from.size();
    for (std::size_t i = 0; i < from.size(); ++i) {
      const std::size_t n = i / (pixels * channels), c = i / pixels % channels, p = i % pixels;
      const std::size_t in_file = (n * pixels + p) * channels + c;
      to_graph ? to[i] = from[in_file] : to[in_file] = from[i];
    }
  }

  std::vector<Flat> tensors_, buffers_, operators_, codes_;
  int output_ = 0;
};

}  // namespace bench::testing
