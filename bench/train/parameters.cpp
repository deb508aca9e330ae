#include "bench/train/parameters.h"

namespace bench {
namespace {

const Grid* address(const std::optional<Grid>& grid) { return grid ? &*grid : nullptr; }

struct ParametersOf {
  std::vector<Parameter> operator()(Conv2d& op) const { return of_layer(op); }
  std::vector<Parameter> operator()(Linear& op) const { return of_layer(op); }
  std::vector<Parameter> operator()(BatchNorm& op) const {
    return {{"gamma", &op.gamma},
            {"beta", &op.beta},
            {"mean", &op.mean, nullptr, false},
            {"variance", &op.variance, nullptr, false}};
  }
  std::vector<Parameter> operator()(PRelu& op) const { return {{"slope", &op.slope}}; }
  template <class T>
  std::vector<Parameter> operator()(T&) const {
    return {};
  }

 private:
  template <class Layer>
  static std::vector<Parameter> of_layer(Layer& op) {
    return {{"weight", &op.weight, address(op.weight_grid)},
            {"bias", &op.bias, address(op.bias_grid)}};
  }
};

}  // namespace

std::vector<Parameter> parameters_of(Op& op) { return std::visit(ParametersOf(), op); }

}  // namespace bench
