#pragma once
// A convolution of an IntegerGraph on oneDNN, for processors whose matrix units (AMX) only oneDNN
// uses here: oneDNN gives the 32-bit sums, which with VNNI or AMX are exact, and the rest is done
// as everywhere else. Same integers as Convolution.

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "bench/backends/int8/convolution.h"
#include "bench/backends/int8/elementwise.h"
#include "bench/onednn/onednn.h"

namespace bench::int8 {

/// Whether oneDNN's int8 sums are exact on this processor.
bool onednn_is_exact();

/// Which layers oneDNN computes, of those that suit it and where its sums are exact.
enum class OneDnnUse {
  none,
  long_sums,  ///< of 64 products and more, which a matrix unit takes at once
  all,
};

/// long_sums where there are matrix units, else none: our own kernels are faster.
OneDnnUse best_onednn_use();

class OneDnnConvolution {
 public:
  /// Whether oneDNN is to compute it: a Conv2d of one group with one requantizer and weights
  /// without zero points.
  static bool suits(const integer::Layer& layer, OneDnnUse use);

  /// REQUIRES suits(layer, OneDnnUse::all). Of the options, the instruction set does not matter.
  OneDnnConvolution(const integer::Layer& layer, const Convolution::Options& options);

  /// The layer for inputs of one size. Immutable.
  class Bound {
   public:
    std::size_t scratch_bytes() const { return scratch_bytes_; }
    /// As Convolution::run. REQUIRES scratch_bytes() of scratch.
    void run(const Convolution::Tensors& tensors) const;
    std::string implementation() const { return implementation_; }

   private:
    friend class OneDnnConvolution;
    const std::uint8_t* padded(const Convolution::Tensors& tensors) const;
    void finish(const std::int32_t* sums, const Convolution::Tensors& tensors) const;

    const OneDnnConvolution* layer_ = nullptr;
    Map input_{}, padded_{}, result_{};
    dnnl::convolution_forward primitive_;
    onednn::Desc source_, sums_, scratchpad_;
    dnnl::memory weights_;
    std::size_t sums_at_ = 0, padded_at_ = 0, scratch_bytes_ = 0;
    std::string implementation_;
  };

  /// Thread-safe. Throws Error{unsupported} if oneDNN has nothing for it.
  std::shared_ptr<const Bound> bind(const Map& input, const Map& result) const;

  std::int64_t weight_bytes() const;

 private:
  dnnl::memory weights_as(const onednn::Desc& wanted) const;
  void finish_in_float(const std::int32_t* sums, const Convolution::Tensors& tensors,
                       std::size_t pixels) const;

  Pair stride_, dilation_;
  Padding pad_;
  dnnl::engine engine_;
  std::uint8_t zero_byte_;
  int own_offset_;                  // of the bytes of the layer's own numbers
  std::vector<std::int32_t> bias_;  // what the input's zero point adds is part of it
  Requantizer requantizer_;         // to bytes
  std::vector<float> scale_;        // the requantizer's, of every channel
  std::optional<FusedAdd> rule_;
  std::optional<AddBytes> add_;  // by that rule
  mutable std::mutex mutex_;
  dnnl::memory::dims weight_sizes_;
  mutable std::vector<dnnl::memory> weights_;  // one for each layout asked for
  mutable bool only_plain_ = true;             // none was asked for yet: weights_ is as it came
};

}  // namespace bench::int8
