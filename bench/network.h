#pragma once
// A network made ready to run: read, cleaned, counted, compiled, and paired with what turns images
// into its input and its outputs into answers.

#include <memory>
#include <string>

#include "bench/answering.h"
#include "bench/backend.h"
#include "bench/calibration.h"
#include "bench/recipe.h"
#include "datasets/prepare.h"
#include "models/model.h"
#include "reports/run_record.h"

namespace bench {

struct NetworkSource {
  std::string path;             ///< the file load_network reads
  std::string prepare, decode;  ///< by name
  Shape input;              ///< a typical input; empty: what `prepare` makes of a 640 x 480 image
  std::string output = {};  ///< the node `decode` reads; empty: the file's own outputs
};

struct NetworkOptions {
  Recipe recipe{};                                 ///< empty: the network as its file has it
  const CalibrationImages* calibration = nullptr;  ///< for recipes that want images
  CompileOptions compile{};
};

/// The graph that backends run: simplified, and with batch norms in their layers (but not where
/// signs are taken) or as the recipe makes it. Throws as apply, whose `file` it is.
Quantized prepare_graph(Graph graph, const Recipe& recipe, const CalibrationInputs& inputs,
                        const std::string& file);

/// A network before any backend: read, cleaned and quantised.
struct ReadyNetwork {
  const Preparation& preparation;
  CompileOptions compile{};
  Graph graph{};
  Decode decode{};    ///< fits the outputs of `graph`
  Shape input{};      ///< a typical one
  RunRecord facts{};  ///< what Network::describe gives, but for digest and backend
};

/// Throws Error of any kind, naming file or node.
ReadyNetwork make_ready(const NetworkSource& source, const NetworkOptions& options = {});

/// The inputs a preparation makes of an image file.
std::vector<Tensor> prepared_views(const Preparation& preparation, const EncodedImage& file);

class Network {
 public:
  /// Throws as the backend's compile.
  Network(ReadyNetwork ready, const Backend& backend);

  /// Fills in model (files, format, graph digest), prepare, decode, backend, quantization and
  /// audit.
  void describe(RunRecord& record) const;

  const Preparation& preparation() const { return preparation_; }
  std::unique_ptr<Session> open_session() const { return program_->open_session(); }

  /// One thread's way from an image file to an answer. Does not outlive the Network.
  AnswerImage open_worker() const;

 private:
  const Preparation& preparation_;
  RunRecord facts_;
  std::unique_ptr<Program> program_;
  Decode decode_;
};

}  // namespace bench
