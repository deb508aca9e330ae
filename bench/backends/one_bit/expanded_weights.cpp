#include "bench/backends/one_bit/expanded_weights.h"

#include <algorithm>
#include <utility>

namespace bench::one_bit {
namespace {

using onednn::Desc;

bool is_positive(const Word* words, std::int64_t channel) {
  return (words[channel / 32] >> channel % 32 & 1) != 0;
}

// Of each output.
std::vector<std::int32_t> sums_of_weights(const BinaryLayer& layer) {
  const std::int64_t inputs = group_inputs(layer), words = words_of(inputs);
  std::vector<std::int32_t> sums;
  const Word* pixel = layer.weights.data();
  for (std::int64_t o = 0; o < layer.outputs; ++o) {
    std::int32_t sum = 0;
    for (std::int64_t k = 0; k < layer.kernel_h * layer.kernel_w; ++k, pixel += words) {
      for (std::int64_t c = 0; c < inputs; ++c) sum += is_positive(pixel, c) ? 1 : -1;
    }
    sums.push_back(sum);
  }
  return sums;
}

void expand(const Word* pixels, std::int64_t count, std::int64_t inputs, std::int8_t* bytes) {
  const std::int64_t words = words_of(inputs);
  for (std::int64_t p = 0; p < count; ++p, pixels += words, bytes += 32 * words) {
    for (std::int64_t c = 0; c < inputs; ++c) {
      bytes[c] = is_positive(pixels, c) ? std::int8_t{1} : std::int8_t{-1};
    }
    std::fill(bytes + inputs, bytes + 32 * words, std::int8_t{0});
  }
}

}  // namespace

ExpandedWeights::ExpandedWeights(std::shared_ptr<const BinaryLayer> layer)
    : layer_(std::move(layer)),
      engine_(dnnl::engine::kind::cpu, 0),
      finish_(layer_->result, sums_of_weights(*layer_)) {}

std::vector<dnnl::memory> ExpandedWeights::as(const Desc& wanted) {
  const std::lock_guard lock(mutex_);
  for (const auto& known : forms_) {
    if (known.front().get_desc() == wanted) return known;
  }
  std::vector<dnnl::memory> made;
  for (std::int64_t g = 0; g < layer_->groups; ++g) made.push_back(make(g, wanted));
  forms_.push_back(made);
  return made;
}

std::optional<Desc> ExpandedWeights::known_form(const dnnl::memory::dims& sizes) const {
  const std::lock_guard lock(mutex_);
  for (const auto& known : forms_) {
    if (known.front().get_desc().dims() == sizes) return known.front().get_desc();
  }
  return std::nullopt;
}

std::int64_t ExpandedWeights::bytes() const {
  const std::lock_guard lock(mutex_);
  std::size_t bytes = layer_->weights.size() * sizeof(Word);
  for (const auto& form : forms_) {
    for (const dnnl::memory& memory : form) bytes += memory.get_desc().get_size();
  }
  return static_cast<std::int64_t>(bytes) + finish_.bytes();
}

// A row of bytes lies as a row of bits does: pixel after pixel, the order OHWI.
dnnl::memory ExpandedWeights::make(std::int64_t group, const Desc& wanted) const {
  const Desc rows(wanted.dims(), dnnl::memory::data_type::s8, dnnl::memory::format_tag::ohwi);
  dnnl::memory plain(rows, engine_), made(wanted, engine_);
  const std::int64_t pixels = group_outputs(*layer_) * layer_->kernel_h * layer_->kernel_w;
  const std::int64_t words = words_of(group_inputs(*layer_));
  expand(layer_->weights.data() + group * pixels * words, pixels, group_inputs(*layer_),
         static_cast<std::int8_t*>(plain.get_data_handle()));
  dnnl::stream stream(engine_);
  dnnl::reorder(plain, made).execute(stream, plain, made);
  stream.wait();
  return made;
}

}  // namespace bench::one_bit
