#include <catch2/catch.hpp>

#include "bench/commands/progress.h"

namespace bench {
namespace {

TEST_CASE("Progress in words") {
  CHECK(progress_text("c", {100, 0, 0, 0}, 0) == "c: 0 of 100 images");
  // 20 images in 4 s are 5 a second; 100 - 30 - 20 = 50 are left, 10 s.
  CHECK(progress_text("c", {100, 30, 20, 1}, 4) ==
        "c: 50 of 100 images (30 from before), 1 failed, 5.0 img/s, 0:10 left");
  CHECK(progress_text("c", {4000, 0, 1, 0}, 1) == "c: 1 of 4000 images, 1.0 img/s, 1:06:39 left");
  CHECK(progress_text("c", {10, 0, 10, 0}, 5) == "c: 10 of 10 images, 2.0 img/s");
}

}  // namespace
}  // namespace bench
