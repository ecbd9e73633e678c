// Captures of streams into graphs: who takes part, what was joined, what must not be called
// meanwhile. All under the lock.
#pragma once

#include "calls.h"

namespace deeplab::doubles {

// Adds work to the capture that the stream is in.
CUresult Append(Stream* stream, Node node);
// The capture can only be ended now; returns why.
CUresult Invalidate(Capture* capture, CUresult why);
// The stream goes in the middle of its capture.
void Leave(Stream* stream);
bool IsGoingOn(const std::shared_ptr<Capture>& capture);

// Refuses what may synchronise (allocation, waiting, asking) while the calling thread captures, or
// another one in global mode; that ends such captures.
CUresult RefuseInCapture(Call* call);

CUresult WaitForCaptured(Stream* stream, const Event& event);
// How the stream's capture is; `ends`, while it goes on: the nodes that its next one waits for.
struct CaptureView {
  int status;
  const std::vector<CUgraphNode>* ends;
};
CaptureView Look(Stream* stream);
CUresult BeginCapture(Stream* stream, int mode);
CUresult EndCapture(Stream* stream, std::shared_ptr<Graph>* graph);

}  // namespace deeplab::doubles
