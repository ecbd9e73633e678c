#include "calls.h"

namespace deeplab::doubles {
namespace {

// The result that a test asked for, or CUDA_SUCCESS.
CUresult Injected(State& state, const std::string& function, uint64_t call) {
  const auto [first, last] = state.failures.equal_range(function);
  for (auto at = first; at != last; ++at) {
    const auto [nth, result] = at->second;
    if (nth == 0) return result;
    if (nth != call) continue;
    state.failures.erase(at);
    return result;
  }
  return CUDA_SUCCESS;
}

CUresult EnterContext(Call* call) {
  const std::vector<CUcontext>& stack = ContextStack();
  if (stack.empty() || stack.back() == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
  const auto context = call->state.contexts.find(stack.back());
  if (context == nullptr) return CUDA_ERROR_CONTEXT_IS_DESTROYED;
  call->device = context->device;
  return LostResult(call->device);
}

}  // namespace

thread_local bool t_in_host_function = false;

std::vector<CUcontext>& ContextStack() {
  static thread_local std::vector<CUcontext> stack;
  static thread_local unsigned epoch = 0;
  if (epoch != TheState().epoch) stack.clear();
  epoch = TheState().epoch;
  return stack;
}

CUresult Begin(Call* call, const char* function, Needs needs) {
  State& state = call->state;
  const uint64_t number = ++state.calls[function];
  const CUresult entered = needs == Needs::kContext ? EnterContext(call) : CUDA_SUCCESS;
  const CUresult injected = Injected(state, function, number);
  if (injected != CUDA_SUCCESS) {
    if (call->device >= 0 && IsSticky(injected)) Lose(call->device, injected);
    return injected;
  }
  if (needs == Needs::kNothing) return CUDA_SUCCESS;
  if (!state.initialized) return CUDA_ERROR_NOT_INITIALIZED;
  if (t_in_host_function) return kNotPermitted;
  return entered;
}

bool IsDriverFunction(const std::string& name) {
#define DEEPLAB_DOUBLE_NAME(member, symbol, parameters) \
  if (name == #symbol) return true;
  DEEPLAB_CUDA_FUNCTIONS(DEEPLAB_DOUBLE_NAME)
  DEEPLAB_CUDA_OPTIONAL_FUNCTIONS(DEEPLAB_DOUBLE_NAME)
#undef DEEPLAB_DOUBLE_NAME
  return false;
}

}  // namespace deeplab::doubles
