#include "models/decoders/list.h"
#include "models/decoders/outputs.h"
#include "models/error.h"

namespace bench {

Decode decode_embedding(const Graph& graph, const DecodeFacts&) {
  constexpr std::string_view name = "embedding";
  want_one_output(graph, name);
  return [](std::span<const ViewOutputs> views) -> Answer {
    Embedding sum;
    for (const ViewOutputs& view : views) {
      const auto values = checked_output(view, 0, {1, -1}, name);
      if (sum.values.empty()) sum.values.resize(values.size());
      if (sum.values.size() != values.size() || values.empty()) {
        throw Error(Fault::bad_data, "decoder 'embedding': views of unlike or no length");
      }
      for (std::size_t i = 0; i < values.size(); ++i) sum.values[i] += values[i];
    }
    return sum;
  };
}

}  // namespace bench
