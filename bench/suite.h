#pragma once
// A suite: a data set, its judge, and the networks to be compared on it; or several of these, its
// parts. Suites are JSON files, bench/suites/NAME.json, carried inside the program; `--suite` also
// takes a path to another.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/calibration.h"
#include "bench/recipe.h"

namespace bench {

/// One row of a run: a model on a backend.
struct Case {
  std::string model;    ///< name of a model card, or a network file
  std::string backend;  ///< by name
  std::string prepare;  ///< empty: the card's
  std::string decode;   ///< empty: the card's
  Recipe recipe = {};   ///< empty: the network as its file has it
  CalibrationChoice calibration = {};
  std::string requantization = {};  ///< by name; empty: the card's
  bool integer_only = false;
  std::string binary_engine = {};  ///< by name; empty: automatic

  /// The recipe with the rule of the calibration in it.
  Recipe calibrated_recipe() const { return calibrated_by(recipe, calibration); }

  /// "rfb-320.float", "net.torchvision-256-224.dfq-bias16.tflite.int8", "net.engine-xnor.1-bit":
  /// model, preparation, recipe, requantization and binary engine where they are said, and the
  /// backend; also the name of its journal.
  std::string name() const;
};

/// Whether a case's model is meant as a path: it has a "/" or a network file's ending.
bool is_network_file(std::string_view model);

struct Suite {
  std::string name, about;
  std::string dataset;  ///< empty, and all below to `cases`, where there are parts
  std::string data;     ///< where it lies: a path, or "bundled:NAME"; empty: as the user says
  std::string list;     ///< the data set's own default where empty
  std::int64_t limit = 0;
  std::string evaluator, protocol;  ///< the official protocol where empty
  bool speed = false;               ///< time the cases of each network too, as --speed does
  std::vector<Case> cases;
  std::string context;                 ///< where the task comes from
  std::vector<std::string> documents;  ///< whose tables its cases fill, by name
  std::vector<Suite> parts;            ///< each with the suite's name; no case of one is in another
};

/// A case is {"model": ..., "backend": ..., "options": {"prepare": ..., "decode": ...,
///   "quantize": a recipe (bench/recipe.h), "requantization": ..., "integer_only": true,
///   "binary_engine": ...,
///   "calibration": {"images": 64, "seed": 1, "data": FOLDER, "rule": "kl"}}}, all options
///   optional.
/// "documents" is a list of names (bench/documents.h).
/// "parts" instead of "cases" is a list of {"dataset", "data", "list", "limit", "evaluator",
/// "protocol", "speed", "cases"}.
/// Throws Error{bad_data} naming `file` and key: unknown, missing, twice, or of a wrong type.
Suite parse_suite(std::string_view text, const std::string& file);

/// What is run one after another: the parts, or the suite itself.
std::vector<Suite> parts_of(const Suite& suite);

/// All suites in the program, by name. There is one for every data set, of its name.
const std::vector<Suite>& suites();

/// A suite by name, or by path (anything with a "/" or ending in ".json").
/// Throws Error{usage} with a did-you-mean; Error{missing}; as parse_suite.
Suite load_suite(const std::string& name_or_path);

}  // namespace bench
