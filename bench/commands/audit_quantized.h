#pragma once
// What `bench audit` says of a quantised network.

#include <vector>

#include "bench/recipe.h"
#include "models/audit.h"
#include "reports/table.h"

namespace bench {

/// The network after a recipe, or one that is quantised already (no reports then).
struct QuantizedAudit {
  Quantized network{};
  std::string title{};  ///< of the layers' table
  Audit before{};       ///< as its file has it
  Audit after{};
};

/// Layer by layer: numbers, their bits, bytes.
Table quantized_layers_table(const QuantizedAudit& audit);

/// Sums, and what is saved.
Table quantized_totals_table(const QuantizedAudit& audit);

/// What each pass of the recipe did.
Table passes_table(const QuantizedAudit& audit);

}  // namespace bench
