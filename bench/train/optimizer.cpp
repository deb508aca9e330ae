#include "bench/train/optimizer.h"

#include <ATen/ATen.h>
#include <torch/optim.h>

#include "models/error.h"

namespace bench {

struct Optimizer::State {
  OptimizerOptions options;
  std::vector<at::Tensor> parameters;
  std::unique_ptr<torch::optim::Optimizer> optimizer;
};

namespace {

using Kind = OptimizerOptions::Kind;

std::unique_ptr<torch::optim::Optimizer> make(const std::vector<at::Tensor>& parameters,
                                              const OptimizerOptions& options) {
  if (options.kind == Kind::sgd) {
    torch::optim::SGDOptions sgd(options.learning_rate);
    sgd.momentum(options.momentum).weight_decay(options.weight_decay).nesterov(options.nesterov);
    return std::make_unique<torch::optim::SGD>(parameters, sgd);
  }
  torch::optim::AdamOptions adam(options.learning_rate);
  adam.betas({options.beta1, options.beta2}).eps(options.epsilon);
  adam.weight_decay(options.weight_decay);
  return std::make_unique<torch::optim::Adam>(parameters, adam);
}

// libtorch keeps states under the parameter's address.
std::string key_of(const at::Tensor& parameter) {
  return c10::guts::to_string(parameter.unsafeGetTensorImpl());
}

Tensor count_as_tensor(std::int64_t count) {
  return Tensor::of<std::int64_t>({1}, std::span<const std::int64_t>(&count, 1));
}

void append(const torch::optim::OptimizerParamState* state, Kind kind, std::vector<Tensor>& list) {
  if (kind == Kind::sgd) {
    const auto* sgd = static_cast<const torch::optim::SGDParamState*>(state);
    list.push_back(sgd ? from_torch(sgd->momentum_buffer()) : Tensor());
    return;
  }
  const auto* adam = static_cast<const torch::optim::AdamParamState*>(state);
  list.push_back(adam ? count_as_tensor(adam->step()) : Tensor());
  list.push_back(adam ? from_torch(adam->exp_avg()) : Tensor());
  list.push_back(adam ? from_torch(adam->exp_avg_sq()) : Tensor());
}

std::unique_ptr<torch::optim::OptimizerParamState> state_from(const Tensor* memory, Kind kind,
                                                              const at::Tensor& parameter) {
  if (memory->empty()) return nullptr;
  const auto beside = [&](const Tensor& tensor) { return to_torch(tensor).to(parameter.device()); };
  if (kind == Kind::sgd) {
    auto sgd = std::make_unique<torch::optim::SGDParamState>();
    sgd->momentum_buffer(beside(*memory));
    return sgd;
  }
  auto adam = std::make_unique<torch::optim::AdamParamState>();
  adam->step(memory[0].data<std::int64_t>()[0]);
  adam->exp_avg(beside(memory[1]));
  adam->exp_avg_sq(beside(memory[2]));
  return adam;
}

bool fits(const Tensor* memory, Kind kind, const Shape& shape) {
  const auto is_of = [&](const Tensor& tensor) {
    return tensor.type() == DType::f32 && tensor.shape() == shape;
  };
  if (kind == Kind::sgd) return memory->empty() || is_of(*memory);
  if (memory[0].empty()) return memory[1].empty() && memory[2].empty();
  return memory[0].type() == DType::i64 && memory[0].size() == 1 && is_of(memory[1]) &&
         is_of(memory[2]);
}

}  // namespace

Optimizer::Optimizer(std::vector<at::Tensor> parameters, const OptimizerOptions& options)
    : state_(std::make_unique<State>()) {
  state_->optimizer = make(parameters, options);
  state_->options = options;
  state_->parameters = std::move(parameters);
}

Optimizer::~Optimizer() = default;
Optimizer::Optimizer(Optimizer&&) noexcept = default;
Optimizer& Optimizer::operator=(Optimizer&&) noexcept = default;

void Optimizer::clear_gradients() { state_->optimizer->zero_grad(); }
void Optimizer::step() { state_->optimizer->step(); }

void Optimizer::set_learning_rate(double rate) {
  for (auto& group : state_->optimizer->param_groups()) group.options().set_lr(rate);
}

std::vector<Tensor> Optimizer::memory() const {
  std::vector<Tensor> list;
  const auto& states = state_->optimizer->state();
  for (const at::Tensor& parameter : state_->parameters) {
    const auto found = states.find(key_of(parameter));
    append(found == states.end() ? nullptr : found->second.get(), state_->options.kind, list);
  }
  return list;
}

void Optimizer::remember(const std::vector<Tensor>& memory) {
  const Kind kind = state_->options.kind;
  const std::size_t each = kind == Kind::sgd ? 1 : 3;
  const auto& parameters = state_->parameters;
  bool fit = memory.size() == each * parameters.size();
  for (std::size_t i = 0; fit && i < parameters.size(); ++i) {
    fit = fits(&memory[i * each], kind, parameters[i].sizes().vec());
  }
  if (!fit) throw Error(Fault::bad_data, "an optimizer's memory of other parameters, or another's");
  auto& states = state_->optimizer->state();
  states.clear();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    auto state = state_from(&memory[i * each], kind, parameters[i]);
    if (state) states[key_of(parameters[i])] = std::move(state);
  }
}

}  // namespace bench
