// Measures what defaults were decided by, on the bench model, in alternating rounds: whatever else
// the machine does meets all variants alike.
//
//   deeplab_measure settings WEIGHTS LIBRARY ROUNDS [PAUSE]   session settings, one changed at a
//   time deeplab_measure lanes WEIGHTS LIBRARY ROUNDS [PAUSE]      maxInFlight with 8 callers and
//   with one
//
// PAUSE: ms between two samples, for a machine that others want to use too.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/usable_cores.h"
#include "infer/backend.h"
#include "pipeline/model.h"

namespace deeplab {
namespace {

using Clock = std::chrono::steady_clock;

double MillisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double CpuMilliseconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& t) { return 1e3 * t.tv_sec + 1e-3 * t.tv_usec; };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

double ResidentMebibytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0, resident = 0;
  statm >> total >> resident;
  return resident * 4096 / (1 << 20);
}

struct Samples {
  std::vector<double> wall, cpu;
  static double At(std::vector<double> values, double fraction) {
    std::sort(values.begin(), values.end());
    return values[static_cast<size_t>(fraction * static_cast<double>(values.size() - 1))];
  }
  void print(const char* name) const {
    std::printf("| %-34s | %8.2f | %8.2f | %8.2f |", name, At(wall, 0), At(wall, 0.5),
                At(cpu, 0.5));
  }
};

infer::OpenRequest RequestFor(const char* weights, const char* library) {
  infer::OpenRequest request;
  request.package_format = "onnx";
  request.device = "cpu";
  request.weights_path = weights;
  request.candidates = {{"onnxruntime", "argument", library}};
  request.max_batch = 8;
  return request;
}

struct Variant {
  std::string name;
  infer::SessionOptions options;
  std::unique_ptr<infer::Session> session;
  std::unique_ptr<infer::Slot> slot;
  double mebibytes = 0;
  Samples samples;
};

std::vector<Variant> Variants() {
  std::vector<Variant> variants;
  const auto add = [&](const std::string& name, void (*change)(infer::SessionOptions*)) {
    Variant variant;
    variant.name = name;
    change(&variant.options);
    variants.push_back(std::move(variant));
  };
  add("defaults", [](infer::SessionOptions*) {});
  add("1 thread", [](infer::SessionOptions* o) { o->intra_op_threads = 1; });
  add("all hardware threads",
      [](infer::SessionOptions* o) { o->intra_op_threads = UsableHardwareThreads(); });
  add("one thread more than cores",
      [](infer::SessionOptions* o) { o->intra_op_threads = UsableHardwareThreads() + 1; });
  add("no spinning", [](infer::SessionOptions* o) { o->spinning = false; });
  add("spinning goes on after a run",
      [](infer::SessionOptions* o) { o->stop_spinning_after_run = false; });
  add("no arena", [](infer::SessionOptions* o) { o->memory_arena = false; });
  add("no memory pattern", [](infer::SessionOptions* o) { o->memory_pattern = false; });
  add("denormals as zero", [](infer::SessionOptions* o) { o->denormals_as_zero = true; });
  add("parallel operators, 2 threads", [](infer::SessionOptions* o) { o->inter_op_threads = 2; });
  return variants;
}

int g_pause_ms = 0;

void Pause() { std::this_thread::sleep_for(std::chrono::milliseconds(g_pause_ms)); }

void RunOnce(Variant* variant) {
  Pause();
  const double cpu = CpuMilliseconds();
  const auto start = Clock::now();
  variant->slot->run();
  const double wall = MillisecondsSince(start);
  std::this_thread::sleep_for(std::chrono::milliseconds(3));  // spinning after a run is its cost
  variant->samples.wall.push_back(wall);
  variant->samples.cpu.push_back(CpuMilliseconds() - cpu);
}

void MeasureSettings(const infer::OpenRequest& base, int rounds) {
  std::vector<Variant> variants = Variants();
  for (Variant& variant : variants) {
    infer::OpenRequest request = base;
    request.session = variant.options;
    std::string reason;
    const double before = ResidentMebibytes();
    variant.session = infer::Open(request, &reason);
    variant.slot = variant.session->new_slot();
    auto* input = static_cast<float*>(variant.slot->prepare(1, 512, 512));
    for (int i = 0; i < 3 * 512 * 512; ++i) input[i] = static_cast<float>(i % 255) / 64 - 2;
    for (int i = 0; i < 2; ++i) variant.slot->run();
    variant.mebibytes = ResidentMebibytes() - before;
  }
  for (int round = 0; round < rounds; ++round) {
    for (Variant& variant : variants) RunOnce(&variant);
  }
  std::printf("| %-34s | min ms   | median   | CPU ms   | MiB    |\n", "setting");
  for (const Variant& variant : variants) {
    variant.samples.print(variant.name.c_str());
    std::printf(" %6.0f |\n", variant.mebibytes);
  }
}

// Hands in one image at a time and waits for it.
class Caller final : public pipeline::Listener {
 public:
  void done(pipeline::RequestPtr request) noexcept override {
    if (request->error) std::fprintf(stderr, "%s\n", request->error->what());
    request.reset();
    std::lock_guard lock(mutex_);
    done_ = true;
    changed_.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_; });
    done_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
};

plan::ModelConfig BenchConfig() {
  plan::ModelConfig config;
  config.input_width = config.input_height = 512;
  config.scaling_factor = 255;
  config.mean = {0.485f, 0.456f, 0.406f};
  config.std = {0.229f, 0.224f, 0.225f};
  config.class_count = 21;
  return config;
}

struct Picture {
  static constexpr int kWidth = 1280, kHeight = 720;
  std::vector<uint8_t> pixels = std::vector<uint8_t>(kWidth * kHeight * 3);
  Picture() {
    for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i * 31 >> 5);
  }
};

void Call(pipeline::Model& model, const std::shared_ptr<const pipeline::Package>& package,
          const Picture& picture, int images) {
  const auto caller = std::make_shared<Caller>();
  for (int i = 0; i < images; ++i) {
    pipeline::RequestPtr request = pipeline::NewRequest();
    request->package = package;
    request->options.thresholds.assign(static_cast<size_t>(package->id_count), 0);
    request->listener = caller;
    pipeline::InputImage image;
    image.view = {picture.pixels.data(), Picture::kWidth, Picture::kHeight, Picture::kWidth * 3};
    image.plan = package->plans.preprocess({}, Picture::kWidth, Picture::kHeight);
    request->images.push_back(std::move(image));
    model.submit(std::move(request));
    caller->wait();
  }
}

// ms an image, of wall and of CPU.
void CallFromThreads(pipeline::Model& model,
                     const std::shared_ptr<const pipeline::Package>& package,
                     const Picture& picture, int callers, int images_of_one, Samples* samples) {
  const double cpu = CpuMilliseconds();
  const auto start = Clock::now();
  std::vector<std::thread> threads;
  for (int c = 0; c < callers; ++c) {
    threads.emplace_back([&] { Call(model, package, picture, images_of_one); });
  }
  for (std::thread& thread : threads) thread.join();
  const int images = callers * images_of_one;
  samples->wall.push_back(MillisecondsSince(start) / images);
  samples->cpu.push_back((CpuMilliseconds() - cpu) / images);
}

void MeasureLanes(const infer::OpenRequest& request, int rounds) {
  const Picture picture;
  struct Lanes {
    std::string name;
    int in_flight = 1;
    int callers = 1;
    std::shared_ptr<pipeline::Model> model;
    std::shared_ptr<const pipeline::Package> package;
    Samples samples;
  };
  std::vector<Lanes> variants;
  for (const int in_flight : {1, 2, 3}) {
    pipeline::SchedulerOptions options;
    options.max_in_flight = in_flight;
    const auto model = pipeline::Model::Open(request, options);
    const auto package = std::make_shared<pipeline::Package>(BenchConfig(), model->info(), false);
    for (const int callers : {1, 8}) {
      variants.push_back(
          {"maxInFlight " + std::to_string(in_flight) + ", callers " + std::to_string(callers),
           in_flight,
           callers,
           model,
           package,
           {}});
      CallFromThreads(*model, package, picture, 2, 1, &variants.back().samples);
      variants.back().samples = {};
    }
  }
  for (int round = 0; round < rounds; ++round) {
    for (Lanes& lanes : variants) {
      Pause();
      CallFromThreads(*lanes.model, lanes.package, picture, lanes.callers, 8 / lanes.callers,
                      &lanes.samples);
    }
  }
  std::printf("| %-34s | min ms   | median   | CPU ms   |\n", "ms an image, 1280×720");
  for (const Lanes& lanes : variants) {
    lanes.samples.print(lanes.name.c_str());
    std::printf("\n");
  }
}

}  // namespace
}  // namespace deeplab

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: deeplab_measure settings|lanes WEIGHTS LIBRARY ROUNDS [PAUSE]\n");
    return 2;
  }
  try {
    const auto request = deeplab::RequestFor(argv[2], argv[3]);
    const int rounds = std::stoi(argv[4]);
    if (argc > 5) deeplab::g_pause_ms = std::stoi(argv[5]);
    if (std::strcmp(argv[1], "settings") == 0) deeplab::MeasureSettings(request, rounds);
    if (std::strcmp(argv[1], "lanes") == 0) deeplab::MeasureLanes(request, rounds);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
