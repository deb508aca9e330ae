#pragma once
// A binary layer's weights as bytes, in the forms oneDNN asks for.

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "bench/backends/one_bit/convolution.h"
#include "bench/backends/one_bit/expanded_finish.h"
#include "bench/onednn/onednn.h"

namespace bench::one_bit {

inline std::int64_t group_inputs(const BinaryLayer& layer) { return layer.inputs / layer.groups; }
inline std::int64_t group_outputs(const BinaryLayer& layer) { return layer.outputs / layer.groups; }

/// A layer and what all that is bound to it shares. Thread-safe.
class ExpandedWeights {
 public:
  explicit ExpandedWeights(std::shared_ptr<const BinaryLayer> layer);

  const BinaryLayer& layer() const { return *layer_; }
  const dnnl::engine& engine() const { return engine_; }
  const ExpandedFinish& finish() const { return finish_; }

  /// The weights of each group: s8 of sizes {outputs, inputs, height, width}, where every pixel has
  /// its words' 32 channels each, which are 0 past the last; or all pixels of a kernel as the
  /// channels of one.
  std::vector<dnnl::memory> as(const onednn::Desc& wanted);

  /// The form that was made first for weights of these sizes: another map may well do with it.
  std::optional<onednn::Desc> known_form(const dnnl::memory::dims& sizes) const;

  /// The packed bits, and every form.
  std::int64_t bytes() const;

 private:
  dnnl::memory make(std::int64_t group, const onednn::Desc& wanted) const;

  std::shared_ptr<const BinaryLayer> layer_;
  dnnl::engine engine_;
  ExpandedFinish finish_;
  mutable std::mutex mutex_;
  std::vector<std::vector<dnnl::memory>> forms_;
};

}  // namespace bench::one_bit
