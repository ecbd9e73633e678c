// A batch whose stages and network are on a GPU, in the order of one stream:
//
//   pixels up · pre-processing · network · post-processing (· overlays) · maps down · event
//
// run() queues all of it and returns; postprocess() waits for the event. Nothing between is waited
// for, allocated (once warm) or touched by the host. Contrast is done on the CPU before. Where the
// model was opened with graphs, all of it is one launch for what has come before (graphs_cuda.h).
#pragma once

#include <optional>
#include <vector>

#include "core/thread_pool.h"
#include "cuda/event.h"
#include "cuda/module.h"
#include "cuda/work.h"
#include "infer/backend.h"
#include "pipeline/graphs_cuda.h"
#include "pipeline/maps_cuda.h"
#include "pipeline/pipeline.h"
#include "pipeline/pixels_cuda.h"
#include "pipeline/tables_cuda.h"
#include "postprocess/launch_cuda.h"
#include "preprocess/launch_cuda.h"

namespace deeplab::pipeline {

class DeviceBatch final : public Batch {
 public:
  // Throws Error{kDeviceUnavailable} where there are no kernels for the device.
  DeviceBatch(const infer::Session& session, infer::DeviceSlot& slot, ThreadPool& pool);
  ~DeviceBatch() override;

  void preprocess(size_t capacity) override;
  void run() override;
  void postprocess() override;
  void clear() noexcept override;
  double run_on_zeros(int images, int height, int width) override;

 private:
  // Of one image; numbers of its pictures and parts where it has them.
  struct Work {
    size_t pixels = 0;
    size_t picture = 0;  // to paint on: the pixels, but for contrast
    std::optional<size_t> ids, confidence, areas, probabilities, overlay;
    size_t non_finite = 0;  // where the counter is not mapped
    HostBuffer counts;      // uint32: of areas
    HostBuffer counter;     // uint32: non_finite where it is not mapped
  };
  struct Times {
    explicit Times(const std::shared_ptr<cuda::Device>& device);
    // Milliseconds around the network and in it; of what was launched as one, all as the network's.
    struct Spent {
      double before, network, after;
    };
    Spent spent(bool is_whole) const;

    cuda::Event begin, input, logits, end;
  };

  void stage(size_t index);
  void submit();
  void submit_in_stages(void* input, size_t images);
  void submit_whole(void* input, size_t images, const infer::Recordable& network);
  void give(size_t first, size_t last) const;
  void send_input(void* input, size_t images);
  void send_output(const std::vector<ConstPlanes>& logits);
  void add_parts(size_t index);
  void clear_counters();
  postprocess::CudaMap describe_map(size_t index, const ConstPlanes& logits, int* widest);
  void launch_preprocess(void* input);
  void launch_postprocess(const std::vector<ConstPlanes>& logits);
  void paint_overlay(size_t index);
  void capture(void* input, const std::vector<ConstPlanes>& logits);
  void drain() noexcept;
  void finish(size_t index);
  cuda::CUdeviceptr counter(size_t index) const;

  infer::DeviceSlot& slot_;
  ThreadPool& pool_;
  const std::shared_ptr<const cuda::Stream> stream_;
  const std::shared_ptr<cuda::Device> device_;
  const cuda::Kernel& preprocess_kernel_;
  const cuda::Kernel& postprocess_kernel_;
  const cuda::Kernel& overlay_kernel_;
  DeviceTables tables_;
  PixelUpload pixels_;
  MapDownload maps_;
  cuda::Work steps_;  // but for the network's
  std::optional<RequestGraphs> graphs_;
  Times times_;
  bool is_whole_ = false;  // launched as one: only the whole is timed
  // Pixels without finite logits, by image, in memory that kernels add to and the host reads.
  HostBuffer counters_;
  cuda::CUdeviceptr mapped_counters_ = 0;  // 0: each image's comes down as a part

  std::vector<Work> work_;
  size_t staged_ = 0;
  preprocess::CudaPreprocess preprocess_{};
  postprocess::CudaPostprocess postprocess_{};
};

}  // namespace deeplab::pipeline
