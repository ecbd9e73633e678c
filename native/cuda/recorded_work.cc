#include "cuda/recorded_work.h"

#include <utility>

namespace deeplab::cuda {

RecordedWork RecordedWork::Record(const Stream& stream, const Work& work, size_t middle,
                                  const std::function<void()>& midst) {
  std::vector<CUgraphNode> nodes;
  nodes.reserve(work.size());
  Capture capture(stream);
  for (size_t i = 0; i < work.size(); ++i) {
    if (i == middle) midst();
    work.give(stream, i);
    nodes.push_back(capture.node());
  }
  if (middle >= work.size()) midst();
  return {capture.finish(), work, std::move(nodes)};
}

void RecordedWork::set(size_t number, const Work& work) const {
  const Work::Step& step = work[number];
  switch (step.kind) {
    case Work::Kind::kUpload:
      return graph_.set_upload(nodes_[number], step.device, step.host, step.bytes);
    case Work::Kind::kDownload:
      return graph_.set_download(nodes_[number], step.host, step.device, step.bytes);
    case Work::Kind::kLaunch: {
      void* parameters[] = {work.parameter(step), nullptr};
      return graph_.set_kernel(nodes_[number], step.kernel->describe(step.shape, parameters));
    }
    case Work::Kind::kFill:
      return;  // alike is the same
  }
}

void RecordedWork::launch(const Stream& stream, const Work& work) {
  for (size_t i = 0; i < work.size(); ++i) {
    if (work_.has_same(i, work)) continue;
    set(i, work);
    work_.take(i, work);
  }
  graph_.launch(stream);
}

}  // namespace deeplab::cuda
