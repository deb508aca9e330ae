#include <catch2/catch.hpp>
#include <cstring>
#include <thread>

#include "bench/backend.h"
#include "bench/backends/int8/program.h"
#include "bench/backends/int8/testing.h"
#include "models/conformance.h"
#include "models/error.h"

namespace bench::int8 {
namespace {

constexpr Requantization modes[] = {Requantization::fixed_point, Requantization::tflite,
                                    Requantization::float_scale};

bool equal(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.bytes().data(), b.bytes().data(), a.bytes().size()) == 0;
}

// Equal bits; behind float islands, whose last bits differ, a number may be its neighbour.
constexpr double step_of_five_bits = 0.04;

void check_case(const Graph& graph, const std::string& name, const std::vector<Tensor>& inputs) {
  for (const Requantization mode : modes) {
    CompileOptions options;
    options.requantization = mode;
    const IntegerGraph integers = lower(graph, mode);
    std::vector<std::vector<Tensor>> wanted;
    for (const Tensor& input : inputs) wanted.push_back(evaluate(integers, input));
    for (const InstructionSet set : instruction_sets()) {
      INFO(name << ", mode " << static_cast<int>(mode) << ", " << name_of(set));
      const Int8Program program(integers, options, set);
      const auto session = program.open_session();
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        const std::vector<Tensor> got = session->run(inputs[i]);
        REQUIRE(got.size() == wanted[i].size());
        for (std::size_t k = 0; k < got.size(); ++k) {
          INFO("input " << to_string(inputs[i].shape()) << ", output " << k);
          if (integers.islands.empty()) {
            CHECK(equal(got[k], wanted[i][k]));
          } else {
            CHECK(relative_error(got[k], wanted[i][k]) <= step_of_five_bits);
          }
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("int8: equals the meaning of integer graphs, on every instruction set") {
  for (const ConformanceCase& c : quantized_conformance_cases(1)) {
    check_case(c.graph, c.name, {conformance_input(c, 2)});
  }
}

TEST_CASE("int8: every op on every kind of grid, in integers") {
  for (const ConformanceCase& c : integer_conformance_cases(1)) {
    check_case(c.graph, c.name, {conformance_input(c, 2)});
  }
}

TEST_CASE("int8: every op between grids equals the meaning of integer graphs") {
  std::uint64_t seed = 10;
  for (const ConformanceCase& c : conformance_cases(1)) {
    const Tensor input = conformance_input(c, 2);
    check_case(testing::with_grids(c.graph, input, ++seed), c.name, {input});
  }
}

TEST_CASE("int8: a graph without grids is all float islands") {
  for (const ConformanceCase& c : conformance_cases(1)) {
    INFO(c.name);
    const Tensor input = conformance_input(c, 2);
    const auto program = find_backend("int8").compile(c.graph, {});
    const auto got = program->open_session()->run(input), wanted = evaluate(c.graph, input);
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      CHECK(relative_error(got[i], wanted[i]) <= 1e-4);
    }
  }
}

}  // namespace bench::int8
