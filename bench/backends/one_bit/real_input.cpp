#include "bench/backends/one_bit/real_input.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "bench/backends/one_bit/real_input_kernels.h"
#include "bench/backends/one_bit/real_input_pieces.h"
#include "bench/backends/one_bit/real_input_weights.h"
#include "models/error.h"

namespace bench::one_bit {
namespace {

using namespace real_input;

float pad_number(PadValue value) {
  return value == PadValue::zero ? 0.0f : value == PadValue::plus_one ? 1.0f : -1.0f;
}

Work work_of(const Sizes& sizes, const FloatMap& input, std::int64_t table_bytes) {
  const BinaryLayer& layer = sizes.layer;
  return {.images = input.batch,
          .rows = {.input = input.height,
                   .before = layer.pad.top,
                   .after = layer.pad.bottom,
                   .kernel = layer.kernel_h,
                   .stride = layer.stride.h,
                   .dilation = layer.dilation.h},
          .columns = {.input = input.width,
                      .before = layer.pad.left,
                      .after = layer.pad.right,
                      .kernel = layer.kernel_w,
                      .stride = layer.stride.w,
                      .dilation = layer.dilation.w},
          .tables = sizes.pixel_tables(),
          .outputs = sizes.group_outputs(),
          .table_bytes = table_bytes};
}

class BoundTables : public BoundRealInput {
 public:
  BoundTables(std::shared_ptr<const PackedLayer> packed, Sizes sizes, const FloatMap& input)
      : packed_(std::move(packed)),
        sizes_(std::move(sizes)),
        kernels_(kernels(packed_->target)),
        input_(input),
        work_(work_of(sizes_, input, kernels_.table_floats * 4)),
        piece_(best_piece(work_)),
        padding_(static_cast<std::size_t>(sizes_.group_inputs()),
                 pad_number(sizes_.layer.pad_value)) {
    lay_out_tables();
  }

  std::size_t scratch_bytes() const override {
    return static_cast<std::size_t>(piece_.inputs() * pixel_floats()) * sizeof(float);
  }
  std::string implementation() const override {
    return "binary-weight:" + std::string(name_of(packed_->target));
  }

  void run(const Arguments& arguments) const override {
    std::vector<Pixel> pixels;
    pixels.reserve(static_cast<std::size_t>(piece_.outputs()));
    for (std::int64_t image = 0; image < input_.batch; image += piece_.images) {
      for (std::int64_t y = 0; y < work_.rows.outputs(); y += piece_.rows.outputs) {
        for (std::int64_t x = 0; x < work_.columns.outputs(); x += piece_.columns.outputs) {
          run_piece(arguments, {image, y, x}, pixels);
        }
      }
    }
  }

 private:
  // The first output of a piece.
  struct Corner {
    std::int64_t image, y, x;
  };
  // Some tables of each pixel: all of them unless the kernel is one pixel.
  struct Pass {
    std::int64_t group, first, count;
  };

  std::int64_t pixel_floats() const { return piece_.tables * kernels_.table_floats; }

  void lay_out_tables() {
    const BinaryLayer& layer = sizes_.layer;
    for (std::int64_t ky = 0; ky < layer.kernel_h; ++ky) {
      for (std::int64_t kx = 0; kx < layer.kernel_w; ++kx) {
        const std::int64_t pixel = ky * piece_.rows.between_taps * piece_.columns.inputs +
                                   kx * piece_.columns.between_taps;
        for (std::int64_t table = 0; table < piece_.tables; ++table) {
          tables_.push_back(
              static_cast<std::int32_t>(pixel * pixel_floats() + table * kernels_.table_floats));
        }
      }
    }
  }

  // The outputs of a piece that are there.
  Piece size_at(const Corner& corner) const {
    Piece size = piece_;
    size.images = std::min(size.images, input_.batch - corner.image);
    size.rows.outputs = std::min(size.rows.outputs, work_.rows.outputs() - corner.y);
    size.columns.outputs = std::min(size.columns.outputs, work_.columns.outputs() - corner.x);
    return size;
  }

  void run_piece(const Arguments& arguments, const Corner& corner,
                 std::vector<Pixel>& pixels) const {
    const Piece size = size_at(corner);
    list_pixels(corner, size, pixels);
    auto* tables = reinterpret_cast<float*>(arguments.scratch);
    for (std::int64_t group = 0; group < sizes_.layer.groups; ++group) {
      for (std::int64_t first = 0; first < sizes_.pixel_tables(); first += piece_.tables) {
        const std::int64_t count = std::min(piece_.tables, sizes_.pixel_tables() - first);
        make_tables(arguments.input, corner, size, {group, first, count}, tables);
        look_up(arguments, {group, first, count}, tables, pixels);
      }
    }
    finish(arguments, size, pixels);
  }

  void look_up(const Arguments& arguments, const Pass& pass, const float* tables,
               std::span<const Pixel> pixels) const {
    const auto count = static_cast<std::size_t>(pass.count * sizes_.taps());
    kernels_.look_up({.weights = packed_->weights.data() + pass.group * sizes_.group_words() +
                                 pass.first / word_tables * panel_outputs,
                      .panel_words = sizes_.panel_words(),
                      .outputs = sizes_.group_outputs(),
                      .tables = std::span(tables_).first(count),
                      .first_table = tables,
                      .pixels = pixels,
                      .sums = arguments.result + pass.group * sizes_.group_outputs(),
                      .resume = pass.first > 0});
  }

  // Image by image, row by row.
  void list_pixels(const Corner& corner, const Piece& size, std::vector<Pixel>& pixels) const {
    pixels.clear();
    for (std::int64_t image = 0; image < size.images; ++image) {
      for (std::int64_t y = 0; y < size.rows.outputs; ++y) {
        for (std::int64_t x = 0; x < size.columns.outputs; ++x) {
          const std::int64_t from = (image * piece_.rows.inputs + y * piece_.rows.between_outputs) *
                                        piece_.columns.inputs +
                                    x * piece_.columns.between_outputs;
          const std::int64_t to = ((corner.image + image) * work_.rows.outputs() + corner.y + y) *
                                      work_.columns.outputs() +
                                  corner.x + x;
          pixels.push_back({from * pixel_floats(), to * sizes_.layer.outputs});
        }
      }
    }
  }

  void make_tables(const float* input, const Corner& corner, const Piece& size, const Pass& pass,
                   float* tables) const {
    const std::int64_t first = pass.first * table_inputs;
    const std::int64_t channels =
        std::min(pass.count * table_inputs, sizes_.group_inputs() - first);
    for (std::int64_t image = 0; image < size.images; ++image) {
      for (std::int64_t row = 0; row < piece_.rows.inputs; ++row) {
        const std::int64_t y =
            corner.y * work_.rows.stride - work_.rows.before + row * piece_.rows.step;
        for (std::int64_t column = 0; column < piece_.columns.inputs; ++column) {
          const std::int64_t x =
              corner.x * work_.columns.stride - work_.columns.before + column * piece_.columns.step;
          kernels_.make_tables(pixel_at(input, corner.image + image, y, x, pass.group) + first,
                               channels, tables);
          tables += pixel_floats();
        }
      }
    }
  }

  const float* pixel_at(const float* input, std::int64_t image, std::int64_t y, std::int64_t x,
                        std::int64_t group) const {
    if (y < 0 || x < 0 || y >= input_.height || x >= input_.width) return padding_.data();
    return input + ((image * input_.height + y) * input_.width + x) * input_.channels +
           group * sizes_.group_inputs();
  }

  void finish(const Arguments& arguments, const Piece& size,
              const std::vector<Pixel>& pixels) const {
    const BinaryLayer& layer = sizes_.layer;
    for (std::size_t p = 0; p < pixels.size();
         p += static_cast<std::size_t>(size.columns.outputs)) {
      apply(std::get<ToFloat>(layer.result).tail, {.values = arguments.result + pixels[p].sums,
                                                   .pixels = size.columns.outputs,
                                                   .channels = layer.outputs,
                                                   .step = layer.outputs,
                                                   .first = 0,
                                                   .operands = arguments.operands,
                                                   .at = pixels[p].sums,
                                                   .operand_step = layer.outputs});
    }
  }

  std::shared_ptr<const PackedLayer> packed_;
  Sizes sizes_;
  Kernels kernels_;
  FloatMap input_;
  Work work_;
  Piece piece_;
  std::vector<float> padding_;  // a pixel of it
  std::vector<std::int32_t> tables_;
};

// A kernel that is the whole map reads it from the first number to the last, as if all were
// channels of one pixel.
bool reads_straight_on(const BinaryLayer& layer, const FloatMap& input) {
  return layer.groups == 1 && layer.inputs % table_inputs == 0 && layer.pad == Padding{} &&
         layer.dilation == Pair{} && input.height == layer.kernel_h &&
         input.width == layer.kernel_w;
}
Sizes straightened(Sizes sizes) {
  sizes.layer.inputs *= sizes.taps();
  sizes.layer.kernel_h = sizes.layer.kernel_w = 1;
  return sizes;
}

class TableConvolution : public RealInputConvolution {
 public:
  TableConvolution(BinaryLayer layer, Target target)
      : packed_(std::make_shared<PackedLayer>(pack_panels(std::move(layer), target))) {}

  std::unique_ptr<const BoundRealInput> bind(const FloatMap& input) const override {
    const Work work = work_of(packed_->sizes, input, 0);
    if (input.channels != packed_->sizes.layer.inputs || input.batch < 1 ||
        work.rows.outputs() < 1 || work.columns.outputs() < 1) {
      throw Error(Fault::bad_data, "no window of a binary layer fits into its input");
    }
    if (reads_straight_on(packed_->sizes.layer, input)) {
      return std::make_unique<BoundTables>(
          packed_, straightened(packed_->sizes),
          FloatMap{input.batch, 1, 1, input.channels * input.height * input.width});
    }
    return std::make_unique<BoundTables>(packed_, packed_->sizes, input);
  }
  std::int64_t weight_bytes() const override {
    return static_cast<std::int64_t>(packed_->weights.size() * sizeof(Word));
  }

 private:
  std::shared_ptr<const PackedLayer> packed_;
};

}  // namespace

std::unique_ptr<RealInputConvolution> make_real_input_convolution(BinaryLayer layer,
                                                                  Target target) {
  return std::make_unique<TableConvolution>(std::move(layer), target);
}

}  // namespace bench::one_bit
