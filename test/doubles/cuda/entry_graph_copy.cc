// What a copy in an executable graph does from now on.
#include "copies.h"
#include "entry.h"
#include "graphs.h"

namespace deeplab::cuda {

using namespace doubles;

namespace {

// Bytes in a row, from where they begin.
bool IsRow(const CUDA_MEMCPY3D& copy) {
  const size_t elsewhere = copy.srcXInBytes | copy.srcY | copy.srcZ | copy.srcLOD |
                           copy.dstXInBytes | copy.dstY | copy.dstZ | copy.dstLOD;
  return elsewhere == 0 && copy.Height == 1 && copy.Depth == 1 && copy.WidthInBytes > 0 &&
         copy.reserved0 == nullptr && copy.reserved1 == nullptr;
}

CUresult SetUpload(Node* node, const CUDA_MEMCPY3D& copy) {
  Place from, to;
  if (!FindHostPlace(copy.srcHost, copy.WidthInBytes, &from) || from.range == nullptr ||
      !FindDevicePlace(copy.dstDevice, copy.WidthInBytes, &to)) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  Replace(node, UploadNode(from, to, copy.WidthInBytes));
  return CUDA_SUCCESS;
}

CUresult SetDownload(Node* node, const CUDA_MEMCPY3D& copy) {
  Place from, to;
  if (!FindDevicePlace(copy.srcDevice, copy.WidthInBytes, &from) ||
      !FindHostPlace(copy.dstHost, copy.WidthInBytes, &to) || to.range == nullptr) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  Replace(node, DownloadNode(from, to, copy.WidthInBytes));
  return CUDA_SUCCESS;
}

}  // namespace

// A copy keeps its direction, and memory of the host is pinned.
CUresult cuGraphExecMemcpyNodeSetParams(CUgraphExec exec, CUgraphNode handle,
                                        const CUDA_MEMCPY3D* copy, CUcontext context) {
  return ContextCall(__func__, [&](Call& call) -> CUresult {
    if (copy == nullptr || !IsRow(*copy)) return CUDA_ERROR_INVALID_VALUE;
    if (context != call.current().context) return CUDA_ERROR_INVALID_CONTEXT;
    const bool up =
        copy->srcMemoryType == CU_MEMORYTYPE_HOST && copy->dstMemoryType == CU_MEMORYTYPE_DEVICE;
    const bool down =
        copy->srcMemoryType == CU_MEMORYTYPE_DEVICE && copy->dstMemoryType == CU_MEMORYTYPE_HOST;
    if (!up && !down) return CUDA_ERROR_INVALID_VALUE;
    Node* const node =
        FindNode(&call, exec, handle, up ? Node::Kind::kUpload : Node::Kind::kDownload);
    if (node == nullptr) return CUDA_ERROR_INVALID_VALUE;
    return up ? SetUpload(node, *copy) : SetDownload(node, *copy);
  });
}

}  // namespace deeplab::cuda
