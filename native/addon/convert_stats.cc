#include "addon/convert_stats.h"

namespace deeplab::addon {
namespace {

Napi::Object WriteTimes(Napi::Env env, const pipeline::StageTimes& times) {
  Napi::Object to = Napi::Object::New(env);
  to.Set("mean", times.mean);
  to.Set("max", times.max);
  return to;
}

Napi::Array WriteProfile(Napi::Env env, const pipeline::BatchProfile& profile) {
  Napi::Array list = Napi::Array::New(env, profile.entries.size());
  for (uint32_t i = 0; i < profile.entries.size(); ++i) {
    Napi::Object entry = Napi::Object::New(env);
    entry.Set("images", profile.entries[i].batch);
    entry.Set("perImage", profile.entries[i].ms_per_image);
    list.Set(i, entry);
  }
  return list;
}

Napi::Array WriteCounts(Napi::Env env, const std::vector<uint64_t>& counts) {
  Napi::Array list = Napi::Array::New(env, counts.size());
  for (uint32_t i = 0; i < counts.size(); ++i) list.Set(i, static_cast<double>(counts[i]));
  return list;
}

}  // namespace

Napi::Object WriteStats(Napi::Env env, const pipeline::ModelStats& stats) {
  Napi::Object to = Napi::Object::New(env);
  const auto count = [&](const char* name, double value) { to.Set(name, value); };
  count("submitted", static_cast<double>(stats.submitted));
  count("answered", static_cast<double>(stats.answered));
  count("failed", static_cast<double>(stats.failed));
  count("aborted", static_cast<double>(stats.aborted));
  count("expired", static_cast<double>(stats.expired));
  count("rejected", static_cast<double>(stats.rejected));
  count("images", static_cast<double>(stats.images));
  count("waiting", static_cast<double>(stats.waiting));
  count("running", static_cast<double>(stats.running));
  to.Set("batches", WriteCounts(env, stats.batches));
  to.Set("queue", WriteTimes(env, stats.queue));
  to.Set("preprocess", WriteTimes(env, stats.preprocess));
  to.Set("network", WriteTimes(env, stats.network));
  to.Set("postprocess", WriteTimes(env, stats.postprocess));
  to.Set("profile", WriteProfile(env, stats.profile));
  to.Set("profileWidth", stats.profile.input_width);
  to.Set("profileHeight", stats.profile.input_height);
  to.Set("ownBatch", stats.rule.own);
  to.Set("sharedBatch", stats.rule.strangers);
  to.Set("maxInFlight", stats.max_in_flight);
  return to;
}

}  // namespace deeplab::addon
