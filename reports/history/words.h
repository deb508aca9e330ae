#pragma once
// Cells and sentences that every way of writing a history shares.

#include <string>
#include <vector>

#include "reports/history.h"

namespace bench::histories {

/// "imagenet (drawn)".
std::string data_cell(const HistorySeries& series);

/// "0.8833 [0.863, 0.904]", "536,832 bytes", "1.019 ms"; "-" for no number.
std::string figure_cell(const HistoryPoint& point);

/// The same of a value alone; sizes are not negative.
std::string value_cell(const HistorySeries& series, double value);

/// "2026-11-21 06:43"; a text of another form as it is.
std::string date_cell(const HistoryCase& one);

/// The first digits of a digest; "-" for none.
std::string digest_cell(const std::string& digest);

/// The program that ran: the first digits of its commit; without one its version.
std::string program_cell(const std::vector<ManifestField>& manifest);

/// "a1b2c3d4e5 -> 0f1e2d3c4b", "a1b2c3d4e5" where it is the same program.
std::string programs_cell(const HistorySeries& series, const HistoryChange& change);

/// "changed", "other answers, same figure", ...; of a break: "not comparable: preprocessing".
std::string words_for(const HistoryChange& change);

/// What differs in the making besides the program: "graph: 12ab -> 34cd"; "-" for nothing.
std::string making_cell(const HistoryChange& change);

/// All that happened before this point, and what is wrong with it; empty for nothing.
std::string event_cell(const HistorySeries& series, std::size_t at);

}  // namespace bench::histories
