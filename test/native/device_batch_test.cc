// Batches on a GPU (the driver's double) beside the same on the CPU at its scalar level: every
// result equal to the bit, in every memory mode, whatever is asked for.
#include "core/held_memory.h"
#include "device_models.h"

namespace deeplab::pipeline {
namespace {

using namespace testing_support;  // NOLINT: a test's own helpers
using Ask = testing_support::PictureAsk;

INSTANTIATE_TEST_SUITE_P(
    Ways, DeviceBatches,
    ::testing::Values(Way{"T4", "copied", kEnough}, Way{"T4", "copied", 0},
                      Way{"Orin", "mapped", kEnough}, Way{"Orin", "mapped", 0},
                      Way{"Orin", "managed", kEnough}, Way{"T4", "managed", kEnough},
                      Way{"T4", "mapped", kEnough}, Way{"T4", "copied", kEnough, true},
                      Way{"T4", "copied", 0, true}, Way{"Orin", "mapped", kEnough, true},
                      Way{"Orin", "mapped", 0, true}, Way{"Orin", "managed", kEnough, true}),
    NameOf);

TEST_P(DeviceBatches, OfEveryFormatAreTheCpusToTheBit) {
  load({}, Config());
  for (const ColorFormat format : kEveryFormat) {
    SCOPED_TRACE(static_cast<int>(format));
    const Picture wide(format, 70, 31, 5, 1), tall(format, 20, 57, 0, 2);
    expect_same({{&wide, &tall, &wide}});
  }
}

TEST_P(DeviceBatches, OfHalfPrecisionAreTheCpusToo) {
  SmallNetwork network;
  network.type = DataType::kFloat16;
  load(network, Config());
  const Picture picture(ColorFormat::kBgr, 70, 31, 0, 3);
  expect_same({{&picture}});
}

TEST_P(DeviceBatches, GiveEverythingThatCanBeAskedFor) {
  SmallNetwork network;
  network.breaks = true;
  load(network, Config());
  const Picture picture(ColorFormat::kRgba, 61, 44, 3, 4), nv12(ColorFormat::kNv12, 30, 41, 0, 5);
  Ask ask{{&picture, &nv12}};
  ask.options = [](RequestOptions* options) {
    options->capture = true;
    options->include.class_areas = options->include.overlay = true;
    options->include.probabilities = {3, 0};
    options->overlay.colors = {0, 0xff0000ffu, 0xff00ff00u, 0xffff0000u, 0xff808080u};
    options->overlay.weight = 100;
  };
  expect_same(ask);
  ask.options = [](RequestOptions* options) {
    options->include.ids = options->include.confidence = false;
    options->include.overlay = options->include.class_areas = true;
    options->overlay.colors.assign(kClasses, 0xff123456u);
  };
  expect_same(ask);
  ask.options = [](RequestOptions* options) { options->include.confidence = false; };
  expect_same(ask);
}

TEST_P(DeviceBatches, DoContrastOnTheCpuAndPaintOnThePicture) {
  plan::ModelConfig config = Config();
  config.contrast = plan::Contrast::kAdaptive;
  config.static_crop = {true, 10, 90, 20, 100};
  config.grayscale = true;
  load({}, config);
  const Picture picture(ColorFormat::kRgb, 80, 60, 0, 6);
  Ask ask{{&picture}};
  ask.options = [](RequestOptions* options) {
    options->include.overlay = true;
    options->overlay.colors.assign(kClasses, 0xff123456u);
  };
  expect_same(ask);
  ask.options = [](RequestOptions* options) {
    options->overrides.disable_contrast = options->overrides.disable_static_crop = true;
  };
  expect_same(ask);
}

TEST_P(DeviceBatches, SplitAndPadLikeTheCpus) {
  load({}, Config(), Limits(4, 6, 2));
  const Picture a(ColorFormat::kRgb, 70, 31, 0, 7), b(ColorFormat::kGray, 33, 90, 0, 8);
  expect_same({{&a}});
  expect_same({{&a, &b, &a, &b, &b, &a, &a, &b, &b}});
}

TEST_P(DeviceBatches, OfMoreThanOneLaunchHoldsAreWhole) {
  load({}, Config(), Limits(1, 70, 1));
  const Picture a(ColorFormat::kRgb, 20, 31, 0, 9), b(ColorFormat::kGray, 33, 20, 0, 10);
  Ask ask;
  for (int i = 0; i < 67; ++i) ask.pictures.push_back(i % 3 == 0 ? &b : &a);
  expect_same(ask);
}

TEST_P(DeviceBatches, WriteIntoTheCallersMemory) {
  load({}, Config());
  const Picture picture(ColorFormat::kRgb, 70, 31, 0, 11);
  const size_t pixels = size_t{70} * 31;
  std::vector<uint8_t> ids(pixels, 77);
  std::vector<float> confidence(pixels, 77);
  Ask ask{{&picture}};
  const auto expected = Answer(*beside, package, ask);
  ask.image = [&](InputImage* image, size_t) {
    image->out_ids = ids.data();
    image->out_confidence = confidence.data();
  };
  const auto found = Answer(*model, package, ask);
  const ImageResult& result = expected->request().results[0];
  EXPECT_FALSE(found->request().results[0].ids);
  EXPECT_EQ(std::memcmp(ids.data(), result.ids.data(), pixels), 0);
  EXPECT_EQ(std::memcmp(confidence.data(), result.confidence.data(), pixels * sizeof(float)), 0);
}

TEST_P(DeviceBatches, AreRefusedForBadLogitsWhereThatIsAsked) {
  SmallNetwork network;
  network.breaks = true;
  load(network, Config());
  const Picture picture(ColorFormat::kRgb, 70, 31, 0, 12);
  Ask ask{{&picture}};
  ask.options = [](RequestOptions* options) { options->strict = true; };
  const auto refused = Answer(*model, package, ask);
  ASSERT_TRUE(refused->request().error);
  EXPECT_EQ(refused->request().error->code(), ErrorCode::kNonFiniteLogits);
}

// The request was read before the memory was registered: only the batch can hold it.
TEST_P(DeviceBatches, HoldMemoryThatIsRegisteredUntilTheDeviceIsDone) {
  load({}, Config(), Limits(1, 8, 1));
  const Picture picture(ColorFormat::kRgb, 70, 31, 0, 12);
  const ImageView view = picture.view();
  auto mark = std::make_shared<int>(0);
  const std::weak_ptr<int> holders = mark;
  auto registration = HeldMemory::Enter(view.data, static_cast<size_t>(ByteLength(view)),
                                        HeldMemory::Kind::kRegistered, std::move(mark));
  ASSERT_FALSE(Answer(*model, package, {{&picture}})->request().error);  // memory has grown
  control().hold(1);
  auto waiter = std::make_shared<Waiter>();
  RequestPtr request = MakeRequest(*model, package, {{&picture}});
  request->listener = waiter;
  const unsigned long long before = control().calls("cuLaunchKernel");
  model->submit(std::move(request));
  while (control().calls("cuLaunchKernel") == before) std::this_thread::yield();
  registration.reset();
  EXPECT_FALSE(holders.expired());
  control().hold(0);
  ASSERT_TRUE(waiter->wait());
  model.reset();  // the batch was cleared
  EXPECT_TRUE(holders.expired());
}

TEST_P(DeviceBatches, AreMeasuredByTheWarmUp) {
  load({}, Config(), Limits(1, 2, 1));
  RequestPtr request = NewRequest();
  auto waiter = std::make_shared<Waiter>();
  request->owner = 1;
  request->warm_up = {48, 32, 2};
  request->listener = waiter;
  model->submit(std::move(request));
  ASSERT_TRUE(waiter->wait());
  EXPECT_FALSE(waiter->request().error);
  EXPECT_EQ(model->stats().profile.entries.size(), 2u);
}

}  // namespace
}  // namespace deeplab::pipeline
