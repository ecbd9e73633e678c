// The CUDA kernels' own source, run on the host, against the CPU's scalar level: the same bits.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "cuda_support.h"
#include "postprocess_support.h"

namespace deeplab::postprocess::testing {
namespace {

// What the device writes for one map.
struct DeviceMaps {
  Maps maps;
  std::vector<uint32_t> areas;
  uint32_t non_finite = 0;
};

template <typename T>
void ExpectSameBits(const std::vector<T>& expected, const std::vector<T>& found, const char* what) {
  ASSERT_EQ(expected.size(), found.size()) << what;
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(std::memcmp(&expected[i], &found[i], sizeof(T)), 0)
        << what << " " << i << ": expected " << +expected[i] << ", found " << +found[i];
  }
}

CudaMap Describe(Scene& scene, int want, const std::vector<uint32_t>& columns,
                 const std::vector<uint32_t>& rows, const std::vector<uint16_t>& asked,
                 DeviceMaps* to) {
  const size_t pixels = scene.pixels();
  CudaMap map = DescribeMap(scene.planes().data, scene.plan, scene.geometry,
                            {scene.ids, scene.thresholds, scene.background}, columns.data(),
                            rows.data(), scene.thresholds.data());
  map.non_finite = &to->non_finite;
  if (want & kShorts) map.id_bytes = 2;
  if (want & kIds) {
    to->maps.bytes.assign(want & kShorts ? 0 : pixels, 253);
    to->maps.shorts.assign(want & kShorts ? pixels : 0, 9999);
    map.ids = want & kShorts ? static_cast<void*>(to->maps.shorts.data()) : to->maps.bytes.data();
  }
  if (want & kConfidence) {
    to->maps.confidence.assign(pixels, -7);
    map.confidence = to->maps.confidence.data();
  }
  if (want & kAreas) {
    to->areas.assign(scene.thresholds.size(), 0);
    map.areas = to->areas.data();
  }
  if (want & kProbabilities) {
    to->maps.probabilities.assign(pixels * asked.size(), -7);
    map.asked = asked.data();
    map.asked_count = static_cast<int32_t>(asked.size());
    map.probabilities = to->maps.probabilities.data();
  }
  return map;
}

// The maps of several scenes over logits of one shape, in one launch.
std::vector<DeviceMaps> Launch(std::vector<Scene*> scenes, int want) {
  std::vector<DeviceMaps> results(scenes.size());
  std::vector<std::vector<uint32_t>> axes;
  std::vector<uint16_t> asked;
  for (int k = 0; k < scenes[0]->channels; k += 2) asked.push_back(static_cast<uint16_t>(k));
  int widest = 0;
  for (const Scene* scene : scenes) {
    axes.push_back(PackAxis(scene->plan.columns));
    axes.push_back(PackAxis(scene->plan.rows));
    widest = std::max(widest, WidestTile(scene->plan.columns));
  }
  CudaPostprocess batch{};
  for (size_t i = 0; i < scenes.size(); ++i) {
    batch.maps[i] = Describe(*scenes[i], want, axes[2 * i], axes[2 * i + 1], asked, &results[i]);
  }
  const ConstPlanes planes = scenes[0]->planes();
  const CudaLaunch launch =
      CompleteLaunch(&batch, static_cast<int>(scenes.size()), planes.shape, widest);
  testing_support::Launch(
      planes.type == DataType::kFloat32 ? kCudaPostprocessFloat : kCudaPostprocessHalf,
      {launch.grid[0], launch.grid[1], launch.grid[2]},
      {launch.block[0], launch.block[1], launch.block[2]}, launch.shared_bytes, batch);
  for (DeviceMaps& result : results) {
    result.maps.areas.assign(result.areas.begin(), result.areas.end());
  }
  return results;
}

void ExpectSame(const std::vector<Scene*>& scenes, int want) {
  const std::vector<DeviceMaps> found = Launch(scenes, want);
  for (size_t i = 0; i < scenes.size(); ++i) {
    SCOPED_TRACE("map " + std::to_string(i) + " of " + std::to_string(scenes.size()) + ", K " +
                 std::to_string(scenes[i]->channels) + ", wanted " + std::to_string(want));
    const Maps expected = Process(*scenes[i], SimdLevel::kScalar, want);
    ExpectSameBits(expected.bytes, found[i].maps.bytes, "id");
    ExpectSameBits(expected.shorts, found[i].maps.shorts, "id");
    ExpectSameBits(expected.confidence, found[i].maps.confidence, "confidence");
    ExpectSameBits(expected.probabilities, found[i].maps.probabilities, "probability");
    EXPECT_EQ(expected.areas, found[i].maps.areas);
    EXPECT_EQ(expected.non_finite, found[i].non_finite);
  }
}

void ExpectSameWhateverIsWanted(Scene& scene) {
  for (const int want : {kIds | kConfidence | kAreas | kProbabilities, +kIds, kAreas | kShorts,
                         kConfidence | kShorts | kIds, +kProbabilities, 0}) {
    ExpectSame({&scene}, want);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

Scene MakeScene(std::mt19937& random, int channels, int logits_width, int logits_height, int width,
                int height, float threshold) {
  Scene scene;
  scene.channels = channels;
  scene.logits_width = logits_width;
  scene.logits_height = logits_height;
  FillLogits(scene, random, 3, random() % 2 == 0);
  SetGeometry(scene, width, height);
  SetClasses(scene, channels + static_cast<int>(random() % 2), 0, threshold);
  return scene;
}

TEST(CudaPostprocess, IsTheScalarLevelOverRandomTablesOfTaps) {
  std::mt19937 random(12);
  for (const int channels : {1, 2, 3, 21, 150}) {
    for (int round = 0; round < 6; ++round) {
      const float thresholds[] = {0, 1.0f / channels, 0.3f, 0.5f, 0.9f, 1.5f};
      Scene scene = MakeScene(random, channels, 1 + random() % 40, 1 + random() % 12,
                              1 + random() % 150, 1 + random() % 20, thresholds[round]);
      if (random() % 2 == 0) HalveLogits(scene);
      const bool outer = random() % 2 == 0;
      const plan::Rect& crop = scene.geometry.crop;
      scene.plan.columns =
          RandomTaps(random, scene.logits_width, crop.width, 1 + random() % 6, outer);
      scene.plan.rows =
          RandomTaps(random, scene.logits_height, crop.height, 1 + random() % 6, outer);
      scene.plan.constant = static_cast<float>(random() % 3);
      ExpectSameWhateverIsWanted(scene);
      ASSERT_FALSE(HasFailure()) << "round " << round;
    }
  }
}

// Rows of logits so long, or so many classes, that they fit shared memory in parts or not at all.
TEST(CudaPostprocess, TakesClassesInPartsWhereTheyDoNotFit) {
  std::mt19937 random(2);
  struct Case {
    int channels, logits_width, width;
  };
  for (const Case& c : {Case{300, 40, 70}, Case{7, 3000, 130}, Case{3, 9000, 66}}) {
    Scene scene = MakeScene(random, c.channels, c.logits_width, 3, c.width, 9, 0.4f);
    scene.plan.columns = plan::ComputeLinearTaps(c.logits_width, 0, c.logits_width, c.width);
    scene.plan.rows = plan::ComputeLinearTaps(3, 0, 3, 9);
    const int want = kConfidence | kProbabilities | kAreas | kIds | kShorts;
    ExpectSame({&scene}, want);
    ASSERT_FALSE(HasFailure()) << c.logits_width;
  }
}

// A window that reaches over the logits on both sides, as center-crop leaves it: some outputs read
// nothing.
TEST(CudaPostprocess, SurroundsTheLogitsWithAConstant) {
  std::mt19937 random(8);
  for (const int over : {1, 9, 40}) {
    Scene scene = MakeScene(random, 4, 24, 10, 131, 40, 0.3f);
    scene.plan.columns = plan::ComputeLinearTaps(24, -over, 24 + over, 131);
    scene.plan.rows = plan::ComputeLinearTaps(10, -over, 10 + over, 40);
    scene.plan.constant = 0.25f;
    ExpectSameWhateverIsWanted(scene);
    ASSERT_FALSE(HasFailure()) << over;
  }
}

TEST(CudaPostprocess, TakesABatchOfDifferentMapsInOneLaunch) {
  std::mt19937 random(31);
  std::vector<Scene> scenes;
  for (int i = 0; i < kCudaImages; ++i) {
    const int width = 1 + static_cast<int>(random() % 160);
    const int height = 1 + static_cast<int>(random() % 12);
    Scene scene = MakeScene(random, 5, 19, 7, width, height, 0.4f);
    scene.plan.columns = plan::ComputeLinearTaps(19, 0, 19, width);
    scene.plan.rows = plan::ComputeLinearTaps(7, 0, 7, height);
    // Static crop: the maps are larger than what the network saw.
    scene.geometry.map_x = static_cast<int>(random() % 70);
    scene.geometry.map_y = static_cast<int>(random() % 9);
    scene.geometry.map_width = width + scene.geometry.map_x + static_cast<int>(random() % 70);
    scene.geometry.map_height = height + scene.geometry.map_y + static_cast<int>(random() % 9);
    scene.background = static_cast<uint16_t>(i % 2 == 0 ? 0 : 2);
    SetClasses(scene, 6, scene.background, 0.4f);
    for (float& threshold : scene.thresholds) threshold = static_cast<float>(random() % 10) / 10;
    scenes.push_back(std::move(scene));
  }
  std::vector<Scene*> batch;
  for (Scene& scene : scenes) batch.push_back(&scene);
  ExpectSame(batch, kIds | kConfidence | kAreas | kProbabilities);
}

TEST(CudaPostprocess, NonFiniteLogitsMakeBackgroundOfThePixelsThatUseThemOnly) {
  std::mt19937 random(6);
  for (const float value :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity(), 3e38f}) {
    Scene scene = MakeScene(random, 3, 20, 11, 90, 33, 0.2f);
    scene.logits[20 * 11 + 5 * 20 + 9] = value;
    scene.plan.columns = plan::ComputeLinearTaps(20, 0, 20, 90);
    scene.plan.rows = plan::ComputeLinearTaps(11, 0, 11, 33);
    ExpectSameWhateverIsWanted(scene);
    ASSERT_FALSE(HasFailure()) << value;
  }
}

// Weights of 0 beside logits that are not finite, in tables of few and of many taps.
TEST(CudaPostprocess, WhatHasNoWeightIsNotRead) {
  std::mt19937 random(16);
  for (const int taps : {3, 6}) {
    for (int round = 0; round < 4; ++round) {
      Scene scene = MakeScene(random, 3, 30, 12, 90, 33, 0.2f);
      for (int i = 0; i < 12; ++i) scene.logits[random() % scene.logits.size()] = INFINITY;
      scene.plan.columns = RandomTaps(random, 30, 90, taps, false);
      scene.plan.rows = RandomTaps(random, 12, 33, taps, false);
      ExpectSameWhateverIsWanted(scene);
      ASSERT_FALSE(HasFailure()) << taps;
    }
  }
}

// Logits as they are, 0 or 200: of n classes that have 200, each has exactly the n-th part.
TEST(CudaPostprocess, TheFirstOfEqualClassesWinsAndStaysAtItsThreshold) {
  std::mt19937 random(4);
  for (const int channels : {2, 5}) {
    Scene scene = MakeScene(random, channels, 70, 9, 70, 9, 0.5f);
    for (float& value : scene.logits) value = static_cast<float>(random() % 2 * 200);
    scene.plan.columns = plan::ComputeLinearTaps(70, 0, 70, 70);
    scene.plan.rows = plan::ComputeLinearTaps(9, 0, 9, 9);
    const Maps maps = Process(scene, SimdLevel::kScalar, kConfidence);
    ASSERT_GT(std::count(maps.confidence.begin(), maps.confidence.end(), 0.5f), 0);
    ExpectSameWhateverIsWanted(scene);
  }
}

TEST(CudaPostprocess, CountsManyClassesWithoutSharedMemory) {
  std::mt19937 random(9);
  Scene scene = MakeScene(random, 2, 8, 8, 80, 10, 0.5f);
  scene.plan.columns = plan::ComputeLinearTaps(8, 0, 8, 80);
  scene.plan.rows = plan::ComputeLinearTaps(8, 0, 8, 10);
  scene.thresholds.assign(kCudaSharedCounts + 1, 0.5f);
  ExpectSame({&scene}, kIds | kAreas | kShorts);
}

TEST(CudaPostprocess, WritesConfidenceAsBytes) {
  std::mt19937 random(14);
  Scene scene = MakeScene(random, 4, 16, 9, 60, 20, 0.4f);
  scene.plan.columns = plan::ComputeLinearTaps(16, 0, 16, 60);
  scene.plan.rows = plan::ComputeLinearTaps(9, 0, 9, 20);
  const std::vector<uint32_t> columns = PackAxis(scene.plan.columns);
  const std::vector<uint32_t> rows = PackAxis(scene.plan.rows);
  DeviceMaps found;
  CudaPostprocess batch{};
  batch.maps[0] = Describe(scene, kIds, columns, rows, {}, &found);
  std::vector<uint8_t> confidence(scene.pixels(), 77);
  batch.maps[0].confidence = confidence.data();
  batch.maps[0].confidence_bytes = 1;
  const CudaLaunch launch =
      CompleteLaunch(&batch, 1, scene.planes().shape, WidestTile(scene.plan.columns));
  testing_support::Launch(kCudaPostprocessFloat, {launch.grid[0], launch.grid[1], 1},
                          {launch.block[0], launch.block[1], 1}, launch.shared_bytes, batch);
  const Maps expected = Process(scene, SimdLevel::kScalar, kIds | kConfidence);
  for (size_t i = 0; i < confidence.size(); ++i) {
    ASSERT_EQ(confidence[i], std::lround(expected.confidence[i] * 255)) << i;
  }
}

}  // namespace
}  // namespace deeplab::postprocess::testing
