#pragma once
// For tests only: a data set and a network that need no files.

#include <cstring>
#include <string>
#include <vector>

#include "bench/answering.h"
#include "datasets/dataset.h"

namespace bench::testing {

/// `size` images of a few bytes each; image i is of class i mod 10.
class FakeDataset : public Dataset {
 public:
  explicit FakeDataset(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) ids_.push_back("image " + std::to_string(i));
  }
  std::string_view name() const override { return "imagenet"; }
  std::size_t size() const override { return ids_.size(); }
  const std::string& id(std::size_t index) const override { return ids_[index]; }
  Truth truth(std::size_t index) const override { return ClassLabel{static_cast<int>(index % 10)}; }
  EncodedImage image(std::size_t index) const override {
    EncodedImage image{ids_[index], {}};
    for (const char c : ids_[index]) image.bytes.push_back(static_cast<std::byte>(c));
    return image;
  }
  const std::vector<std::string>& class_names() const override { return classes_; }
  std::string digest() const override { return "digest of " + std::to_string(ids_.size()); }

 private:
  std::vector<std::string> ids_;
  std::vector<std::string> classes_ = std::vector<std::string>(1000, "class");
};

/// Answers "image 12" with class 2 in first place (right), but class 0 for every seventh image.
inline Answered fake_answer(const EncodedImage& image) {
  const int number = std::stoi(image.file.substr(image.file.find(' ') + 1));
  const int label = number % 7 == 0 ? 0 : number % 10;
  Answered answered;
  answered.answer = ClassScores{{{label, 1.0f / static_cast<float>(number + 1)},
                                 {(label + 1) % 10, 0.001f},
                                 {(label + 2) % 10, 0.0005f},
                                 {(label + 3) % 10, 0.0004f},
                                 {(label + 4) % 10, 0.0003f}}};
  answered.run_ms = 1;
  return answered;
}

}  // namespace bench::testing
