#include <algorithm>
#include <limits>
#include <map>

#include "bench/backends/one_bit/convolution.h"
#include "bench/backends/one_bit/paired_weights.h"
#include "bench/backends/one_bit/xnor_kernels.h"
#include "models/error.h"

namespace bench::one_bit {
namespace {

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

// A layer in the kernels' form.
struct Compiled {
  BinaryLayer layer;  // without its weights
  Target target = 0;
  PairedWeights weights;
  std::vector<std::int32_t> limits, flips;  // of ToBits, for each lane
  std::int64_t lanes() const { return layer.groups * weights.group_blocks * block_outputs; }
  std::int64_t lane_of(std::int64_t output) const {
    const std::int64_t outputs = layer.outputs / layer.groups;
    return output / outputs * weights.group_blocks * block_outputs + output % outputs;
  }
};

// sum <= limit is the same as ~sum >= ~limit; kernels know only "greater than". No sum is beyond
// 2^24, and lanes without an output get a limit that none reaches.
void set_thresholds(Compiled& compiled, const ToBits& to_bits) {
  compiled.limits.assign(index(compiled.lanes()), std::numeric_limits<std::int32_t>::max());
  compiled.flips.assign(index(compiled.lanes()), 0);
  for (std::int64_t o = 0; o < compiled.layer.outputs; ++o) {
    const auto& [limit, at_most] = to_bits.thresholds[index(o)];
    const std::size_t lane = index(compiled.lane_of(o));
    compiled.flips[lane] = at_most ? -1 : 0;
    compiled.limits[lane] = std::max(limit ^ compiled.flips[lane], -(1 << 25)) - 1;
  }
}

// Which taps of a row (or column) of windows lie on padding: a bit for each.
std::vector<bool> padded_taps(std::int64_t first, std::int64_t kernel, std::int64_t dilation,
                              std::int64_t before, std::int64_t end) {
  std::vector<bool> padded;
  for (std::int64_t tap = 0; tap < kernel; ++tap) {
    const std::int64_t at = first + tap * dilation;
    padded.push_back(at < before || at >= end);
  }
  return padded;
}

// Windows along one axis, sorted into kinds by which of their taps lie on padding.
struct Kinds {
  std::vector<std::int64_t> of;             // each window's
  std::vector<std::vector<bool>> padded{};  // of each kind, its taps
};
Kinds kinds_of(std::int64_t windows, std::int64_t stride, std::int64_t kernel,
               std::int64_t dilation, std::int64_t before, std::int64_t end) {
  Kinds kinds;
  std::map<std::vector<bool>, std::int64_t> known;
  for (std::int64_t window = 0; window < windows; ++window) {
    const auto taps = padded_taps(window * stride, kernel, dilation, before, end);
    const auto [found, is_new] = known.try_emplace(taps, std::ssize(known));
    if (is_new) kinds.padded.push_back(taps);
    kinds.of.push_back(found->second);
  }
  return kinds;
}

class XnorBound : public BoundConvolution {
 public:
  XnorBound(std::shared_ptr<const Compiled> compiled, const BitMap& input);

  std::size_t scratch_bytes() const override { return index(paired_words()) * sizeof(Word); }
  std::string implementation() const override {
    return "xnor:" + std::string(name_of(compiled_->target));
  }
  void run(const Arguments& arguments) const override;

 private:
  std::int64_t pixel_words() const { return input_.groups * paired_words_of(input_.channels); }
  std::int64_t paired_words() const { return input_.pixels() * pixel_words(); }
  void set_windows();
  void set_offsets();
  void set_bases(const Kinds& rows, const Kinds& columns);

  std::shared_ptr<const Compiled> compiled_;
  BitMap input_;
  XnorWork work_;
  std::vector<std::int32_t> pairs_, singles_, bases_;
  std::vector<XnorWork::Window> windows_;
};

XnorBound::XnorBound(std::shared_ptr<const Compiled> compiled, const BitMap& input)
    : compiled_(std::move(compiled)), input_(input) {
  if (paired_words() > std::numeric_limits<std::int32_t>::max()) {
    throw Error(Fault::unsupported, "a feature map of more than 2^31 words");
  }
  work_.weights = compiled_->weights.words.data();
  work_.block_words = compiled_->weights.block_words;
  work_.group_blocks = compiled_->weights.group_blocks;
  work_.groups = compiled_->layer.groups;
  work_.group_outputs = compiled_->layer.outputs / compiled_->layer.groups;
  work_.limits = compiled_->limits.data();
  work_.flips = compiled_->flips.data();
  work_.group_step = paired_words_of(input_.channels);
  set_offsets();
  set_windows();
}

void XnorBound::set_offsets() {
  const BinaryLayer& layer = compiled_->layer;
  for (const Step& step : compiled_->weights.steps) {
    const std::int64_t row = step.tap / layer.kernel_w * layer.dilation.h;
    const std::int64_t column = step.tap % layer.kernel_w * layer.dilation.w;
    const std::int64_t offset = (row * input_.width + column) * pixel_words() + step.word;
    (step.paired ? pairs_ : singles_).push_back(static_cast<std::int32_t>(offset));
  }
}

void XnorBound::set_windows() {
  const BinaryLayer& layer = compiled_->layer;
  const std::int64_t rows = input_.height - (layer.kernel_h - 1) * layer.dilation.h - 1;
  const std::int64_t columns = input_.width - (layer.kernel_w - 1) * layer.dilation.w - 1;
  if (rows < 0 || columns < 0) throw Error(Fault::bad_data, "a kernel larger than its input");
  const Padding pad = layer.pad_value == PadValue::zero ? layer.pad : Padding{};
  const Kinds row_kinds = kinds_of(rows / layer.stride.h + 1, layer.stride.h, layer.kernel_h,
                                   layer.dilation.h, pad.top, input_.height - pad.bottom);
  const Kinds column_kinds = kinds_of(columns / layer.stride.w + 1, layer.stride.w, layer.kernel_w,
                                      layer.dilation.w, pad.left, input_.width - pad.right);
  for (std::int64_t image = 0; image < input_.batch; ++image) {
    for (std::size_t row = 0; row < row_kinds.of.size(); ++row) {
      const std::int64_t y =
          image * input_.height + static_cast<std::int64_t>(row) * layer.stride.h;
      for (std::size_t column = 0; column < column_kinds.of.size(); ++column) {
        const std::int64_t x = static_cast<std::int64_t>(column) * layer.stride.w;
        const std::int64_t kind =
            row_kinds.of[row] * std::ssize(column_kinds.padded) + column_kinds.of[column];
        windows_.push_back({static_cast<std::int32_t>((y * input_.width + x) * pixel_words()),
                            static_cast<std::int32_t>(kind * compiled_->lanes())});
      }
    }
  }
  set_bases(row_kinds, column_kinds);
}

// With zero padding, bits of padding are 0, which the kernels take for -1: they subtract the
// weights there, and these are added again beforehand.
void XnorBound::set_bases(const Kinds& rows, const Kinds& columns) {
  const BinaryLayer& layer = compiled_->layer;
  const std::int64_t taps = layer.kernel_h * layer.kernel_w;
  const std::int64_t lanes = compiled_->lanes();
  bases_.assign(rows.padded.size() * columns.padded.size() * index(lanes),
                static_cast<std::int32_t>(layer.inputs / layer.groups * taps));
  if (layer.pad_value != PadValue::zero || layer.pad == Padding{}) return;
  const auto sums = sums_of_taps(layer, compiled_->weights);
  std::int32_t* base = bases_.data();
  for (const auto& row : rows.padded) {
    for (const auto& column : columns.padded) {
      for (std::int64_t tap = 0; tap < taps; ++tap) {
        if (!row[index(tap / layer.kernel_w)] && !column[index(tap % layer.kernel_w)]) continue;
        for (std::int64_t o = 0; o < layer.outputs; ++o) {
          base[compiled_->lane_of(o)] += sums[index(tap * layer.outputs + o)];
        }
      }
      base += lanes;
    }
  }
}

void XnorBound::run(const Arguments& arguments) const {
  auto* paired = reinterpret_cast<Word*>(arguments.scratch);
  pair_up(arguments.input, input_, compiled_->layer.dilation.w, paired);
  XnorWork work = work_;
  work.input = paired;
  work.pairs = pairs_, work.singles = singles_;
  work.bases = bases_.data();
  work.windows = windows_;
  const Result& result = compiled_->layer.result;
  if (std::holds_alternative<ToSums>(result)) {
    work.sums = static_cast<std::int32_t*>(arguments.result);
  } else if (const auto* to_float = std::get_if<ToFloat>(&result)) {
    work.floats = static_cast<float*>(arguments.result);
    work.tail = &to_float->tail, work.operands = arguments.operands;
  } else {
    work.bits = static_cast<Word*>(arguments.result);
  }
  run_xnor(work, compiled_->target);
}

class XnorConvolution : public Convolution {
 public:
  explicit XnorConvolution(std::shared_ptr<const Compiled> compiled)
      : compiled_(std::move(compiled)) {}
  std::unique_ptr<const BoundConvolution> bind(const BitMap& input) const override {
    return std::make_unique<XnorBound>(compiled_, input);
  }
  std::int64_t weight_bytes() const override {
    const std::size_t thresholds = compiled_->limits.size() + compiled_->flips.size();
    return static_cast<std::int64_t>(compiled_->weights.words.size() * sizeof(Word) +
                                     thresholds * sizeof(std::int32_t));
  }

 private:
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace

std::unique_ptr<Convolution> make_xnor_convolution(BinaryLayer layer, Target target) {
  auto compiled = std::make_shared<Compiled>();
  compiled->target = target;
  compiled->weights = pair_up(layer);
  compiled->layer = std::move(layer);
  compiled->layer.weights = {};
  if (auto* to_bits = std::get_if<ToBits>(&compiled->layer.result)) {
    set_thresholds(*compiled, *to_bits);
    to_bits->thresholds = {};
  }
  return std::make_unique<XnorConvolution>(std::move(compiled));
}

}  // namespace bench::one_bit
