#include "pipeline/graphs_cuda.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/error.h"

namespace deeplab::pipeline {

RequestGraphs::RequestGraphs(std::shared_ptr<cuda::Device> pinned,
                             std::shared_ptr<const cuda::Stream> stream)
    : pinned_(std::move(pinned)), stream_(std::move(stream)) {
  const cuda::Device& device = *stream_->device();
  if (cuda::Capture::HasNodes(device)) return;
  const std::string found = "CUDA " + cuda::VersionText(device.driver().version);
  throw Error(ErrorCode::kDeviceUnavailable,
              device.label() + " cannot record CUDA graphs: the driver supports " + found +
                  ", expected CUDA 12.3 or later. Update the NVIDIA driver, or turn the option "
                  "cudaGraphs off.",
              {{"expected", "CUDA 12.3 or later"}, {"found", found}});
}

bool RequestGraphs::is_pinned(const cuda::Work& work) const {
  const cuda::PinnedMemory& memory = pinned_->pinned_memory();
  for (size_t i = 0; i < work.size(); ++i) {
    const cuda::Work::Step& step = work[i];
    if (step.host != nullptr && !memory.contains(step.host, step.bytes)) return false;
  }
  return true;
}

std::list<RequestGraphs::Entry>::iterator RequestGraphs::look_up(const Request& request) {
  return std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.network == request.network && entry.middle == request.middle &&
           entry.work.is_like(request.work);
  });
}

cuda::RecordedWork* RequestGraphs::find(const Request& request, const std::function<void()>& run) {
  const auto found = look_up(request);
  if (found == entries_.end() || !is_pinned(request.work)) return nullptr;
  entries_.splice(entries_.begin(), entries_, found);
  if (!found->graph) record(request, run, &*found);
  return &*found->graph;
}

// What went wrong is in the words of the library or of the driver. A full or a lost device has
// nothing to do with graphs.
void RequestGraphs::record(const Request& request, const std::function<void()>& run,
                           Entry* entry) const {
  try {
    entry->graph = cuda::RecordedWork::Record(*stream_, request.work, request.middle, run);
  } catch (const Error& error) {
    const bool is_ours =
        error.code() == ErrorCode::kDeviceFailed || error.code() == ErrorCode::kBackendFailed;
    if (!is_ours) throw;
    throw Error(error.code(),
                "The request could not be recorded as a CUDA graph: " + std::string(error.what()) +
                    " If this network cannot be recorded, turn the option cudaGraphs off.",
                error.detail());
  }
}

void RequestGraphs::remember(const Request& request) {
  if (look_up(request) != entries_.end() || !is_pinned(request.work)) return;
  entries_.push_front({request.work, request.middle, request.network, std::nullopt});
  if (entries_.size() > kMost) entries_.pop_back();
}

}  // namespace deeplab::pipeline
