#include "bench/train/losses.h"

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "models/random.h"

namespace bench {
namespace {

at::Tensor tensor(Shape shape, std::vector<float> values) {
  return to_torch(Tensor::of(std::move(shape), std::move(values)));
}

at::Tensor labels(Shape shape, const std::vector<int>& values) {
  at::Tensor list = at::empty({static_cast<std::int64_t>(values.size())}, at::kLong);
  for (std::size_t i = 0; i < values.size(); ++i) list.data_ptr<std::int64_t>()[i] = values[i];
  return list.reshape(shape);
}

TEST_CASE("cross entropy, by hand") {
  // Softmax of (0, log 3) is (1/4, 3/4); of (0, 0) is (1/2, 1/2).
  const at::Tensor logits = tensor({2, 2}, {0, std::log(3.0f), 0, 0}).requires_grad_();
  const at::Tensor loss = cross_entropy(logits, labels({2}, {0, 1}));
  CHECK(loss.item<double>() == Approx((std::log(4.0) + std::log(2.0)) / 2));
  loss.backward();  // (softmax - truth) / 2
  const Tensor gradient = from_torch(logits.grad());
  const std::vector<double> wanted{-3.0 / 8, 3.0 / 8, 1.0 / 4, -1.0 / 4};
  for (std::size_t i = 0; i < 4; ++i) CHECK(gradient.data<float>()[i] == Approx(wanted[i]));
}

TEST_CASE("cross entropy over pixels leaves out ignored ones") {
  // One row of three pixels, two classes; the second pixel is a border.
  const at::Tensor logits = tensor({1, 2, 1, 3}, {0, 50, 0, std::log(3.0f), 0, 0}).requires_grad_();
  const at::Tensor loss = pixel_cross_entropy(logits, labels({1, 1, 3}, {0, 255, 1}));
  CHECK(loss.item<double>() == Approx((std::log(4.0) + std::log(2.0)) / 2));
  loss.backward();
  const Tensor gradient = from_torch(logits.grad());
  CHECK(gradient.data<float>()[1] == 0);
  CHECK(gradient.data<float>()[4] == 0);
  CHECK(gradient.data<float>()[0] == Approx(-3.0 / 8));
}

TEST_CASE("cross entropy over pixels has the gradients of libtorch's own, to the bit") {
  const auto wanted = to_torch(Random(4).tensor({2, 5, 7, 6}, -9, 9)).requires_grad_();
  const auto mine = wanted.detach().clone().requires_grad_();
  at::Tensor truth = at::empty({2, 7, 6}, at::kLong);
  Random random(5);
  for (int i = 0; i < 84; ++i) {
    truth.data_ptr<std::int64_t>()[i] = i % 7 == 3 ? 255 : random.integer(0, 4);
  }
  const at::Tensor sum = at::cross_entropy_loss(wanted, truth, {}, at::Reduction::Sum, 255);
  (sum / 72).backward();  // 84 without 12 borders
  const at::Tensor loss = pixel_cross_entropy(mine, truth);
  loss.backward();
  CHECK(loss.item<double>() == Approx(sum.item<double>() / 72));
  CHECK(at::equal(mine.grad(), wanted.grad()));
}

TEST_CASE("cross entropy over ignored pixels only is 0, not NaN") {
  const at::Tensor logits = tensor({1, 2, 1, 1}, {1, 2}).requires_grad_();
  const at::Tensor loss = pixel_cross_entropy(logits, labels({1, 1, 1}, {7}), 7);
  CHECK(loss.item<double>() == 0);
  loss.backward();
  CHECK(logits.grad().abs().sum().item<double>() == 0);
}

// Logits of one embedding of length 3 against centres along the axes, of lengths 2 and 5.
std::vector<double> arc_face(double degrees, int label, ArcFace options) {
  const double angle = degrees / 180 * 3.14159265358979;
  const auto x = tensor(
      {1, 2}, {static_cast<float>(3 * std::cos(angle)), static_cast<float>(3 * std::sin(angle))});
  const at::Tensor logits =
      arc_face_logits(x, tensor({2, 2}, {2, 0, 0, 5}), labels({1}, {label}), options);
  const Tensor copy = from_torch(logits);
  return {copy.data<float>()[0], copy.data<float>()[1]};
}

TEST_CASE("ArcFace adds its margin to the true class's angle only") {
  const auto first = arc_face(60, 0, {});  // 60 degrees = 1.0471976, + 0.5 = 1.5471976
  CHECK(first[0] == Approx(64 * 0.0235965).epsilon(1e-4));
  CHECK(first[1] == Approx(64 * 0.8660254));
  const auto second = arc_face(60, 1, {.scale = 10, .margin = 0.2});  // 30 degrees + 0.2
  CHECK(second[0] == Approx(10 * 0.5));
  CHECK(second[1] == Approx(10 * std::cos(0.5235988 + 0.2)));
}

TEST_CASE("ArcFace's guards") {
  const ArcFace easy{.scale = 1}, monotone{.scale = 1, .guard = ArcFace::Guard::monotone};
  // 100 degrees: beyond 90, before 180 degrees - 0.5 (151.35 degrees).
  CHECK(arc_face(100, 0, easy)[0] == Approx(std::cos(1.7453293)));
  CHECK(arc_face(100, 0, monotone)[0] == Approx(std::cos(1.7453293 + 0.5)));
  // 170 degrees: cos - 0.5 sin(0.5)
  CHECK(arc_face(170, 0, easy)[0] == Approx(-0.9848078));
  CHECK(arc_face(170, 0, monotone)[0] == Approx(-0.9848078 - 0.5 * 0.4794255));
  CHECK(arc_face(80, 0, easy)[0] == Approx(arc_face(80, 0, monotone)[0]));
}

TEST_CASE("ArcFace has gradients where an embedding lies on a centre, or opposite, or is 0") {
  const at::Tensor x = tensor({3, 2}, {1, 0, -1, 0, 0, 0}).requires_grad_();
  const at::Tensor centres = tensor({2, 2}, {1, 0, 0, 1}).requires_grad_();
  for (const auto guard : {ArcFace::Guard::easy, ArcFace::Guard::monotone}) {
    const at::Tensor truth = labels({3}, {0, 0, 1});
    cross_entropy(arc_face_logits(x, centres, truth, {.guard = guard}), truth).backward();
    CHECK(x.grad().isfinite().all().item<bool>());
    CHECK(centres.grad().isfinite().all().item<bool>());
    CHECK(centres.grad().abs().sum().item<double>() > 0);
  }
}

}  // namespace
}  // namespace bench
