#include "pipeline/package.h"

#include <algorithm>
#include <string>

#include "core/error.h"
#include "postprocess/postprocess.h"

namespace deeplab::pipeline {
namespace {

void CheckClasses(int channels, const plan::ModelConfig& config, bool allow_mismatch) {
  const int names = config.class_count;
  if (channels == names || channels == names - 1 || channels == 1 || allow_mismatch) return;
  throw Error(ErrorCode::kPackageClassMismatch,
              "The network has " + std::to_string(channels) +
                  " output channels, but class_names.txt " + "lists " + std::to_string(names) +
                  " names: expected " + std::to_string(names) + ", " + std::to_string(names - 1) +
                  " (no background channel) or 1.",
              {{"channels", std::to_string(channels)}, {"names", std::to_string(names)}});
}

// A network of fixed size takes only what the package resizes to.
void CheckInputSize(const char* axis, int64_t network, int package) {
  if (network <= 0 || package <= 0 || network == package) return;
  throw Error(ErrorCode::kPackageInputMismatch,
              std::string("inference_config.json resizes to an input ") + axis + " of " +
                  std::to_string(package) + ", but the network takes " + std::to_string(network) +
                  ".",
              {{"field", std::string("network_input.training_input_size.") + axis},
               {"found", std::to_string(package)},
               {"expected", std::to_string(network)}});
}

}  // namespace

Package::Package(const plan::ModelConfig& config, const infer::SessionInfo& session,
                 bool allow_class_mismatch)
    : plans(config) {
  const int64_t channels = session.output.channels;
  if (channels < 1 || channels > 65536) {
    throw Error(ErrorCode::kPackageWeightsInvalid,
                "The network must fix its number of output channels to 1–65536, but it says " +
                    std::to_string(channels) + " (−1 is open).",
                {{"output", session.output_name}, {"channels", std::to_string(channels)}});
  }
  CheckInputSize("width", session.input.width, config.input_width);
  CheckInputSize("height", session.input.height, config.input_height);
  CheckClasses(static_cast<int>(channels), config, allow_class_mismatch);
  id_of_channel =
      postprocess::ChannelIds(static_cast<int>(channels), config.class_count, config.background_id);
  // With a mismatch that was allowed, a channel's id may lie beyond the names.
  const int top =
      id_of_channel.empty() ? 0 : *std::max_element(id_of_channel.begin(), id_of_channel.end());
  id_count = std::max(config.class_count, top + 1);
  id_bytes = id_count <= 256 ? 1 : 2;
}

}  // namespace deeplab::pipeline
