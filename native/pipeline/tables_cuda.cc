#include "pipeline/tables_cuda.h"

#include <cstring>
#include <utility>

#include "postprocess/launch_cuda.h"
#include "preprocess/launch_cuda.h"

namespace deeplab::pipeline {
namespace {

constexpr size_t kAlignment = 16;
// Of a batch of 32 pictures of different sizes, all of which stay; some ten KB each.
constexpr size_t kCapacity = 128;

}  // namespace

size_t TableBytes::add(const void* data, size_t bytes) {
  const size_t at = (bytes_.size() + kAlignment - 1) / kAlignment * kAlignment;
  bytes_.resize(at + bytes);
  if (bytes > 0) std::memcpy(bytes_.data() + at, data, bytes);
  return at;
}

DeviceTables::DeviceTables(std::shared_ptr<cuda::DeviceMemory> memory,
                           std::shared_ptr<const cuda::Stream> stream)
    : memory_(std::move(memory)), stream_(std::move(stream)) {}

DeviceTables::Entry* DeviceTables::find(const void* plan) {
  for (auto it = entries_.begin(); it != entries_.end(); ++it) {
    if (it->plan.get() != plan) continue;
    entries_.splice(entries_.begin(), entries_, it);
    return &entries_.front();
  }
  return nullptr;
}

DeviceTables::Entry& DeviceTables::add(std::shared_ptr<const void> plan,
                                       std::vector<uint8_t> bytes) {
  cuda::DeviceBuffer device(memory_, stream_, "A resize's tables");
  device.grow(bytes.size());
  entries_.push_front({std::move(plan), std::move(bytes), std::move(device)});
  Entry& entry = entries_.front();
  try {
    stream_->upload(entry.device.address(), entry.host.data(), entry.host.size());
  } catch (...) {
    entries_.pop_front();
    throw;
  }
  return entry;
}

DeviceTables::Preprocess DeviceTables::of(const std::shared_ptr<const plan::PreprocessPlan>& plan,
                                          const plan::ModelConfig& config, DataType type) {
  Entry* entry = find(plan.get());
  if (entry == nullptr) {
    TableBytes bytes;
    const size_t columns = bytes.add(preprocess::PackTaps(plan->columns));
    const size_t rows = bytes.add(preprocess::PackTaps(plan->rows));
    const size_t values = bytes.add(preprocess::PackValues(config, type));
    entry = &add(plan, bytes.bytes());
    entry->parts[0] = columns;
    entry->parts[1] = rows;
    entry->parts[2] = values;
  }
  return {entry->part<int32_t>(0), entry->part<int32_t>(1), entry->part<void>(2)};
}

DeviceTables::Postprocess DeviceTables::of(
    const std::shared_ptr<const plan::PostprocessPlan>& plan) {
  Entry* entry = find(plan.get());
  if (entry == nullptr) {
    TableBytes bytes;
    const size_t columns = bytes.add(postprocess::PackAxis(plan->columns));
    const size_t rows = bytes.add(postprocess::PackAxis(plan->rows));
    entry = &add(plan, bytes.bytes());
    entry->parts[0] = columns;
    entry->parts[1] = rows;
    entry->widest_tile = postprocess::WidestTile(plan->columns);
  }
  return {entry->part<uint32_t>(0), entry->part<uint32_t>(1), entry->widest_tile};
}

const void* DeviceTables::constant(const void* data, size_t bytes) {
  for (auto it = entries_.begin(); it != entries_.end(); ++it) {
    const bool same = it->plan == nullptr && it->host.size() == bytes &&
                      std::memcmp(it->host.data(), data, bytes) == 0;
    if (!same) continue;
    entries_.splice(entries_.begin(), entries_, it);
    return entries_.front().part<void>(0);
  }
  const auto* const first = static_cast<const uint8_t*>(data);
  return add(nullptr, std::vector<uint8_t>(first, first + bytes)).part<void>(0);
}

void DeviceTables::trim() {
  while (entries_.size() > kCapacity) entries_.pop_back();
}

}  // namespace deeplab::pipeline
