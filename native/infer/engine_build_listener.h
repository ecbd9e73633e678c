// Who is told how a build goes.
#pragma once

#include <string>

namespace deeplab::infer {

// Called by the thread that builds and by the library's own, one call at a time for each phase.
// What is thrown here is lost.
class EngineBuildListener {
 public:
  virtual ~EngineBuildListener() = default;

  // Phases nest: `parent` is the phase around this one, empty for the outermost.
  virtual void phase_started(const std::string& phase, const std::string& parent, int steps) = 0;
  virtual void step_completed(const std::string& phase, int step) = 0;
  virtual void phase_finished(const std::string& phase) = 0;

  // A warning or an error of the library's, as it is written. A crash may follow at once.
  virtual void logged(bool is_error, const std::string& text) = 0;

  // Asked at every step: true ends the build there.
  virtual bool is_cancelled() const noexcept = 0;
};

}  // namespace deeplab::infer
