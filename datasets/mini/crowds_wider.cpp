// Crowds as WIDER FACE's files.
#include <fmt/format.h>

#include "datasets/mini/crowds.h"
#include "datasets/mini/encode.h"
#include "datasets/mini/mat_writer.h"

namespace bench::mini {
namespace {

using Faces = std::vector<CrowdFace>;

// The truth of a whole set, by event.
struct Lists {
  std::vector<std::vector<std::string>> names{crowd_events().size()};
  std::vector<std::vector<Faces>> faces{crowd_events().size()};

  // The three variables of every .mat file of the publisher's.
  template <class Cell>
  std::string mat(const std::string& variable, const Cell& cell) const {
    std::vector<std::string> events, all_files, all_cells;
    for (std::size_t e = 0; e < names.size(); ++e) {
      std::vector<std::string> files, cells;
      for (const auto& name : names[e]) files.push_back(mat_text(name));
      for (const auto& image : faces[e]) cells.push_back(cell(image));
      events.push_back(mat_text(crowd_events()[e]));
      all_files.push_back(mat_cells(files));
      all_cells.push_back(mat_cells(cells));
    }
    return mat_bytes({mat_cells(events, "event_list"), mat_cells(all_files, "file_list"),
                      mat_cells(all_cells, variable)});
  }
};

// 1-based places of the faces that count.
std::string level_mat(const Lists& lists, bool (CrowdFace::*counts)() const) {
  return lists.mat("gt_list", [&](const Faces& faces) {
    std::vector<int> places;
    for (std::size_t i = 0; i < faces.size(); ++i) {
      if ((faces[i].*counts)()) places.push_back(static_cast<int>(i) + 1);
    }
    return mat_matrix(places.size(), places.empty() ? 0 : 1, places);
  });
}

std::string boxes_mat(const Lists& lists) {
  return lists.mat("face_bbx_list", [](const Faces& faces) {
    std::vector<int> columns;
    for (const auto member :
         {&CrowdFace::x, &CrowdFace::y, &CrowdFace::width, &CrowdFace::height}) {
      for (const auto& face : faces) columns.push_back(face.*member);
    }
    return mat_matrix(faces.size(), 4, columns);
  });
}

std::string boxes_text(const Lists& lists) {
  std::string text;
  for (std::size_t e = 0; e < lists.names.size(); ++e) {
    for (std::size_t i = 0; i < lists.names[e].size(); ++i) {
      text += fmt::format("{}/{}.jpg\n{}\n", crowd_events()[e], lists.names[e][i],
                          lists.faces[e][i].size());
      for (const CrowdFace& f : lists.faces[e][i]) {
        text += fmt::format("{} {} {} {} {} {} {} {} {} {} \n", f.x, f.y, f.width, f.height, f.blur,
                            f.expression, f.illumination, f.invalid, f.occlusion, f.pose);
      }
    }
  }
  return text;
}

Statistics statistics_of(const Lists& lists, int images) {
  std::vector<double> per_image, heights;
  std::map<std::string, int> attributes, levels;
  for (const auto& event : lists.faces) {
    for (const auto& faces : event) {
      per_image.push_back(static_cast<double>(faces.size()));
      for (const CrowdFace& f : faces) {
        heights.push_back(f.height);
        ++attributes[fmt::format("blur={}", f.blur)];
        ++attributes[fmt::format("occlusion={}", f.occlusion)];
        attributes["pose=1"] += f.pose;
        attributes["expression=1"] += f.expression;
        attributes["illumination=1"] += f.illumination;
        attributes["invalid=1"] += f.invalid;
        levels["easy"] += f.easy();
        levels["medium"] += f.medium();
        levels["hard"] += f.hard();
      }
    }
  }
  return {fmt::format("images: {}, 192 to 256 x 144 to 192 pixels", images),
          "faces per image: " + spread(per_image), "height of a face: " + spread(heights),
          "faces: " + counts(levels), "attributes: " + counts(attributes)};
}

}  // namespace

Statistics draw_widerface(const DrawOptions& options) {
  Lists lists;
  const int events = static_cast<int>(crowd_events().size());
  for (int i = 0; i < options.images; ++i) {
    Random random = stream(options, "widerface", i);
    const auto e = static_cast<std::size_t>(i % events);
    Crowd crowd = draw_crowd(i % events, random);
    while (crowd.faces.empty()) crowd = draw_crowd(i % events, random);
    const std::string& event = crowd_events()[e];
    const auto name =
        fmt::format("{}_{}_{}", e, event.substr(event.find("--") + 2), i / events + 1);
    write_file(options.out / "WIDER_val/images" / event / (name + ".jpg"),
               jpeg(to_pixels(crowd.picture), 88));
    lists.names[e].push_back(name);
    lists.faces[e].push_back(crowd.faces);
  }
  const auto split = options.out / "wider_face_split",
             levels = options.out / "eval_tools/ground_truth";
  write_file(split / "wider_face_val_bbx_gt.txt", boxes_text(lists));
  write_file(split / "wider_face_val.mat", boxes_mat(lists));
  write_file(levels / "wider_easy_val.mat", level_mat(lists, &CrowdFace::easy));
  write_file(levels / "wider_medium_val.mat", level_mat(lists, &CrowdFace::medium));
  write_file(levels / "wider_hard_val.mat", level_mat(lists, &CrowdFace::hard));
  return statistics_of(lists, options.images);
}

}  // namespace bench::mini
