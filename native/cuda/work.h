// What a stream is to do, step by step: copies, fills and launches with all that they are given, by
// value. It can be given to a stream as it is, or be recorded once and launched whole with what has
// changed (recorded_work.h).
//
// Threads: one at a time. A view of the host memory that it copies.
#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "cuda/module.h"
#include "cuda/stream.h"

namespace deeplab::cuda {

class Work {
 public:
  enum class Kind { kUpload, kDownload, kFill, kLaunch };

  // Behind what there is. Steps of no bytes are none.
  void upload(CUdeviceptr to, const void* from, size_t bytes);
  void download(void* to, CUdeviceptr from, size_t bytes);
  void fill(CUdeviceptr to, unsigned char value, size_t bytes);
  // A kernel of one parameter. The kernel outlives the work.
  template <typename P>
  void launch(const Kernel& kernel, const LaunchShape& shape, const P& parameter) {
    static_assert(std::is_trivially_copyable_v<P>);
    add_launch(kernel, shape, &parameter, sizeof parameter);
  }
  void clear() noexcept;

  size_t size() const noexcept { return steps_.size(); }
  // Gives the stream the step of this number.
  void give(const Stream& stream, size_t number) const;

  struct Step {
    Kind kind;
    size_t bytes;         // of a kernel: of its parameter
    CUdeviceptr device;   // of a copy, or of a fill
    void* host;           // of a copy
    unsigned char value;  // of a fill
    const Kernel* kernel;
    LaunchShape shape;
    size_t at;  // where the parameter lies in `parameters_`
  };
  const Step& operator[](size_t number) const noexcept { return steps_[number]; }
  void* parameter(const Step& step) const noexcept;

  // Whether the steps are the same ones in the same order, but for what a graph can be set to: the
  // addresses and sizes of copies, the shapes and parameters of launches.
  bool is_like(const Work& other) const noexcept;
  // Of work that is like this: whether a step is the same to the last byte; takes it over.
  bool has_same(size_t number, const Work& other) const noexcept;
  void take(size_t number, const Work& other) noexcept;

 private:
  void add_launch(const Kernel& kernel, const LaunchShape& shape, const void* parameter,
                  size_t bytes);

  std::vector<Step> steps_;
  std::vector<uint8_t> parameters_;
};

}  // namespace deeplab::cuda
