// The requests of a lane as CUDA graphs: everything from the pixels' way up to the maps' way down,
// the network in its midst, as one launch.
//
// A graph belongs to a state of the network (its shape and its memory) and to a list of steps. The
// first request of a kind goes the plain way, as the network must have run in that state before it
// is recorded; the second one is recorded, and from then on the graph is launched. The last used
// kinds are kept. Copies of memory that is not pinned cannot be recorded: such requests always go
// the plain way.
//
// Threads: the lane's, with the device's context current, while the stream has nothing to do of an
// earlier request.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>

#include "cuda/pinned_memory.h"
#include "cuda/recorded_work.h"

namespace deeplab::pipeline {

class RequestGraphs {
 public:
  static constexpr size_t kMost = 8;

  // Throws Error{kDeviceUnavailable} where the driver is too old.
  RequestGraphs(std::shared_ptr<cuda::Device> pinned, std::shared_ptr<const cuda::Stream> stream);

  struct Request {
    const cuda::Work& work;
    size_t middle;     // steps before the network
    uint64_t network;  // infer::Recordable::number
  };

  // The graph to launch with this request's work; null: give it to the stream. Records it where it
  // is due, the network by `run`. Throws what the recording throws, with the way out.
  cuda::RecordedWork* find(const Request& request, const std::function<void()>& run);
  // After a request was given to the stream.
  void remember(const Request& request);

 private:
  struct Entry {
    cuda::Work work;
    size_t middle;
    uint64_t network;
    std::optional<cuda::RecordedWork> graph;  // none: seen once
  };

  bool is_pinned(const cuda::Work& work) const;
  std::list<Entry>::iterator look_up(const Request& request);
  void record(const Request& request, const std::function<void()>& run, Entry* entry) const;

  std::shared_ptr<cuda::Device> pinned_;
  std::shared_ptr<const cuda::Stream> stream_;
  std::list<Entry> entries_;  // the last used first
};

}  // namespace deeplab::pipeline
