#include "models/formats/darknet_weights.h"

#include <cstring>

#include "models/error.h"

namespace bench {

DarknetWeights::DarknetWeights(std::string bytes, std::string path)
    : bytes_(std::move(bytes)), path_(std::move(path)) {
  std::int32_t version[3];  // major, minor, revision
  if (bytes_.size() < sizeof version) {
    throw Error(Fault::bad_data, path_ + ": ends within its header");
  }
  std::memcpy(version, bytes_.data(), sizeof version);
  const bool plausible = version[0] >= 0 && version[0] < 100 && version[1] >= 0 && version[1] < 100;
  if (!plausible) {
    throw Error(Fault::bad_data, path_ + ": version " + std::to_string(version[0]) + "." +
                                     std::to_string(version[1]) + " is none of darknet's");
  }
  // The count of images seen in training; 32 bits before version 0.2.
  const std::size_t seen = version[0] * 10 + version[1] >= 2 ? 8 : 4;
  position_ = sizeof version + seen;
  if (bytes_.size() < position_) throw Error(Fault::bad_data, path_ + ": ends within its header");
}

Tensor DarknetWeights::take(Shape shape, const std::string& layer) {
  const std::size_t left = bytes_.size() - position_;
  const std::uint64_t needed = static_cast<std::uint64_t>(count(shape)) * sizeof(float);
  if (needed > left) {
    throw Error(Fault::bad_data, path_ + ": ends within " + layer + ", which needs " +
                                     std::to_string(needed) + " bytes (" + to_string(shape) +
                                     ") at offset " + std::to_string(position_) + "; " +
                                     std::to_string(left) + " are left");
  }
  Tensor tensor(std::move(shape));
  if (needed > 0) std::memcpy(tensor.bytes().data(), bytes_.data() + position_, needed);
  position_ += needed;
  return tensor;
}

void DarknetWeights::check_all_taken(const std::string& last_layer) const {
  if (position_ == bytes_.size()) return;
  throw Error(Fault::bad_data, path_ + ": " + std::to_string(bytes_.size() - position_) +
                                   " bytes are left after the last layer with weights, " +
                                   last_layer + "; it belongs to another .cfg");
}

}  // namespace bench
