// Models on a GPU (the driver's double) and the same on the CPU at its scalar level, asked the
// same.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>

#include "allocation_hook.h"
#include "core/copy.h"
#include "cuda_double.h"
#include "fake_session.h"
#include "picture.h"
#include "pipeline/model.h"
#include "small_network.h"

namespace deeplab::pipeline::testing_support {

inline Stages ScalarStages() {
  return {[](const ImageView& image, const plan::PreprocessPlan& plan,
             const plan::ModelConfig& config, const MutablePlanes& target, ThreadPool& pool) {
            preprocess::PreprocessCpu(image, plan, config, target, pool, SimdLevel::kScalar);
          },
          [](const ConstPlanes& logits, const plan::PostprocessPlan& plan,
             const plan::Geometry& geometry, const postprocess::ClassTable& classes,
             const postprocess::MapTarget& target, ThreadPool& pool) {
            plan::PostprocessPlan own{plan.columns, plan.rows, {}, plan.constant};
            own.bands = plan::ComputeColumnBands(own.columns, FloatLanes(SimdLevel::kScalar));
            return postprocess::PostprocessCpu(logits, own, geometry, classes, target, pool,
                                               SimdLevel::kScalar);
          }};
}

inline plan::ModelConfig Config() {
  plan::ModelConfig config;
  config.input_width = 48;
  config.input_height = 32;
  config.resize_mode = plan::ResizeMode::kLetterbox;
  config.padding_value = 114;
  config.scaling_factor = 2;
  config.mean = {1, 2, 3};
  config.class_count = kClasses;
  return config;
}

struct PictureAsk {
  std::vector<const Picture*> pictures;
  std::function<void(RequestOptions*)> options = [](RequestOptions*) {};
  std::function<void(InputImage*, size_t)> image = [](InputImage*, size_t) {};
};

inline RequestPtr MakeRequest(const Model& model, const std::shared_ptr<const Package>& package,
                              const PictureAsk& ask, bool copied = false) {
  RequestPtr request = NewRequest();
  request->owner = 1;
  request->package = package;
  request->options.thresholds.assign(kClasses, 0.3f);
  ask.options(&request->options);
  for (size_t i = 0; i < ask.pictures.size(); ++i) {
    InputImage image;
    image.view = ask.pictures[i]->view();
    image.plan =
        package->plans.preprocess(request->options.overrides, image.view.width, image.view.height);
    if (copied) image.copy = CopyPixels(&image.view, model.buffers());
    ask.image(&image, i);
    request->images.push_back(std::move(image));
  }
  return request;
}

inline std::shared_ptr<Waiter> Answer(Model& model, RequestPtr request) {
  auto waiter = std::make_shared<Waiter>();
  request->listener = waiter;
  model.submit(std::move(request));
  EXPECT_TRUE(waiter->wait());
  return waiter;
}

inline std::shared_ptr<Waiter> Answer(Model& model, const std::shared_ptr<const Package>& package,
                                      const PictureAsk& ask, bool copied = false) {
  return Answer(model, MakeRequest(model, package, ask, copied));
}

inline ::testing::AssertionResult SameBytes(const HostBuffer& a, const HostBuffer& b) {
  if (a.size() != b.size()) {
    return ::testing::AssertionFailure() << a.size() << " and " << b.size() << " bytes";
  }
  for (size_t i = 0; i < a.size(); ++i) {
    if (a.as<uint8_t>()[i] != b.as<uint8_t>()[i]) {
      return ::testing::AssertionFailure() << "byte " << i << " of " << a.size();
    }
  }
  return ::testing::AssertionSuccess();
}

inline void ExpectSame(const Request& found, const Request& expected) {
  ASSERT_FALSE(found.error) << found.error->what();
  ASSERT_FALSE(expected.error) << expected.error->what();
  ASSERT_EQ(found.results.size(), expected.results.size());
  for (size_t i = 0; i < found.results.size(); ++i) {
    SCOPED_TRACE("image " + std::to_string(i));
    const ImageResult& a = found.results[i];
    const ImageResult& b = expected.results[i];
    EXPECT_EQ(a.width, b.width);
    EXPECT_EQ(a.height, b.height);
    EXPECT_EQ(a.non_finite, b.non_finite);
    EXPECT_TRUE(SameBytes(a.ids, b.ids));
    EXPECT_TRUE(SameBytes(a.confidence, b.confidence));
    EXPECT_TRUE(SameBytes(a.class_areas, b.class_areas));
    EXPECT_TRUE(SameBytes(a.probabilities, b.probabilities));
    EXPECT_TRUE(SameBytes(a.overlay, b.overlay));
    ASSERT_EQ(a.tensors.size(), b.tensors.size());
    for (size_t t = 0; t < a.tensors.size(); ++t) {
      EXPECT_TRUE(a.tensors[t].shape == b.tensors[t].shape);
      EXPECT_TRUE(SameBytes(a.tensors[t].data, b.tensors[t].data)) << "tensor " << t;
    }
  }
}

struct Way {
  const char* device;
  const char* mode;
  size_t pinned_limit;
  bool graphs = false;
};

inline std::string NameOf(const ::testing::TestParamInfo<Way>& info) {
  return std::string(info.param.device) + "_" + info.param.mode +
         (info.param.pinned_limit == 0 ? "_unpinned" : "") + (info.param.graphs ? "_graphs" : "");
}

class DeviceBatches : public ::testing::TestWithParam<Way> {
 protected:
  void SetUp() override { open(GetParam()); }

  void open(const Way& way) {
    const auto search = cuda::FindDriver({{cuda::kDriverLibrary, "double", DEEPLAB_CUDA_DOUBLE}});
    ASSERT_NE(search.library, nullptr) << cuda::DescribeFailure(search);
    ASSERT_EQ(control().reset(way.device), 1);
    ASSERT_EQ(search.library->api.Init.call(0), 0);
    device = cuda::Device::Open(*search.library, 0);
    device->pinned_memory().set_limit(way.pinned_limit);
    exchange = {device, cuda::ChooseMemoryMode(device->traits(), way.mode), way.graphs};
  }

  // Everything comes back; of a lost device the driver takes nothing, it goes with the context.
  void TearDown() override {
    const bool lost = device != nullptr && device->is_lost();
    model.reset();
    exchange.pinned.reset();
    device.reset();
    EXPECT_TRUE(lost || leaks().empty()) << leaks();
    control().reset(nullptr);
  }

  static const test::CudaControl& control() { return SmallDeviceSlot::Control(); }
  static std::string leaks() {
    char text[1000] = "";
    control().leaks(text, sizeof text);
    return text;
  }
  static deeplab_double_cuda_counters counters() {
    deeplab_double_cuda_counters now{};
    control().count(&now);
    return now;
  }

  void load(const SmallNetwork& network, const plan::ModelConfig& config,
            const infer::BatchLimits& limits = Limits(1, 8, 2)) {
    auto made = std::make_unique<SmallDeviceSession>(
        network, limits, std::make_shared<cuda::DeviceMemory>(device), exchange);
    session = made.get();
    const Stages stages = ScalarStages();
    model = Model::Over(std::move(made), {}, stages);
    beside = Model::Over(std::make_unique<SmallHostSession>(network, limits), {}, stages);
    package = std::make_shared<Package>(config, model->info(), false);
  }

  // With graphs the first is run, the second recorded, and the others launched: beside results that
  // are still there, so that theirs are elsewhere.
  void expect_same(const PictureAsk& ask) {
    const auto expected = Answer(*beside, package, ask);
    std::vector<std::shared_ptr<Waiter>> answers;
    for (int i = 0; i < (exchange.graphs ? 4 : 2); ++i) {
      SCOPED_TRACE("answer " + std::to_string(i));
      answers.push_back(Answer(*model, package, ask, i % 2 == 1));
      ExpectSame(answers.back()->request(), expected->request());
    }
  }

  // Requests for many pictures, all under way at once on streams that are slow in turns.
  void expect_many_unmixed(int rounds) {
    control().set_delay(300, 5);
    std::vector<std::unique_ptr<Picture>> pictures;
    std::vector<std::shared_ptr<Waiter>> expected, found;
    for (uint32_t i = 0; i < 12; ++i) {
      pictures.push_back(std::make_unique<Picture>(ColorFormat::kRgb, 30 + static_cast<int>(i % 4),
                                                   31, 0, 100 + i));
      expected.push_back(Answer(*beside, package, {{pictures.back().get()}}));
    }
    for (int round = 0; round < rounds; ++round) {
      found.clear();
      for (const auto& picture : pictures) {
        found.push_back(std::make_shared<Waiter>());
        RequestPtr request = MakeRequest(*model, package, {{picture.get()}}, true);
        request->listener = found.back();
        model->submit(std::move(request));
      }
      for (size_t i = 0; i < found.size(); ++i) {
        ASSERT_TRUE(found[i]->wait());
        ExpectSame(found[i]->request(), expected[i]->request());
      }
    }
  }

  std::shared_ptr<cuda::Device> device;
  infer::Exchange exchange;
  SmallDeviceSession* session = nullptr;
  std::shared_ptr<Model> model, beside;
  std::shared_ptr<const Package> package;
};

constexpr size_t kEnough = size_t{64} << 20;

}  // namespace deeplab::pipeline::testing_support
