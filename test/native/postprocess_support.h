// Post-processing by its definition, in double precision and one pixel at a time: what the kernels
// are held against. And pictures' worth of logits and tap tables to try them on.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/half.h"
#include "core/simd.h"
#include "core/thread_pool.h"
#include "postprocess/postprocess.h"

namespace deeplab::postprocess::testing {

// One picture: logits, tables, geometry, classes.
struct Scene {
  int channels = 3, logits_width = 8, logits_height = 8;
  std::vector<float> logits;     // what the kernels read, or its float values
  std::vector<uint16_t> halves;  // not empty: the kernels read these
  plan::PostprocessPlan plan;
  plan::Geometry geometry;
  std::vector<uint16_t> ids;
  std::vector<float> thresholds;
  uint16_t background = 0;

  ConstPlanes planes() const {
    const PlaneShape shape{channels, logits_height, logits_width};
    if (!halves.empty()) return {halves.data(), DataType::kFloat16, shape};
    return {logits.data(), DataType::kFloat32, shape};
  }
  size_t pixels() const { return static_cast<size_t>(geometry.map_width) * geometry.map_height; }
};

// Everything that post-processing can write.
struct Maps {
  std::vector<uint8_t> bytes;
  std::vector<uint16_t> shorts;
  std::vector<float> confidence, probabilities;
  std::vector<int64_t> areas;
  int64_t non_finite = 0;

  int id(size_t i) const { return bytes.empty() ? shorts[i] : bytes[i]; }
};

enum Want { kIds = 1, kConfidence = 2, kAreas = 4, kProbabilities = 8, kShorts = 16 };

// All wanted maps, filled with what must not survive; probabilities of every second channel.
inline Maps Process(Scene& scene, SimdLevel level, int want, int threads = 1) {
  Maps maps;
  MapTarget target;
  const size_t pixels = scene.pixels();
  if (want & kShorts) target.id_bytes = 2;
  if ((want & kIds) && (want & kShorts)) {
    maps.shorts.assign(pixels, 9999);
    target.ids = maps.shorts.data();
  } else if (want & kIds) {
    maps.bytes.assign(pixels, 253);
    target.ids = maps.bytes.data();
  }
  if (want & kConfidence) {
    maps.confidence.assign(pixels, -7);
    target.confidence = maps.confidence.data();
  }
  if (want & kAreas) {
    maps.areas.assign(scene.thresholds.size(), 0);
    target.class_areas = maps.areas.data();
  }
  std::vector<uint16_t> asked;
  if (want & kProbabilities) {
    for (int k = 0; k < scene.channels; k += 2) asked.push_back(static_cast<uint16_t>(k));
    maps.probabilities.assign(pixels * asked.size(), -7);
    target.channels = asked.data();
    target.channel_count = static_cast<int>(asked.size());
    target.probabilities = maps.probabilities.data();
  }
  scene.plan.bands = plan::ComputeColumnBands(scene.plan.columns, FloatLanes(level));
  ThreadPool pool(threads);
  maps.non_finite =
      PostprocessCpu(scene.planes(), scene.plan, scene.geometry,
                     {scene.ids, scene.thresholds, scene.background}, target, pool, level);
  return maps;
}

// What is true of one pixel of the crop.
struct Truth {
  bool finite = true;
  int channel = 0;
  double gap = std::numeric_limits<double>::infinity();  // of the best logit to the second best
  double probability = 0;
  std::vector<double> softmax;
};

// Of a pixel outside the crop.
inline Truth Nowhere() {
  Truth truth;
  truth.finite = false;
  return truth;
}

inline double Interpolate(const Scene& scene, int channel, int row, int column) {
  const plan::LinearTaps &rows = scene.plan.rows, &columns = scene.plan.columns;
  double inside = 0, weight = 0;
  for (int t = 0; t < rows.taps; ++t) {
    for (int s = 0; s < columns.taps; ++s) {
      const double w = double{rows.weight(t, row)} * columns.weight(s, column);
      if (w == 0) continue;
      const size_t line = static_cast<size_t>(channel) * scene.logits_height + rows.start[row] + t;
      inside += w * scene.logits[line * scene.logits_width + columns.start[column] + s];
      weight += w;
    }
  }
  const bool outside = rows.outer[row] != 0 || columns.outer[column] != 0;
  return inside + (outside ? scene.plan.constant * (1 - weight) : 0);
}

inline Truth TruthAt(const Scene& scene, int row, int column) {
  Truth truth;
  std::vector<double> v;
  for (int k = 0; k < scene.channels; ++k) {
    v.push_back(Interpolate(scene, k, row, column));
    truth.finite = truth.finite && std::isfinite(v.back());
    if (v[k] > v[truth.channel]) truth.channel = k;
  }
  double sum = 0;
  for (int k = 0; k < scene.channels; ++k) {
    if (k != truth.channel) truth.gap = std::min(truth.gap, v[truth.channel] - v[k]);
    truth.softmax.push_back(std::exp(v[k] - v[truth.channel]));
    sum += truth.softmax.back();
  }
  truth.probability = scene.channels == 1 ? 1 / (1 + std::exp(-v[0])) : 1 / sum;
  for (double& p : truth.softmax) p *= truth.probability;
  return truth;
}

// A table of random taps: neighbours that move along the axis, weights that sum to 1, some of it
// outside where `outer`.
inline plan::LinearTaps RandomTaps(std::mt19937& random, int in, int out, int taps, bool outer) {
  std::uniform_real_distribution<float> uniform(0, 1);
  plan::LinearTaps table;
  table.taps = std::min(taps, in);
  table.weights.assign(static_cast<size_t>(table.taps) * out, 0);
  for (int o = 0; o < out; ++o) {
    const double at = (in - table.taps) * (out > 1 ? o / (out - 1.0) : 0.5);
    table.start.push_back(static_cast<int32_t>(at));
    std::vector<float> weights;
    float total = 0;
    for (int t = 0; t < table.taps; ++t) {
      weights.push_back(random() % 3 == 0 ? 0 : uniform(random) + 0.01f);
      total += weights.back();
    }
    const float out_of_it = outer && random() % 4 == 0 ? uniform(random) : 0;
    if (total == 0) weights[0] = total = 1;
    for (int t = 0; t < table.taps; ++t) {
      table.weights[static_cast<size_t>(t) * out + o] = weights[t] / total * (1 - out_of_it);
    }
    table.outer.push_back(out_of_it);
    table.any_outer = table.any_outer || out_of_it != 0;
  }
  return table;
}

inline void SetGeometry(Scene& scene, int width, int height) {
  scene.geometry.crop = {0, 0, width, height};
  scene.geometry.map_width = width;
  scene.geometry.map_height = height;
}

// Waves, as networks make them, or noise.
inline void FillLogits(Scene& scene, std::mt19937& random, float scale, bool smooth) {
  std::normal_distribution<float> normal(0, scale);
  scene.logits.resize(static_cast<size_t>(scene.channels) * scene.logits_width *
                      scene.logits_height);
  size_t i = 0;
  for (int k = 0; k < scene.channels; ++k) {
    const float a = normal(random), b = normal(random), c = normal(random);
    for (int y = 0; y < scene.logits_height; ++y) {
      for (int x = 0; x < scene.logits_width; ++x, ++i) {
        const float wave = c + 2 * scale * std::sin(a * x * 0.1f + b * y * 0.07f + c);
        scene.logits[i] = smooth ? wave : normal(random);
      }
    }
  }
}

inline void HalveLogits(Scene& scene) {
  for (float& value : scene.logits) {
    scene.halves.push_back(FloatToHalf(value));
    value = HalfToFloat(scene.halves.back());
  }
}

inline void SetClasses(Scene& scene, int names, int background, float threshold) {
  scene.ids = ChannelIds(scene.channels, names, background);
  scene.background = static_cast<uint16_t>(background);
  scene.thresholds.assign(static_cast<size_t>(std::max(names, scene.channels + 1)), threshold);
}

}  // namespace deeplab::postprocess::testing
