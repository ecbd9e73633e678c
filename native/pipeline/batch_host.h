// A batch whose stages and network are on the CPU: pixels go straight into the engine's input, and
// logits are read where the engine left them.
#pragma once

#include <vector>

#include "core/thread_pool.h"
#include "pipeline/pipeline.h"
#include "postprocess/postprocess.h"
#include "preprocess/preprocess.h"

namespace deeplab::pipeline {

// The stages around the network; tests bring some of their own.
struct Stages {
  void (*preprocess)(const ImageView& image, const plan::PreprocessPlan& plan,
                     const plan::ModelConfig& config, const MutablePlanes& target,
                     ThreadPool& pool);
  int64_t (*postprocess)(const ConstPlanes& logits, const plan::PostprocessPlan& plan,
                         const plan::Geometry& geometry, const postprocess::ClassTable& classes,
                         const postprocess::MapTarget& target, ThreadPool& pool);
};
const Stages& HostStages();

class HostBatch final : public Batch {
 public:
  HostBatch(infer::Session& session, infer::Slot& slot, const Stages& stages, ThreadPool& pool);

  void preprocess(size_t capacity) override;
  void run() override;
  void announce() const noexcept override;
  void postprocess() override;
  void clear() noexcept override;
  double run_on_zeros(int images, int height, int width) override;

 private:
  void prepare(size_t images);

  infer::Slot& slot_;
  const Stages stages_;
  ThreadPool& pool_;
  uint8_t* input_ = nullptr;  // the slot's, with room for prepared_ images
  size_t prepared_ = 0;
  size_t preprocessed_ = 0;
  const std::vector<ConstPlanes>* logits_ = nullptr;  // null: the run failed
};

}  // namespace deeplab::pipeline
