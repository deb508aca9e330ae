#pragma once
// A document whose tables are to be filled again: what it printed, figure by figure, and which case
// of a run stands in which cell. Data, reports/documents/NAME.json; knows nothing of runs.
//
//   {"name": "dsfd", "title": ..., "origin": ...,
//    "tables": [{"caption": ..., "dataset": "widerface", "images": 3226,
//                "columns": [{"heading": "Network"},
//                            {"heading": "AP on easy set", "figures": ["ap_easy"]}],
//                "rows": [["Standard", {"printed": "0.9431", "of": "standard"}]],
//                "notes": ["known slips"]}],
//    "bindings": [{"about": "the document's own networks", "cases": {"standard": "dsfd.float"}},
//                 {"about": "in small", "drawn": true, "cases": {"standard": "mini-dsfd.float"}}]}
//
// The format's schema is document.schema.json beside this file.
//
// A cell names a role, a binding the case that plays it; so one table serves the published networks
// and small ones trained here. A binding sees only records on drawn images, or only on others.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/json.h"

namespace bench {

struct DocumentCell {
  std::string text;  ///< in a column of text; else empty, and:
  /// As the document has it, where it has this cell; "" where it left it empty.
  std::optional<std::string> printed;
  std::string of, to;  ///< roles; `to` where the figure compares two: what `of` is compared with
};

struct DocumentColumn {
  std::string heading;
  /// Metrics by name; or "parameters", "arithmetic" (words), "megabytes" (10^6 bytes, each number
  /// in as many bits as its grid has), "time-ratio" (`to`'s time on one thread over `of`'s),
  /// "saving" (of `to`'s bytes). Several are written "0.7/0.9". Empty: text, or printed only.
  std::vector<std::string> figures;
  int decimals = 4;
  double scale = 1;  ///< 100 for per cent
  std::string unit;
};

struct DocumentTable {
  std::string caption;
  std::string dataset;      ///< cases on another are not shown
  std::int64_t images = 0;  ///< the document's; 0: not known
  bool all_images = false;  ///< shown only where the data set has exactly that many
  std::vector<DocumentColumn> columns;
  std::vector<std::vector<DocumentCell>> rows;  ///< each as long as columns
  std::vector<std::string> notes;
};

struct DocumentBinding {
  std::string about;
  bool drawn = false;
  std::map<std::string, std::string> cases;  ///< by role
};

struct Document {
  std::string name, title, origin;
  std::vector<DocumentTable> tables;
  std::vector<DocumentBinding> bindings;
};

/// Throws Error{bad_data} naming `file` and key: unknown, missing, of a wrong type; a row of
/// another length; a role that no cell has, or that no binding has.
Document parse_document(std::string_view text, const std::string& file);

}  // namespace bench
