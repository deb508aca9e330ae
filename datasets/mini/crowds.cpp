#include "datasets/mini/crowds.h"

#include <algorithm>
#include <cmath>

#include "datasets/mini/face.h"
#include "datasets/mini/shapes.h"
#include "datasets/mini/textures.h"

namespace bench::mini {
namespace {

constexpr int none = -1;

struct Event {
  const char* name;
  int fewest, most;
  float smallest, largest;  // of the drawing's radius, in pixels
  float conditions;         // strength
  bool dark, rows;
};
constexpr Event events[] = {{"0--Drawn_Crowd", 8, 26, 5, 17, 0.4f, false, false},
                            {"1--Drawn_Portrait", 1, 3, 20, 52, 0.5f, false, false},
                            {"2--Drawn_Rows", 6, 18, 8, 15, 0.4f, false, true},
                            {"3--Drawn_Night", 2, 9, 8, 30, 0.8f, true, false},
                            {"4--Drawn_Street", 2, 12, 5, 38, 0.5f, false, false}};

// One face before it is annotated.
struct Planned {
  FaceTraits traits;
  FaceView view;
  Pose pose;
};

// Small faces are many: sizes are spread evenly over their logarithm.
Pose pose_of(const Event& event, int index, int faces, int width, int height, Random& random) {
  Pose pose;
  pose.size = event.smallest * std::pow(event.largest / event.smallest, random.uniform(0, 1));
  pose.centre.x = random.uniform(0.04f, 0.96f) * static_cast<float>(width);
  pose.centre.y = random.uniform(0.12f, 0.88f) * static_cast<float>(height);
  if (event.rows) {
    const int columns = std::max(3, faces / 3);
    const float step = static_cast<float>(width) / static_cast<float>(columns);
    const float row = static_cast<float>(index / columns),
                column = static_cast<float>(index % columns);
    pose.centre.x = (column + 0.5f) * step + random.uniform(-4, 4);
    pose.centre.y = 0.2f * static_cast<float>(height) + row * 34 + random.uniform(-4, 4);
  }
  const float roll = random.uniform(-1, 1);
  pose.angle = roll * roll * roll;
  const float blurred = random.uniform(0, 1);
  pose.softness = blurred < 0.6f ? 1.2f : 1.2f + random.uniform(0.5f, 4) * (blurred - 0.5f) * 2;
  return pose;
}

bool crowded(const Pose& pose, const std::vector<Planned>& others) {
  return std::any_of(others.begin(), others.end(), [&](const Planned& other) {
    const Point a = pose.centre, b = other.pose.centre;
    return std::hypot(a.x - b.x, a.y - b.y) < 0.9f * std::max(pose.size, other.pose.size);
  });
}

std::vector<Planned> plan(const Event& event, int width, int height, Random& random) {
  std::vector<Planned> faces;
  const int count = random.integer(event.fewest, event.most);
  for (int i = 0; i < count; ++i) {
    Planned face;
    face.traits = any_traits(random);
    face.view = any_view(random, 1);
    face.pose = pose_of(event, i, count, width, height, random);
    for (int again = 0; again < 4 && crowded(face.pose, faces); ++again) {
      face.pose = pose_of(event, i, count, width, height, random);
    }
    faces.push_back(face);
  }
  const auto nearness = [&](const Planned& f) {
    return event.rows ? f.pose.centre.y : f.pose.size;
  };
  std::stable_sort(faces.begin(), faces.end(), [&](const Planned& a, const Planned& b) {
    return nearness(a) < nearness(b);  // the near ones last
  });
  return faces;
}

Pose body_pose(const Pose& head) {
  Pose body = head;
  body.angle = 0.3f * head.angle;
  body.size = 1.35f * head.size;
  body.centre.x -= 1.65f * head.size * std::sin(0.3f * head.angle);
  body.centre.y += 1.65f * head.size;
  return body;
}

// Paints, and keeps the book of which face's oval is seen where.
class Canvas {
 public:
  Canvas(Picture& picture, std::vector<int>& owner) : picture_(picture), owner_(owner) {}

  void put(const Drawing& drawing, const Pose& pose) {
    paint(picture_, drawing, pose);
    claim(drawing, pose, none);
  }
  void claim(const Drawing& drawing, const Pose& pose, int index) {
    const auto covered = silhouette(drawing, pose, picture_.width, picture_.height);
    for (std::size_t i = 0; i < covered.size(); ++i) {
      if (covered[i]) owner_[i] = index;
    }
  }

 private:
  Picture& picture_;
  std::vector<int>& owner_;
};

void put_face(Canvas& canvas, const Planned& face, int index, Random& random) {
  const Colour shirt = any_colour(random);
  const Texture cloth = slope(shirt, mix(shirt, {}, 0.5f));
  const Texture skin = plain(mix(face.traits.skin, {}, 0.25f));
  canvas.put({{box({0, -0.65f}, 0.2f, 0.3f), skin}, {box({0, 0.3f}, 0.8f, 0.85f, 0.4f), cloth}},
             body_pose(face.pose));
  canvas.put(draw_face(face.traits, face.view), face.pose);
  canvas.claim({{face_oval(face.traits, face.view), plain({})}}, face.pose, index);
  if (random.integer(0, 6) != 0) return;
  Pose cover = face.pose;  // a hand, a sign, a mask
  cover.centre.x += random.uniform(-0.5f, 0.5f) * face.pose.size;
  cover.centre.y += random.uniform(-0.4f, 0.7f) * face.pose.size;
  cover.size *= random.uniform(0.3f, 0.65f);
  cover.angle = random.uniform(-1, 1);
  const Texture texture = random.integer(0, 1) ? skin : stripes(shirt, any_colour(random), 0.5f);
  canvas.put({{box({}, 0.9f, 0.6f, 0.2f), texture}}, cover);
}

// Things that are like faces and are none.
void put_decoys(Picture& picture, int decoys, Random& random) {
  for (int i = 0; i < decoys; ++i) {
    const FaceTraits traits = any_traits(random);
    Pose pose;
    pose.centre.x = random.uniform(0, static_cast<float>(picture.width));
    pose.centre.y = random.uniform(0, static_cast<float>(picture.height));
    pose.size = random.uniform(5, 18);
    pose.angle = random.uniform(0, 6.28f);
    Drawing decoy = {{ellipse({}, traits.head_width, 0.7f), plain(traits.skin)}};
    if (random.integer(0, 1))
      decoy.insert(decoy.begin(), {circle({0, -0.2f}, 0.7f), plain(traits.hair)});
    if (random.integer(0, 1))
      decoy.push_back({stroke({-0.3f, 0}, {0.3f, 0.1f}, 0.08f), plain(traits.hair)});
    paint(picture, decoy, pose);
  }
}

struct Extent {
  int x0 = 1 << 20, y0 = 1 << 20, x1 = -1, y1 = -1, pixels = 0;
};

Extent extent_of(const std::vector<bool>& covered, int width) {
  Extent e;
  for (std::size_t i = 0; i < covered.size(); ++i) {
    if (!covered[i]) continue;
    const int x = static_cast<int>(i) % width, y = static_cast<int>(i) / width;
    e = {std::min(e.x0, x), std::min(e.y0, y), std::max(e.x1, x), std::max(e.y1, y), e.pixels + 1};
  }
  return e;
}

CrowdFace annotate(const Planned& face, int index, const std::vector<int>& owner,
                   const Picture& picture, const Conditions& conditions) {
  const Drawing oval = {{face_oval(face.traits, face.view), plain({})}};
  const Extent e =
      extent_of(silhouette(oval, face.pose, picture.width, picture.height), picture.width);
  const auto seen = std::count(owner.begin(), owner.end(), index);
  const double share = static_cast<double>(seen) / std::max(1, whole_pixels(oval, face.pose));
  CrowdFace out;
  if (e.pixels == 0) return out;
  out.x = e.x0;
  out.y = e.y0;
  out.width = e.x1 - e.x0 + 1;
  out.height = e.y1 - e.y0 + 1;
  const float softness = (face.pose.softness + 2 * conditions.blur) / face.pose.size;
  out.blur = softness > 0.35f ? 2 : softness > 0.18f ? 1 : 0;
  out.expression = face.view.open > 0.6f;
  out.illumination = conditions.gain < 0.55f;
  out.occlusion = share < 0.6 ? 2 : share < 0.93 ? 1 : 0;
  out.invalid = share < 0.2;
  out.pose = std::abs(face.view.yaw) > 0.6f || std::abs(face.pose.angle) > 0.5f;
  return out;
}

}  // namespace

const std::vector<std::string>& crowd_events() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const Event& event : events) out.emplace_back(event.name);
    return out;
  }();
  return names;
}

Crowd draw_crowd(int index, Random& random) {
  const Event& event = events[index];
  const int width = 32 * random.integer(6, 8), height = 16 * random.integer(9, 12);
  Crowd crowd{backdrop(width, height, random), {}};
  clutter(crowd.picture, random.integer(4, 20), 18, random);
  const float hardness = any_hardness(random);
  fade(crowd.picture, 0.7f * (1 - hardness), random);
  put_decoys(crowd.picture, random.integer(0, 5), random);
  std::vector<int> owner(crowd.picture.pixels.size(), none);
  Canvas canvas(crowd.picture, owner);
  const auto faces = plan(event, width, height, random);
  for (std::size_t i = 0; i < faces.size(); ++i)
    put_face(canvas, faces[i], static_cast<int>(i), random);
  Conditions conditions = any_conditions(random, event.conditions * (0.3f + 0.7f * hardness));
  if (event.dark) conditions.gain *= random.uniform(0.4f, 0.9f);
  for (std::size_t i = 0; i < faces.size(); ++i) {
    const auto face = annotate(faces[i], static_cast<int>(i), owner, crowd.picture, conditions);
    if (face.width > 2 && face.height > 3) crowd.faces.push_back(face);
  }
  take(crowd.picture, conditions, random);
  return crowd;
}

}  // namespace bench::mini
