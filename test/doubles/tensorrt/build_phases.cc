#include "build_phases.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "log.h"

namespace deeplab::doubles::trt {
namespace {

void Sleep(int milliseconds) {
  if (milliseconds > 0) std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

}  // namespace

Progress::Phase::Phase(Progress* progress, const char* name, int32_t steps)
    : progress_(progress), name_(name) {
  const char* const parent = progress->open_.empty() ? nullptr : progress->open_.back();
  progress->open_.push_back(name);
  if (progress->monitor_ != nullptr) progress->monitor_->phaseStart(name, parent, steps);
}

Progress::Phase::~Phase() {
  progress_->open_.pop_back();
  if (progress_->monitor_ != nullptr) progress_->monitor_->phaseFinish(name_);
}

bool Progress::Phase::tell(int32_t step) {
  if (progress_->monitor_ != nullptr && !progress_->monitor_->stepComplete(name_, step)) {
    progress_->cancelled_ = true;
  }
  return !progress_->cancelled_;
}

bool Progress::Phase::step(bool takes_time) {
  if (progress_->cancelled_) return false;
  if (takes_time) Sleep(progress_->settings_.build_step_ms);
  return tell(done_++);
}

bool Progress::Phase::go_wrong() {
  constexpr int kPoll = 5;
  switch (progress_->settings_.build) {
    case BuildMode::kFail:
      LogError("IBuilder::buildSerializedNetwork", 10, "Internal Error",
               "Could not find any implementation for node {ForeignNode[the double's]}.");
      return false;
    case BuildMode::kHang:
      while (tell(done_)) Sleep(kPoll);
      return false;
    case BuildMode::kStuck:
      for (;;) Sleep(kPoll);
    case BuildMode::kAbort:
      std::abort();
    case BuildMode::kSegv:
      std::raise(SIGSEGV);
      return false;
    default:
      return true;
  }
}

}  // namespace deeplab::doubles::trt
