#pragma once
// MXNet networks, and those of its 1-bit branch BMXNet: a graph as JSON (PREFIX-symbol.json) and
// its arrays (PREFIX-EPOCH.params). A binary layer puts its input on the grid of -1 and +1 behind
// its padding (0, which becomes +1) and has the numbers -1 and +1 as its weight; it gives (K + sum)
// / 2, how many of its K products are +1.

#include <string>
#include <string_view>

#include "models/formats/formats.h"

namespace bench {

bool looks_like_mxnet_params(std::string_view start);
bool looks_like_mxnet_symbol(std::string_view start);

/// The network of which `path` is one half; the other lies beside it, named as MXNet names them.
/// Throws as load_network, and Error{usage} naming the files where several epochs lie beside a
/// symbol.
LoadedNetwork read_mxnet(const std::string& path);

/// A file's content, and what messages call it.
struct NamedBytes {
  std::string name;
  std::string_view bytes;
};

/// The same from the files' contents. `files` stays empty.
LoadedNetwork read_mxnet(const NamedBytes& symbol, const NamedBytes& params);

}  // namespace bench
