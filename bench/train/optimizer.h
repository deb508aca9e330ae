#pragma once
// How parameters follow their gradients.

#include <memory>
#include <vector>

#include "bench/train/torch_tensor.h"

namespace bench {

struct OptimizerOptions {
  enum class Kind {
    sgd,   ///< v = momentum v + g; x -= rate v
    adam,  ///< Kingma and Ba 2015
  };
  Kind kind = Kind::sgd;
  double learning_rate = 0.1;
  double weight_decay = 0;            ///< times the parameter, added to its gradient
  double momentum = 0.9;              ///< sgd
  bool nesterov = false;              ///< sgd: x -= rate (g + momentum v)
  double beta1 = 0.9, beta2 = 0.999;  ///< adam
  double epsilon = 1e-8;              ///< adam
};

class Optimizer {
 public:
  /// The tensors themselves are moved.
  Optimizer(std::vector<at::Tensor> parameters, const OptimizerOptions& options);
  ~Optimizer();
  Optimizer(Optimizer&&) noexcept;
  Optimizer& operator=(Optimizer&&) noexcept;

  /// Before each backward(), which adds to gradients.
  void clear_gradients();
  void step();
  void set_learning_rate(double rate);

  /// All it remembers of earlier steps: for each parameter the velocity (sgd), or the steps taken
  /// (i64) and two means (adam). Empty tensors before the first step.
  std::vector<Tensor> memory() const;

  /// Throws Error{bad_data} if the memory is of other parameters or another kind.
  void remember(const std::vector<Tensor>& memory);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bench
