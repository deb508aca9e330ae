#pragma once
// For tests only: small networks of binary and other layers, drawn at random. Everything that is
// summed is a multiple of a power of two and small enough for every order of summing to give the
// same float, so backends can be compared bit for bit.

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "models/error.h"
#include "models/graph.h"
#include "models/random.h"

namespace bench::one_bit {

struct DrawnNetwork {
  Graph graph;
  Shape input;
  /// By output: whether it is what evaluate() gives, and not just what an engine does that rounds
  /// batch norms alike.
  std::vector<bool> certain;
};

class NetworkDrawing {
 public:
  /// With `roundings`, factors and summands of element-wise operations are any floats.
  NetworkDrawing(std::uint64_t seed, bool roundings) : random_(seed), roundings_(roundings) {
    constexpr int widths[] = {1, 3, 8, 17, 32, 40, 64};
    input_ = {draw(1, 3), pick(widths), draw(3, 11), draw(3, 11)};
    const bool open = draw(0, 3) > 0;
    graph_.add("image", Input{open ? Shape{-1, input_[1], -1, -1} : input_});
    values_ = {{0, 1, 1.0 / 8}};
    shapes_ = {input_};
  }

  DrawnNetwork finish(int steps) && {
    for (int tries = 0; steps > 0 && tries < 200; ++tries) steps -= step() ? 1 : 0;
    const std::vector<int> readers = count_readers(graph_);
    DrawnNetwork drawn{{}, input_, {}};
    for (const Value& value : values_) {
      const auto id = static_cast<std::size_t>(value.id);
      if (id == 0 || (readers[id] > 0 && draw(0, 5) > 0)) continue;
      graph_.outputs.push_back({"output " + graph_.nodes[id].name, value.id});
      drawn.certain.push_back(value.certain);
    }
    if (graph_.outputs.empty()) graph_.outputs = {{"image", 0}}, drawn.certain = {true};
    drawn.graph = std::move(graph_);
    return drawn;
  }

 private:
  // Multiples of `step` up to `most`; a step of 0: any float, which may not be summed.
  struct Value {
    NodeId id = 0;
    double most = 1, step = 1;
    bool certain = true;
  };

  int draw(int low, int high) { return random_.integer(low, high); }
  template <class List>
  auto pick(const List& list) -> std::decay_t<decltype(list[0])> {
    return list[static_cast<std::size_t>(draw(0, static_cast<int>(std::size(list)) - 1))];
  }
  float power() { return std::ldexp(1.0f, draw(-2, 1)); }
  // An eighth's multiple, or any float.
  float number(float most) {
    if (roundings_) return random_.uniform(-most, most);
    const int eighths = static_cast<int>(8 * most);
    return static_cast<float>(draw(-eighths, eighths)) / 8;
  }
  float factor() {
    if (draw(0, 8) == 0) return 0;
    return (draw(0, 2) == 0 ? -1.0f : 1.0f) * (roundings_ ? random_.uniform(0.1f, 3) : power());
  }
  template <class Draw>
  Tensor tensor(Shape shape, Draw drawn) {
    Tensor result(std::move(shape));
    for (float& x : result.data<float>()) x = drawn();
    return result;
  }
  Padding padding(int most) {
    if (draw(0, 1) == 0) return {};
    return {draw(0, most), draw(0, most), draw(0, most), draw(0, most)};
  }

  const Shape& shape(const Value& value) const {
    return shapes_[static_cast<std::size_t>(value.id)];
  }
  // Mostly one of the last.
  const Value& some() {
    const int last = static_cast<int>(values_.size()) - 1;
    return values_[static_cast<std::size_t>(draw(0, 2) > 0 ? last : draw(0, last))];
  }

  // Adds a node, unless it doesn't fit or its numbers get too large to be exact.
  bool put(Op op, std::vector<Value> from, double most, double step, bool rounds = false) {
    Value value{0, most, step};
    for (const Value& v : from) value.certain = value.certain && v.certain;
    if (rounds && roundings_) value.step = 0, value.certain = false;
    if (value.step > 0 && most / value.step >= 0x1p22) return false;
    Graph larger = graph_;
    std::vector<NodeId> inputs;
    for (const Value& v : from) inputs.push_back(v.id);
    std::string name = "n" + std::to_string(larger.nodes.size());
    value.id = larger.add(std::move(name), std::move(op), std::move(inputs));
    larger.outputs = {{"last", value.id}};
    std::vector<Shape> shapes;
    try {
      validate(larger);
      shapes = infer_shapes(larger, input_);
    } catch (const Error&) {
      return false;
    }
    if (count(shapes.back()) == 0 || count(shapes.back()) > 20000) return false;
    shapes_ = std::move(shapes);
    graph_ = std::move(larger);
    graph_.outputs.clear();
    values_.push_back(value);
    return true;
  }

  Grid signs() { return Grid{.bits = 1, .scale = {power()}}; }

  bool sign(const Value& v) {
    Grid grid = signs();
    if (draw(0, 12) == 0 && shape(v).size() == 4) {
      const auto channels = static_cast<std::size_t>(shape(v)[1]);
      grid.axis = 1;
      grid.scale.resize(channels);
      grid.zero_point.resize(channels, 0);
      for (float& scale : grid.scale) scale = power();
    }
    return put(FakeQuantize{grid}, {v}, 2, 0.25);
  }

  bool pad(const Value& v) {
    if (shape(v).size() != 4) return false;
    constexpr float around[] = {0, 1, -1, 0.5f, -0.5f, 0.25f, -0.25f, 2, -0.125f};
    Pad pad{{0, 0, draw(0, 2), draw(0, 2)}, {0, 0, draw(0, 2), draw(0, 2)}, pick(around)};
    if (draw(0, 12) == 0) pad.before[2] = -1;
    if (draw(0, 12) == 0) pad.after[1] = draw(1, 3);
    return put(pad, {v}, std::max(v.most, 2.0), v.step == 0 ? 0 : std::min(v.step, 0.125));
  }

  Grid grid_of_weights(std::int64_t outputs) {
    Grid grid = signs();
    if (draw(0, 1) == 0) return grid;
    grid.axis = 0;
    grid.scale.clear();
    for (std::int64_t o = 0; o < outputs; ++o) grid.scale.push_back(power());
    grid.zero_point.assign(grid.scale.size(), 0);
    return grid;
  }

  // Weights between -2 and 2.
  template <class Layer>
  void fill(Layer& layer, const Shape& weight) {
    layer.weight = tensor(weight, [&] { return static_cast<float>(draw(-8, 8)) / 8; });
    if (draw(0, 3) == 0) return;  // a layer of floats
    const Grid grid = grid_of_weights(weight[0]);
    if (draw(0, 2) == 0) layer.weight = quantize(grid, layer.weight, DType::i8, "weight");
    layer.weight_grid = grid;
  }

  template <class Layer>
  bool put_layer(Layer layer, const Value& v, const Shape& weight) {
    if (v.step == 0) return false;
    fill(layer, weight);
    if (draw(0, 2) == 0) {
      layer.bias = tensor({weight[0]}, [&] { return static_cast<float>(draw(-16, 16)) / 8; });
    }
    const auto products = static_cast<double>(count(weight) / weight[0]);
    return put(std::move(layer), {v}, 2 * v.most * products + 2, v.step / 8);
  }

  bool conv(const Value& v) {
    if (shape(v).size() != 4) return false;
    const auto channels = static_cast<int>(shape(v)[1]);
    Conv2d conv;
    conv.groups = draw(0, 3) > 0 ? 1 : (draw(0, 1) == 0 || channels % 2 != 0 ? channels : 2);
    constexpr int widths[] = {1, 3, 8, 16, 33, 40, 64};
    const int outputs =
        draw(0, 1) == 0 ? channels : (conv.groups > 1 ? 2 * channels : pick(widths));
    conv.pad = padding(2);
    conv.stride = {draw(0, 2) == 0 ? 2 : 1, draw(0, 2) == 0 ? 3 : 1};
    conv.dilation = {draw(0, 4) == 0 ? 2 : 1, draw(0, 4) == 0 ? 2 : 1};
    return put_layer(std::move(conv), v, {outputs, channels / conv.groups, draw(1, 3), draw(1, 3)});
  }

  bool linear(const Value& v) {
    constexpr int widths[] = {1, 5, 32, 48};
    return put_layer(Linear{}, v, {pick(widths), shape(v).back()});
  }

  bool max_pool(const Value& v) {
    MaxPool pool{{draw(1, 3), draw(1, 3)}, {draw(1, 3), draw(1, 2)}, {}, {1, 1}, draw(0, 3) == 0};
    if (draw(0, 1) == 0) pool.pad = {pool.kernel.h / 2, pool.kernel.w / 2, pool.kernel.h / 2, 0};
    return put(pool, {v}, v.most, v.step);
  }

  bool average_pool(const Value& v) {
    AveragePool pool{{2, 2}, {draw(1, 2), draw(1, 2)}, {}, false, true};
    if (draw(0, 1) == 0) pool.pad = {1, 1, 1, 1};
    return v.step > 0 && put(pool, {v}, v.most, v.step / 4);
  }

  bool batch_norm(const Value& v) {
    if (shape(v).size() < 2) return false;
    const Shape channels = {shape(v)[1]};
    constexpr float variances[] = {0.25f, 1, 4};
    BatchNorm norm{tensor(channels, [&] { return factor(); }),
                   tensor(channels, [&] { return number(2); }),
                   tensor(channels, [&] { return number(4); }),
                   tensor(channels, [&] { return pick(variances); }), roundings_ ? 1e-3f : 0};
    return put(std::move(norm), {v}, 6 * v.most + 26, std::min(v.step, 1.0) / 64, true);
  }

  bool activation(const Value& v) {
    using Kind = Activation::Kind;
    switch (draw(0, 5)) {
      case 0: return put(Activation{Kind::relu}, {v}, v.most, v.step);
      case 1:
        return put(Activation{Kind::clip, number(2) - 2, number(2) + 2}, {v}, v.most + 4,
                   std::min(v.step, 0.125), true);
      case 2:
        return put(Activation{Kind::leaky_relu, draw(0, 3) == 0 ? -0.25f : 0.25f}, {v}, v.most,
                   v.step / 4);
      case 3: return put(Activation{Kind::neg}, {v}, v.most, v.step);
      case 4: return put(Activation{Kind::abs}, {v}, v.most, v.step);
      default: break;
    }
    constexpr float slopes[] = {0, 0.25f, 0.5f, 1, -0.5f};
    const std::int64_t channels = draw(0, 1) == 0 || shape(v).size() < 2 ? 1 : shape(v)[1];
    const bool rises = draw(0, 1) == 0;
    return put(PRelu{tensor({channels}, [&] { return rises ? 0.5f : pick(slopes); })}, {v}, v.most,
               v.step / 4);
  }

  bool arithmetic_with_constant(const Value& v) {
    using Kind = Arithmetic::Kind;
    constexpr Kind kinds[] = {Kind::add, Kind::sub, Kind::mul, Kind::div, Kind::min, Kind::max};
    const Kind kind = pick(kinds);
    const std::size_t rank = shape(v).size();
    Shape operand = {1};
    if (rank == 4 && draw(0, 1) == 0) operand = {shape(v)[1], 1, 1};
    if (rank == 4 && draw(0, 5) == 0) operand = {1, shape(v)[1], 1, 1};
    if (rank == 4 && draw(0, 9) == 0) operand = {shape(v)[3]};
    const bool swap = draw(0, 2) == 0 && kind != Kind::div;
    const bool scales = kind == Kind::mul || kind == Kind::div;
    const auto one = [&] {
      const float x = scales ? factor() : number(3);
      return x == 0 && kind == Kind::div ? 0.5f : x;
    };
    Tensor numbers = tensor(operand, one);
    if (draw(0, 40) == 0) return false;
    const NodeId id = graph_.add("c" + std::to_string(graph_.nodes.size()), Constant{numbers});
    shapes_.push_back(operand);
    const Value constant{id, 3, 0.125};
    const double most = scales ? 4 * v.most : v.most + 3;
    const double step = scales ? v.step / 4 : std::min(v.step, 0.125);
    const std::vector<Value> from = swap ? std::vector{constant, v} : std::vector{v, constant};
    return put(Arithmetic{kind}, from, most, step, true);
  }

  bool residual(const Value& a) {
    using Kind = Arithmetic::Kind;
    constexpr Kind kinds[] = {Kind::add, Kind::add, Kind::add, Kind::sub, Kind::mul, Kind::max};
    const Kind kind = pick(kinds);
    std::vector<Value> fit;
    for (const Value& b : values_) {
      if (shape(b) == shape(a) || draw(0, 9) == 0) fit.push_back(b);
    }
    if (fit.empty()) return false;
    const Value b = pick(fit);
    const double most = kind == Kind::mul ? a.most * b.most : a.most + b.most;
    const double step = kind == Kind::mul ? a.step * b.step : std::min(a.step, b.step);
    if (kind == Kind::mul && step == 0) return false;  // where 0 times infinity could be
    return put(Arithmetic{kind}, {a, b}, most, step);
  }

  bool movement(const Value& v) {
    const auto rank = static_cast<int>(shape(v).size());
    switch (draw(0, 5)) {
      case 0: {
        std::vector<Value> from = {v};
        for (int more = draw(0, 2); more > 0; --more) from.push_back(some());
        double most = 0, step = 1;
        for (const Value& f : from) most = std::max(most, f.most), step = std::min(step, f.step);
        return put(Concat{draw(0, 3) > 0 ? 1 : rank - 1}, from, most, step);
      }
      case 1:
        return put(Slice{draw(0, rank - 1), draw(0, 2), draw(0, 3) == 0 ? -1 : 1000, draw(1, 2)},
                   {v}, v.most, v.step);
      case 2:
        if (rank != 4) return false;
        return put(Transpose{draw(0, 1) == 0 ? std::vector{0, 1, 3, 2} : std::vector{0, 2, 3, 1}},
                   {v}, v.most, v.step);
      case 3: {
        Resize resize;
        resize.coordinates = Resize::Coordinates::asymmetric;
        resize.rounding = Resize::Rounding::floor;
        resize.scale_h = resize.scale_w = 2;
        return put(resize, {v}, v.most, v.step);
      }
      case 4:
        return put(Reshape{{Dim{Dim::Kind::copy, 0, 0, 0}, Dim{Dim::Kind::infer}}}, {v}, v.most,
                   v.step);
      default: break;
    }
    if (draw(0, 2) > 0) {
      return rank == 2 && put(Reshape{{Dim{Dim::Kind::copy, 0, 0, 0}, Dim{Dim::Kind::copy, 0, 0, 1},
                                       Dim{Dim::Kind::fixed, 1}, Dim{Dim::Kind::fixed, 1}}},
                              {v}, v.most, v.step);
    }
    return put(Reshape{{Dim{Dim::Kind::infer}, Dim{Dim::Kind::fixed, draw(1, 8)}}}, {v}, v.most,
               v.step);
  }

  bool other_grid(const Value& v) {
    constexpr float scale = 0.125f;
    return put(
        FakeQuantize{Grid{.bits = draw(2, 8), .is_signed = draw(0, 1) == 0, .scale = {scale}}}, {v},
        32, scale);
  }

  bool step() {
    const Value v = some();
    const int kind = draw(0, 29);
    if (kind < 7) return sign(v);
    if (kind < 13) return conv(v);
    if (kind < 15) return linear(v);
    if (kind < 17) return pad(v);
    if (kind < 19) return max_pool(v);
    if (kind < 21) return batch_norm(v);
    if (kind < 23) return activation(v);
    if (kind < 25) return arithmetic_with_constant(v);
    if (kind < 27) return residual(v);
    if (kind < 29) return movement(v);
    return draw(0, 1) == 0 ? average_pool(v) : other_grid(v);
  }

  Random random_;
  bool roundings_;
  Shape input_;
  Graph graph_;
  std::vector<Value> values_;  // constants left out
  std::vector<Shape> shapes_;  // by node
};

}  // namespace bench::one_bit
