// The way of a batch of images through the stages. Read pipeline.cc first: it is the whole product.
#pragma once

#include <vector>

#include "core/thread_pool.h"
#include "infer/backend.h"
#include "pipeline/request.h"
#include "postprocess/postprocess.h"
#include "preprocess/preprocess.h"

namespace deeplab::pipeline {

// The stages around the network, for one kind of memory.
struct Stages {
  void (*preprocess)(const ImageView& image, const plan::PreprocessPlan& plan,
                     const plan::ModelConfig& config, const MutablePlanes& target,
                     ThreadPool& pool);
  int64_t (*postprocess)(const ConstPlanes& logits, const plan::PostprocessPlan& plan,
                         const plan::Geometry& geometry, const postprocess::ClassTable& classes,
                         const postprocess::MapTarget& target, ThreadPool& pool);
};
const Stages& StagesOf(infer::MemoryKind memory);

// A batch on its way. Used by one thread at a time, again and again.
class Batch {
 public:
  Batch(infer::Session& session, infer::Slot& slot, const Stages& stages, ThreadPool& pool);

  // 1 … max_batch images of one input size; filled by the model, which owns the requests.
  std::vector<Unit> units;

  // In this order. None throws: an image that fails, or all of them, gets its result's `error`.
  //
  // Pre-processes the images that have not been yet; there is room for `capacity` in all.
  void preprocess(size_t capacity);
  void run();
  // Tells the listener of a picture so small that post-processing it is quicker than being woken.
  void announce() const noexcept;
  void postprocess();
  void clear() noexcept;

  // Of the last run: whether it succeeded, and how long it took.
  bool ran() const noexcept { return logits_ != nullptr; }
  double network_ms() const noexcept { return network_ms_; }

 private:
  void prepare(size_t images);
  size_t min_batch() const noexcept { return static_cast<size_t>(session_.limits().min_batch); }

  infer::Session& session_;
  infer::Slot& slot_;
  const Stages stages_;
  ThreadPool& pool_;
  uint8_t* input_ = nullptr;  // the slot's, with room for prepared_ images
  size_t prepared_ = 0;
  size_t preprocessed_ = 0;
  const std::vector<ConstPlanes>* logits_ = nullptr;  // null: the run failed
  double network_ms_ = 0;
};

}  // namespace deeplab::pipeline
