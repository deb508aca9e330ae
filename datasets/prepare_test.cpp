#include "datasets/prepare.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "datasets/image.h"
#include "datasets/image_fixtures.h"
#include "datasets/preparation.h"
#include "models/error.h"
#include "models/sha256.h"
#include "models/testing.h"

using namespace bench;
using namespace bench::testing;
using Catch::Contains;

namespace {

Tensor filled(int width, int height, std::array<std::uint8_t, 3> colour) {
  Tensor image({height, width, 3}, DType::u8);
  auto values = image.data<std::uint8_t>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = colour[i % 3];
  return image;
}

float at(const View& view, int c, int x, int y) {
  const auto& input = view.input;
  return input.data<float>()[static_cast<std::size_t>((c * input.dim(2) + y) * input.dim(3) + x)];
}

View only(std::vector<View> views) {
  REQUIRE(views.size() == 1);
  return std::move(views[0]);
}

View prepared(std::string_view name, const Tensor& image) {
  return only(prepare(find_preparation(name), image));
}

// All three channels of the pixel at the middle.
std::vector<float> middle(const View& view) {
  const int x = static_cast<int>(view.input.dim(3)) / 2,
            y = static_cast<int>(view.input.dim(2)) / 2;
  return {at(view, 0, x, y), at(view, 1, x, y), at(view, 2, x, y)};
}

// The centre of mass of |first channel - background|, counting pixels as squares: the first one
// has its centre at 0.5.
std::pair<double, double> centre_of_mass(const View& view, const View& background) {
  double sum = 0, x_sum = 0, y_sum = 0;
  for (int y = 0; y < view.input.dim(2); ++y) {
    for (int x = 0; x < view.input.dim(3); ++x) {
      const double mass = std::abs(at(view, 0, x, y) - at(background, 0, x, y));
      sum += mass;
      x_sum += mass * (x + 0.5);
      y_sum += mass * (y + 0.5);
    }
  }
  return {x_sum / sum, y_sum / sum};
}

}  // namespace

TEST_CASE("no profile changes its meaning without a new version") {
  // The first 16 digits of each profile's hash. If this fails, a released profile was altered.
  const std::map<std::string, std::string> known = {
      {"torchvision-256-224", "9bd8ef196fa3319e"},
      {"torchvision-256-224-bicubic", "33570af981431700"},
      {"torchvision-256-224-opencv", "4d10e368d1449a1e"},
      {"torchvision-resize-224", "3c704d44a03e1543"},
      {"keras-tf", "a099aaeff29b4a24"},
      {"keras-tf-128", "f2a5f95fa8d4731f"},
      {"keras-tf-128-central", "0ae5e622ae0b0642"},
      {"tf-slim-224", "8e050c877a647420"},
      {"keras-caffe", "ebd2bb97099b7962"},
      {"caffe-256-224", "299176e4b1c7496e"},
      {"caffe-256-227", "a8cde1a0142b4dfd"},
      {"mxnet-256-224", "240284cfd235c024"},
      {"mxnet-224", "d7517bd31edbed52"},
      {"ultraface-320", "5b9ad9eb9d7ff6e8"},
      {"ultraface-640", "4fff293264c38f37"},
      {"yunet", "f41231ca265aec83"},
      {"darknet-320", "cdd48969eb030c5d"},
      {"darknet-416", "a831ec93d969c1a8"},
      {"mobilefacenet-112", "c15803e5dc949ae7"},
      {"mobilefacenet-112-flip", "c4620e32270c92e7"},
      {"deeplab-513", "b412b2a1d912f88a"},
      {"rgb-255", "169be16389095301"},
      {"antialiased-256-224", "b4cb6bb06ce62c86"},
      {"uint8-128", "e2cacaf716895c14"},
      {"uint8-128-central", "144515aceb5c474a"},
      {"uint8-224-central", "4a874192d7c8ff52"},
      {"mobilefacenet-112-96", "68d5d8f10f1dd234"},
      {"deeplab-513-uint8", "2ca085515e710b2e"},
      {"mini-64", "b17026f44d6f6c68"},
      {"mini-48", "65f7971f5fcb6600"},
      {"mini-96x72", "2407c1745680e19c"},
      {"mini-128x96", "9a68ee9a5df98830"},
      {"mini-face-56", "680e76256a56cd84"},
      {"mini-96", "45371747fe4d9cbc"},
      {"mini-160x120", "b386bb7b8a56bbb6"},
      {"mini-256x192", "53660227e2391062"},
      {"mini-face-112", "24418d33a8b279eb"},
      {"mini-face-112-flip", "744d3e1be7d734ee"},
  };
  std::map<std::string, std::string> got;
  for (const PreparationInfo& info : preparations()) {
    got[info.name] = hash(find_preparation(info.name)).substr(0, 16);
  }
  CHECK(got == known);
}

TEST_CASE("every field is in the hash") {
  const Preparation start = find_preparation("torchvision-256-224");
  std::vector<Preparation> all(20, start);
  all[1].name = "other";
  all[2].version = 2;
  all[3].central_fraction = 0.5;
  all[4].fit = Fit::exact;
  all[5].width = 257;
  all[6].height = 257;
  all[7].resampler = Resampler::opencv_area;
  all[8].crop = 225;
  all[9].order = ChannelOrder::bgr;
  all[10].divisor = 254;
  all[11].mean[2] = 0;
  all[12].deviation[0] = 1;
  all[13].padded_width = 300;
  all[14].padded_height = 300;
  all[15].multiple = 32;
  all[16].fill = 1;
  all[17].flip = true;
  all[18].crop_width = 225;
  all[19].crop_up = true;
  std::set<std::string> hashes;
  for (const Preparation& p : all) hashes.insert(hash(p));
  CHECK(hashes.size() == all.size());
}

TEST_CASE("a description can be repeated by hand") {
  const auto text = [](std::string_view name) { return describe(find_preparation(name)); };
  CHECK(text("torchvision-256-224") ==
        "shorter side 256 (PIL bilinear), centre crop 224, "
        "RGB (x / 255 - (0.485 0.456 0.406)) / (0.229 0.224 0.225)");
  CHECK(text("ultraface-320") == "320 x 240 (OpenCV linear), RGB (x - 127) / 128");
  CHECK(text("yunet") == "original size, filled to a multiple of 32 right and below with 0, BGR x");
  CHECK(text("keras-tf-128-central") ==
        "central 87.5 %, 128 x 128 (OpenCV linear), RGB x / 127.5 - 1");
  CHECK(text("mobilefacenet-112-96") ==
        "112 x 112 (OpenCV linear), centre crop 96 x 112, RGB (x - 127.5) / 128");
  CHECK(text("mini-160x120") == "160 x 120 (PIL bilinear), RGB (x - 127.5) / 127.5");
  CHECK(text("deeplab-513") ==
        "longer side 513 (OpenCV linear), filled to 513 x 513 right and below with 127.5, "
        "RGB x / 127.5 - 1");
  CHECK_THAT(text("mobilefacenet-112-flip"), Catch::EndsWith(", and mirrored"));
}

TEST_CASE("an unknown profile gets a suggestion") {
  CHECK_THROWS_WITH(find_preparation("torchvision-256-244"),
                    Contains("did you mean 'torchvision-256-224'?"));
}

TEST_CASE("values: order, scale, mean, deviation") {
  const Tensor image = filled(64, 48, {200, 100, 50});
  const auto check = [&](std::string_view name, const std::vector<double>& expected) {
    INFO(name);
    const auto got = middle(prepared(name, image));
    for (std::size_t c = 0; c < 3; ++c) CHECK(got[c] == Approx(expected[c]).epsilon(1e-6));
  };
  check("ultraface-320", {73 / 128.0, -27 / 128.0, -77 / 128.0});
  check("yunet", {50, 100, 200});
  check("darknet-320", {200 / 255.0, 100 / 255.0, 50 / 255.0});
  check("keras-tf", {200 / 127.5 - 1, 100 / 127.5 - 1, 50 / 127.5 - 1});
  check("tf-slim-224", {200 / 127.5 - 1, 100 / 127.5 - 1, 50 / 127.5 - 1});
  check("keras-caffe", {50 - 103.939, 100 - 116.779, 200 - 123.68});
  check("mini-64", {72.5 / 127.5, -27.5 / 127.5, -77.5 / 127.5});
  check("caffe-256-224", {50 - 104.0, 100 - 117.0, 200 - 123.0});
  check("mxnet-256-224", {200 - 123.68, 100 - 116.779, 50 - 103.939});
  check("torchvision-256-224", {(200 / 255.0 - 0.485) / 0.229, (100 / 255.0 - 0.456) / 0.224,
                                (50 / 255.0 - 0.406) / 0.225});
}

TEST_CASE("shorter side and centre crop, with torchvision's rounding") {
  struct Row {
    int width, height;
    double resized_width, resized_height, x, y;  // x, y: where the crop starts
  };
  // 500 x 375: 256 * 500 / 375 = 341.33 -> 341; (341 - 224) / 2 = 58.5 -> 58 (even);
  // (256 - 224) / 2 = 16. 403 x 300: 343.89 -> 343; 59.5 -> 60. 300 x 402: 343.04 -> 343 high.
  // 256 x 256 stays; 100 x 100 grows.
  for (const Row& row : {Row{500, 375, 341, 256, 58, 16}, Row{403, 300, 343, 256, 60, 16},
                         Row{300, 402, 256, 343, 16, 60}, Row{256, 256, 256, 256, 16, 16},
                         Row{100, 100, 256, 256, 16, 16}}) {
    const Geometry g =
        prepared("torchvision-256-224", filled(row.width, row.height, {1, 2, 3})).geometry;
    CHECK(g.image_width == row.width);
    CHECK(g.image_height == row.height);
    CHECK(g.input_width == 224);
    CHECK(g.input_height == 224);
    CHECK(g.scale_x == row.resized_width / row.width);
    CHECK(g.scale_y == row.resized_height / row.height);
    CHECK(g.offset_x == -row.x);
    CHECK(g.offset_y == -row.y);
  }
}

TEST_CASE("the central part is cut as the ImageNet scripts cut it") {
  // 100 x 61: int(12.5 / 2) = 6 off each side leaves 88; int(7.625 / 2) = 3 leaves 55.
  const Geometry g = prepared("keras-tf-128-central", filled(100, 61, {0, 0, 0})).geometry;
  CHECK(g.scale_x == 128.0 / 88);
  CHECK(g.scale_y == 128.0 / 55);
  CHECK(g.offset_x == Approx(-6 * 128.0 / 88));
  CHECK(g.offset_y == Approx(-3 * 128.0 / 55));
}

TEST_CASE("filling up is to the right and below") {
  const View yunet = prepared("yunet", filled(33, 64, {10, 20, 30}));
  CHECK(yunet.input.shape() == Shape{1, 3, 64, 64});
  CHECK(at(yunet, 0, 32, 63) == 30);
  CHECK(at(yunet, 0, 33, 63) == 0);
  CHECK(yunet.geometry.scale_x == 1);
  CHECK(yunet.geometry.offset_x == 0);
  // 200 x 400: the longer side becomes 513, the other int(513 * 200 / 400) = 256.
  const View deeplab = prepared("deeplab-513", filled(200, 400, {255, 255, 255}));
  CHECK(deeplab.input.shape() == Shape{1, 3, 513, 513});
  CHECK(at(deeplab, 0, 255, 512) == 1);
  CHECK(at(deeplab, 0, 256, 0) == 0);  // 127.5 / 127.5 - 1
  CHECK(deeplab.geometry.scale_x == 256.0 / 200);
}

TEST_CASE("bytes less 128 are whole steps of 1 / 128; 112 x 96 is the middle of 112 x 112") {
  const View bytes = prepared("uint8-128", filled(128, 128, {0, 127, 255}));
  CHECK(at(bytes, 0, 5, 5) * 128 == -128);
  CHECK(at(bytes, 1, 5, 5) * 128 == -1);
  CHECK(at(bytes, 2, 5, 5) * 128 == 127);
  const View deeplab = prepared("deeplab-513-uint8", filled(200, 400, {255, 255, 255}));
  CHECK(at(deeplab, 0, 256, 0) == 0);
  const Tensor face = draw(112, 112, 1);
  const View middle = prepared("mobilefacenet-112-96", face);
  CHECK(middle.input.shape() == Shape{1, 3, 112, 96});
  CHECK(at(middle, 2, 0, 40) == (face.data<std::uint8_t>()[(40 * 112 + 8) * 3 + 2] - 127.5f) / 128);
  CHECK(middle.geometry.offset_x == -8);
}

TEST_CASE("mirrored views") {
  const auto views = prepare(find_preparation("mobilefacenet-112-flip"), draw(112, 112, 1));
  REQUIRE(views.size() == 2);
  for (const int x : {0, 1, 55, 111}) CHECK(at(views[0], 2, x, 40) == at(views[1], 2, 111 - x, 40));
  const View plain = prepared("mobilefacenet-112", draw(112, 112, 1));
  CHECK(sha256(plain.input.bytes()) == sha256(views[0].input.bytes()));
  CHECK(views[1].geometry.scale_x == -1);
  CHECK(views[1].geometry.offset_x == 112);
}

TEST_CASE("the geometry says where a spot of the image lies in the input, in every profile") {
  const Tensor empty = filled(320, 200, {20, 20, 20});
  Tensor spot = empty;  // 24 x 20 pixels around (172, 120)
  for (int y = 110; y < 130; ++y) {
    for (int x = 160; x < 184; ++x) {
      for (int c = 0; c < 3; ++c) {
        spot.data<std::uint8_t>()[static_cast<std::size_t>((y * 320 + x) * 3 + c)] = 220;
      }
    }
  }
  for (const PreparationInfo& info : preparations()) {
    const Preparation& p = find_preparation(info.name);
    const auto views = prepare(p, spot), backgrounds = prepare(p, empty);
    for (std::size_t i = 0; i < views.size(); ++i) {
      const Geometry& g = views[i].geometry;
      const auto [x, y] = centre_of_mass(views[i], backgrounds[i]);
      // Without antialiasing the spot's edges are sampled unevenly; TF1 also shifts the picture by
      // up to half a pixel.
      const double slack = p.resampler == Resampler::tf1_bilinear ? 0.6 : 0.2;
      INFO(info.name << " " << x << " " << y);
      CHECK(x == Approx(172 * g.scale_x + g.offset_x).margin(slack));
      CHECK(y == Approx(120 * g.scale_y + g.offset_y).margin(slack));
      CHECK(g.input_width == views[i].input.dim(3));
      CHECK(g.input_height == views[i].input.dim(2));
    }
  }
}

TEST_CASE("images of any size are prepared, or refused with a reason") {
  for (const auto& [width, height] : {std::pair{1, 1}, {2, 700}, {700, 2}, {31, 33}}) {
    for (const PreparationInfo& info : preparations()) {
      INFO(info.name << " " << width << " x " << height);
      const View view = prepare(find_preparation(info.name), draw(width, height, 1)).front();
      const auto values = view.input.data<float>();
      CHECK(std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); }));
    }
  }
  const Preparation& p = find_preparation("torchvision-256-224");
  CHECK_THROWS_WITH(prepare(p, filled(1, 60000, {1, 2, 3})),
                    Contains("torchvision-256-224") && Contains("1 x 60000 pixels"));
  CHECK_THROWS_AS(prepare(p, Tensor({8, 8, 1}, DType::u8)), Error);
  CHECK_THROWS_AS(prepare(p, Tensor({8, 8, 3})), Error);
  CHECK_THROWS_AS(prepare(p, Tensor({0, 8, 3}, DType::u8)), Error);
}

TEST_CASE("real images become the inputs that PIL, OpenCV and numpy make of them") {
  const auto root = real_data("voc_imagenet/imagenet/sample1000");
  if (!root) return;
  std::ifstream stream(BENCH_SOURCE_DIR "/datasets/golden/real_images.json");
  const auto golden = nlohmann::json::parse(stream);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(*root)) files.push_back(entry);
  std::sort(files.begin(), files.end());
  std::map<std::string, Sha256> sums;
  for (const auto& file : files) {
    std::ifstream input(file, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(input)), {});
    const auto image = decode_image(std::as_bytes(std::span(text)), file.string());
    for (const auto& [name, expected] : golden["prepared"].items()) {
      for (const View& view : prepare(find_preparation(name), image.pixels)) {
        sums[name].add(view.input.bytes());
      }
    }
  }
  for (const auto& [name, expected] : golden["prepared"].items()) {
    INFO(name);
    CHECK(sums[name].hex() == expected.get<std::string>());
  }
}
