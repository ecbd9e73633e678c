// Times of post-processing alone, on request (ninja deeplab_postprocess_bench), never asserted:
//   deeplab_postprocess_bench [threads] [a word that a line must contain]
// Logits are smooth waves with noise whose largest softmax is mostly above 0.5, as networks make
// them. Medians over rounds, wall time and the process's CPU time, in milliseconds; each line is
// one SIMD level that runs here.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "core/simd.h"
#include "postprocess/postprocess.h"

namespace deeplab::postprocess {
namespace {

struct Setting {
  int width, height, logits, channels;
};

std::vector<float> MakeLogits(int size, int channels) {
  std::vector<float> logits;
  logits.reserve(static_cast<size_t>(size) * size * channels);
  uint32_t noise = 1;
  for (int k = 0; k < channels; ++k) {
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) {
        noise = noise * 1664525u + 1013904223u;
        const double u = static_cast<double>(x) / size, v = static_cast<double>(y) / size;
        const double wave = std::sin(u * (3 + k % 5) + k * 1.7) * std::cos(v * (2 + k % 7) + k);
        logits.push_back(static_cast<float>(14 * wave + (noise >> 8) * 0x1p-24));
      }
    }
  }
  return logits;
}

double CpuMilliseconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Times {
  double wall, cpu;
};

Times Measure(const Setting& s, const std::vector<float>& logits, SimdLevel level, bool confidence,
              ThreadPool& pool) {
  plan::ModelConfig config;
  config.input_width = config.input_height = 512;
  const plan::Geometry geometry = plan::ComputeGeometry(config, {}, s.width, s.height);
  plan::PostprocessPlan plan = plan::MakePostprocessPlan(geometry, 0, s.logits, s.logits);
  plan.bands = plan::ComputeColumnBands(plan.columns, FloatLanes(level));
  const std::vector<uint16_t> ids = ChannelIds(s.channels, s.channels, 0);
  const std::vector<float> thresholds(static_cast<size_t>(s.channels), 0.5f);
  const size_t pixels = static_cast<size_t>(s.width) * s.height;
  std::vector<uint8_t> map(pixels);
  std::vector<float> probability(pixels);
  MapTarget target;
  target.ids = map.data();
  if (confidence) target.confidence = probability.data();
  std::vector<double> wall, cpu;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  while (wall.size() < 5 || (wall.size() < 31 && std::chrono::steady_clock::now() < deadline)) {
    const auto start = std::chrono::steady_clock::now();
    const double begin = CpuMilliseconds();
    PostprocessCpu({logits.data(), DataType::kFloat32, {s.channels, s.logits, s.logits}}, plan,
                   geometry, {ids, thresholds, 0}, target, pool, level);
    cpu.push_back(CpuMilliseconds() - begin);
    wall.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
            .count());
  }
  return {Median(wall), Median(cpu)};
}

void Run(int threads, const std::string& word) {
  ThreadPool pool(threads);
  const int sizes[][2] = {{64, 64}, {512, 512}, {1280, 720}, {1920, 1080}, {3840, 2160}};
  for (const int logits_size : {128, 512}) {
    for (const int channels : {2, 21, 150}) {
      const std::vector<float> logits = MakeLogits(logits_size, channels);
      for (const auto& size : sizes) {
        for (const SimdLevel level : UsableSimdLevels()) {
          char line[128];
          std::snprintf(line, sizeof line, "%dx%d logits %d K %d %s", size[0], size[1], logits_size,
                        channels, Name(level));
          if (std::string(line).find(word) == std::string::npos) continue;
          const Setting setting{size[0], size[1], logits_size, channels};
          const Times map = Measure(setting, logits, level, false, pool);
          const Times both = Measure(setting, logits, level, true, pool);
          std::printf("%-36s map %8.2f ms (cpu %8.2f)   map + confidence %8.2f ms (cpu %8.2f)\n",
                      line, map.wall, map.cpu, both.wall, both.cpu);
          std::fflush(stdout);
        }
      }
    }
  }
}

}  // namespace
}  // namespace deeplab::postprocess

int main(int count, char** arguments) {
  const int threads = count > 1 ? std::atoi(arguments[1]) : 2;
  deeplab::postprocess::Run(threads, count > 2 ? arguments[2] : "");
  return 0;
}
