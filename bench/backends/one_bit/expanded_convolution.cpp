#include "bench/backends/one_bit/expanded_convolution.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "bench/backends/one_bit/expanded_loops.h"
#include "bench/backends/one_bit/expanded_weights.h"
#include "models/error.h"

namespace bench::one_bit {
namespace {

using onednn::Desc;
using DataType = dnnl::memory::data_type;
using Tag = dnnl::memory::format_tag;

std::size_t rounded(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

std::int64_t windows(std::int64_t size, std::int64_t kernel, int stride, int dilation) {
  const std::int64_t covered = (kernel - 1) * dilation + 1;
  return size < covered ? 0 : (size - covered) / stride + 1;
}

// The layer as oneDNN is shown it. A layer whose kernel is the whole map is a product of matrices:
// each image becomes a row of one pixel.
struct View {
  View(const BinaryLayer& layer, const BitMap& map)
      : images(map.batch),
        height(map.height),
        width(map.width),
        channels(32 * words_of(map.channels)),
        kernel_h(layer.kernel_h),
        kernel_w(layer.kernel_w),
        stride(layer.stride),
        dilation(layer.dilation),
        result_h(windows(height, kernel_h, stride.h, dilation.h)),
        result_w(windows(width, kernel_w, stride.w, dilation.w)) {
    if (result_h == 0 || result_w == 0) {
      throw Error(Fault::bad_data, "a binary convolution: no window of " +
                                       std::to_string(kernel_h) + " x " + std::to_string(kernel_w) +
                                       " fits into a map of " + std::to_string(height) + " x " +
                                       std::to_string(width));
    }
    if (kernel_h != height || kernel_w != width) return;
    channels *= height * width;
    rows_of_map = height;
    result_h = height = images;
    images = width = kernel_h = kernel_w = 1;
    stride = dilation = {};
  }

  // Rows of the source that so many rows of the result look at.
  std::int64_t rows_for(std::int64_t result_rows) const {
    return result_rows == result_h ? height
                                   : (result_rows - 1) * stride.h + (kernel_h - 1) * dilation.h + 1;
  }

  std::int64_t images, height, width, channels;
  std::int64_t kernel_h, kernel_w;
  Pair stride, dilation;
  std::int64_t result_h, result_w;
  std::int64_t rows_of_map = 1;  // in one row of the view
};

// What oneDNN is given at once: some images, or some rows of one.
struct Band {
  std::int64_t images = 1, rows = 1;  // of the result
};

// As much as stays in the second cache; more where the weights, which every band reads, are large.
Band choose_band(const View& view, std::int64_t outputs) {
  const std::int64_t sums_of_row = view.result_w * outputs * 4;
  const std::int64_t bytes_of_row = view.width * view.channels * view.stride.h + sums_of_row;
  const std::int64_t weights = view.channels * view.kernel_h * view.kernel_w * outputs;
  const std::int64_t rows =
      std::max<std::int64_t>(1, std::max<std::int64_t>(1 << 19, 2 * weights) / bytes_of_row);
  if (rows >= view.result_h) return {std::min(view.images, rows / view.result_h), view.result_h};
  const std::int64_t bands = (view.result_h + rows - 1) / rows;
  return {1, (view.result_h + bands - 1) / bands};
}

// oneDNN's convolution of one group of one band. Dilation counts from 0 there.
class Primitive {
 public:
  Primitive(const View& view, const Band& band, ExpandedWeights& weights)
      : band_(band), rows_(view.rows_for(band.rows)) {
    const BinaryLayer& layer = weights.layer();
    const std::int64_t outputs = group_outputs(layer);
    const dnnl::memory::dims sizes{outputs, view.channels, view.kernel_h, view.kernel_w};
    source_ = Desc({band.images, view.channels, rows_, view.width}, DataType::u8, Tag::nhwc);
    sums_ = Desc({band.images, outputs, band.rows, view.result_w}, DataType::s32, Tag::nhwc);
    const auto found = [&](const Desc& form) {
      const dnnl::convolution_forward::desc described(
          dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, source_, form,
          sums_, {view.stride.h, view.stride.w}, {view.dilation.h - 1, view.dilation.w - 1}, {0, 0},
          {0, 0});
      return onednn::fast<dnnl::convolution_forward>(described, onednn::strict_attributes(),
                                                     weights.engine());
    };
    std::optional<dnnl::convolution_forward::primitive_desc> chosen;
    if (const auto known = weights.known_form(sizes)) chosen = found(*known);
    if (!chosen) chosen = found(Desc(sizes, DataType::s8, Tag::any));
    if (!chosen) {
      throw Error(Fault::unsupported, "oneDNN has no int8 convolution for a map of " +
                                          std::to_string(view.height) + " x " +
                                          std::to_string(view.width));
    }
    primitive_ = dnnl::convolution_forward(*chosen);
    scratchpad_ = chosen->scratchpad_desc();
    weights_ = weights.as(chosen->weights_desc());
    implementation_ = chosen->impl_info_str();
  }

  const Band& band() const { return band_; }
  std::int64_t rows() const { return rows_; }  // of the source
  const std::string& implementation() const { return implementation_; }
  std::size_t source_bytes() const { return source_.get_size(); }
  std::size_t sums_bytes() const { return sums_.get_size(); }
  std::size_t scratchpad_bytes() const { return scratchpad_.get_size(); }

  void run(std::size_t group, std::byte* source, std::byte* sums, std::byte* scratchpad,
           const dnnl::engine& engine) const {
    dnnl::stream stream(engine);
    std::unordered_map<int, dnnl::memory> arguments{
        {DNNL_ARG_SRC, dnnl::memory(source_, engine, source)},
        {DNNL_ARG_WEIGHTS, weights_[group]},
        {DNNL_ARG_DST, dnnl::memory(sums_, engine, sums)},
    };
    if (scratchpad_bytes() > 0) {
      arguments.emplace(DNNL_ARG_SCRATCHPAD, dnnl::memory(scratchpad_, engine, scratchpad));
    }
    primitive_.execute(stream, arguments);
    stream.wait();
  }

 private:
  Band band_;
  std::int64_t rows_;
  Desc source_, sums_, scratchpad_;
  dnnl::convolution_forward primitive_;
  std::vector<dnnl::memory> weights_;
  std::string implementation_;
};

class Bound : public BoundConvolution {
 public:
  Bound(std::shared_ptr<ExpandedWeights> weights, const BitMap& map)
      : weights_(std::move(weights)), map_(map), view_(weights_->layer(), map) {
    const Band band = choose_band(view_, group_outputs(weights_->layer()));
    primitives_.emplace_back(view_, band, *weights_);
    const std::int64_t left_images = view_.images % band.images;
    const std::int64_t left_rows = view_.result_h % band.rows;
    if (left_images > 0) primitives_.emplace_back(view_, Band{left_images, band.rows}, *weights_);
    if (left_rows > 0) primitives_.emplace_back(view_, Band{1, left_rows}, *weights_);
    const Primitive& largest = primitives_.front();
    const bool grouped = weights_->layer().groups > 1;
    sums_at_ = rounded(largest.source_bytes() + 32);
    joined_at_ = sums_at_ + rounded(largest.sums_bytes());
    scratchpad_at_ = joined_at_;
    if (grouped) {
      scratchpad_at_ +=
          rounded(largest.sums_bytes() * static_cast<std::size_t>(weights_->layer().groups));
    }
    for (const Primitive& one : primitives_) {
      scratch_bytes_ = std::max(scratch_bytes_, scratchpad_at_ + rounded(one.scratchpad_bytes()));
    }
  }

  std::size_t scratch_bytes() const override { return scratch_bytes_; }
  std::string implementation() const override {
    return "expanded:" + primitives_.front().implementation();
  }

  void run(const Arguments& arguments) const override {
    const Band& band = primitives_.front().band();
    for (std::int64_t image = 0; image < view_.images; image += band.images) {
      for (std::int64_t row = 0; row < view_.result_h; row += band.rows) {
        const bool whole = image + band.images <= view_.images && row + band.rows <= view_.result_h;
        run_band(whole ? primitives_.front() : primitives_.back(), image, row, arguments);
      }
    }
  }

 private:
  void run_band(const Primitive& primitive, std::int64_t image, std::int64_t row,
                const Arguments& arguments) const {
    const BinaryLayer& layer = weights_->layer();
    const std::int64_t first = (image * view_.height + row * view_.stride.h) * view_.rows_of_map;
    const std::int64_t rows = primitive.band().images * primitive.rows() * view_.rows_of_map;
    const auto pixels =
        static_cast<std::size_t>(primitive.band().images * primitive.band().rows * view_.result_w);
    std::byte* const sums = arguments.scratch + sums_at_;
    for (std::int64_t g = 0; g < layer.groups; ++g) {
      expand_rows(arguments, g, first, rows);
      primitive.run(static_cast<std::size_t>(g), arguments.scratch, sums,
                    arguments.scratch + scratchpad_at_, weights_->engine());
      if (layer.groups > 1) join(arguments.scratch, g, pixels);
    }
    const std::byte* all = layer.groups > 1 ? arguments.scratch + joined_at_ : sums;
    const std::int64_t pixel = (image * view_.result_h + row) * view_.result_w;
    weights_->finish().apply(reinterpret_cast<const std::int32_t*>(all), pixels,
                             static_cast<std::size_t>(pixel), arguments);
  }

  // Rows of the map, counted through all images, to the front of the scratch memory.
  void expand_rows(const Arguments& arguments, std::int64_t group, std::int64_t first,
                   std::int64_t rows) const {
    auto* bytes = reinterpret_cast<std::uint8_t*>(arguments.scratch);
    const std::int64_t words = words_of(map_.channels), row_words = map_.width * map_.pixel_words();
    const Word* bits = arguments.input + first * row_words + group * words;
    const Target target = best_target();
    if (map_.groups == 1) {
      expand(bits, static_cast<std::size_t>(rows * row_words), bytes, target);
    } else {
      for (std::int64_t p = 0; p < rows * map_.width; ++p) {
        expand(bits + p * map_.pixel_words(), static_cast<std::size_t>(words),
               bytes + p * 32 * words, target);
      }
    }
    const BinaryLayer& layer = weights_->layer();
    if (layer.pad_value != PadValue::zero || layer.pad == Padding{}) return;
    for (std::int64_t i = 0; i < rows; ++i, bytes += map_.width * 32 * words) {
      zero_padding(bytes, (first + i) % map_.height);
    }
  }

  // Zeros, as bytes 1, over the padding of a row.
  void zero_padding(std::uint8_t* row, std::int64_t y) const {
    const Padding& pad = weights_->layer().pad;
    const std::int64_t pixel = 32 * words_of(map_.channels);
    const auto fill = [&](std::int64_t from, std::int64_t to) {
      std::fill(row + from * pixel, row + to * pixel, std::uint8_t{1});
    };
    if (y < pad.top || y >= map_.height - pad.bottom) return fill(0, map_.width);
    fill(0, pad.left);
    fill(map_.width - pad.right, map_.width);
  }

  // A group's sums to where they stand among those of all groups.
  void join(std::byte* scratch, std::int64_t group, std::size_t pixels) const {
    const BinaryLayer& layer = weights_->layer();
    const auto run = static_cast<std::size_t>(group_outputs(layer) * 4);
    const std::byte* from = scratch + sums_at_;
    std::byte* to = scratch + joined_at_ + static_cast<std::size_t>(group) * run;
    const std::size_t step = run * static_cast<std::size_t>(layer.groups);
    for (std::size_t p = 0; p < pixels; ++p) std::memcpy(to + p * step, from + p * run, run);
  }

  std::shared_ptr<ExpandedWeights> weights_;
  BitMap map_;
  View view_;
  std::vector<Primitive> primitives_;  // of the bands, and of what is left over
  std::size_t sums_at_ = 0, joined_at_ = 0, scratchpad_at_ = 0, scratch_bytes_ = 0;
};

class Expanded : public Convolution {
 public:
  explicit Expanded(std::shared_ptr<const BinaryLayer> layer)
      : weights_(std::make_shared<ExpandedWeights>(std::move(layer))) {}
  std::unique_ptr<const BoundConvolution> bind(const BitMap& input) const override {
    return std::make_unique<Bound>(weights_, input);
  }
  std::int64_t weight_bytes() const override { return weights_->bytes(); }

 private:
  std::shared_ptr<ExpandedWeights> weights_;
};

}  // namespace

bool suits_expanded(const BinaryLayer& layer) {
  return layer.groups == 1 || group_inputs(layer) >= 32;
}

std::unique_ptr<Convolution> make_expanded_convolution(std::shared_ptr<const BinaryLayer> layer) {
  if (!onednn::int8_is_exact()) {
    throw Error(Fault::unsupported, "the binary engine expanded needs VNNI or AMX: with " +
                                        onednn::isa_name() +
                                        ", sums of bytes are not exact; use xnor");
  }
  return std::make_unique<Expanded>(std::move(layer));
}

std::unique_ptr<Convolution> make_expanded_convolution(BinaryLayer layer) {
  return make_expanded_convolution(std::make_shared<const BinaryLayer>(std::move(layer)));
}

}  // namespace bench::one_bit
