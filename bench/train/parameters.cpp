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

struct GridsOf {
  std::vector<NamedGrid> operator()(Conv2d& op) const { return of_layer(op); }
  std::vector<NamedGrid> operator()(Linear& op) const { return of_layer(op); }
  std::vector<NamedGrid> operator()(FakeQuantize& op) const {
    auto* grid = std::get_if<Grid>(&op.grid);
    return grid ? std::vector<NamedGrid>{{"edge", grid}} : std::vector<NamedGrid>{};
  }
  template <class T>
  std::vector<NamedGrid> operator()(T&) const {
    return {};
  }

 private:
  template <class Layer>
  static std::vector<NamedGrid> of_layer(Layer& op) {
    std::vector<NamedGrid> list;
    if (op.weight_grid) list.push_back({"weight", &*op.weight_grid});
    if (op.bias_grid) list.push_back({"bias", &*op.bias_grid});
    return list;
  }
};

}  // namespace

std::vector<NamedGrid> grids_of(Op& op) { return std::visit(GridsOf(), op); }

std::vector<Parameter> parameters_of(Op& op) { return std::visit(ParametersOf(), op); }

}  // namespace bench
