#include "evaluators/change_point.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "evaluators/bootstrap.h"
#include "evaluators/significance.h"

namespace bench {
namespace {

using Kind = ExactChange::Kind;

TEST_CASE("Without chance every difference is a change, and a level that comes back is known") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<ExactPoint> points = {{"a", 0.5}, {"a", 0.5}, {"b", 0.4}, {"c", 0.4},
                                          {"c", 0.3}, {"a", 0.5}, {"a", nan}, {"a", nan}};
  const auto changes = exact_changes(points);
  REQUIRE(changes.size() == 5);
  CHECK(changes[0].at == 2);
  CHECK(changes[0].kind == Kind::figure);
  CHECK_FALSE(changes[0].back_to);
  CHECK(changes[1].at == 3);
  CHECK(changes[1].kind == Kind::answers);
  CHECK(changes[2].at == 4);
  CHECK(changes[2].kind == Kind::judge);
  CHECK(changes[3].at == 5);
  CHECK(changes[3].kind == Kind::figure);
  CHECK(changes[3].back_to == std::size_t{0});
  CHECK(changes[4].at == 6);
  CHECK(exact_changes({}).empty());
}

TEST_CASE("A figure without answers, such as a size, changes by its value") {
  const auto changes = exact_changes(std::vector<ExactPoint>{{"", 10}, {"", 10}, {"", 11}});
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].at == 2);
  CHECK(changes[0].kind == Kind::figure);
}

double uniform(std::uint64_t series, std::uint64_t i) {
  return (static_cast<double>(random_bits(77, series, i) >> 11) + 0.5) * 0x1p-53;
}

double normal(std::uint64_t series, std::uint64_t i) { return normal_quantile(uniform(series, i)); }

double heavy(std::uint64_t series, std::uint64_t i) {  // Cauchy: outliers of any size
  return std::tan(M_PI * (uniform(series, i) - 0.5));
}

double coarse(std::uint64_t series, std::uint64_t i) {  // many values are equal
  return std::round(normal(series, i));
}

template <class Draw>
std::vector<double> drawn(std::size_t size, std::uint64_t series, const Draw& draw) {
  std::vector<double> values;
  for (std::uint64_t i = 0; i < size; ++i) values.push_back(draw(series, i));
  return values;
}

constexpr LevelOptions quick{0.05, 399, 1};

// 1,000 series that do not change: 50 are expected at most, of which 70 is 2.9 standard deviations
// away.
TEST_CASE("A series without a change is marked with probability alpha at most") {
  for (const std::size_t size : {5u, 12u, 40u}) {
    int marked[3] = {};
    for (std::uint64_t series = 0; series < 1000; ++series) {
      marked[0] += !level_changes(drawn(size, series, normal), quick).empty();
      marked[1] += !level_changes(drawn(size, series, heavy), quick).empty();
      marked[2] += !level_changes(drawn(size, series, coarse), quick).empty();
    }
    for (const int count : marked) {
      INFO(size << " values: " << count << " of 1000");
      CHECK(count <= 70);
    }
    if (size == 40) CHECK(marked[0] >= 25);  // and the test uses what it is allowed
  }
}

TEST_CASE("A planted step is found, in its place") {
  int found = 0, in_place = 0, others = 0;
  for (std::uint64_t series = 0; series < 200; ++series) {
    std::vector<double> values = drawn(40, series, normal);
    for (std::size_t i = 25; i < values.size(); ++i) values[i] += 3;
    const auto changes = level_changes(values, quick);
    found += !changes.empty();
    others += changes.size() > 1;
    for (const LevelChange& change : changes) {
      in_place += change.at >= 24 && change.at <= 26;
      CHECK(change.p <= 0.05);
    }
  }
  CHECK(found == 200);
  CHECK(in_place >= 190);
  CHECK(others <= 20);
}

TEST_CASE("A level that comes back is two changes; one far value is none") {
  std::vector<double> values = drawn(60, 3, normal);
  for (std::size_t i = 20; i < 40; ++i) values[i] += 8;
  const auto changes = level_changes(values, {});
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].at == 20);
  CHECK(changes[1].at == 40);
  std::vector<double> spike = drawn(60, 4, normal);
  REQUIRE(level_changes(spike, {}).empty());
  spike[30] = 1000;
  CHECK(level_changes(spike, {}).empty());
}

// Of the 70 ways of choosing 4 of 8 values, only {the four least} and {the four largest} give a
// split as uneven as 1 2 3 4 | 5 6 7 8: p = 2 / 70.
TEST_CASE("p is the share of orders") {
  const std::vector<double> values = {1, 2, 4, 3, 6, 5, 8, 7};
  const auto changes = level_changes(values, {0.05, 99999, 1});
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].at == 4);
  CHECK(changes[0].p == Approx(2.0 / 70).margin(0.002));
  CHECK(level_changes(values, {0.02, 9999, 1}).empty());
}

TEST_CASE("Short and constant series do not change") {
  CHECK(level_changes({}, {}).empty());
  CHECK(level_changes(std::vector<double>{1}, {}).empty());
  CHECK(level_changes(std::vector<double>{1, 2}, {}).empty());
  CHECK(level_changes(std::vector<double>(50, 2.5), {}).empty());
}

}  // namespace
}  // namespace bench
