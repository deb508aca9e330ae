#include "datasets/widerface_annotations.h"

#include <fmt/format.h>

#include <unordered_map>

#include "datasets/listed.h"
#include "datasets/mat_file.h"
#include "datasets/text.h"
#include "models/error.h"

namespace bench {
namespace {

namespace fs = std::filesystem;
using Kind = MatArray::Kind;

// x, y, w, h as annotated; some widths and heights are zero or negative.
Box corners(double x, double y, double w, double h) { return {x, y, x + w, y + h}; }

// A variable of one cell per event holding one cell per image.
class PerImage {
 public:
  PerImage(const fs::path& path, const std::string& variable)
      : path_(path), lists_(read_mat(path, {"event_list", "file_list", variable})) {
    for (std::size_t e = 0; e < events().size(); ++e) {
      const auto& files = list(lists_[1], e, "file_list").elements;
      if (list(lists_[2], e, variable).elements.size() != files.size()) {
        fail(fmt::format("event {} lists {} files, but another number in {}", e + 1, files.size(),
                         variable));
      }
    }
  }

  const std::vector<MatArray>& events() const { return lists_[0].elements; }
  std::size_t images(std::size_t e) const { return lists_[1].elements[e].elements.size(); }
  std::string id(std::size_t e, std::size_t i) const {
    const auto& file = lists_[1].elements[e].elements[i];
    if (events()[e].kind != Kind::text || file.kind != Kind::text) fail("a name is not text");
    return events()[e].text + "/" + file.text;
  }
  const MatArray& value(std::size_t e, std::size_t i) const {
    return lists_[2].elements[e].elements[i];
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Fault::bad_data, fmt::format("ground truth {}: {}", path_.string(), what));
  }

 private:
  const MatArray& list(const MatArray& variable, std::size_t event, const std::string& name) const {
    if (variable.kind != Kind::cells || variable.elements.size() != events().size() ||
        variable.elements[event].kind != Kind::cells) {
      fail(fmt::format("{} is not one cell of cells for each of {} events", name, events().size()));
    }
    return variable.elements[event];
  }

  fs::path path_;
  std::vector<MatArray> lists_;  // event_list, file_list, the variable
};

std::vector<FaceBox> faces_of(const MatArray& boxes, const PerImage& lists, const std::string& id) {
  const std::size_t rows = boxes.dims[0];
  if (boxes.kind != Kind::numbers || boxes.numbers.size() != rows * 4) {
    lists.fail("the boxes of " + id + " are not rows of 4 numbers");
  }
  std::vector<FaceBox> faces(rows);
  const auto& n = boxes.numbers;  // column by column
  for (std::size_t r = 0; r < rows; ++r) {
    faces[r].box = corners(n[r], n[r + rows], n[r + 2 * rows], n[r + 3 * rows]);
  }
  return faces;
}

// One box line. 10 numbers: x y w h blur expression illumination invalid occlusion pose.
// 8 numbers: x y w h easy medium hard invalid.
FaceBox face_of(const fs::path& path, const Line& line, std::size_t& columns) {
  const auto fields = fields_of(line.text);
  std::vector<double> n;
  for (const auto field : fields) {
    const auto number = to_double(field);
    if (!number) refuse_line(path, line, fmt::format("'{}' is not a number", field));
    n.push_back(*number);
  }
  if (columns == 0 && (n.size() == 8 || n.size() == 10)) columns = n.size();
  if (n.size() != columns) {
    refuse_line(path, line,
                fmt::format("expected {} numbers, there are {}",
                            columns ? std::to_string(columns) : "10 (or 8)", n.size()));
  }
  FaceBox face{corners(n[0], n[1], n[2], n[3])};
  if (columns == 8) {
    face.easy = n[4] != 0;
    face.medium = n[5] != 0;
    face.hard = n[6] != 0;
  }
  return face;
}

std::string id_of(const fs::path& path, const Line& line) {
  const auto slash = line.text.rfind('/');
  if (slash == std::string_view::npos || slash == 0) {
    refuse_line(path, line, "expected an image as EVENT/NAME.jpg");
  }
  return std::string(line.text.substr(0, slash + 1)) + stem_of(line.text);
}

bool is_known_slip(const std::string& id, std::size_t box) {
  return id == "39--Ice_Skating/39_Ice_Skating_iceskiing_39_583" && box == 7;
}

}  // namespace

std::vector<FaceAnnotation> read_wider_mat(const fs::path& path) {
  const PerImage lists(path, "face_bbx_list");
  std::vector<FaceAnnotation> images;
  for (std::size_t e = 0; e < lists.events().size(); ++e) {
    for (std::size_t i = 0; i < lists.images(e); ++i) {
      const std::string id = lists.id(e, i);
      images.push_back({id, faces_of(lists.value(e, i), lists, id)});
    }
  }
  return images;
}

WiderText read_wider_text(const fs::path& path) {
  const std::string text = read_text(path);
  const auto lines = lines_of(text);
  WiderText out;
  std::size_t columns = 0;
  for (std::size_t at = 0; at < lines.size();) {
    FaceAnnotation image{id_of(path, lines[at]), {}};
    if (++at == lines.size()) refuse_line(path, lines[at - 1], "the file ends after this name");
    const auto count = to_int(lines[at].text);
    if (!count || *count < 0) refuse_line(path, lines[at], "expected a number of faces");
    // An image without faces has one line of zeros all the same.
    const auto rows = static_cast<std::size_t>(std::max(*count, 1));
    if (rows > lines.size() - at - 1) {
      refuse_line(path, lines[at], "the file ends before that many faces");
    }
    ++at;
    for (const std::size_t end = at + rows; at < end; ++at) {
      image.faces.push_back(face_of(path, lines[at], columns));
    }
    out.images.push_back(std::move(image));
  }
  if (out.images.empty()) throw Error(Fault::bad_data, path.string() + " lists no image");
  out.flags = columns == 8;
  return out;
}

void mark_difficulty(std::vector<FaceAnnotation>& images, const fs::path& path,
                     bool FaceBox::*level) {
  std::unordered_map<std::string_view, FaceAnnotation*> by_id;
  for (auto& image : images) by_id.emplace(image.id, &image);
  const PerImage lists(path, "gt_list");
  std::size_t listed = 0;
  for (std::size_t e = 0; e < lists.events().size(); ++e) {
    for (std::size_t i = 0; i < lists.images(e); ++i, ++listed) {
      const std::string id = lists.id(e, i);
      const auto found = by_id.find(id);
      if (found == by_id.end()) lists.fail("image " + id + " has no boxes in the ground truth");
      if (lists.value(e, i).kind != Kind::numbers)
        lists.fail("the list of " + id + " is not numbers");
      auto& faces = found->second->faces;
      for (const double index : lists.value(e, i).numbers) {
        if (!(index >= 1 && index <= static_cast<double>(faces.size()))) {
          lists.fail(
              fmt::format("image {} has {} boxes, index {} is listed", id, faces.size(), index));
        }
        faces[static_cast<std::size_t>(index) - 1].*level = true;
      }
    }
  }
  if (listed != images.size()) {
    lists.fail(fmt::format("lists {} images, the ground truth has {}", with_commas(listed),
                           with_commas(images.size())));
  }
}

void require_same_boxes(const std::vector<FaceAnnotation>& mat, const fs::path& mat_path,
                        const std::vector<FaceAnnotation>& text, const fs::path& text_path) {
  const auto fail = [&](const std::string& what) {
    throw Error(Fault::bad_data,
                fmt::format("ground truth {} and {} differ: {}; remove the wrong one or name the "
                            "right one as the data",
                            mat_path.string(), text_path.string(), what));
  };
  std::unordered_map<std::string_view, const FaceAnnotation*> by_id;
  for (const auto& image : text) by_id.emplace(image.id, &image);
  if (by_id.size() != mat.size()) {
    fail(fmt::format("{} and {} images", with_commas(mat.size()), with_commas(by_id.size())));
  }
  for (const auto& image : mat) {
    const auto found = by_id.find(image.id);
    if (found == by_id.end()) fail("image " + image.id + " is only in the first");
    const auto& other = found->second->faces;
    if (other.size() != image.faces.size()) {
      fail(fmt::format("image {} has {} and {} boxes", image.id, image.faces.size(), other.size()));
    }
    for (std::size_t i = 0; i < other.size(); ++i) {
      if (image.faces[i].box != other[i].box && !is_known_slip(image.id, i)) {
        fail(fmt::format("image {} box {}", image.id, i + 1));
      }
    }
  }
}

}  // namespace bench
