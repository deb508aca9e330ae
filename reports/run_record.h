#pragma once
// The record of one case: what was run on what, what came out, and all that is needed to get the
// number again. Its JSON form is described by run_record.schema.json beside this file.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evaluators/evaluator.h"
#include "evaluators/paired.h"
#include "models/json.h"
#include "reports/table.h"

namespace bench {

struct FileHash {
  std::string path;  ///< as typed or found
  std::int64_t bytes = 0;
  std::string sha256;
};

/// A figure somebody printed for this model, and on how many images.
struct PublishedFigure {
  std::string metric;
  double value = 0;  ///< in the metric's own unit: fractions, not percent
  std::int64_t images = 0;
  std::string source, note;
};

/// An image that got no answer.
struct FailedImage {
  std::string id, fault, message;
};

struct RunRecord {
  /// passed: every listed image was answered. failed: some were not, or the case ended in an error.
  /// incomplete: interrupted; the same command goes on.
  std::string status = "incomplete";
  std::string error;  ///< why the case ended, where it did not end by itself

  std::string suite, name;        ///< the case: "rfb-320.float"
  std::string command;            ///< to paste
  std::string started, finished;  ///< UTC, ISO 8601

  struct Model {
    std::string name, format, origin, licence;
    std::vector<FileHash> files;
    std::string graph_digest;  ///< of the graph as compiled
  } model;

  struct Prepare {
    std::string name, hash, about;
  } prepare;
  std::string decode;

  struct Layer {
    std::string node, op, implementation, layout;
  };
  struct Island {
    std::string node, op, reason;
  };
  struct Arithmetic {
    std::string name, library, isa;
    std::string engine_rule;  ///< how `1-bit` chose between its engines, in words
    std::int64_t weight_bytes = 0, activation_bytes = 0;
    std::vector<Layer> layers;
    std::vector<Island> float_islands;  ///< what an integer backend computes in float
  } backend;

  struct Pass {
    std::string name, summary;
  };
  struct Calibration {
    std::string data;  ///< where the images are from; empty: there were none
    std::int64_t images = 0, seed = 0;
    std::string digest;  ///< sha256 over the hashes of their files, in order
  };
  struct Quantization {
    std::string name;            ///< of the recipe; empty: as the file has it
    Json recipe;                 ///< in full, to be given back with --quantize; or null
    std::vector<Pass> passes;    ///< what each did
    Calibration calibration;     ///< the images passes were shown
    std::string requantization;  ///< of integer backends
    bool integer_only = false;   ///< whether float islands were forbidden
    std::string binary_engine;   ///< of `1-bit`: as asked for, by name
  } quantization;

  struct Data {
    std::string name, root, list;
    bool drawn = false;  ///< by a program: nothing here is a figure on the real set
    std::string annotations_digest, images_digest;
    std::int64_t available = 0;        ///< in the data set (or its list)
    std::int64_t limit = 0, seed = 0;  ///< limit 0: all of them
    std::int64_t listed = 0, scored = 0, skipped = 0, failed = 0;
  } data;

  struct Judge {
    std::string name, protocol, meaning;
    std::int64_t bootstrap_replicates = 0, bootstrap_seed = 0;
  } evaluator;
  std::vector<Metric> metrics;
  std::vector<PublishedFigure> published;

  /// The same network in float, image by image, where this run has both.
  struct Against {
    std::string name;                     ///< the float case; empty: there is none
    std::int64_t images = 0;              ///< answered in both: only these are compared
    std::int64_t changed = 0;             ///< another answer; of classes: another best class
    std::int64_t lost = -1, gained = -1;  ///< counting less or more; -1: no mean over images
    std::vector<Difference> differences;  ///< to the metrics of the float case
  } against;

  std::vector<std::string> warnings;
  std::vector<FailedImage> failures;

  struct Size {
    std::string input;
    std::int64_t parameters = 0, scalars = 0, macs = 0, bytes_fp32 = 0;
    std::int64_t bytes_stored = 0;  ///< as run: each number in as many bits as its grid has
    std::int64_t peak_activation_elements = 0;
  } audit;

  std::string answers_digest;

  struct Environment {
    std::string cpu, os, compiler, build_type, program_version, commit;
    std::int64_t cores = 0;
    std::string machine;  ///< a hash that tells machines apart; empty: not known
  } environment;

  static constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  /// Indicative: measured while all threads work. NaN where nothing was run.
  struct Speed {
    std::int64_t threads = 0;
    double images_per_second = nan, median_ms = nan, p90_ms = nan;
  } speed;

  /// The network alone on one thread, in turn with the other cases of its network. Rounds 0: not
  /// measured.
  struct OneThread {
    std::int64_t rounds = 0, images = 0;              ///< per round
    double median_ms = nan, images_per_second = nan;  ///< CPU time of an image; median of rounds
    std::vector<double> round_ms = {};                ///< of each round, in turn
  } speed_one_thread;
};

/// The published figure for `metric`, if there is one.
const PublishedFigure* published_for(const RunRecord& record, std::string_view metric);

/// The record as JSON; NaN as null.
Json to_json(const RunRecord& record);

/// Throws Error{bad_data} naming `file` and key for anything to_json does not write.
RunRecord run_record_of(const Json& json, const std::string& file);

/// The file result.json: {"version": 1, "records": [...], "documents": [...]}, the latter the
/// tables of documents, which are made of the records.
std::string to_result_file(const std::vector<RunRecord>& records,
                           const std::vector<Table>& documents = {});
/// The records. Throws Error{bad_data} naming `file` and key.
std::vector<RunRecord> read_result_file(std::string_view text, const std::string& file);

}  // namespace bench
