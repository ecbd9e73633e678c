// Graphs: the captured work, in the order in which it was captured.
#include <algorithm>

#include "entry.h"
#include "graphs.h"
#include "streams.h"

namespace deeplab::doubles {

// The driver wants the graph that the executable one was made of to be there still.
Node* FindNode(Call* call, CUgraphExec exec, CUgraphNode handle, Node::Kind kind) {
  const auto graph = call->state.graph_execs.find(exec);
  if (graph == nullptr || graph->device != call->device ||
      call->state.graphs.find(graph->source) == nullptr) {
    return nullptr;
  }
  const auto found = std::find_if(graph->nodes.begin(), graph->nodes.end(), [&](const Node& node) {
    return node.handle == handle && node.kind == kind;
  });
  return found != graph->nodes.end() ? &*found : nullptr;
}

}  // namespace deeplab::doubles

namespace deeplab::cuda {

using namespace doubles;

CUresult cuGraphInstantiateWithFlags(CUgraphExec* exec, CUgraph handle, unsigned long long flags) {
  return ContextCall(__func__, [&](Call& call) {
    const auto graph = call.state.graphs.find(handle);
    if (graph == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (exec == nullptr || flags != 0) return CUDA_ERROR_INVALID_VALUE;
    auto made = std::make_shared<Graph>(*graph);
    made->source = handle;
    *exec = call.state.graph_execs.add(std::move(made));
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
