#pragma once
// A model card: what a published network is, which file it is, and how it is shown images and read.
// Cards are JSON files, models/zoo/NAME.json and (trained here) models/mini/NAME.json, carried
// inside the program.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/json.h"
#include "models/tensor.h"
#include "reports/run_record.h"

namespace bench {

struct ModelCard {
  std::string name, about;
  std::string task;     ///< the data set it was made for
  std::string weights;  ///< file name, to be found by find_weights
  std::string sha256;   ///< of that file
  std::string origin, licence;
  std::string prepare, decode;  ///< by name
  std::string output;           ///< optional: the node `decode` reads instead of the file's outputs
  std::string requantization;   ///< optional: what its own runtime does
  Shape input;                  ///< a typical input, for the audit
  std::vector<PublishedFigure> published;

  bool drawn = false;  ///< optional: trained and judged on drawn images, not on the real set

  /// Optional: how to get the file again, bit for bit, and how good it is.
  struct Training {
    std::string recipe;
    std::int64_t seed = 0, steps = 0;
    std::string device = "cpu";  ///< that computed it; cards that do not say: cpu
    std::string command, commit;
    std::string data;         ///< sha256 over the training images and what is true of them
    std::string metric = {};  ///< empty: nobody has judged it
    double value = 0;
    std::string judged_on = {};  ///< digest of the annotations of the data set it was judged on
  };
  std::optional<Training> training;
};

/// As parse_model_card reads it.
Json to_json(const ModelCard& card);

/// Throws Error{bad_data} naming `file` and key: unknown, missing, twice, of a wrong type or range.
ModelCard parse_model_card(std::string_view text, const std::string& file);

/// All cards in the program, by name.
const std::vector<ModelCard>& model_cards();

/// Throws Error{usage} with a did-you-mean.
const ModelCard& find_model_card(std::string_view name);

/// Where networks' files are looked for, in this order; folders at most four levels deep.
struct WeightsPlaces {
  std::string given;                 ///< --weights: a file or a folder; may be empty
  std::vector<std::string> folders;  ///< $BENCH_WEIGHTS, the data folder, models/mini
};

struct FoundWeights {
  std::string path;
  bool given_by_name = false;  ///< --weights named this very file: its hash may differ
};

/// The card's file. Throws Error{missing} naming every place looked in; Error{bad_data} telling
/// both hashes if only files with another hash are there, unless --weights names the file itself.
FoundWeights find_weights(const ModelCard& card, const WeightsPlaces& places);

/// --weights as given, and the folders of the environment variable BENCH_WEIGHTS (separated by
/// colons), `data`, and the networks that come with the source tree.
WeightsPlaces weights_places(const std::string& given, const std::string& data);

}  // namespace bench
