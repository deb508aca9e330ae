#include "bench/train/training_run.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>

#include "bench/network.h"
#include "bench/train/chosen_nodes.h"
#include "bench/train/schedule.h"
#include "models/error.h"

namespace bench {
namespace {

TrainingOptions options_of(const TrainingRecipe& recipe, const std::string& device) {
  return {recipe.batch_norm_momentum, recipe.sign_of_edges, recipe.sign_of_weights, device};
}

std::vector<at::Tensor> all_trained(const TrainableGraph& net, Objective& objective) {
  std::vector<at::Tensor> list = net.trained();
  for (const at::Tensor& parameter : objective.parameters()) list.push_back(parameter);
  return list;
}

// The length of all gradients together.
double length_of_gradients(const std::vector<at::Tensor>& parameters) {
  double squares = 0;
  for (const at::Tensor& parameter : parameters) {
    if (!parameter.grad().defined()) continue;
    const double length = parameter.grad().norm().item<double>();
    squares += length * length;
  }
  return std::sqrt(squares);
}

void shorten_gradients(const std::vector<at::Tensor>& parameters, double by) {
  for (const at::Tensor& parameter : parameters) {
    if (parameter.grad().defined()) parameter.grad().mul_(by);
  }
}

std::string objective_name(std::size_t index) { return fmt::format("objective/{}", index); }

Tensor as_tensor(const Range& range) { return Tensor::of({2}, {range.min, range.max}); }

const Tensor& saved_tensor(const NamedTensors& saved, const std::string& name, const Shape& shape) {
  const auto found = saved.tensors.find(name);
  if (found != saved.tensors.end() && found->second.type() == DType::f32 &&
      found->second.shape() == shape) {
    return found->second;
  }
  throw Error(Fault::bad_data, "the checkpoint's '" + name + "' is not there, or does not fit");
}

}  // namespace

CalibrationInputs inputs_of(const TrainingImages& images, std::size_t count) {
  CalibrationInputs inputs = inputs_for(nullptr, images.input(0).shape());
  inputs.images = std::min(images.size(), count);
  inputs.load = [&images, stretch = images.size() / inputs.images](std::size_t image) {
    std::vector<Tensor> views;
    views.push_back(images.input(image * stretch));
    return views;
  };
  return inputs;
}

StartNetwork start_network(const TrainingRecipe& recipe, Graph float_graph,
                           const TrainingImages& images) {
  if (recipe.quantize.empty()) return {std::move(float_graph)};
  const auto inputs = inputs_of(images, static_cast<std::size_t>(recipe.observe.images));
  Quantized first = prepare_graph(std::move(float_graph), recipe.quantize, inputs, recipe.name);
  GridFollower follower(recipe.quantize, first, recipe.observe);
  return {std::move(first.graph), std::move(follower)};
}

TrainingRun::TrainingRun(const TrainingRecipe& recipe, StartNetwork start, TrainingImages& images,
                         const std::string& device)
    : recipe_(recipe),
      images_(images),
      follower_(std::move(start.follower)),
      factors_(recipe.quantize),
      net_(start.graph, options_of(recipe, device)) {
  if (recipe.prune) prune_.emplace(*recipe.prune, start.graph);
  const auto frozen = chosen_nodes(start.graph, recipe.freeze, "freeze");
  for (std::size_t i = 0; i < frozen.size(); ++i) {
    if (frozen[i]) net_.freeze(start.graph.nodes[i].name);
  }
  Shape input = images.input(0).shape();
  input[0] = recipe.batch;
  const JsonFields fields(recipe.objective, recipe.name, "objective");
  const std::string kind = JsonFields(fields).text("kind");
  const ObjectiveFacts facts{start.graph, input, images.classes(), recipe.seed, device};
  objective_ = find(objectives(), "objective", kind).make(recipe.objective, facts);
  optimizer_.emplace(all_trained(net_, *objective_), recipe.optimizer);
}

TrainingRun::~TrainingRun() = default;

TrainingRun::Step TrainingRun::step() {
  try {
    return compute_step();
  } catch (const c10::Error& error) {
    throw Error(Fault::unsupported, fmt::format("recipe {}, step {}: {}", recipe_.name, done_ + 1,
                                                error.what_without_backtrace()));
  }
}

TrainingRun::Step TrainingRun::compute_step() {
  const Batch batch = images_.batch(done_);
  if (prune_) prune_->clear();
  const auto see = [this](NodeId node, const at::Tensor& value) {
    if (follower_) follower_->see(node, value);
    if (prune_) prune_->see(node, value);
  };
  factors_.put_into(net_);
  at::Tensor loss =
      objective_->loss(net_.forward(to_torch(batch.input), Mode::training, see), batch.targets);
  if (prune_) loss = loss + prune_->loss();
  Step step{loss.item<double>(), learning_rate(recipe_, done_)};
  require_finite("loss", step.loss);
  optimizer_->clear_gradients();
  loss.backward();
  factors_.take_back(net_);
  const std::vector<at::Tensor> trained = all_trained(net_, *objective_);
  const double length = length_of_gradients(trained);
  require_finite("length of the gradients", length);
  if (recipe_.clip > 0 && length > recipe_.clip) shorten_gradients(trained, recipe_.clip / length);
  optimizer_->set_learning_rate(step.learning_rate);
  optimizer_->step();
  ++done_;
  follow_grids();
  return step;
}

void TrainingRun::require_finite(const char* what, double value) const {
  if (std::isfinite(value)) return;
  throw Error(Fault::bad_data, fmt::format("recipe {}: the {} of step {} is {}; try a lower "
                                           "learning rate, or clip gradients",
                                           recipe_.name, what, done_ + 1, value));
}

Graph TrainingRun::result() const { return factors_.rounded(net_.result()); }

void TrainingRun::follow_grids() {
  if (!follower_) return;
  follower_->end_step(done_);
  net_.take_grids(follower_->grids(net_.result()));
}

NamedTensors TrainingRun::save(std::map<std::string, std::string> notes) const {
  NamedTensors saved = checkpoint(net_, *optimizer_, std::move(notes));
  const std::vector<at::Tensor> parameters = objective_->parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    saved.tensors[objective_name(i)] = from_torch(parameters[i]);
  }
  if (!follower_) return saved;
  for (const auto& [node, range] : follower_->ranges()) {
    saved.tensors["range/" + node] = as_tensor(range);
  }
  return saved;
}

void TrainingRun::load(const NamedTensors& saved, int done) {
  resume(saved, net_, *optimizer_);
  const at::NoGradGuard without_gradients;
  std::vector<at::Tensor> parameters = objective_->parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Shape shape = parameters[i].sizes().vec();
    parameters[i].copy_(to_torch(saved_tensor(saved, objective_name(i), shape)));
  }
  if (follower_) {
    Ranges ranges = follower_->ranges();
    for (auto& [node, range] : ranges) {
      const auto ends = saved_tensor(saved, "range/" + node, {2}).data<float>();
      range = {ends[0], ends[1]};
    }
    follower_->set_ranges(std::move(ranges));
  }
  done_ = done;
}

}  // namespace bench
