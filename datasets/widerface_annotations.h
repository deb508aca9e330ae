#pragma once
// The three forms in which WIDER FACE's ground truth is found, read into one.

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/dataset.h"

namespace bench {

struct FaceAnnotation {
  std::string id;              ///< "EVENT/STEM"
  std::vector<FaceBox> faces;  ///< in the order of the ground truth: its index lists refer to it
};

/// Boxes of wider_face_val.mat, without difficulty.
std::vector<FaceAnnotation> read_wider_mat(const std::filesystem::path& path);

/// Boxes of wider_face_val_bbx_gt.txt (10 numbers a line), without difficulty; or boxes with
/// difficulty of wider_val_gt_flags.txt (x y w h easy medium hard invalid), then `flags` is true.
struct WiderText {
  std::vector<FaceAnnotation> images;
  bool flags = false;
};
WiderText read_wider_text(const std::filesystem::path& path);

/// Sets `level` of the faces whose 1-based indices wider_{easy,medium,hard}_val.mat lists.
void mark_difficulty(std::vector<FaceAnnotation>& images, const std::filesystem::path& path,
                     bool FaceBox::*level);

/// Throws Error{bad_data} naming the first image and box on which the two differ. One difference is
/// the publisher's own and allowed: a box of width -2 in the .mat that is 0 in the text.
void require_same_boxes(const std::vector<FaceAnnotation>& mat,
                        const std::filesystem::path& mat_path,
                        const std::vector<FaceAnnotation>& text,
                        const std::filesystem::path& text_path);

}  // namespace bench
