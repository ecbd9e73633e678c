// In which order a batch's work goes to its stream: in stages, or, with graphs, as one.
#include <algorithm>

#include "pipeline/batch_cuda.h"

namespace deeplab::pipeline {

void DeviceBatch::submit() {
  const plan::Geometry& g = units.front().geometry();
  const size_t images = std::max(units.size(), min_batch());
  void* const input = slot_.prepare(static_cast<int>(images), g.input_height, g.input_width);
  steps_.clear();
  is_whole_ = false;
  const auto network = graphs_ ? slot_.recordable() : std::nullopt;
  network ? submit_whole(input, images, *network) : submit_in_stages(input, images);
}

// Each stage's steps go to the stream as soon as they are known.
void DeviceBatch::submit_in_stages(void* input, size_t images) {
  times_.begin.record(*stream_);
  send_input(input, images);
  const size_t middle = steps_.size();
  give(0, middle);
  times_.input.record(*stream_);
  const std::vector<ConstPlanes>& logits = slot_.run();
  times_.logits.record(*stream_);
  send_output(logits);
  capture(input, logits);
  give(middle, steps_.size());
  times_.end.record(*stream_);
}

// All steps are known first: everything that allocates or sends tables is done then, and what is
// left is launched as one, or given to the stream where that is not to be.
void DeviceBatch::submit_whole(void* input, size_t images, const infer::Recordable& network) {
  send_input(input, images);
  const size_t middle = steps_.size();
  send_output(*network.planes);
  capture(input, *network.planes);
  const RequestGraphs::Request request{steps_, middle, network.number};
  cuda::RecordedWork* const graph = graphs_->find(request, [this] { slot_.run(); });
  times_.begin.record(*stream_);
  if (graph != nullptr) {
    graph->launch(*stream_, steps_);
    is_whole_ = true;
  } else {
    give(0, middle);
    times_.input.record(*stream_);
    slot_.run();
    times_.logits.record(*stream_);
    give(middle, steps_.size());
    graphs_->remember(request);
  }
  times_.end.record(*stream_);
}

void DeviceBatch::give(size_t first, size_t last) const {
  for (size_t i = first; i < last; ++i) steps_.give(*stream_, i);
}

}  // namespace deeplab::pipeline
