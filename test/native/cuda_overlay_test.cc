// The CUDA overlay's own source, run on the host, against the CPU's: the same bytes.

#include <gtest/gtest.h>

#include <random>

#include "cuda_support.h"
#include "picture.h"
#include "visualize/launch_cuda.h"

namespace deeplab::visualize {
namespace {

template <typename Id>
void ExpectSame(const Picture& picture, int width, int height, int weight) {
  std::mt19937 random(static_cast<uint32_t>(width + weight));
  std::vector<uint32_t> colors{0, 0xff0000ff, 0x80123456, 0xff00ff7f};  // the first leaves it
  std::vector<Id> ids;
  // Ids beyond the list too, which leave it as well; a colour lies behind the list for who reads
  // it.
  for (int i = 0; i < width * height; ++i) ids.push_back(static_cast<Id>(random() % 5));
  colors.push_back(0xffaaaaaa);
  std::vector<uint32_t> expected(ids.size(), 7), found(ids.size(), 8);
  OverlayJob job{};
  job.picture = &picture.view();
  job.ids = ids.data();
  job.id_bytes = sizeof(Id);
  job.width = width;
  job.height = height;
  job.colors = colors.data();
  job.color_count = 4;
  job.weight = weight;
  job.rgba = reinterpret_cast<uint8_t*>(expected.data());
  ThreadPool pool(1);
  PaintOverlay(job, pool, SimdLevel::kScalar);
  job.rgba = reinterpret_cast<uint8_t*>(found.data());
  testing_support::Launch(kCudaOverlay,
                          {testing_support::Blocks(width, kCudaBlockWidth),
                           testing_support::Blocks(height, kCudaBlockHeight), 1},
                          {kCudaBlockWidth, kCudaBlockHeight, 1}, 0, DescribeOverlay(job));
  EXPECT_EQ(expected, found) << static_cast<int>(picture.view().format) << " " << weight;
}

TEST(CudaOverlay, IsTheCpusForEveryFormatWeightAndKindOfId) {
  for (const ColorFormat format : kEveryFormat) {
    const Picture picture(format, 71, 19, 5, 3);
    for (const int weight : {0, 1, 128, 256}) {
      ExpectSame<uint8_t>(picture, 71, 19, weight);
      ExpectSame<uint16_t>(picture, 70, 13, weight);  // a map that is smaller than its picture
    }
  }
}

}  // namespace
}  // namespace deeplab::visualize
