// One model on a GPU, one caller, one picture at a time: times of the stages as CUDA's events have them, and the bytes
// that each request had to move.
import { importProduct } from "../../../scripts/gpu/product.mjs";
import { spread } from "../report/statistics.mjs";
import { requestBytes } from "./bytes.mjs";

const STAGES = ["preprocess", "network", "postprocess", "total"];

/** The picture in memory that the GPU reads by itself: no copy of the host's counts. */
function inPinnedMemory(model, { data, width, height }) {
  const memory = model.allocateImage(width, height);
  memory.set(data);
  return { data: memory, width, height };
}

/** The bytes of a request, from what the model did with it. */
async function bytesOf(model, image) {
  const { inputTensor, logits, result } = await model.inspect(image);
  const { resize } = result.imageMetadata;
  const [channels, height, width] = logits.shape;
  return requestBytes({
    picture: { width: image.width, height: image.height, format: "rgb" },
    input: {
      width: resize.inputWidth,
      height: resize.inputHeight,
      dtype: inputTensor.dtype,
      left: resize.padLeft,
      top: resize.padTop,
      right: resize.padRight,
      bottom: resize.padBottom,
    },
    logits: { channels, width, height, dtype: logits.dtype },
    maps: {
      width: result.width,
      height: result.height,
      bytesPerPixel: result.segmentationMap.BYTES_PER_ELEMENT + result.confidence.BYTES_PER_ELEMENT,
    },
  });
}

async function samplesOf(model, image, repeats) {
  const samples = [];
  for (let i = 0; i < repeats; i += 1) {
    const { timings } = await model.infer(image);
    samples.push(timings);
  }
  return samples;
}

const WARM_UP = 5;

async function onePicture(model, picture, repeats) {
  const image = inPinnedMemory(model, picture);
  const bytes = await bytesOf(model, image);
  await samplesOf(model, image, Math.min(WARM_UP, repeats));
  const samples = await samplesOf(model, image, repeats);
  const times = Object.fromEntries(
    STAGES.map((stage) => [stage, spread(samples.map((sample) => sample[stage]))]),
  );
  return { picture: `${picture.width}×${picture.height}`, bytes, times };
}

/** How pixels and maps travel: what the model says, or what `auto` takes. */
function modeOf(info, wanted, isIntegrated) {
  const said = info.devices?.[0]?.memoryMode;
  if (said !== undefined) return said;
  if (wanted !== "auto") return wanted;
  return isIntegrated ? "mapped" : "copied";
}

/**
 * Loads `folder` by `options` of fromPretrained and measures every picture.
 * @returns what ran and `{ picture, bytes, times }` of each
 */
export async function measureModel({ folder, options, pictures, repeats, isIntegrated }) {
  const { AutoModel } = await importProduct();
  const model = await AutoModel.fromPretrained(folder, options);
  try {
    const results = [];
    for (const picture of pictures) results.push(await onePicture(model, picture, repeats));
    const info = model.info();
    return {
      backend: info.backend,
      library: info.library.version,
      device: info.device,
      memoryMode: modeOf(info, options.memoryMode ?? "auto", isIntegrated),
      headCut: info.headCut.cut,
      input: info.input.dtype,
      results,
    };
  } finally {
    await model.close();
  }
}
