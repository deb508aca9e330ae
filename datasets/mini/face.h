#pragma once
// A drawn face: who it is (traits) and how it is seen (view) are told apart.

#include "datasets/mini/picture.h"

namespace bench::mini {

/// What stays the same over all pictures of one person. Lengths in the drawing's own coordinates.
struct FaceTraits {
  Colour skin, hair, iris, lips;
  int hair_style = 0;  ///< 0 none, 1 short, 2 parted, 3 long, 4 curly, 5 on end
  float head_width = 0.5f, jaw_width = 0.4f, chin = 0.75f;
  float eye_distance = 0.22f, eye_size = 0.1f, eye_height = -0.08f;
  float brow_thickness = 0.03f, brow_tilt = 0;
  float nose_length = 0.2f, nose_width = 0.08f;
  float mouth_width = 0.2f, lip_thickness = 0.04f, mouth_height = 0.45f;
  float beard = 0, moustache = 0;  ///< 0: none; else how opaque
  float ears = 0.1f;
  Point mole;
  bool has_mole = false;
};
FaceTraits any_traits(Random& random);

/// What changes from picture to picture. Angles in radians.
struct FaceView {
  float yaw = 0, pitch = 0;
  float smile = 0;  ///< -1..1
  float open = 0;   ///< of the mouth, 0..1
  bool blink = false;
  int glasses = 0;  ///< 0 none, 1 clear, 2 dark
  bool hat = false;
  Colour hat_colour;
  Point light;  ///< where the face is brightest
};
/// `spread` 0: all alike, from the front; 1: turned by up to a radian.
FaceView any_view(Random& random, float spread);

/// Forehead to chin, without hair and ears: what an annotator would box.
Outline face_oval(const FaceTraits& traits, const FaceView& view);

Drawing draw_face(const FaceTraits& traits, const FaceView& view);

}  // namespace bench::mini
