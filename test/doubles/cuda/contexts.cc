#include "contexts.h"

#include <algorithm>

#include "memory.h"

namespace deeplab::doubles {
namespace {

template <typename Table>
size_t EraseOf(int device, Table* table) {
  const size_t before = table->size();
  table->erase_if([device](const auto& object) { return object.device == device; });
  return before - table->size();
}

// Waits for the work of the device's streams, closed ones too; those that are held drop theirs.
size_t StopStreams(Call* call, int device) {
  State& state = call->state;
  for (const auto& stream : state.running) {
    if (stream->device != device) continue;
    if (state.held) stream->jobs.clear();
    stream->closing = true;
  }
  state.changed.notify_all();
  state.changed.wait(call->lock, [&] {
    return std::none_of(state.running.begin(), state.running.end(),
                        [device](const auto& stream) { return stream->device == device; });
  });
  return EraseOf(device, &state.streams);
}

size_t FreeMemory(State* state, int device) {
  std::vector<std::shared_ptr<Range>> ranges;
  for (const auto& [address, range] : state->ranges) {
    if (range->device == device) ranges.push_back(range);
  }
  for (const auto& range : ranges) {
    if (range->is_host()) {
      state->counters.pinned_bytes -= range->size;
    } else {
      state->counters.device_bytes -= range->size;
    }
    Retire(range);
  }
  state->devices[static_cast<size_t>(device)].used = 0;
  return ranges.size();
}

}  // namespace

void DestroyContext(Call* call, int device) {
  State& state = call->state;
  state.abandoned += StopStreams(call, device);
  state.abandoned += FreeMemory(&state, device);
  state.abandoned += EraseOf(device, &state.events) + EraseOf(device, &state.modules) +
                     EraseOf(device, &state.graphs) + EraseOf(device, &state.graph_execs) +
                     EraseOf(device, &state.pools);
  EraseOf(device, &state.functions);
}

std::vector<std::pair<std::string, size_t>> LiveObjects() {
  const State& state = TheState();
  size_t by_kind[5] = {};
  for (const auto& [address, range] : state.ranges) ++by_kind[static_cast<size_t>(range->kind)];
  return {{"device allocations", by_kind[0]},
          {"allocations of pools", by_kind[1]},
          {"managed allocations", by_kind[2]},
          {"pinned allocations", by_kind[3]},
          {"registered host ranges", by_kind[4]},
          {"streams", state.streams.size()},
          {"events", state.events.size()},
          {"graphs", state.graphs.size()},
          {"executable graphs", state.graph_execs.size()},
          {"modules", state.modules.size()},
          {"pools", state.pools.size()},
          {"contexts", state.contexts.size()},
          {"objects that went with their context", state.abandoned}};
}

}  // namespace deeplab::doubles
