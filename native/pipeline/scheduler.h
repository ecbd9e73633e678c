// What a model's scheduler is told, and what it tells: settings, measured batches, counters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace deeplab::pipeline {

// Part of what makes two loaded models the same (Model::Open): handles that ask for different
// settings get models of their own, so nobody's are ignored.
struct SchedulerOptions {
  // Batches on their way through the stages at once. 0: as many as the backend runs side by side
  // (BatchLimits::slots). On a CPU that is 1, which is quickest where all cores work for one batch
  // already: docs/scheduler.md has the figures.
  int max_in_flight = 0;
  // Images that may wait; more are refused with kQueueFull. 0: no bound. A request that finds
  // nothing waiting is always taken, however long its list is.
  int max_queue = 0;
  // How long, in ms, an image may wait for others to share its batch while the model is idle.
  double max_batch_delay_ms = 0;
};

// The network's time by batch size, as Model::warm_up measured it.
struct BatchProfile {
  struct Entry {
    int batch = 0;
    double ms_per_image = 0;  // median of the rounds
  };
  std::vector<Entry> entries;  // by batch size; empty: not measured
  int input_width = 0;         // of the measured input
  int input_height = 0;

  bool measured() const noexcept { return !entries.empty(); }
};

// How many images a batch takes, as the profile, or without one the trial, decided.
struct BatchRule {
  int own = 1;        // of the request that begins the batch
  int strangers = 1;  // images in a batch up to which other requests' join it

  bool operator==(const BatchRule& o) const noexcept {
    return own == o.own && strangers == o.strangers;
  }
};

// Milliseconds.
struct StageTimes {
  double mean = 0;
  double max = 0;
};

// Since the model was loaded. Requests, but where images are named.
struct ModelStats {
  uint64_t submitted = 0;  // those that were let in
  uint64_t answered = 0;
  uint64_t failed = 0;
  uint64_t aborted = 0;                       // settled by an abort or a close
  uint64_t expired = 0;                       // settled at their deadline
  uint64_t rejected = 0;                      // found the queue full
  uint64_t images = 0;                        // that went through the network
  size_t waiting = 0;                         // images
  size_t running = 0;                         // images
  std::vector<uint64_t> batches;              // [n]: batches of n images
  StageTimes queue, preprocess, postprocess;  // an image
  StageTimes network;                         // a batch
  BatchProfile profile;
  BatchRule rule;
  int max_in_flight = 1;  // in effect
  int max_queue = 0;
  double max_batch_delay_ms = 0;
};

}  // namespace deeplab::pipeline
