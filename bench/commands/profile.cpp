#include "bench/profile.h"

#include <algorithm>
#include <ostream>

#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/commands/one_network.h"
#include "bench/commands/output.h"
#include "bench/files.h"
#include "bench/network.h"
#include "bench/suite.h"
#include "models/error.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/requantize.h"

namespace bench {
namespace {

struct Way {
  const Backend* backend = nullptr;
  Recipe recipe{};
  CompileOptions compile{};
  std::string note{};  ///< of the options, for the name

  std::string name() const {
    return std::string(backend->name()) + (recipe.empty() ? "" : ", " + recipe.name) + note;
  }
};

// "int8=int8:rule=kl"
Way parse_way(const std::string& text, const std::string& otherwise) {
  const std::size_t split = text.find('=');
  Way way{&find_backend(text.substr(0, split))};
  const bool in_float = way.backend->name() == "float";
  const std::string recipe = split != text.npos ? text.substr(split + 1)
                             : in_float         ? ""
                                                : otherwise;
  if (!recipe.empty()) way.recipe = parse_recipe(recipe);
  if (in_float && !way.recipe.empty()) {
    throw Error(Fault::usage, "--backend " + text + ": float runs the network without grids");
  }
  return way;
}

// The same with each of the options that are asked for and mean something to the backend.
std::vector<Way> variants(const Way& way, const ProfileArguments& a) {
  std::vector<Way> ways;
  if (way.backend->name() != "1-bit" || a.binary_engines.empty()) ways.push_back(way);
  if (way.backend->name() == "float" && a.winograd) {
    ways.push_back(way);
    ways.back().compile.winograd = true;
    ways.back().note = ", Winograd";
  }
  for (const std::string& name : a.binary_engines) {
    const BinaryEngine engine = find(binary_engines(), "binary engine", name).make;
    if (way.backend->name() != "1-bit") continue;
    ways.push_back(way);
    ways.back().compile.binary_engine = engine;
    ways.back().note = ", engine " + name;
  }
  return ways;
}

std::vector<Way> ways_of(const ProfileArguments& a) {
  std::vector<std::string> texts = a.backends;
  if (texts.empty()) texts.push_back("float");
  std::vector<Way> ways;
  for (const std::string& text : texts) {
    for (Way& way : variants(parse_way(text, a.quantize), a)) {
      if (!a.requantization.empty()) {
        way.compile.requantization =
            find(requantizations(), "requantization", a.requantization).make;
      }
      ways.push_back(std::move(way));
    }
  }
  return ways;
}

void check(const ProfileArguments& a) {
  check_format(a.format);
  const auto refuse = [](const std::string& what) { throw Error(Fault::usage, what); };
  if (a.model.empty()) refuse("give --model NAME (see bench profile --help)");
  if (a.rounds < 1 || a.rounds > 100000) refuse("--rounds: expected 1 to 100000");
  if (!a.image.empty() && !a.input.empty()) refuse("--image and --input exclude each other");
  if (!a.image.empty() && a.untrained) refuse("--image is for networks with a preparation");
}

Tensor input_of(const ProfileArguments& a, const OneNetwork& network) {
  if (!a.image.empty()) {
    const std::string prepare = a.prepare.empty() ? network.prepare : a.prepare;
    if (prepare.empty()) {
      throw Error(Fault::usage, "--image needs --prepare for a network file (bench list)");
    }
    const std::string text = read_file(a.image);
    const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
    return prepared_views(find_preparation(prepare), {a.image, {bytes, bytes + text.size()}}).at(0);
  }
  Shape shape = network.input;
  if (!a.input.empty()) shape = parse_shape(a.input);
  if (shape.empty()) shape = own_input(network.graph, a.model);
  return Random(2).tensor(shape, -1, 1);
}

Contestant contestant(const Way& way, const Graph& graph, const Shape& input,
                      const std::string& file) {
  const auto make_graph = [&, recipe = way.recipe, in_float = way.backend->name() == "float"] {
    Graph own = in_float ? without_grids(graph) : graph;
    return prepare_graph(std::move(own), recipe, noise_inputs(input), file).graph;
  };
  return {way.name(), *way.backend, make_graph, way.compile};
}

}  // namespace

int execute(const ProfileArguments& a, std::ostream& out, std::ostream&) {
  check(a);
  for (const std::string& plugin : a.plugins) load_plugin(plugin);
  const std::vector<Way> ways = ways_of(a);
  const OneNetwork network = open_network({a.model, a.weights, "", a.untrained});
  const Tensor input = input_of(a, network);
  std::vector<Contestant> contestants;
  for (const Way& way : ways) {
    contestants.push_back(contestant(way, network.graph, input.shape(), a.model));
  }
  ProfileOptions options;
  options.rounds = a.rounds;
  const Profile result = profile(a.model, std::move(contestants), input, options);
  if (!a.out.empty()) write_file(a.out, to_text(to_json(result)));
  if (a.format == "json") {
    out << to_text(to_json(result));
  } else {
    print(tables(result), a.format, out);
  }
  return exit_ok;
}

}  // namespace bench
