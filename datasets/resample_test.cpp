#include "datasets/resample.h"

#include <nlohmann/json.hpp>

#include <array>
#include <catch2/catch.hpp>
#include <fstream>

#include "datasets/image_fixtures.h"
#include "models/sha256.h"

using namespace bench;
using namespace bench::testing;

namespace {

constexpr std::array<std::pair<const char*, Resampler>, 6> names = {{
    {"pil_bilinear", Resampler::pil_bilinear},
    {"pil_bicubic", Resampler::pil_bicubic},
    {"opencv_nearest", Resampler::opencv_nearest},
    {"opencv_linear", Resampler::opencv_linear},
    {"opencv_cubic", Resampler::opencv_cubic},
    {"opencv_area", Resampler::opencv_area},
}};

// A row of grey pixels.
Tensor row_of(const std::vector<std::uint8_t>& values) {
  Tensor image({1, static_cast<std::int64_t>(values.size()), 3}, DType::u8);
  for (std::size_t i = 0; i < image.data<std::uint8_t>().size(); ++i) {
    image.data<std::uint8_t>()[i] = values[i / 3];
  }
  return image;
}

std::vector<int> reds(const Tensor& image) {
  std::vector<int> list;
  for (std::size_t i = 0; i < image.data<std::uint8_t>().size(); i += 3) {
    list.push_back(image.data<std::uint8_t>()[i]);
  }
  return list;
}

}  // namespace

TEST_CASE("resamplers equal the tools' own, bit for bit") {
  std::ifstream stream(BENCH_SOURCE_DIR "/datasets/golden/resample.json");
  const auto golden = nlohmann::json::parse(stream);
  std::size_t seen = 0;
  for (const auto& [name, resampler] : names) {
    for (const auto& c : golden["cases"]) {
      if (c["resampler"] != name) continue;
      ++seen;
      const Tensor image = draw(c["from"][0], c["from"][1], c["seed"]);
      const Tensor got = resample(image, {c["to"][0], c["to"][1]}, resampler);
      INFO(c.dump());
      const auto bytes = got.data<std::uint8_t>();
      const auto first = c["first_pixels"].get<std::vector<std::uint8_t>>();
      CHECK(std::vector<std::uint8_t>(bytes.begin(), bytes.begin() + std::ssize(first)) == first);
      CHECK(sha256(got.bytes()) == c["sha256"].get<std::string>());
    }
  }
  CHECK(seen == golden["cases"].size());
}

TEST_CASE("PIL bilinear widens its filter when shrinking, OpenCV linear does not") {
  // 4 -> 2: output 0 has its centre at 1. PIL: support 2, so pixels 0..2 (centres .5, 1.5, 2.5)
  // with weights 1 - .5/2, 1 - .5/2, 1 - 1.5/2 = .75 .75 .25, sum 1.75: (.75 * 100) / 1.75 = 42.86
  // for the picture 0 100 0 200; output 1, by symmetry over pixels 1..3 with .25 .75 .75:
  // (25 + 150) / 1.75 = 100. OpenCV: the mean of the two pixels around the centre: 50 and 100.
  const Tensor image = row_of({0, 100, 0, 200});
  CHECK(reds(resample(image, {2, 1}, Resampler::pil_bilinear)) == std::vector{43, 100});
  CHECK(reds(resample(image, {2, 1}, Resampler::opencv_linear)) == std::vector{50, 100});
}

TEST_CASE("antialiased bilinear is within a step of PIL's and rounds once") {
  const Tensor image = draw(61, 45, 9);
  for (const Extent size : {Extent{30, 45}, Extent{61, 20}, Extent{25, 17}, Extent{90, 70}}) {
    const auto ours = reds(resample(image, size, Resampler::antialiased));
    const auto pil = reds(resample(image, size, Resampler::pil_bilinear));
    for (std::size_t i = 0; i < ours.size(); ++i) REQUIRE(std::abs(ours[i] - pil[i]) <= 1);
  }
  // 4 x 4 -> 2 x 2, rows 0 and 1 being 0 100 0 200 and the others 0: along x 42.857 and 100 (as
  // below), along y rows 0 to 2 with 3/7 3/7 1/7, then rows 1 to 3 with 1/7 3/7 3/7.
  Tensor square({4, 4, 3}, DType::u8);
  for (std::size_t i = 0; i < 24; ++i) {
    square.data<std::uint8_t>()[i] = std::array<std::uint8_t, 4>{0, 100, 0, 200}[i / 3 % 4];
  }
  // 42.857 * 6/7 = 36.73, 85.71; 42.857 / 7 = 6.12, 14.29. PIL rounds 42.857 to 43 in between.
  CHECK(reds(resample(square, {2, 2}, Resampler::antialiased)) == std::vector{37, 86, 6, 14});
}

TEST_CASE("TF1 bilinear puts pixel i at i * in / out") {
  // 2 -> 4: positions 0, .5, 1, 1.5; beyond the last pixel it repeats. 3 -> 2: positions 0, 1.5.
  const auto values = [](const Tensor& image) {
    std::vector<float> list;
    for (std::size_t i = 0; i < image.data<float>().size(); i += 3) {
      list.push_back(image.data<float>()[i]);
    }
    return list;
  };
  const Resampler tf1 = Resampler::tf1_bilinear;
  CHECK(values(resample(row_of({10, 21}), {4, 1}, tf1)) == std::vector<float>{10, 15.5f, 21, 21});
  CHECK(values(resample(row_of({1, 2, 5}), {2, 1}, tf1)) == std::vector<float>{1, 3.5f});
  // The same downwards: rows 0 and 30, 2 -> 4.
  Tensor column({2, 1, 3}, DType::u8);
  for (std::size_t i = 3; i < 6; ++i) column.data<std::uint8_t>()[i] = 30;
  CHECK(values(resample(column, {1, 4}, tf1)) == std::vector<float>{0, 15, 30, 30});
}

TEST_CASE("a window is a crop of the whole") {
  const Tensor image = draw(61, 45, 9);
  for (const Resampler resampler :
       {Resampler::pil_bilinear, Resampler::pil_bicubic, Resampler::antialiased,
        Resampler::opencv_linear, Resampler::tf1_bilinear}) {
    for (const Extent size : {Extent{30, 45}, Extent{61, 20}, Extent{61, 45}, Extent{90, 33}}) {
      const Window window{5, 7, 20, 11};
      const Tensor part = resample(image, size, resampler, window);
      const Tensor whole = crop(resample(image, size, resampler), window);
      CHECK(part.type() == whole.type());
      CHECK(part.shape() == Shape{11, 20, 3});
      CHECK(sha256(part.bytes()) == sha256(whole.bytes()));
    }
  }
}

TEST_CASE("a constant picture stays constant, however it is resized") {
  Tensor image({17, 23, 3}, DType::u8);
  for (auto& value : image.data<std::uint8_t>()) value = 201;
  std::vector<Resampler> all = {Resampler::antialiased};
  for (const auto& [name, resampler] : names) all.push_back(resampler);
  for (const Resampler resampler : all) {
    for (const Extent size : {Extent{5, 4}, Extent{64, 50}, Extent{1, 1}, Extent{23, 90}}) {
      for (const int value : reds(resample(image, size, resampler))) REQUIRE(value == 201);
    }
  }
}
