#pragma once
// How large each channel of a network ever gets, over images.

#include <map>
#include <string>
#include <vector>

#include "models/graph.h"
#include "models/passes/calibrate.h"
#include "models/passes/correct_bias.h"

namespace bench {

/// By node name: the largest |x| of each channel (axis 1). A channel whose largest |x| is 0 is dead
/// on these images.
using ChannelMaxima = std::map<std::string, std::vector<float>, std::less<>>;

/// Of every Constant, and every node that `run` shows, that has channels; over all images. Throws
/// Error{bad_data} naming the node whose value is not finite, Error{missing} if there are no
/// images, and as the run does.
ChannelMaxima channel_maxima(const Graph& graph, const ForEachImage& images, const RunShowing& run);

/// The same, by the plain reference.
ChannelMaxima channel_maxima(const Graph& graph, const ForEachImage& images);

}  // namespace bench
