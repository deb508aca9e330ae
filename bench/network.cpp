#include "bench/network.h"

#include <algorithm>
#include <filesystem>

#include "datasets/image.h"
#include "models/audit.h"
#include "models/decoders/decoders.h"
#include "models/formats/formats.h"
#include "models/graph_digest.h"
#include "models/passes/passes.h"
#include "models/sha256.h"
#include "models/size_by_bits.h"

namespace bench {
namespace {

Shape typical_input(const NetworkSource& source, const Preparation& preparation) {
  if (!source.input.empty()) return source.input;
  return prepare(preparation, Tensor({480, 640, 3}, DType::u8)).at(0).input.shape();
}

FileHash hash_file(const std::string& path) {
  return {path, static_cast<std::int64_t>(std::filesystem::file_size(path)), sha256_of_file(path)};
}

RunRecord::Size size_of(const Graph& graph, const Shape& input) {
  const Audit counted = audit(graph, input);
  return {.input = to_string(input),
          .parameters = counted.parameters,
          .scalars = counted.scalars,
          .macs = counted.macs,
          .bytes_fp32 = counted.bytes(32),
          .peak_activation_elements = counted.peak_activation_elements};
}

RunRecord::Arithmetic facts_of(const Backend& backend, const Program& program, const Shape& input) {
  const ProgramFacts facts = program.facts(input);
  RunRecord::Arithmetic text;
  text.name = backend.name();
  text.library = facts.library;
  text.isa = facts.isa;
  text.engine_rule = facts.engine_rule;
  text.weight_bytes = facts.weight_bytes;
  text.activation_bytes = facts.activation_bytes;
  for (const LayerFact& layer : facts.layers) {
    text.layers.push_back({layer.node, layer.op, layer.implementation, layer.layout});
  }
  for (const FloatIsland& island : facts.float_islands) {
    text.float_islands.push_back({island.node, island.op, island.reason});
  }
  return text;
}

template <class T>
std::string name_in(std::span<const Entry<T>> entries, T value) {
  for (const Entry<T>& entry : entries) {
    if (entry.make == value) return std::string(entry.name);
  }
  return "";
}

RunRecord::Quantization facts_of(const NetworkOptions& options, const Quantized& quantized) {
  RunRecord::Quantization facts;
  facts.name = options.recipe.name;
  if (!options.recipe.empty()) facts.recipe = to_json(options.recipe);
  for (const PassReport& pass : quantized.reports) {
    facts.passes.push_back({pass.pass, pass.summary});
  }
  if (options.calibration) facts.calibration = options.calibration->facts();
  facts.requantization = name_in(requantizations(), options.compile.requantization);
  facts.integer_only = options.compile.integer_only;
  facts.binary_engine = name_in(binary_engines(), options.compile.binary_engine);
  return facts;
}

bool takes_signs(const Graph& graph) {
  return std::ranges::any_of(graph.nodes, [](const Node& node) {
    const auto* quantize = std::get_if<FakeQuantize>(&node.op);
    const auto* grid = quantize ? std::get_if<Grid>(&quantize->grid) : nullptr;
    return grid && is_binary(*grid);
  });
}

// What one thread owns while it answers images.
class Worker {
 public:
  Worker(const Preparation& preparation, const Program& program, const Decode& decode)
      : preparation_(preparation), session_(program.open_session()), decode_(decode) {}

  Answered operator()(const EncodedImage& file) {
    DecodedImage image = decode_image(file.bytes, file.file);
    Answered answered;
    answered.warnings = std::move(image.warnings);
    std::vector<ViewOutputs> given;
    for (View& view : prepare(preparation_, image.pixels)) {
      const auto start = std::chrono::steady_clock::now();
      given.push_back({session_->run(view.input), view.geometry});
      answered.run_ms +=
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
              .count();
    }
    answered.answer = decode_(given);
    return answered;
  }

 private:
  const Preparation& preparation_;
  std::unique_ptr<Session> session_;
  const Decode& decode_;
};

}  // namespace

Quantized prepare_graph(Graph graph, const Recipe& recipe, const CalibrationInputs& inputs,
                        const std::string& file) {
  graph = simplify(std::move(graph));
  // Folding rounds otherwise than the file's own layers do, and signs make the least rounding
  // plain.
  if (recipe.empty() && !takes_signs(graph)) graph = simplify(fold_batch_norm(std::move(graph)));
  if (recipe.empty()) return {std::move(graph), {}, {}};
  return apply(recipe, std::move(graph), inputs, file);
}

ReadyNetwork make_ready(const NetworkSource& source, const NetworkOptions& options) {
  ReadyNetwork ready{.preparation = find_preparation(source.prepare), .compile = options.compile};
  LoadedNetwork loaded = load_network(source.path);
  if (!source.output.empty()) loaded.graph = ending_at(std::move(loaded.graph), source.output);
  for (const std::string& file : loaded.files) ready.facts.model.files.push_back(hash_file(file));
  ready.facts.model.format = loaded.format;
  ready.input = typical_input(source, ready.preparation);
  ready.facts.audit =
      size_of(loaded.graph, ready.input);  // as published, before batch norm is folded
  Quantized quantized = prepare_graph(std::move(loaded.graph), options.recipe,
                                      inputs_for(options.calibration, ready.input), source.path);
  ready.facts.quantization = facts_of(options, quantized);
  ready.decode = make_decode(source.decode, quantized.graph, loaded.facts);
  ready.facts.audit.bytes_stored = size_by_bits(quantized.graph).bytes;
  ready.graph = std::move(quantized.graph);
  ready.facts.prepare = {source.prepare, hash(ready.preparation),
                         bench::describe(ready.preparation)};
  ready.facts.decode = source.decode;
  return ready;
}

Network::Network(ReadyNetwork ready, const Backend& backend)
    : preparation_(ready.preparation),
      facts_(std::move(ready.facts)),
      decode_(std::move(ready.decode)) {
  facts_.model.graph_digest = digest(ready.graph);
  program_ = backend.compile(std::move(ready.graph), ready.compile);
  facts_.backend = facts_of(backend, *program_, ready.input);
}

void Network::describe(RunRecord& record) const {
  record.model.files = facts_.model.files;
  record.model.format = facts_.model.format;
  record.model.graph_digest = facts_.model.graph_digest;
  record.prepare = facts_.prepare;
  record.decode = facts_.decode;
  record.backend = facts_.backend;
  record.quantization = facts_.quantization;
  record.audit = facts_.audit;
}

std::vector<Tensor> prepared_views(const Preparation& preparation, const EncodedImage& file) {
  std::vector<Tensor> views;
  for (View& view : prepare(preparation, decode_image(file.bytes, file.file).pixels)) {
    views.push_back(std::move(view.input));
  }
  return views;
}

AnswerImage Network::open_worker() const {
  auto worker = std::make_shared<Worker>(preparation_, *program_, decode_);
  return [worker](const EncodedImage& image) { return (*worker)(image); };
}

}  // namespace bench
