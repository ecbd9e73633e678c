// Graphs: the captured work, in the order in which it was captured.
#include "entry.h"
#include "streams.h"

namespace deeplab::cuda {

using namespace doubles;

CUresult cuGraphInstantiateWithFlags(CUgraphExec* exec, CUgraph handle, unsigned long long flags) {
  return ContextCall(__func__, [&](Call& call) {
    const auto graph = call.state.graphs.find(handle);
    if (graph == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (exec == nullptr || flags != 0) return CUDA_ERROR_INVALID_VALUE;
    *exec = call.state.graph_execs.add(std::make_shared<Graph>(*graph));
    return CUDA_SUCCESS;
  });
}

CUresult cuGraphLaunch(CUgraphExec exec, CUstream stream_handle) {
  return ContextCall(__func__, [&](Call& call) -> CUresult {
    const auto graph = call.state.graph_execs.find(exec);
    const auto stream = FindStream(&call, stream_handle);
    if (graph == nullptr || stream == nullptr || graph->device != call.device) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    ++call.state.counters.graph_launches;
    for (const Node& node : graph->nodes) {
      const CUresult result = Submit(stream.get(), node);
      if (result != CUDA_SUCCESS) return result;
    }
    return CUDA_SUCCESS;
  });
}

CUresult cuGraphExecDestroy(CUgraphExec exec) {
  return ContextCall(__func__, [&](Call& call) {
    return call.state.graph_execs.erase(exec) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
  });
}

CUresult cuGraphDestroy(CUgraph graph) {
  return ContextCall(__func__, [&](Call& call) {
    return call.state.graphs.erase(graph) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
  });
}

}  // namespace deeplab::cuda
