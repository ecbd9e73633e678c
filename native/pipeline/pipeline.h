// The way of a batch of images through the stages: the whole product in one interface. Each kind of
// memory has its own way: batch_host.cc for the CPU, batch_cuda.cc for a GPU. Read one of them
// first.
#pragma once

#include <memory>
#include <vector>

#include "infer/backend.h"
#include "pipeline/request.h"

namespace deeplab::pipeline {

struct Stages;

// A batch on its way. Used by one thread at a time, again and again.
class Batch {
 public:
  virtual ~Batch() = default;
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  // 1 … max_batch images of one input size; filled by the model, which owns the requests.
  std::vector<Unit> units;

  // In this order. None throws: an image that fails, or all of them, gets its result's `error`.
  //
  // Pre-processes the images that have not been yet; there is room for `capacity` in all.
  virtual void preprocess(size_t capacity) = 0;
  // The engine's turn: no more than BatchLimits::slots batches are in here at once.
  virtual void run() = 0;
  // Tells the listener of a picture so small that post-processing it is quicker than being woken.
  virtual void announce() const noexcept {}
  virtual void postprocess() = 0;
  virtual void clear() noexcept;

  // Of the last run: whether it succeeded, and, after postprocess(), how long the network took.
  bool ran() const noexcept { return ran_; }
  double network_ms() const noexcept { return network_ms_; }

  // Instead of all that: the network alone, on zeros. Returns milliseconds; throws what it throws.
  virtual double run_on_zeros(int images, int height, int width) = 0;

 protected:
  explicit Batch(const infer::Session& session);
  size_t min_batch() const noexcept { return static_cast<size_t>(session_.limits().min_batch); }

  const infer::Session& session_;
  bool ran_ = false;
  double network_ms_ = 0;
};

// Of this session's kind of memory. `stages`: for the CPU. The session and the slot outlive it.
std::unique_ptr<Batch> NewBatch(infer::Session& session, infer::Slot& slot, const Stages& stages);

}  // namespace deeplab::pipeline
