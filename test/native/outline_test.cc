// Outlines and components against their definitions: every instruction set, every edge.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "visualize/components.h"
#include "visualize/overlay.h"

namespace deeplab {
namespace {

using visualize::OverlayJob;

template <typename Id>
struct Map {
  int width, height;
  std::vector<Id> ids;

  Id at(int x, int y) const { return ids[static_cast<size_t>(y) * width + x]; }
};

// Blocks of ids, and single pixels between them.
template <typename Id>
Map<Id> RandomMap(int width, int height, int ids, uint32_t seed) {
  std::mt19937 random(seed);
  Map<Id> map{width, height, std::vector<Id>(static_cast<size_t>(width) * height)};
  for (int i = 0; i < width * height / 20 + 1; ++i) {
    const int left = static_cast<int>(random() % width), top = static_cast<int>(random() % height);
    const int side = random() % 3 == 0 ? 1 : 1 + static_cast<int>(random() % 12);
    const Id id = static_cast<Id>(random() % ids);
    for (int y = top; y < std::min(top + side, height); ++y) {
      for (int x = left; x < std::min(left + side, width); ++x) {
        map.ids[static_cast<size_t>(y) * width + x] = id;
      }
    }
  }
  return map;
}

class OutlineAt : public testing::TestWithParam<SimdLevel> {
 protected:
  template <typename Id>
  void check(const Map<Id>& map, const std::vector<uint32_t>& lines, int reach) {
    const std::vector<uint32_t> fill(lines.size(), 0x40302010u);
    std::vector<uint32_t> pixels(map.ids.size());
    OverlayJob job{};
    job.ids = map.ids.data();
    job.id_bytes = sizeof(Id);
    job.width = map.width;
    job.height = map.height;
    job.colors = fill.data();
    job.color_count = static_cast<int>(lines.size());
    job.rgba = reinterpret_cast<uint8_t*>(pixels.data());
    job.outline_width = reach;
    job.outline_colors = lines.data();
    ThreadPool pool(3);
    visualize::PaintOverlay(job, pool, GetParam());
    const auto region = [&](int x, int y) {
      const unsigned id = map.at(x, y);
      return id < lines.size() && lines[id] >> 24 != 0 ? static_cast<int>(id) : -1;
    };
    for (int y = 0; y < map.height; ++y) {
      for (int x = 0; x < map.width; ++x) {
        const int own = region(x, y);
        bool edge = false;
        for (int v = std::max(0, y - reach); v <= std::min(map.height - 1, y + reach); ++v) {
          for (int u = std::max(0, x - reach); u <= std::min(map.width - 1, x + reach); ++u) {
            edge = edge || region(u, v) != own;
          }
        }
        const unsigned id = map.at(x, y);
        uint32_t expected = id < fill.size() ? fill[id] : 0;
        if (edge && own >= 0) expected = lines[id] | 0xff000000u;
        ASSERT_EQ(pixels[static_cast<size_t>(y) * map.width + x], expected)
            << x << "," << y << " of " << map.width << "x" << map.height << ", reach " << reach;
      }
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Level, OutlineAt, testing::ValuesIn(UsableSimdLevels()),
                         [](const auto& with) { return std::string(Name(with.param)); });

// Two ids without a line, and the map holds ids beyond the colours: all of them are one region.
const std::vector<uint32_t> kLines{0, 0x01112233u, 0xff445566u, 0x00ffffffu, 0x80778899u};

TEST_P(OutlineAt, IsWhereAnotherRegionIsNear) {
  for (const int reach : {1, 2, 5}) {
    check(RandomMap<uint8_t>(71, 40, 7, 1), kLines, reach);
    check(RandomMap<uint16_t>(64, 33, 7, 2), kLines, reach);
  }
}

TEST_P(OutlineAt, ReachesOverTheBandsThatThreadsShare) {
  check(RandomMap<uint8_t>(900, 200, 6, 3), kLines, 2);
}

TEST_P(OutlineAt, IsNoWiderThanItsMap) {
  for (const int width : {1, 2, 3, 40}) {
    for (const int height : {1, 2, 17}) check(RandomMap<uint8_t>(width, height, 6, 4), kLines, 64);
  }
}

TEST_P(OutlineAt, TellsEveryIdFromEveryOther) {
  const std::vector<uint32_t> lines(65536, 0xff000001u);
  Map<uint16_t> map{3, 1, {65535, 65535, 0}};
  check(map, lines, 1);
  std::vector<uint32_t> without = lines;
  without[65535] = 0;
  check(map, without, 1);
}

// Regions by a flood fill.
template <typename Id>
std::vector<double> Flooded(const Map<Id>& map, int connectivity, int id_count) {
  std::vector<double> counts(id_count);
  std::vector<bool> seen(map.ids.size());
  for (size_t start = 0; start < seen.size(); ++start) {
    if (seen[start]) continue;
    const Id id = map.ids[start];
    if (id < id_count) counts[id] += 1;
    std::vector<size_t> open{start};
    seen[start] = true;
    while (!open.empty()) {
      const int x = static_cast<int>(open.back()) % map.width;
      const int y = static_cast<int>(open.back()) / map.width;
      open.pop_back();
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
          const int u = x + dx, v = y + dy;
          if (u < 0 || v < 0 || u >= map.width || v >= map.height) continue;
          if (connectivity == 4 && dx != 0 && dy != 0) continue;
          const size_t next = static_cast<size_t>(v) * map.width + u;
          if (seen[next] || map.ids[next] != id) continue;
          seen[next] = true;
          open.push_back(next);
        }
      }
    }
  }
  return counts;
}

template <typename Id>
void CheckComponents(const Map<Id>& map, int id_count) {
  for (const int connectivity : {4, 8}) {
    std::vector<double> counts(id_count, -1);
    visualize::CountComponents(
        {map.ids.data(), sizeof(Id), map.width, map.height, connectivity, id_count, counts.data()});
    EXPECT_EQ(counts, Flooded(map, connectivity, id_count))
        << map.width << "x" << map.height << ", " << connectivity;
  }
}

TEST(Components, AreWhatAFloodFillFinds) {
  uint32_t seed = 10;
  for (const int width : {1, 2, 7, 64, 133}) {
    for (const int height : {1, 2, 9, 80}) {
      CheckComponents(RandomMap<uint8_t>(width, height, 3, ++seed), 3);
      CheckComponents(RandomMap<uint16_t>(width, height, 500, ++seed), 500);
    }
  }
}

TEST(Components, AreCountedInNoiseWhereAlmostEveryPixelIsARun) {
  std::mt19937 random(5);
  Map<uint8_t> map{151, 97, std::vector<uint8_t>(151 * 97)};
  for (uint8_t& id : map.ids) id = random() % 2;
  CheckComponents(map, 2);
  CheckComponents(map, 1);  // ids beyond the count are not counted
}

TEST(Components, JoinOnceWhateverWayTheyMeet) {
  // A spiral, a comb that joins at its end, and a ring around a pixel.
  CheckComponents(
      Map<uint8_t>{7, 7, {1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 0,
                          1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1}},
      2);
  CheckComponents(Map<uint8_t>{5, 3, {1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1}}, 2);
  CheckComponents(Map<uint8_t>{3, 3, {1, 1, 1, 1, 0, 1, 1, 1, 1}}, 2);
}

}  // namespace
}  // namespace deeplab
