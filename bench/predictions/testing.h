#pragma once
// For tests only: a data set that is a list of ids and truths.

#include <utility>

#include "datasets/dataset.h"

namespace bench::testing {

class ListedDataset : public Dataset {
 public:
  explicit ListedDataset(std::string name, std::vector<std::string> classes = {})
      : name_(std::move(name)), classes_(std::move(classes)) {}
  void add(std::string id, Truth truth) {
    ids_.push_back(std::move(id));
    truths_.push_back(std::move(truth));
  }

  std::string_view name() const override { return name_; }
  std::size_t size() const override { return ids_.size(); }
  const std::string& id(std::size_t index) const override { return ids_[index]; }
  Truth truth(std::size_t index) const override { return truths_[index]; }
  EncodedImage image(std::size_t) const override { return {}; }
  const std::vector<std::string>& class_names() const override { return classes_; }
  std::string digest() const override { return {}; }

 private:
  std::string name_;
  std::vector<std::string> classes_, ids_;
  std::vector<Truth> truths_;
};

}  // namespace bench::testing
