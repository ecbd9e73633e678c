// Tables that kernels read, on the device: each is sent once and stays while it is used. A camera
// sends one size of picture, so nothing is sent once warm.
//
// Threads: one at a time, with the device's context current. Belongs to one stream.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "core/tensor.h"
#include "cuda/device_memory.h"
#include "plan/plan.h"

namespace deeplab::pipeline {

// Several tables in one piece of memory, each at a multiple of 16 bytes.
class TableBytes {
 public:
  // Returns where it lies.
  size_t add(const void* data, size_t bytes);
  template <typename T>
  size_t add(const std::vector<T>& values) {
    return add(values.data(), values.size() * sizeof(T));
  }
  const std::vector<uint8_t>& bytes() const noexcept { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
};

class DeviceTables {
 public:
  DeviceTables(std::shared_ptr<cuda::DeviceMemory> memory,
               std::shared_ptr<const cuda::Stream> stream);

  struct Preprocess {
    const int32_t* columns;
    const int32_t* rows;
    const void* values;
  };
  // Of an input of this type. The plan belongs to one package, whose `config` it is.
  Preprocess of(const std::shared_ptr<const plan::PreprocessPlan>& plan,
                const plan::ModelConfig& config, DataType type);

  struct Postprocess {
    const uint32_t* columns;
    const uint32_t* rows;
    int widest_tile;
  };
  Postprocess of(const std::shared_ptr<const plan::PostprocessPlan>& plan);

  // Any bytes, known by what they are.
  const void* constant(const void* data, size_t bytes);

  // Lets go of what has not been used for long. Only where the stream has nothing to do.
  void trim();

 private:
  struct Entry {
    std::shared_ptr<const void> plan;  // null: known by its bytes
    std::vector<uint8_t> host;         // what was sent: the driver may read it late
    cuda::DeviceBuffer device;
    size_t parts[3] = {};
    int widest_tile = 0;

    template <typename T>
    const T* part(int index) const noexcept {
      return reinterpret_cast<const T*>(device.address() + parts[index]);
    }
  };

  Entry* find(const void* plan);
  Entry& add(std::shared_ptr<const void> plan, std::vector<uint8_t> bytes);

  std::shared_ptr<cuda::DeviceMemory> memory_;
  std::shared_ptr<const cuda::Stream> stream_;
  std::list<Entry> entries_;  // the last used first
};

}  // namespace deeplab::pipeline
