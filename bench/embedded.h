#pragma once
// Data files of the tree (suites, model cards, documents) carried inside the program, so that one
// file is the tool.

#include <span>
#include <string_view>

namespace bench {

struct EmbeddedFile {
  std::string_view path;  ///< in the tree
  std::string_view text;
};

std::span<const EmbeddedFile> embedded_suites();       ///< bench/suites/*.json
std::span<const EmbeddedFile> embedded_model_cards();  ///< models/{zoo,mini}/*.json
std::span<const EmbeddedFile> embedded_training_recipes();  ///< bench/train/recipes/*.json

std::span<const EmbeddedFile> embedded_documents();  ///< reports/documents/*.json

}  // namespace bench
