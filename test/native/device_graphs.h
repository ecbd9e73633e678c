// Requests on a GPU as CUDA graphs: what their tests ask, compare and count.
#pragma once

#include <map>

#include "device_models.h"

namespace deeplab::pipeline::testing_support {

class Graphs : public DeviceBatches {
 protected:
  // Calls of the driver since the last time.
  unsigned long long calls(const char* name) {
    const unsigned long long now = control().calls(name);
    return now - std::exchange(seen_[name], now);
  }
  unsigned long long recorded() { return calls("cuGraphInstantiateWithFlags"); }
  unsigned long long launched() { return calls("cuGraphLaunch"); }

  void answer(const PictureAsk& ask, int times = 1, bool copied = true) {
    const auto expected = Answer(*beside, package, ask);
    for (int i = 0; i < times; ++i) {
      answers_.push_back(Answer(*model, package, ask, copied));
      ExpectSame(answers_.back()->request(), expected->request());
    }
  }
  void TearDown() override {
    answers_.clear();
    DeviceBatches::TearDown();
  }

 private:
  std::map<std::string, unsigned long long> seen_;
  std::vector<std::shared_ptr<Waiter>> answers_;  // their memory is not used again meanwhile
};

}  // namespace deeplab::pipeline::testing_support
