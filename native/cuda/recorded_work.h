// Work that was recorded as a graph, with what lies in its midst and is not ours (a network), and
// is launched whole: one call of the driver, and one for each step that differs from the last time.
//
// Setting what differs keeps graphs few: pictures and results lie elsewhere at each request, mapped
// memory even in the kernels' parameters, and thresholds or sizes of pictures are the caller's. The
// steps are compared to the last byte, so that no difference can be forgotten.
//
// Threads: as a stream's.
#pragma once

#include <functional>
#include <vector>

#include "cuda/graph.h"
#include "cuda/work.h"

namespace deeplab::cuda {

class RecordedWork {
 public:
  // Records the steps before `middle`, then what `midst` gives to the stream, then the others. All
  // host memory of copies is pinned. Throws what `midst` throws, and Error{kDeviceFailed} where the
  // driver cannot record something; the stream does as before then.
  static RecordedWork Record(const Stream& stream, const Work& work, size_t middle,
                             const std::function<void()>& midst);

  // Of work that is_like() the recorded, with the same in its midst. Where it throws, the next call
  // sets what this one has not.
  void launch(const Stream& stream, const Work& work);

 private:
  RecordedWork(Graph graph, const Work& work, std::vector<CUgraphNode> nodes)
      : graph_(std::move(graph)), work_(work), nodes_(std::move(nodes)) {}
  void set(size_t number, const Work& work) const;

  Graph graph_;
  Work work_;  // what the graph does now
  std::vector<CUgraphNode> nodes_;
};

}  // namespace deeplab::cuda
