#include "pipeline/counters.h"

namespace deeplab::pipeline {

void Counters::settled(const Request& request) noexcept {
  if (!request.error) {
    ++answered_;
    return;
  }
  switch (request.error->code()) {
    case ErrorCode::kAborted:
    case ErrorCode::kClosed:
      ++aborted_;
      break;
    case ErrorCode::kDeadlineExceeded:
      ++expired_;
      break;
    default:
      ++failed_;
  }
}

void Counters::image(const Timings& timings) noexcept {
  ++images_;
  queue_.add(timings.queue);
  preprocess_.add(timings.preprocess);
  postprocess_.add(timings.postprocess);
}

void Counters::batch(size_t images, double network_ms) noexcept {
  ++batches_[std::min(images, batches_.size() - 1)];
  network_.add(network_ms);
}

void Counters::write_to(ModelStats* stats) const {
  stats->submitted = submitted;
  stats->answered = answered_;
  stats->failed = failed_;
  stats->aborted = aborted_;
  stats->expired = expired_;
  stats->rejected = rejected;
  stats->images = images_;
  stats->running = running;
  stats->batches = batches_;
  stats->queue = queue_.times();
  stats->preprocess = preprocess_.times();
  stats->network = network_.times();
  stats->postprocess = postprocess_.times();
}

}  // namespace deeplab::pipeline
