#pragma once
// What evaluators share: what they keep of each image, and the check that they were given the right
// kind of thing.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "datasets/dataset.h"
#include "models/error.h"

namespace bench {

/// One record per image, in the order of ids: whatever order they came in, the same result.
template <class Record>
class Seen {
 public:
  /// Throws Error{bad_data} if the id was added before.
  void add(const std::string& id, Record record) {
    if (!records_.emplace(id, std::move(record)).second) {
      throw Error(Fault::bad_data, "image " + id + ": scored twice; every image counts once");
    }
  }

  void merge(const Seen& other) {
    for (const auto& [id, record] : other.records_) add(id, record);
  }

  std::size_t size() const { return records_.size(); }
  auto begin() const { return records_.begin(); }
  auto end() const { return records_.end(); }

 private:
  std::map<std::string, Record> records_;
};

/// The Kind inside a Truth or an Answer. Throws Error{bad_data} naming the image otherwise.
template <class Kind, class Variant>
const Kind& expect(const Variant& given, const std::string& id, std::string_view wanted) {
  if (const Kind* kind = std::get_if<Kind>(&given)) return *kind;
  throw Error(Fault::bad_data, "image " + id + ": expected " + std::string(wanted) +
                                   "; is this evaluator meant for this data set and network?");
}

/// `other` as the same class. Throws Error{usage} if it is another evaluator or protocol.
template <class Same, class Evaluator>
const Same& same_kind(const Same& self, const Evaluator& other) {
  const auto* same = dynamic_cast<const Same*>(&other);
  if (same && same->protocol() == self.protocol()) return *same;
  throw Error(Fault::usage, "cannot merge results of different protocols: " + self.protocol() +
                                " and " + other.protocol());
}

}  // namespace bench
