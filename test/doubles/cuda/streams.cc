#include "streams.h"

#include <algorithm>

#include "captures.h"
#include "memory.h"

namespace deeplab::doubles {
namespace {

// Without the lock.
void Delay(Stream* stream, unsigned most_us) {
  if (most_us == 0) return;
  std::this_thread::sleep_for(std::chrono::microseconds(stream->random() % (most_us + 1)));
}

CUresult RunJob(Stream* stream, const Job& job) {
  const JobScope scope(stream);
  const CUresult result = job.run();
  return scope.faulted() ? CUDA_ERROR_ILLEGAL_ADDRESS : result;
}

void RunNext(Lock* lock, Stream* stream) {
  State& state = TheState();
  Job job = std::move(stream->jobs.front());
  stream->jobs.pop_front();
  stream->busy = true;
  CUresult result = CUDA_SUCCESS;
  const unsigned delay = state.delay_us;
  const bool runs = job.even_if_lost || LostResult(stream->device) == CUDA_SUCCESS;
  lock->unlock();
  if (runs) {
    Delay(stream, delay);
    result = RunJob(stream, job);
  }
  job.run = nullptr;
  lock->lock();
  stream->busy = false;
  if (result != CUDA_SUCCESS) Lose(stream->device, result);
  state.changed.notify_all();
}

void RunStream(const std::shared_ptr<Stream>& stream) {
  State& state = TheState();
  Lock lock(state.mutex);
  for (;;) {
    state.changed.wait(lock, [&] { return stream->jobs.empty() ? stream->closing : !state.held; });
    if (stream->jobs.empty()) break;
    RunNext(&lock, stream.get());
  }
  state.running.erase(std::find(state.running.begin(), state.running.end(), stream));
  state.changed.notify_all();
}

}  // namespace

CUstream StartStream(int device) {
  State& state = TheState();
  auto stream = std::make_shared<Stream>();
  stream->device = device;
  stream->random.seed(static_cast<unsigned>(state.random()));
  state.running.push_back(stream);
  std::thread(RunStream, stream).detach();
  return state.streams.add(std::move(stream));
}

void CloseStream(CUstream handle) {
  State& state = TheState();
  const auto stream = state.streams.find(handle);
  if (stream->capture != nullptr) Leave(stream.get());
  stream->closing = true;
  state.streams.erase(handle);
  state.changed.notify_all();
}

std::shared_ptr<Stream> FindStream(Call* call, CUstream handle) {
  auto stream = call->state.streams.find(handle);
  return stream != nullptr && stream->device == call->device ? stream : nullptr;
}

void Push(Stream* stream, Job job) {
  State& state = TheState();
  stream->jobs.push_back(std::move(job));
  ++state.counters.jobs;
  state.changed.notify_all();
}

CUresult Submit(Stream* stream, Node node) {
  if (stream->capture != nullptr) return Append(stream, std::move(node));
  if (node.submit) node.submit(*stream);
  Push(stream, std::move(node.job));
  return CUDA_SUCCESS;
}

}  // namespace deeplab::doubles
