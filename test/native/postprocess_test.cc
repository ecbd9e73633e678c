// postprocess/: every level's kernels against the definition in double precision, over many shapes;
// what is asked for, alone and together.

#include <gtest/gtest.h>

#include <algorithm>

#include "postprocess_support.h"

namespace deeplab::postprocess::testing {
namespace {

constexpr int kAll = kIds | kConfidence | kAreas | kProbabilities;

std::string At(SimdLevel level, int x, int y) {
  return std::string(Name(level)) + " x " + std::to_string(x) + " y " + std::to_string(y);
}

// Ids may differ where two classes, or a probability and its threshold, are as good as equal.
void ExpectTrue(const Scene& scene, const Maps& maps, SimdLevel level) {
  const plan::Geometry& g = scene.geometry;
  int wrong = 0;
  for (int y = 0; y < g.map_height && wrong < 5; ++y) {
    for (int x = 0; x < g.map_width && wrong < 5; ++x) {
      const size_t i = static_cast<size_t>(y) * g.map_width + x;
      const int row = y - g.map_y, column = x - g.map_x;
      const bool inside = row >= 0 && row < g.crop.height && column >= 0 && column < g.crop.width;
      const Truth truth = inside ? TruthAt(scene, row, column) : Nowhere();
      const int id = truth.finite ? scene.ids[truth.channel] : 0;
      const double distance = truth.finite ? truth.probability - scene.thresholds[id] : -1;
      const bool keep = truth.finite && distance >= 0;
      const bool near = truth.finite && (truth.gap < 1e-5 || std::fabs(distance) < 1e-5);
      if (!near) {
        EXPECT_EQ(maps.id(i), keep ? id : scene.background) << At(level, x, y);
        EXPECT_NEAR(maps.confidence[i], keep ? truth.probability : 0, 2e-6) << At(level, x, y);
      }
      for (int k = 0; k < scene.channels; k += 2) {
        const float p = maps.probabilities[static_cast<size_t>(k / 2) * scene.pixels() + i];
        const double expected = !truth.finite         ? 0
                                : scene.channels == 1 ? truth.probability
                                                      : truth.softmax[k];
        EXPECT_NEAR(p, expected, 2e-6) << At(level, x, y) << " channel " << k;
      }
      wrong += ::testing::Test::HasFailure();
    }
  }
}

// The map is the same whatever else is asked for, the areas are its pixels, and threads change
// nothing.
void ExpectConsistent(Scene& scene, const Maps& all, SimdLevel level) {
  EXPECT_EQ(Process(scene, level, kIds).bytes, all.bytes) << Name(level);
  EXPECT_EQ(Process(scene, level, kIds | kAreas, 3).bytes, all.bytes) << Name(level);
  EXPECT_EQ(Process(scene, level, kConfidence, 2).confidence, all.confidence) << Name(level);
  EXPECT_EQ(Process(scene, level, kProbabilities).probabilities, all.probabilities) << Name(level);
  EXPECT_EQ(Process(scene, level, kAreas).areas, all.areas) << Name(level);
  std::vector<int64_t> areas(scene.thresholds.size());
  for (const uint8_t id : all.bytes) ++areas[id];
  EXPECT_EQ(all.areas, areas) << Name(level);
  const Maps wide = Process(scene, level, kIds | kConfidence | kShorts | kAreas);
  EXPECT_TRUE(std::equal(all.bytes.begin(), all.bytes.end(), wide.shorts.begin())) << Name(level);
  EXPECT_EQ(wide.areas, areas) << Name(level);
}

void ExpectAllLevelsTrue(Scene& scene) {
  for (const SimdLevel level : UsableSimdLevels()) {
    const Maps all = Process(scene, level, kAll);
    ExpectTrue(scene, all, level);
    ExpectConsistent(scene, all, level);
    EXPECT_EQ(all.non_finite, 0);
    if (::testing::Test::HasFailure()) return;
  }
}

Scene MakeScene(std::mt19937& random, int channels, int width, int height, float threshold) {
  Scene scene;
  scene.channels = channels;
  scene.logits_width = 1 + static_cast<int>(random() % 40);
  scene.logits_height = 1 + static_cast<int>(random() % 12);
  FillLogits(scene, random, 3, random() % 2 == 0);
  if (random() % 2 == 0) HalveLogits(scene);
  SetGeometry(scene, width, height);
  SetClasses(scene, channels + static_cast<int>(random() % 2), 0, threshold);
  return scene;
}

TEST(Postprocess, IsItsDefinitionOverRandomTablesOfTaps) {
  std::mt19937 random(11);
  for (const int channels : {1, 2, 3, 16, 21, 150, 300}) {
    for (int round = 0; round < 6; ++round) {
      const int width = 1 + static_cast<int>(random() % 70);
      const int height = 1 + static_cast<int>(random() % (channels > 100 ? 6 : 25));
      const float thresholds[] = {0, 1.0f / channels, 0.3f, 0.5f, 0.9f, 1.5f};
      Scene scene = MakeScene(random, channels, width, height, thresholds[round]);
      if (channels > 250) scene.ids = ChannelIds(channels, channels, 0);
      const bool outer = random() % 2 == 0;
      scene.plan.columns = RandomTaps(random, scene.logits_width, width, 1 + random() % 6, outer);
      scene.plan.rows = RandomTaps(random, scene.logits_height, height, 1 + random() % 6, outer);
      scene.plan.constant = static_cast<float>(random() % 3);
      if (channels > 250) {  // ids do not fit bytes
        for (const SimdLevel level : UsableSimdLevels()) {
          ExpectTrue(scene, Process(scene, level, kAll | kShorts), level);
        }
      } else {
        ExpectAllLevelsTrue(scene);
      }
      ASSERT_FALSE(HasFailure()) << "K " << channels << " round " << round;
    }
  }
}

TEST(Postprocess, IsItsDefinitionForEveryWidthOfEnlargingShrinkingAndCopying) {
  std::mt19937 random(5);
  for (int width = 1; width <= 70; ++width) {
    for (const int logits_width : {1, 3, 17, width, 4 * width + 3}) {
      Scene scene = MakeScene(random, 5, width, 3, 0.4f);
      scene.logits_width = logits_width;
      FillLogits(scene, random, 3, false);
      scene.halves.clear();
      if (width % 3 == 0) HalveLogits(scene);
      const int over = width % 4 == 1 ? 2 : 0;
      scene.plan.columns = plan::ComputeLinearTaps(logits_width, -over, logits_width + over, width);
      scene.plan.rows =
          plan::ComputeLinearTaps(scene.logits_height, -over, scene.logits_height + over, 3);
      scene.plan.constant = 1;
      ExpectAllLevelsTrue(scene);
      ASSERT_FALSE(HasFailure()) << "width " << width << " of " << logits_width;
    }
  }
}

TEST(Postprocess, PutsTheCropIntoACanvasOfBackgroundWithThresholdsOfEachClass) {
  std::mt19937 random(23);
  Scene scene = MakeScene(random, 6, 37, 11, 0);
  SetClasses(scene, 7, 2, 0);
  for (size_t id = 0; id < scene.thresholds.size(); ++id) scene.thresholds[id] = 0.15f * id;
  scene.plan.columns = plan::ComputeLinearTaps(scene.logits_width, 0, scene.logits_width, 37);
  scene.plan.rows = plan::ComputeLinearTaps(scene.logits_height, 0, scene.logits_height, 11);
  scene.geometry.map_width = 50;
  scene.geometry.map_height = 20;
  scene.geometry.map_x = 7;
  scene.geometry.map_y = 4;
  ExpectAllLevelsTrue(scene);
}

// Where the map alone is wanted, bounds decide; wherever they cannot, p itself must. So thresholds
// that are the very probability of a pixel, and its neighbours, must give the same map.
TEST(Postprocess, TheMapAloneIsTheMapBesideTheConfidenceAtThresholdsThatJustBite) {
  std::mt19937 random(31);
  for (const int channels : {2, 21, 64}) {
    Scene scene = MakeScene(random, channels, 333, 90, 0);
    scene.logits_width = 20;
    scene.logits_height = 9;
    for (const bool smooth : {true, false}) {
      FillLogits(scene, random, smooth ? 3.0f : 1.5f, smooth);
      scene.halves.clear();
      scene.plan.columns = plan::ComputeLinearTaps(20, 0, 20, 333);
      scene.plan.rows = plan::ComputeLinearTaps(9, -1, 10, 90);
      for (const SimdLevel level : UsableSimdLevels()) {
        std::fill(scene.thresholds.begin(), scene.thresholds.end(), 0.0f);
        const Maps unbound = Process(scene, level, kIds | kConfidence);
        for (int i = 0; i < 10; ++i) {
          const float p = unbound.confidence[random() % unbound.confidence.size()];
          const float above = std::nextafter(p, 2.0f);
          for (const float threshold : {p, above}) {
            std::fill(scene.thresholds.begin(), scene.thresholds.end(), threshold);
            const Maps both = Process(scene, level, kIds | kConfidence);
            ASSERT_EQ(Process(scene, level, kIds).bytes, both.bytes) << Name(level) << threshold;
            for (size_t at = 0; at < both.bytes.size(); ++at) {
              const bool keep = unbound.confidence[at] >= threshold;
              ASSERT_EQ(both.bytes[at], keep ? unbound.bytes[at] : 0) << Name(level);
            }
          }
        }
      }
    }
  }
}

TEST(Postprocess, TheFirstOfEqualClassesWins) {
  Scene scene;
  scene.channels = 5;
  SetGeometry(scene, 40, 9);
  SetClasses(scene, 5, 0, 0);
  scene.plan.columns = plan::ComputeLinearTaps(8, 0, 8, 40);
  scene.plan.rows = plan::ComputeLinearTaps(8, 0, 8, 9);
  std::mt19937 random(3);
  FillLogits(scene, random, 3, false);
  const size_t plane = 64;
  for (size_t i = 0; i < plane; ++i) {  // channels 2 and 4 tie above all others
    scene.logits[2 * plane + i] = scene.logits[4 * plane + i] = 20 + scene.logits[i];
  }
  for (const SimdLevel level : UsableSimdLevels()) {
    const Maps maps = Process(scene, level, kIds | kConfidence);
    for (size_t i = 0; i < maps.bytes.size(); ++i) ASSERT_EQ(maps.bytes[i], 2) << Name(level);
    EXPECT_NEAR(maps.confidence[77], 0.5f, 1e-6);
  }
}

// A value that is not finite poisons the pixels that use it, and no others: not those that share a
// vector with them, nor those whose tables merely name it with weight 0.
TEST(Postprocess, NonFiniteLogitsMakeBackgroundOfThePixelsThatUseThemOnly) {
  std::mt19937 random(41);
  const float bad[] = {std::numeric_limits<float>::quiet_NaN(),
                       std::numeric_limits<float>::infinity(),
                       -std::numeric_limits<float>::infinity(), 3e38f};
  for (int round = 0; round < 24; ++round) {
    Scene scene = MakeScene(random, 1 + round % 4, 61, 23, 0.2f);
    scene.halves.clear();
    scene.plan.columns = RandomTaps(random, scene.logits_width, 61, 1 + round % 5, false);
    scene.plan.rows = RandomTaps(random, scene.logits_height, 23, 1 + round % 5, false);
    for (int i = 0; i < 3; ++i) scene.logits[random() % scene.logits.size()] = bad[round % 4];
    int64_t expected = 0;
    for (int y = 0; y < 23; ++y) {
      for (int x = 0; x < 61; ++x) expected += !TruthAt(scene, y, x).finite;
    }
    EXPECT_EQ(expected > 0, round % 4 != 3);  // 3e38 is finite
    for (const SimdLevel level : UsableSimdLevels()) {
      const Maps all = Process(scene, level, kAll);
      EXPECT_EQ(all.non_finite, expected) << Name(level);
      ExpectTrue(scene, all, level);
      ExpectConsistent(scene, all, level);
      ASSERT_FALSE(HasFailure()) << round;
    }
  }
}

TEST(Postprocess, LevelsAgreeWithTheScalarOne) {
  std::mt19937 random(53);
  Scene scene = MakeScene(random, 21, 201, 60, 0.3f);
  scene.plan.columns = plan::ComputeLinearTaps(scene.logits_width, 0, scene.logits_width, 201);
  scene.plan.rows = plan::ComputeLinearTaps(scene.logits_height, 0, scene.logits_height, 60);
  const Maps scalar = Process(scene, SimdLevel::kScalar, kIds | kConfidence);
  for (const SimdLevel level : UsableSimdLevels()) {
    const Maps maps = Process(scene, level, kIds | kConfidence);
    for (size_t i = 0; i < maps.bytes.size(); ++i) {
      const Truth truth = TruthAt(scene, static_cast<int>(i) / 201, static_cast<int>(i) % 201);
      if (truth.gap < 1e-5 || std::fabs(truth.probability - 0.3) < 1e-5) continue;
      ASSERT_EQ(maps.bytes[i], scalar.bytes[i]) << Name(level);
      ASSERT_NEAR(maps.confidence[i], scalar.confidence[i], 1e-6) << Name(level);
    }
  }
}

TEST(Postprocess, ProbabilitiesOfAllChannelsSumToOneWhateverTheThreshold) {
  std::mt19937 random(61);
  Scene scene = MakeScene(random, 21, 83, 17, 0.99f);
  scene.plan.columns = plan::ComputeLinearTaps(scene.logits_width, 0, scene.logits_width, 83);
  scene.plan.rows = plan::ComputeLinearTaps(scene.logits_height, 0, scene.logits_height, 17);
  std::vector<uint16_t> asked;
  for (uint16_t k = 0; k < 21; ++k) asked.push_back(static_cast<uint16_t>(20 - k));
  for (const SimdLevel level : UsableSimdLevels()) {
    scene.plan.bands = plan::ComputeColumnBands(scene.plan.columns, FloatLanes(level));
    std::vector<float> planes(asked.size() * scene.pixels(), -1);
    MapTarget target;
    target.channels = asked.data();
    target.channel_count = 21;
    target.probabilities = planes.data();
    ThreadPool pool(2);
    PostprocessCpu(scene.planes(), scene.plan, scene.geometry,
                   {scene.ids, scene.thresholds, scene.background}, target, pool, level);
    for (size_t i = 0; i < scene.pixels(); ++i) {
      float sum = 0;
      for (size_t k = 0; k < asked.size(); ++k) sum += planes[k * scene.pixels() + i];
      ASSERT_NEAR(sum, 1, 3e-6) << Name(level);
    }
  }
}

}  // namespace
}  // namespace deeplab::postprocess::testing
