// A backend built outside the tree: every node that carries arithmetic runs as an OpenCV dnn layer
// of its own; data movement goes through evaluate_node. Slow, but independent of oneDNN and of our
// own loops for convolutions, linear layers, pooling and activations: a cross-check of the float
// backend.

#include <map>
#include <opencv2/core.hpp>
#include <opencv2/dnn.hpp>

#include "bench/backend.h"
#include "models/error.h"
#include "models/passes/passes.h"
#include "models/reference.h"

namespace {

using bench::Node;
using bench::Shape;
using bench::Tensor;

// OpenCV only reads through these.
cv::Mat as_mat(const Tensor& tensor) {
  std::vector<int> sizes(tensor.shape().begin(), tensor.shape().end());
  if (sizes.empty()) sizes = {1};
  return cv::Mat(sizes, CV_32F, const_cast<float*>(tensor.data<float>().data()));
}

cv::dnn::LayerParams layer(const std::string& type) {
  cv::dnn::LayerParams params;
  params.type = type;
  return params;
}

template <class Window>  // Conv2d, MaxPool, AveragePool
void set_window(cv::dnn::LayerParams& params, const Window& op, int height, int width) {
  params.set("kernel_h", height);
  params.set("kernel_w", width);
  params.set("stride_h", op.stride.h);
  params.set("stride_w", op.stride.w);
  params.set("pad_t", op.pad.top);
  params.set("pad_l", op.pad.left);
  params.set("pad_b", op.pad.bottom);
  params.set("pad_r", op.pad.right);
}

void set_weights(cv::dnn::LayerParams& params, const Tensor& weight, const Tensor& bias) {
  params.set("num_output", static_cast<int>(weight.dim(0)));
  params.set("bias_term", !bias.empty());
  params.blobs.push_back(as_mat(weight));
  if (!bias.empty()) params.blobs.push_back(as_mat(bias));
}

// OpenCV's convolution knows only symmetric padding; other padding is put around the input
// beforehand.
bool padded_beforehand(const bench::Conv2d& op) {
  return op.pad.top != op.pad.bottom || op.pad.left != op.pad.right;
}

bench::Conv2d unpadded(const bench::Conv2d& op) {
  bench::Conv2d copy{.stride = op.stride, .pad = op.pad};
  if (padded_beforehand(op)) copy.pad = {};
  return copy;
}

Tensor with_padding(const bench::Conv2d& op, const Tensor& input) {
  const bench::Pad pad{{0, 0, op.pad.top, op.pad.left}, {0, 0, op.pad.bottom, op.pad.right}};
  Shape shape = input.shape();
  shape[2] += op.pad.top + op.pad.bottom;
  shape[3] += op.pad.left + op.pad.right;
  const Tensor* inputs[] = {&input};
  return bench::evaluate_node(pad, inputs, shape);
}

// The OpenCV layer for an op; an empty type where OpenCV 4.6 has none with exactly this meaning.
struct ToLayer {
  cv::dnn::LayerParams operator()(const bench::Conv2d& op) const {
    auto params = layer("Convolution");
    set_window(params, unpadded(op), static_cast<int>(op.weight.dim(2)),
               static_cast<int>(op.weight.dim(3)));
    params.set("dilation_h", op.dilation.h);
    params.set("dilation_w", op.dilation.w);
    params.set("group", op.groups);
    set_weights(params, op.weight, op.bias);
    return params;
  }
  cv::dnn::LayerParams operator()(const bench::Linear& op) const {
    auto params = layer("InnerProduct");
    params.set("axis", -1);
    set_weights(params, op.weight, op.bias);
    return params;
  }
  cv::dnn::LayerParams operator()(const bench::BatchNorm& op) const {
    auto params = layer("BatchNorm");
    params.set("eps", op.epsilon);
    params.set("has_weight", true);
    params.set("has_bias", true);
    for (const Tensor* blob : {&op.mean, &op.variance, &op.gamma, &op.beta}) {
      params.blobs.push_back(as_mat(*blob));
    }
    return params;
  }
  cv::dnn::LayerParams operator()(const bench::Activation& op) const {
    using Kind = bench::Activation::Kind;
    switch (op.kind) {
      case Kind::relu: return layer("ReLU");
      case Kind::leaky_relu: {
        auto params = layer("ReLU");
        params.set("negative_slope", op.alpha);
        return params;
      }
      case Kind::clip: {
        auto params = layer("ReLU6");
        params.set("min_value", op.alpha);
        params.set("max_value", op.beta);
        return params;
      }
      case Kind::elu: {
        auto params = layer("ELU");
        params.set("alpha", op.alpha);
        return params;
      }
      case Kind::sigmoid: return layer("Sigmoid");
      case Kind::tanh: return layer("TanH");
      case Kind::swish: return layer("Swish");
      case Kind::hard_swish: return layer("HardSwish");
      case Kind::exp: return layer("Exp");
      case Kind::abs: return layer("AbsVal");
      default: return {};
    }
  }
  cv::dnn::LayerParams operator()(const bench::PRelu& op) const {
    if (op.slope.size() == 1) return {};
    auto params = layer("PReLU");
    params.blobs.push_back(as_mat(op.slope));
    return params;
  }
  cv::dnn::LayerParams operator()(const bench::MaxPool& op) const {
    if (op.dilation != bench::Pair{} || op.ceil_mode) return {};
    auto params = layer("Pooling");
    params.set("pool", "max");
    params.set("ceil_mode", false);
    set_window(params, op, op.kernel.h, op.kernel.w);
    return params;
  }
  cv::dnn::LayerParams operator()(const bench::AveragePool& op) const {
    if (op.ceil_mode) return {};
    auto params = layer("Pooling");
    params.set("pool", "ave");
    params.set("ceil_mode", false);
    params.set("ave_pool_padded_area", op.count_include_pad);
    set_window(params, op, op.kernel.h, op.kernel.w);
    return params;
  }
  cv::dnn::LayerParams operator()(const bench::Softmax& op) const {
    auto params = layer("Softmax");
    params.set("axis", op.axis);
    return params;
  }
  template <class Other>
  cv::dnn::LayerParams operator()(const Other&) const {
    return {};
  }
};

cv::dnn::LayerParams to_layer(const bench::Op& op) { return std::visit(ToLayer{}, op); }

class OpenCvSession : public bench::Session {
 public:
  explicit OpenCvSession(const bench::Graph& graph) : graph_(graph) {
    for (std::size_t id = 0; id < graph_.nodes.size(); ++id) {
      cv::dnn::LayerParams params = to_layer(graph_.nodes[id].op);
      if (params.type.empty()) continue;
      params.name = graph_.nodes[id].name;
      nets_[id].addLayerToPrev(params.name, params.type, params);
    }
  }

  std::vector<Tensor> run(const Tensor& input) override {
    cv::setNumThreads(1);
    const std::vector<Shape> shapes = bench::infer_shapes(graph_, input.shape());
    std::vector<Tensor> values(graph_.nodes.size());
    for (std::size_t id = 0; id < values.size(); ++id) {
      values[id] = id == 0 ? input : run_node(id, values, shapes[id]);
    }
    std::vector<Tensor> outputs;
    for (const bench::Output& output : graph_.outputs) {
      outputs.push_back(values[static_cast<std::size_t>(output.node)]);
    }
    return outputs;
  }

 private:
  Tensor run_node(std::size_t id, const std::vector<Tensor>& values, const Shape& shape) {
    const Node& node = graph_.nodes[id];
    std::vector<const Tensor*> inputs;
    for (const bench::NodeId from : node.inputs) {
      inputs.push_back(&values[static_cast<std::size_t>(from)]);
    }
    const auto net = nets_.find(id);
    // OpenCV's feature-map layers want four dimensions.
    const bool movable = std::holds_alternative<bench::Linear>(node.op) ||
                         std::holds_alternative<bench::Softmax>(node.op);
    if (net == nets_.end() || (!movable && shape.size() != 4)) {
      return bench::evaluate_node(node.op, inputs, shape);
    }
    const auto* conv = std::get_if<bench::Conv2d>(&node.op);
    const bool pad = conv && padded_beforehand(*conv);
    const Tensor padded = pad ? with_padding(*conv, *inputs[0]) : Tensor();
    net->second.setInput(as_mat(pad ? padded : *inputs[0]));
    const cv::Mat result = net->second.forward();
    Tensor output(shape);
    if (!result.isContinuous() || result.total() != static_cast<std::size_t>(output.size())) {
      throw bench::Error(bench::Fault::unsupported,
                         "node '" + node.name + "': OpenCV gives another output size");
    }
    std::copy_n(result.ptr<float>(), result.total(), output.data<float>().begin());
    return output;
  }

  const bench::Graph& graph_;
  std::map<std::size_t, cv::dnn::Net> nets_;
};

class OpenCvProgram : public bench::Program {
 public:
  explicit OpenCvProgram(bench::Graph graph) : graph_(std::move(graph)) {}

  std::unique_ptr<bench::Session> open_session() const override {
    return std::make_unique<OpenCvSession>(graph_);
  }

  bench::ProgramFacts facts(const Shape&) const override {
    bench::ProgramFacts facts;
    facts.library = "OpenCV " CV_VERSION;
    facts.isa = "as OpenCV chooses";
    for (const Node& node : graph_.nodes) {
      const std::string type = to_layer(node.op).type;
      facts.layers.push_back({node.name, std::string(bench::name_of(node.op)),
                              type.empty() ? "plain" : "opencv:" + type, "nchw"});
    }
    facts.weight_bytes = weight_bytes();
    return facts;
  }

 private:
  std::int64_t weight_bytes() const {
    std::int64_t bytes = 0;
    for (const Node& node : graph_.nodes) {
      for (const cv::Mat& blob : to_layer(node.op).blobs) {
        bytes += static_cast<std::int64_t>(blob.total() * blob.elemSize());
      }
    }
    return bytes;
  }

  bench::Graph graph_;
};

class OpenCvBackend : public bench::Backend {
 public:
  std::string_view name() const override { return "opencv-dnn"; }
  std::string_view about() const override {
    return "f32 through OpenCV's dnn layers, one by one: slow, an independent check of float";
  }
  std::unique_ptr<bench::Program> compile(bench::Graph graph,
                                          const bench::CompileOptions&) const override {
    bench::validate(graph);
    return std::make_unique<OpenCvProgram>(bench::without_grids(std::move(graph)));
  }
};

}  // namespace

BENCH_PLUGIN(std::make_unique<OpenCvBackend>())
