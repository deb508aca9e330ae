#include <catch2/catch.hpp>

#include "bench/commands/commands.h"

namespace bench {
namespace {

TEST_CASE("Cases: the suite's own, narrowed, moved to other backends, or new") {
  Suite suite;
  suite.name = "s";
  suite.dataset = "lfw";
  suite.cases = {{"a", "float", "", ""}, {"a", "float", "p", ""}, {"b", "float", "", ""}};
  const auto names = [&](RunArguments a) {
    std::string text;
    for (const Case& one : choose_cases(suite, a)) text += one.name() + " ";
    return text;
  };
  RunArguments a;
  CHECK(names(a) == "a.float a.p.float b.float ");
  a.models = {"b", "a"};
  CHECK(names(a) == "b.float a.float a.p.float ");
  a.models = {"a"};
  a.backends = {"int8", "float"};
  CHECK(names(a) == "a.int8 a.float a.p.int8 a.p.float ");
  suite.cases.push_back({"b", "int8", "", ""});
  a.models = {};  // a suite is narrowed; networks asked for by name are all moved
  CHECK(names(a) == "a.float a.p.float b.float b.int8 ");
  a.backends = {"fake-quant"};
  CHECK(names(a) == "a.fake-quant a.p.fake-quant b.fake-quant ");
  suite.cases.pop_back();
  a.models = {"a"};
  a.backends = {"int8", "float"};
  a.prepare = "q";  // now the two cases of a are one
  CHECK(names(a) == "a.q.int8 a.q.float ");
  a = {};
  a.models = {"mobilefacenet", "dir/net.onnx"};
  CHECK(names(a) == "mobilefacenet.float net.float ");
}

TEST_CASE("Recipes on the command line are for all cases but those in float") {
  Suite suite;
  suite.cases = {{"a", "float", "", ""}};
  RunArguments a;
  a.quantize = {"max127-dynamic", "none"};
  a.backends = {"float", "int8"};
  std::string names;
  for (const Case& one : choose_cases(suite, a)) names += one.name() + " ";
  CHECK(names == "a.float a.max127-dynamic.int8 a.int8 ");
  a.backends = {};
  CHECK_THROWS_WITH(choose_cases(suite, a), Catch::Contains("--quantize max127-dynamic") &&
                                                Catch::Contains("int8 or 1-bit"));
  a.quantize = {"none"};
  CHECK(choose_cases(suite, a).size() == 1);
}

}  // namespace
}  // namespace bench
