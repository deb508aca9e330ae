#pragma once
// A backend is one way of doing a network's arithmetic. It sees models/ and this header, nothing
// else: no data sets, metrics, files or command line.
//
// In the tree: a folder bench/backends/NAME (dashes as underscores) that defines
//     namespace bench { std::unique_ptr<Backend> make_NAME_backend(); }
// The build finds the folder and lists it. Out of the tree: a shared library that uses BENCH_PLUGIN
// below.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/graph.h"
#include "models/registry.h"
#include "models/requantize.h"

namespace bench {

/// What a layer's time goes into.
enum class Part {
  kernel,   ///< sums of products: convolutions and linear layers, with what is fused into them
  packing,  ///< values onto grids and back: floats to bytes or bits, bytes or bits to floats
  glue,     ///< everything else: reorders, padding, pooling, element by element
};

/// What a kernel multiplies, which is what its speed is limited by.
enum class Products { floats, bytes, bits };

/// How one node of the graph is really computed: so that no slow or inexact path goes unnoticed.
struct LayerFact {
  std::string node;            ///< name of the node (of the last one, where several are fused)
  std::string op;              ///< "Conv2d+Activation", ...
  std::string implementation;  ///< "onednn:brgconv:avx512_core", "plain", ...
  std::string layout;          ///< memory format of the result, where the backend has a choice
  Part part = Part::glue;
  Products products = Products::floats;  ///< of a kernel
  std::int64_t macs = 0;                 ///< of a kernel: multiply-accumulates, as audit() counts
};

struct ProgramFacts {
  std::vector<LayerFact> layers;
  std::vector<FloatIsland> float_islands;  ///< of an integer backend; else empty
  std::int64_t weight_bytes = 0;           ///< as held in memory
  std::int64_t activation_bytes = 0;       ///< the arena of one session
  std::string engine_rule;                 ///< how `1-bit` chose between its engines, in words
  std::string library;                     ///< "oneDNN 2.6.3"
  std::string isa;                         ///< instruction set in use: "avx512_core_vnni"
};

/// One thread's scratch. Not to be used by two threads at once.
class Session {
 public:
  virtual ~Session() = default;
  /// Outputs for one input (f32 NCHW), in the order of Graph::outputs. The size may differ from
  /// call to call. Throws Error{bad_data} where infer_shapes would.
  virtual std::vector<Tensor> run(const Tensor& input) = 0;
  /// Runs and gives the seconds of CPU time that each layer took of the calling thread, in the
  /// order of ProgramFacts::layers; nothing (and may not run) if the backend does not tell. For
  /// one thread per image: other threads' time is not in it. Throws as run().
  virtual std::vector<double> time_layers(const Tensor& input) {
    static_cast<void>(input);
    return {};
  }
};

/// A compiled network: weights in the backend's own form, shared by all sessions. Thread-safe.
/// Outlives its sessions.
class Program {
 public:
  virtual ~Program() = default;
  virtual std::unique_ptr<Session> open_session() const = 0;
  /// What running an input of this shape does.
  virtual ProgramFacts facts(const Shape& input) const = 0;
};

/// What computes layers of signs with signs. The integers are the same.
enum class BinaryEngine {
  automatic,  ///< by a rule that the record states: ProgramFacts::engine_rule
  xnor,       ///< bits: popcounts of XORs
  expanded,   ///< bytes -1 and +1: VNNI or AMX, and unsupported without them
};

/// automatic, xnor, expanded.
std::span<const Entry<BinaryEngine>> binary_engines();

struct CompileOptions {
  /// Accuracy runs use 1: then results do not depend on the machine's size.
  int threads_per_image = 1;
  /// How integer backends come from sums to the numbers of the next grid.
  Requantization requantization = Requantization::float_scale;
  /// An integer backend refuses a graph with float islands, naming the first: Error{unsupported}.
  bool integer_only = false;
  /// Of the backend `1-bit`.
  BinaryEngine binary_engine = BinaryEngine::automatic;
  /// Of the backend `float`: convolutions by Winograd's algorithm, where oneDNN has it. Fewer
  /// products and other roundings: for comparing speeds, not for answers.
  bool winograd = false;
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;   ///< as typed: "float", "1-bit"
  virtual std::string_view about() const = 0;  ///< one line
  /// Takes the graph, so that a backend with its own form of the weights can let go of theirs.
  /// Throws Error{unsupported} naming the node it can't run.
  virtual std::unique_ptr<Program> compile(Graph graph, const CompileOptions& options) const = 0;
};

/// All backends built into this program and loaded by load_plugin, in the order of their names.
std::vector<const Backend*> backends();

/// Throws Error{usage} with a did-you-mean for an unknown name.
const Backend& find_backend(std::string_view name);

/// Loads a backend from a shared library and adds it to backends(). Returns its name.
/// Throws Error{missing} if there is no such file, Error{unsupported} if it is no backend plugin or
/// was built against other headers or with another compiler (both stamps are named), Error{usage}
/// if a backend of that name exists.
std::string load_plugin(const std::string& path);

/// What must be equal on both sides for the classes above to mean the same in memory: a hash of the
/// headers a plugin includes, the compiler, and the C++ library's mode. Set by the build.
std::string_view abi_stamp();

}  // namespace bench

/// In exactly one source file of a plugin:  BENCH_PLUGIN(std::make_unique<MyBackend>())
#define BENCH_PLUGIN(make)                                              \
  extern "C" const char* bench_plugin_abi() { return BENCH_ABI_STAMP; } \
  extern "C" bench::Backend* bench_plugin_backend() { return (make).release(); }
