// What a GPU's memory and link carry: what the driver states, and what copies of pinned memory
// measure. For test/bench/gpu; run on request only.
//
//   deeplab_gpu_facts DRIVER ORDINAL [MEBIBYTES]   prints JSON
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "cuda/device.h"
#include "cuda/device_memory.h"
#include "cuda/event.h"
#include "cuda/pinned_memory.h"
#include "cuda/stream.h"

namespace deeplab {
namespace {

constexpr int kRounds = 10;

int Attribute(const cuda::Device& device, int attribute) {
  cuda::CUdevice handle = 0;
  device.call(device.api().DeviceGet, &handle, device.ordinal());
  int value = 0;
  device.call(device.api().DeviceGetAttribute, &value, attribute, handle);
  return value;
}

// Two transfers a clock.
double StatedBandwidth(const cuda::Device& device) {
  const double clock = Attribute(device, cuda::CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE) * 1e3;
  const double bits = Attribute(device, cuda::CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH);
  return 2 * clock * bits / 8 / 1e9;
}

// GB/s of the quickest of some rounds: what disturbs a copy makes it slower only.
double Measure(const cuda::Stream& stream, size_t bytes, const std::function<void()>& copy) {
  const cuda::Event begin(stream.device(), cuda::Event::Kind::kTimed);
  const cuda::Event end(stream.device(), cuda::Event::Kind::kTimed);
  copy();
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    begin.record(stream);
    copy();
    end.record(stream);
    end.wait();
    const double ms = end.milliseconds_since(begin);
    if (ms > 0) best = std::max(best, static_cast<double>(bytes) / ms / 1e6);
  }
  return best;
}

void Print(const std::shared_ptr<cuda::Device>& device, size_t bytes) {
  const cuda::Current current(*device);
  const auto stream = std::make_shared<const cuda::Stream>(device);
  const auto memory = std::make_shared<cuda::DeviceMemory>(device);
  cuda::DeviceBuffer first(memory, stream, "copies"), second(memory, stream, "copies");
  first.grow(bytes);
  second.grow(bytes);
  device->pinned_memory().set_limit(2 * bytes);
  const HostBuffer host = cuda::PinnedMemory::Acquire(device, bytes);
  if (!host) throw Error(ErrorCode::kDeviceFailed, "No memory could be pinned.");
  const double up =
      Measure(*stream, bytes, [&] { stream->upload(first.address(), host.data(), bytes); });
  const double down =
      Measure(*stream, bytes, [&] { stream->download(host.data(), first.address(), bytes); });
  // Each byte is read and written.
  const double inside =
      2 * Measure(*stream, bytes, [&] { stream->copy(second.address(), first.address(), bytes); });
  const cuda::DeviceTraits& traits = device->traits();
  std::printf(
      "{\"name\": \"%s\", \"capability\": \"%s\", \"driver\": \"%s\", \"isIntegrated\": %s,\n"
      " \"totalMemory\": %zu, \"multiprocessors\": %d, \"statedMemory\": %.1f,\n"
      " \"measured\": {\"up\": %.2f, \"down\": %.2f, \"memory\": %.1f, \"bytes\": %zu}}\n",
      traits.name.c_str(), traits.capability().c_str(),
      cuda::VersionText(device->driver().version).c_str(), traits.is_integrated ? "true" : "false",
      traits.total_memory, traits.multiprocessors, StatedBandwidth(*device), up, down, inside,
      bytes);
}

int Main(const std::string& path, int ordinal, size_t bytes) {
  const cuda::DriverSearch search = cuda::FindDriver({{cuda::kDriverLibrary, "argument", path}});
  if (search.library == nullptr) {
    std::fprintf(stderr, "%s\n", cuda::DescribeFailure(search).c_str());
    return 1;
  }
  Print(cuda::Device::Open(*search.library, ordinal), bytes);
  return 0;
}

}  // namespace
}  // namespace deeplab

int main(int count, char** arguments) {
  if (count < 3) {
    std::fprintf(stderr, "deeplab_gpu_facts DRIVER ORDINAL [MEBIBYTES]\n");
    return 2;
  }
  const size_t mebibytes = count > 3 ? std::strtoull(arguments[3], nullptr, 10) : 64;
  try {
    return deeplab::Main(arguments[1], std::atoi(arguments[2]), mebibytes << 20);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
