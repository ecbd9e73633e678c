// Streams: each a thread that runs its jobs in order. All under the lock.
#pragma once

#include "calls.h"

namespace deeplab::doubles {

CUstream StartStream(int device);
// No more jobs; its thread ends when those that it has did. The handle is gone.
void CloseStream(CUstream handle);

// The stream of the current context by its handle, or null.
std::shared_ptr<Stream> FindStream(Call* call, CUstream handle);

void Push(Stream* stream, Job job);
// Gives work to the stream, or to the capture that it is in.
CUresult Submit(Stream* stream, Node node);

}  // namespace deeplab::doubles
