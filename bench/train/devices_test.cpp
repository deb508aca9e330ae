// Training on another device than the CPU, on a machine that has none.
//
// The device "xla" is one that only these tests have: its tensors hold tensors of the CPU, which
// compute everything for it, and like a GPU's they refuse to meet the CPU's own. What trains on it
// left no tensor behind, and must be the same to the bit.

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <catch2/catch.hpp>
#include <iostream>

#include "bench/model_card.h"
#include "bench/train/training_run.h"
#include "models/conformance.h"
#include "models/error.h"
#include "models/formats/formats.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/testing.h"
#include "models/zoo/zoo.h"

namespace bench {
namespace {

const at::Device other_device(at::kXLA, 0);

class Held : public c10::TensorImpl {
 public:
  explicit Held(at::Tensor value)
      : TensorImpl(c10::DispatchKeySet(c10::DispatchKey::XLA), value.dtype(), other_device),
        value_(std::move(value)) {
    follow();
  }
  const at::Tensor& value() const { return value_; }
  void follow() {
    set_sizes_and_strides(value_.sizes(), value_.strides());
    storage_offset_ = value_.storage_offset();
  }

  c10::intrusive_ptr<TensorImpl> shallow_copy_and_detach(const c10::VariableVersion& version,
                                                         bool changes) const override {
    auto copy = c10::make_intrusive<Held>(value_);
    copy->set_version_counter(version);
    copy->set_allow_tensor_metadata_change(changes);
    return copy;
  }
  c10::intrusive_ptr<TensorImpl> shallow_copy_and_detach(c10::VariableVersion&& version,
                                                         bool changes) const override {
    return shallow_copy_and_detach(version, changes);
  }

 private:
  at::Tensor value_;
};

const at::Tensor& value_of(const at::Tensor& tensor) {
  const auto* held = dynamic_cast<const Held*>(tensor.unsafeGetTensorImpl());
  return held ? held->value() : tensor;
}

at::Tensor copy(const at::Tensor& from, const at::Tensor& to, bool) {
  value_of(to).copy_(value_of(from));
  return to;
}

// One operation: what the arguments hold goes to the CPU's operation, what comes out is held.
class Call {
 public:
  void operator()(const c10::OperatorHandle& operation, torch::jit::Stack* stack) {
    const std::size_t arguments = operation.schema().arguments().size();
    for (std::size_t i = stack->size() - arguments; i < stack->size(); ++i) {
      (*stack)[i] = unheld((*stack)[i]);
    }
    operation.callBoxed(stack);
    for (auto& [value, held] : given_) {
      if (auto* one = dynamic_cast<Held*>(held.unsafeGetTensorImpl())) one->follow();
    }
    const std::size_t results = operation.schema().returns().size();
    for (std::size_t i = stack->size() - results; i < stack->size(); ++i) {
      (*stack)[i] = held((*stack)[i]);
    }
  }

 private:
  at::Tensor unheld(const at::Tensor& tensor) {
    if (!tensor.defined()) return tensor;
    const auto* held = dynamic_cast<const Held*>(tensor.unsafeGetTensorImpl());
    // Numbers as tensors may be anywhere.
    TORCH_CHECK(held || tensor.dim() == 0, "a tensor was left on the CPU");
    const at::Tensor value = value_of(tensor);
    given_.emplace_back(value, tensor);
    return value;
  }
  at::Tensor held(const at::Tensor& tensor) const {
    if (!tensor.defined()) return tensor;
    for (const auto& [value, before] : given_) {
      if (value.is_same(tensor)) return before;
    }
    return at::Tensor(c10::make_intrusive<Held>(tensor));
  }

  c10::IValue unheld(const c10::IValue& value) {
    if (value.isDevice()) return at::Device(at::kCPU);
    return changed(value, [this](const at::Tensor& tensor) { return unheld(tensor); });
  }
  c10::IValue held(const c10::IValue& value) const {
    return changed(value, [this](const at::Tensor& tensor) { return held(tensor); });
  }
  template <class Change>
  static c10::IValue changed(const c10::IValue& value, Change change) {
    if (value.isTensor()) return change(value.toTensor());
    if (!value.isTensorList()) return value;
    c10::List<at::Tensor> list;
    for (const at::Tensor& tensor : value.toTensorVector()) list.push_back(change(tensor));
    return list;
  }

  std::vector<std::pair<at::Tensor, at::Tensor>> given_{};
};

void compute(const c10::OperatorHandle& operation, torch::jit::Stack* stack) {
  Call()(operation, stack);
}

C10_REGISTER_GUARD_IMPL(XLA, c10::impl::NoOpDeviceGuardImpl<at::kXLA>);
TORCH_LIBRARY_IMPL(_, XLA, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&compute>());
}
// What libtorch would compute through other operations, and these through a tensor's memory.
TORCH_LIBRARY_IMPL(aten, XLA, library) {
  library.impl("_copy_from", &copy);
  for (const char* name : {"alias", "detach", "_unsafe_view", "expand", "permute", "squeeze",
                           "squeeze.dim", "unsqueeze", "convolution", "convolution_backward"}) {
    library.impl(name, torch::CppFunction::makeFromBoxedFunction<&compute>());
  }
}

TEST_CASE("the other device computes as the CPU and refuses its tensors") {
  const at::Tensor here = to_torch(Random(1).tensor({2, 3}, -1, 1));
  const at::Tensor there = here.to(other_device);
  CHECK(there.device() == other_device);
  CHECK(at::equal(at::matmul(there, there.t()).cpu(), at::matmul(here, here.t())));
  CHECK_THROWS_WITH(there + here, Catch::Contains("CPU"));
  CHECK_THROWS(at::matmul(there, here.t()));
}

TEST_CASE("every op computes on the device it is given to") {
  for (const auto& list : {conformance_cases(1), quantized_conformance_cases(1)}) {
    for (const ConformanceCase& c : list) {
      INFO(c.name);
      const Tensor input = conformance_input(c, 2);
      const auto wanted = TrainableGraph(c.graph).answer(input);
      const auto got = TrainableGraph(c.graph, {.device = "xla:0"}).answer(input);
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        CHECK(std::ranges::equal(got.at(i).bytes(), wanted[i].bytes()));
      }
    }
  }
}

Graph start_of(const TrainingRecipe::Network& network) {
  if (network.from.empty()) {
    return find(zoo(), "builder", network.builder)
        .make({.width = network.width, .image = network.image, .classes = network.classes});
  }
  const ModelCard& card = find_model_card(network.from);
  return without_grids(load_network(find_weights(card, weights_places("", "")).path).graph);
}

std::vector<std::byte> state_of(const TrainingRun& run) { return write_safetensors(run.save({})); }

TEST_CASE("every kind of training gives the same numbers on another device") {
  make_deterministic();
  const testing::TemporaryFolder data;
  for (const char* name :
       {"mini-mobilenet-v2-qat", "mini-dsfd-pruned", "mini-ssd-lite", "mini-deeplab-v3plus",
        "mini-face-ir-arcface", "mini-face-mobilenet-v2-softmax", "mini-face-mobilenet-v2-nbit",
        "mini-faster-rcnn-step3"}) {
    INFO(name);
    TrainingRecipe recipe = load_training_recipe(name);
    recipe.images.count = recipe.task == "lfw" ? 400 : 12;  // ten folds
    recipe.observe.images = 2;
    recipe.batch = 2;
    TrainingImages images(
        open_training_set(recipe, data.path().string(), [](const std::string&) {}), recipe);
    const auto begin = [&](const char* device) {
      return TrainingRun(recipe, start_network(recipe, start_of(recipe.network), images), images,
                         device);
    };
    TrainingRun here = begin("cpu"), there = begin("xla:0");
    CHECK(here.step().loss == there.step().loss);
    const NamedTensors one_step = here.save({});
    here.step();
    there.step();
    CHECK(bool(state_of(there) == state_of(here)));
    // A checkpoint of the CPU's goes on there.
    TrainingRun moved = begin("xla:0");
    moved.load(one_step, 1);
    moved.step();
    CHECK(bool(state_of(moved) == state_of(here)));
  }
}

TEST_CASE("a device that is not there is refused") {
  if (at::globalContext().hasCUDA()) {
    std::cout << "SKIPPED: this libtorch has a CUDA device\n";
    return;
  }
  const auto refuse = [](const char* device) { make_deterministic(1, device); };
  try {
    refuse("cuda");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.fault() == Fault::unsupported);
    CHECK_THAT(error.what(), Catch::Contains("libtorch built with CUDA"));
  }
  CHECK_NOTHROW(refuse("cpu"));
}

}  // namespace
}  // namespace bench
