#pragma once
// What the JPEG and PNG decoders share. For datasets/image.cpp; everyone else includes
// datasets/image.h.

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "datasets/image.h"

namespace bench {

DecodedImage decode_jpeg(std::span<const std::byte> bytes, std::string_view file);
DecodedImage decode_png(std::span<const std::byte> bytes, std::string_view file);
LabelMap decode_png_labels(std::span<const std::byte> bytes, std::string_view file);

/// Throws Error{unsupported} for more than 2^26 pixels or more than 65,535 on a side: before
/// anything is allocated. REQUIRES nothing of the two figures; they come from a stranger.
void check_image_size(std::uint64_t width, std::uint64_t height, std::string_view file);

/// How a C library that may not return from its error handler gets out: by longjmp to here.
/// A longjmp runs no destructors, so the rule is that between `completes` and `leave` there are
/// only the library's own frames, a step, and a handler, none of which owns anything.
struct Escape {
  std::jmp_buf place;
  char message[256] = "";

  [[noreturn]] void leave() { std::longjmp(place, 1); }
};

/// Runs step(); false if it left through `escape`.
template <class Step>
bool completes(Escape& escape, const Step& step) {
  if (setjmp(escape.place) != 0) return false;
  step();
  return true;
}

}  // namespace bench
