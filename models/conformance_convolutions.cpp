#include "models/conformance_list.h"

namespace bench::conformance {
namespace {

struct ConvCase {
  int inputs = 3, outputs = 8, groups = 1;
  Pair kernel{3, 3}, stride{}, dilation{};
  Padding pad{};
  bool bias = true;
  Shape image{};  // batch, height, width
};

std::string text(Pair p) { return std::to_string(p.h) + "x" + std::to_string(p.w); }

std::string text(const ConvCase& c) {
  std::string t = std::to_string(c.inputs) + "->" + std::to_string(c.outputs);
  t += " " + text(c.kernel) + " stride " + text(c.stride) + " dilation " + text(c.dilation);
  t += " pad";
  for (const int p : {c.pad.top, c.pad.left, c.pad.bottom, c.pad.right}) {
    t += " " + std::to_string(p);
  }
  t += " groups " + std::to_string(c.groups);
  return t + (c.bias ? "" : " no bias");
}

void add(List& list, const ConvCase& c) {
  Conv2d op{.weight = list.random.tensor({c.outputs, c.inputs / c.groups, c.kernel.h, c.kernel.w},
                                         -0.5f, 0.5f),
            .stride = c.stride,
            .pad = c.pad,
            .dilation = c.dilation,
            .groups = c.groups};
  if (c.bias) op.bias = list.random.tensor({c.outputs}, -1, 1);
  list.single(text(c), std::move(op), {c.image[0], c.inputs, c.image[1], c.image[2]});
}

constexpr Padding around(int p) { return {p, p, p, p}; }

void add_chosen(List& list) {
  const ConvCase chosen[] = {
      {.inputs = 3, .outputs = 16, .stride = {2, 2}, .pad = around(1), .image = {1, 17, 15}},
      {.inputs = 1, .outputs = 1, .image = {1, 3, 3}},
      {.inputs = 1, .outputs = 40, .kernel = {5, 5}, .pad = around(2), .image = {2, 9, 7}},
      {.inputs = 16, .outputs = 16, .pad = around(1), .bias = false, .image = {1, 8, 8}},
      {.inputs = 17, .outputs = 33, .pad = around(1), .image = {3, 7, 9}},
      {.inputs = 40, .outputs = 10, .kernel = {1, 1}, .image = {1, 13, 11}},
      {.inputs = 32, .outputs = 64, .kernel = {1, 1}, .stride = {2, 2}, .image = {1, 9, 9}},
      {.inputs = 24, .outputs = 24, .kernel = {1, 1}, .bias = false, .image = {2, 1, 1}},
      {.inputs = 3,
       .outputs = 8,
       .kernel = {7, 7},
       .stride = {2, 2},
       .pad = around(3),
       .image = {1, 21, 20}},
      {.inputs = 8, .outputs = 8, .kernel = {1, 7}, .pad = {0, 3, 0, 3}, .image = {1, 5, 9}},
      {.inputs = 8, .outputs = 6, .kernel = {7, 1}, .pad = {3, 0, 3, 0}, .image = {1, 9, 5}},
      {.inputs = 5, .outputs = 7, .stride = {2, 2}, .pad = {0, 0, 1, 1}, .image = {1, 8, 8}},
      {.inputs = 5, .outputs = 7, .stride = {1, 3}, .pad = {2, 0, 0, 1}, .image = {1, 6, 11}},
      {.inputs = 12, .outputs = 20, .dilation = {2, 2}, .pad = around(2), .image = {1, 9, 9}},
      {.inputs = 12, .outputs = 4, .dilation = {3, 1}, .pad = {3, 1, 3, 1}, .image = {1, 8, 7}},
      {.inputs = 16, .outputs = 16, .dilation = {5, 5}, .pad = around(5), .image = {1, 6, 6}},
      {.inputs = 12, .outputs = 24, .groups = 3, .pad = around(1), .image = {1, 7, 7}},
      {.inputs = 10, .outputs = 10, .groups = 5, .kernel = {1, 1}, .image = {2, 4, 5}},
      {.inputs = 32, .outputs = 64, .groups = 32, .pad = around(1), .image = {1, 6, 7}},
      {.inputs = 32, .outputs = 32, .groups = 32, .pad = around(1), .image = {1, 10, 10}},
      {.inputs = 7,
       .outputs = 7,
       .groups = 7,
       .stride = {2, 2},
       .pad = around(1),
       .image = {2, 11, 9}},
      {.inputs = 40,
       .outputs = 40,
       .groups = 40,
       .kernel = {5, 5},
       .stride = {2, 2},
       .pad = {1, 2, 2, 1},
       .image = {1, 12, 13}},
      {.inputs = 24,
       .outputs = 24,
       .groups = 24,
       .kernel = {7, 7},
       .bias = false,
       .image = {1, 7, 7}},
      {.inputs = 18,
       .outputs = 18,
       .groups = 18,
       .dilation = {2, 2},
       .pad = around(2),
       .image = {1, 9, 8}},
      {.inputs = 4, .outputs = 4, .kernel = {2, 2}, .stride = {2, 2}, .image = {1, 7, 8}},
      {.inputs = 4, .outputs = 9, .kernel = {3, 3}, .pad = around(2), .image = {1, 1, 1}},
      {.inputs = 20, .outputs = 30, .kernel = {3, 3}, .stride = {3, 3}, .image = {3, 10, 12}},
  };
  for (const ConvCase& c : chosen) add(list, c);
}

ConvCase drawn(Random& random) {
  ConvCase c;
  c.groups = random.integer(0, 2) == 0 ? random.integer(2, 6) : 1;
  c.inputs = c.groups * random.integer(1, 40 / c.groups);
  c.outputs = c.groups * random.integer(1, 40 / c.groups);
  c.kernel = {random.integer(1, 5), random.integer(1, 5)};
  c.stride = {random.integer(1, 3), random.integer(1, 3)};
  c.dilation = {random.integer(1, 2), random.integer(1, 2)};
  c.pad = {random.integer(0, 3), random.integer(0, 3), random.integer(0, 3), random.integer(0, 3)};
  c.bias = random.integer(0, 1) == 1;
  c.image = {random.integer(1, 3), random.integer(9, 19), random.integer(9, 19)};
  return c;
}

void add_linear(List& list) {
  for (const auto& [inputs, outputs] : {Pair{1, 1}, {3, 10}, {64, 16}, {37, 41}, {256, 5}}) {
    const std::string name = std::to_string(inputs) + "->" + std::to_string(outputs);
    Linear op{.weight = list.random.tensor({outputs, inputs}, -0.5f, 0.5f)};
    list.single(name + " no bias", op, {1, inputs});
    op.bias = list.random.tensor({outputs}, -1, 1);
    list.single(name, std::move(op), {3, inputs});
  }
  Graph graph;  // rows of a matrix per image
  graph.add("image", Input{{-1, 7, 12}});
  graph.outputs = {
      {"result", graph.add("node", Linear{.weight = list.random.tensor({5, 12}, -1, 1)}, {0})}};
  list.add("Linear: 12->5 on 2x7x12", std::move(graph), {2, 7, 12});
}

}  // namespace

void add_convolutions(List& list) {
  add_chosen(list);
  for (int i = 0; i < 40; ++i) add(list, drawn(list.random));
  add_linear(list);
}

}  // namespace bench::conformance
