// Post-processing on the device, in one launch for a batch of differently sized maps; one thread a
// pixel of a map. See postprocess_cuda.h.
//
// Bytes: a block first blends the few rows of logits that its tile lies on, for every class, into
// shared memory; its threads interpolate along them. Where a picture is larger than its logits, a
// tile of 64 × 4 pixels reads (64 / s + 2) × (4 / s + 2) logits a class, s being how many times
// larger: for 1080p over a cut head's 128 × 128 (s = 15 and 8.4) that is 6.3 × 2.5, and the tiles
// of a row read a logit 1.5 times, those of a column 5 times. Neighbouring blocks run together, so
// L2 serves all but the first: 1.4 MB of logits come from memory once, beside 10 to 12 MB of maps
// that go there.

#include "core/half.h"
#include "cuda/kernel_language.h"
#include "postprocess/postprocess_cuda.h"
#include "postprocess/softmax.h"

namespace deeplab::postprocess {
namespace {

constexpr int kThreads = kCudaTileWidth * kCudaTileHeight;
// A multiprocessor's blocks that leave each thread as many registers as it needs: with more of them
// values spill to memory (test/cuda-kernels/resources.json).
constexpr int kBlocks = 3;

__device__ float ReadLogit(const float* at) { return *cuda::Global(at); }
__device__ float ReadLogit(const uint16_t* at) { return HalfToFloat(*cuda::Global(at)); }

__device__ bool IsFinite(float value) {
  return (baseline::As<uint32_t>(value) & 0x7f800000u) != 0x7f800000u;
}

__device__ int Clamp(int value, int low, int high) {
  return value < low ? low : value > high ? high : value;
}

// One output of an axis. Weights of 0 do not count: what they would read may not be finite.
struct Tap {
  const float* weights;  // `stride` apart
  int start, stride, count;
  float outer;  // what lies outside the axis: the constant times its weight
  __device__ float weight(int tap) const { return *cuda::Global(weights + tap * stride); }
};

__device__ Tap ReadTap(const CudaAxis& axis, int index, float constant) {
  const auto* const weights = reinterpret_cast<const float*>(axis.entries + axis.count);
  return {weights + index, static_cast<int>(*cuda::Global(axis.entries + index)), axis.count,
          axis.taps, constant * *cuda::Global(weights + int64_t{axis.taps} * axis.count + index)};
}

// The logits of one map.
template <typename Logit>
struct Planes {
  const Logit* first;
  int width, height;

  // One column of one class: the vertical taps.
  __device__ float blend(const Tap& row, int channel, int column) const {
    const Logit* at = first + (int64_t{channel} * height + row.start) * width + column;
    float sum = row.outer;
    for (int t = 0; t < row.count; ++t, at += width) {
      const float weight = row.weight(t);
      if (weight != 0.0f) sum += ReadLogit(at) * weight;
    }
    return sum;
  }
};

// What a thread needs to interpolate its pixel: the horizontal taps, over columns that were blended
// into shared memory, or are blended on the spot.
template <typename Logit>
struct Pixel {
  static constexpr int kInRegisters = 4;

  Planes<Logit> planes;
  Tap row, column;
  float weights[kInRegisters];  // of the column, where it has no more
  const float* blended;         // `first_channel`, from column.start on; null: on the spot
  int first_channel, segment;

  __device__ float value(int channel) const {
    float sum = column.outer;
    const float* const from =
        blended == nullptr ? nullptr : blended + (channel - first_channel) * segment;
    if (from != nullptr && column.count <= kInRegisters) {
#pragma unroll
      for (int t = 0; t < kInRegisters; ++t) {
        if (t < column.count && weights[t] != 0.0f) sum += from[t] * weights[t];
      }
      return sum;
    }
    for (int t = 0; t < column.count; ++t) {
      const float by = column.weight(t);
      if (by == 0.0f) continue;
      sum += (from != nullptr ? from[t] : planes.blend(row, channel, column.start + t)) * by;
    }
    return sum;
  }
};

template <typename Logit>
__device__ Pixel<Logit> MakePixel(const CudaPostprocess& batch, const CudaMap& map, int column,
                                  int row) {
  Pixel<Logit> pixel{};
  pixel.planes = {static_cast<const Logit*>(map.logits), batch.width, batch.height};
  pixel.row = ReadTap(map.rows, row, map.constant);
  pixel.column = ReadTap(map.columns, column, map.constant);
  pixel.segment = batch.segment;
#pragma unroll
  for (int t = 0; t < Pixel<Logit>::kInRegisters; ++t) {
    if (t < pixel.column.count) pixel.weights[t] = pixel.column.weight(t);
  }
  return pixel;
}

// The columns of logits that a tile reads, vertically blended for each of its rows.
struct Window {
  float* memory;  // [row of the tile][chunk][segment]
  int first, count;
};

// Each row of threads blends its own row of the tile. All threads of the block come here.
template <typename Logit>
__device__ void BlendChunk(const Window& window, const Pixel<Logit>& pixel, float* own, int channel,
                           int channels) {
  __syncthreads();  // who still reads the chunk before
  const int lane = static_cast<int>(threadIdx.x);
  const int next_channel = kCudaTileWidth / window.count;
  const int next_column = kCudaTileWidth % window.count;
  int k = lane / window.count, x = lane % window.count;
  while (k < channels) {
    own[k * pixel.segment + x] = pixel.planes.blend(pixel.row, channel + k, window.first + x);
    k += next_channel;
    x += next_column;
    if (x >= window.count) {
      x -= window.count;
      ++k;
    }
  }
  __syncthreads();
}

__device__ Window TileWindow(const CudaMap& map, int left) {
  const int last = map.columns.count - 1;
  const auto first_of = [&](int column) {
    return static_cast<int>(*cuda::Global(map.columns.entries + Clamp(column, 0, last)));
  };
  const int first = first_of(left);
  return {static_cast<float*>(cuda::DynamicShared()), first,
          first_of(left + kCudaTileWidth - 1) + map.columns.taps - first};
}

// The first of the largest logits, as long as all are finite.
struct Best {
  float value;
  int channel;
  bool finite;
};

template <typename Logit>
__device__ void FindBest(const Pixel<Logit>& pixel, int begin, int end, Best* best) {
  for (int k = begin; k < end; ++k) {
    const float v = pixel.value(k);
    best->finite = best->finite && IsFinite(v);
    if (k == 0 || v > best->value) {
      best->value = v;
      best->channel = k;
    }
  }
}

template <typename Logit>
__device__ float AddExponentials(const Pixel<Logit>& pixel, int begin, int end, float best,
                                 float sum) {
  for (int k = begin; k < end; ++k) sum += baseline::ExpNonPositive(pixel.value(k) - best);
  return sum;
}

__device__ int IdOf(const CudaMap& map, int channel) { return channel + (channel >= map.hole); }

__device__ void StoreId(const CudaMap& map, int64_t at, int id) {
  if (map.ids == nullptr) return;
  if (map.id_bytes == 1) {
    *cuda::Global(static_cast<uint8_t*>(map.ids) + at) = static_cast<uint8_t>(id);
  } else {
    *cuda::Global(static_cast<uint16_t*>(map.ids) + at) = static_cast<uint16_t>(id);
  }
}

__device__ void StoreConfidence(const CudaMap& map, int64_t at, float confidence) {
  if (map.confidence == nullptr) return;
  if (map.confidence_bytes == 1) {
    *cuda::Global(static_cast<uint8_t*>(map.confidence) + at) =
        static_cast<uint8_t>(confidence * 255.0f + 0.5f);
  } else {
    *cuda::Global(static_cast<float*>(map.confidence) + at) = confidence;
  }
}

// softmax of the asked channels, which is e^(v − best) · its own; 0 where there is none.
template <typename Logit>
__device__ void StoreProbabilities(const CudaMap& map, const Pixel<Logit>& pixel, int64_t at,
                                   float best, float probability) {
  const int64_t plane = int64_t{map.width} * map.height;
  for (int i = 0; i < map.asked_count; ++i) {
    float p = 0;
    if (probability > 0) {
      const int channel = *cuda::Global(map.asked + i);
      p = baseline::ExpNonPositive(pixel.value(channel) - best) * probability;
    }
    *cuda::Global(map.probabilities + i * plane + at) = p;
  }
}

// Pixels of each class, first within the block. All threads of the block come to all three.
class Areas {
 public:
  __device__ Areas(const CudaPostprocess& batch, const CudaMap& map, uint32_t* shared)
      : map_(map),
        shared_(batch.shared_counts > 0 ? shared : nullptr),
        thread_(static_cast<int>(threadIdx.y) * kCudaTileWidth + static_cast<int>(threadIdx.x)) {
    if (map.areas == nullptr || shared_ == nullptr) return;
    for (int i = thread_; i < map.ids_known; i += kThreads) shared_[i] = 0;
    __syncthreads();
  }
  __device__ void count(int id) {
    if (map_.areas == nullptr || id >= map_.ids_known) return;
    atomicAdd(shared_ != nullptr ? shared_ + id : cuda::Global(map_.areas + id), 1u);
  }
  __device__ void publish() {
    if (map_.areas == nullptr || shared_ == nullptr) return;
    __syncthreads();
    for (int i = thread_; i < map_.ids_known; i += kThreads) {
      if (shared_[i] > 0) atomicAdd(cuda::Global(map_.areas + i), shared_[i]);
    }
  }

 private:
  const CudaMap& map_;
  uint32_t* const shared_;
  const int thread_;
};

// What became of a pixel.
struct Verdict {
  int id;
  float confidence, probability;  // after the threshold and before
};

__device__ Verdict Judge(const CudaMap& map, const Best& best, int channels, float sum) {
  if (!best.finite) return {map.background, 0, 0};
  const float p = channels == 1 ? baseline::Sigmoid(best.value) : 1.0f / sum;
  const int id = IdOf(map, best.channel);
  if (map.bites && p < *cuda::Global(map.thresholds + id)) return {map.background, 0, p};
  return {id, p, p};
}

template <typename Logit>
__device__ void Postprocess(const CudaPostprocess& batch) {
  const CudaMap& map = batch.maps[blockIdx.z];
  const int left = static_cast<int>(blockIdx.x) * kCudaTileWidth;
  const int top = static_cast<int>(blockIdx.y) * kCudaTileHeight;
  if (left >= map.width || top >= map.height) return;  // the whole block
  const int x = left + static_cast<int>(threadIdx.x), y = top + static_cast<int>(threadIdx.y);
  const int column = x - map.crop_x, row = y - map.crop_y;
  const bool inside = column >= 0 && row >= 0 && column < map.columns.count && row < map.rows.count;
  // Threads outside the crop help blending, with the row that is nearest.
  Pixel<Logit> pixel = MakePixel<Logit>(batch, map, Clamp(column, 0, map.columns.count - 1),
                                        Clamp(row, 0, map.rows.count - 1));
  const Window window = TileWindow(map, left - map.crop_x);
  float* const own = window.memory + static_cast<int>(threadIdx.y) * batch.chunk * batch.segment;
  Areas areas(
      batch, map,
      reinterpret_cast<uint32_t*>(window.memory + kCudaTileHeight * batch.chunk * batch.segment));

  const int channels = batch.channels;
  const int chunk = batch.chunk > 0 ? batch.chunk : channels;
  const auto blend = [&](int k) {
    if (batch.chunk == 0) return;
    BlendChunk(window, pixel, own, k, min(chunk, channels - k));
    pixel.blended = own + pixel.column.start - window.first;
    pixel.first_channel = k;
  };
  Best best{0, 0, true};
  for (int k = 0; k < channels; k += chunk) {
    blend(k);
    if (inside) FindBest(pixel, k, min(k + chunk, channels), &best);
  }
  float sum = 0;
  const bool add = map.bites || map.confidence != nullptr || map.asked_count > 0;
  for (int k = 0; add && channels > 1 && k < channels; k += chunk) {
    if (chunk < channels) blend(k);
    if (inside) sum = AddExponentials(pixel, k, min(k + chunk, channels), best.value, sum);
  }
  if (x < map.width && y < map.height) {
    const int64_t at = int64_t{y} * map.width + x;
    const Verdict verdict =
        inside ? Judge(map, best, channels, sum) : Verdict{map.background, 0, 0};
    StoreId(map, at, verdict.id);
    StoreConfidence(map, at, verdict.confidence);
    if (chunk < channels) pixel.blended = nullptr;  // no longer all of them
    StoreProbabilities(map, pixel, at, best.value, verdict.probability);
    if (!best.finite) atomicAdd(cuda::Global(map.non_finite), 1u);
    areas.count(verdict.id);
  }
  areas.publish();
}

}  // namespace

extern "C" __global__ void __launch_bounds__(kThreads, kBlocks)
    deeplab_postprocess_f32(const CudaPostprocess batch) {
  Postprocess<float>(batch);
}

extern "C" __global__ void __launch_bounds__(kThreads, kBlocks)
    deeplab_postprocess_f16(const CudaPostprocess batch) {
  Postprocess<uint16_t>(batch);
}

}  // namespace deeplab::postprocess
