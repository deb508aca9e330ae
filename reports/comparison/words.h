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

/// "regressed, gate missed"; of images that count otherwise, "allowed", or "-" where no gate asks.
std::string verdict_cell(const FigureChange& change);

/// The figure in one line: values, difference and p, and what its gate allows.
std::string sentence(const FigureChange& change);

/// What an image alone does to a figure: "-0.000213", "+2e-08", "nothing".
std::string effect_text(double effect);

}  // namespace bench::comparing
