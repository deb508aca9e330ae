#pragma once
// Cells and sentences that every way of writing a comparison shares.

#include <string>

#include "reports/compare.h"

namespace bench::comparing {

bool is_fraction(const FigureChange& change);

/// A value of this figure: "0.9812", "1.234" (ms), "4096"; "-" for none.
std::string value_cell(const FigureChange& change, double value);

/// "-0.0200 [-0.0290, -0.0120]" of fractions, "+1.25 %" of all others.
std::string change_cell(const FigureChange& change);

/// "0.0002 resampled", "exact", "-".
std::string p_cell(const FigureChange& change);

/// "regressed, gate missed".
std::string verdict_cell(const FigureChange& change);

/// The figure in one line: values, difference and p.
std::string sentence(const FigureChange& change);

}  // namespace bench::comparing
