// One call of infer(): its images, its options and, when it is done, its results or its error.
// Has one owner at a time: who builds it, then the model, then the listener that it is handed to,
// exactly once. Requests are recycled with the memory of their lists, so that a warm process
// allocates nothing for one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/error.h"
#include "core/image.h"
#include "core/intrusive_list.h"
#include "core/memory.h"
#include "core/tensor.h"
#include "pipeline/package.h"
#include "plan/plan.h"

namespace deeplab::pipeline {

struct InputImage {
  ImageView view;
  HostBuffer copy;  // holds the pixels; empty where the view borrows memory that addon/ pins
  std::shared_ptr<const plan::PreprocessPlan> plan;
  // Memory of the caller that addon/ pins and has measured: results go here instead of into
  // buffers of the pool. Null: into the pool's.
  void* out_ids = nullptr;
  float* out_confidence = nullptr;
};

// What the caller wants back; what is not asked for is not computed.
struct Include {
  bool ids = true;
  bool confidence = true;
  bool class_areas = false;
  bool overlay = false;                 // the picture with the classes' colours over it
  std::vector<uint16_t> probabilities;  // channels whose softmax (or sigmoid) planes are wanted
};

// How overlays are painted.
struct OverlayStyle {
  std::vector<uint32_t> colors;  // by class id: r, g, b, a as bytes in memory; a = 0: left as it is
  int weight = 128;              // of the colour, in 1/256
};

struct RequestOptions {
  plan::Overrides overrides;
  std::vector<float> thresholds;  // by class id
  bool strict = false;            // non-finite logits fail the request
  bool capture = false;           // copy the input tensor and the logits out
  Include include;
  OverlayStyle overlay;
  int priority = 0;  // higher goes first
  // Work that has not begun by then is settled with kDeadlineExceeded.
  std::optional<std::chrono::steady_clock::time_point> deadline;
};

// One image's tensor, copied out for inspection.
struct CapturedTensor {
  DataType type = DataType::kFloat32;
  PlaneShape shape;
  HostBuffer data;
};

// Milliseconds.
struct Timings {
  double queue = 0, preprocess = 0, network = 0, postprocess = 0;
};

struct ImageResult {
  int width = 0;
  int height = 0;
  HostBuffer ids;            // empty: not asked for, or in the caller's memory
  HostBuffer confidence;     // likewise
  HostBuffer class_areas;    // int64 by class id: pixels of the map
  HostBuffer probabilities;  // float, [asked channel][map_height][map_width]
  HostBuffer overlay;        // RGBA, map_height rows of map_width pixels
  int64_t non_finite = 0;
  plan::Geometry geometry;
  Timings timings;
  std::vector<CapturedTensor> tensors;  // input, logits; empty unless captured
  std::optional<Error> error;           // what this image failed with
};

// A request without images: the network is run on zeros, to measure which batch is best.
struct WarmUp {
  int input_width = 0;  // of the network's input
  int input_height = 0;
  int rounds = 0;  // 0: no warm-up
};

struct Request;

// Gives a request back for the next one to use. Any thread.
struct Recycle {
  void operator()(Request* request) const noexcept;
};
using RequestPtr = std::unique_ptr<Request, Recycle>;

// An empty request, a used one where there is one. Any thread.
RequestPtr NewRequest();

// Gets requests back when they are over.
class Listener {
 public:
  virtual ~Listener() = default;
  // On a thread of the model: the next done() is likely to be some ten microseconds away. Who has
  // to be woken first may begin to. Must not call the model.
  virtual void soon() noexcept {}
  // On a thread of the model or of whoever cancels. Must not call the model.
  virtual void done(RequestPtr request) noexcept = 0;
};

struct Request {
  using Clock = std::chrono::steady_clock;

  std::shared_ptr<const Package> package;
  uint64_t owner = 0;  // which handle asked; cancel and close work by it
  uint64_t id = 0;     // the owner's own number
  std::vector<InputImage> images;
  RequestOptions options;
  WarmUp warm_up;
  std::shared_ptr<Listener> listener;
  Clock::time_point submitted;

  std::vector<ImageResult> results;  // by image, as they are finished
  std::optional<Error> error;        // of the request: what a listener looks at first

  // The model's own, guarded by its mutex: images taken into batches, those of them that are not
  // finished, and what to settle with, instead of the results, once nothing runs.
  size_t begun = 0;
  size_t running = 0;
  std::optional<Error> cancel_error;
  ListLink<Request> active;   // among all that is not settled
  ListLink<Request> waiting;  // in the queue, or among what is to be settled

  // Images, or the one piece of work that a warm-up is.
  size_t units() const noexcept { return warm_up.rounds > 0 ? 1 : images.size(); }
};

using ActiveList = IntrusiveList<Request, &Request::active>;
using WaitingList = IntrusiveList<Request, &Request::waiting>;

// One image of a request: what batches are made of.
struct Unit {
  Request* request = nullptr;
  size_t index = 0;

  InputImage& image() const { return request->images[index]; }
  ImageResult& result() const { return request->results[index]; }
  const plan::Geometry& geometry() const { return image().plan->geometry; }
};

}  // namespace deeplab::pipeline
