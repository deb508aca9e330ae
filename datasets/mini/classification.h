#pragma once
// A classification set in ImageNet's layout: labels 0 to 23 of 1,000.

#include "datasets/mini/output.h"

namespace bench::mini {

/// "warm striped disc", ...: the label says shape, texture and colours, in this mixed base:
/// ((shape * 3) + texture) * 2 + colours.
std::vector<std::string> shape_classes();

Statistics draw_classification(const DrawOptions& options);

}  // namespace bench::mini
