// Which golden cases run here, which inputs are errors, and what each input is called in this API. What is left
// out or refused for its kind is listed with its reason and counted, so that nothing vanishes unseen.

import type { ImageSource } from "deeplab-rt";
import { type GoldenCase, goldenImage, type RgbImage } from "../support/golden-set.js";

const notBytes = "pixels here are 8-bit";
const noBatch = "a picture has no batch dimension here";

/** Kinds of input (`as`) and cases without a counterpart. */
const leftOutKinds: Readonly<Record<string, string>> = {
  numpy_nhwc: noBatch,
  pil: "a Python object",
};
const leftOutCases: Readonly<Record<string, string>> = {
  "bad-tuple": "JavaScript has no tuples",
  "bad-list-nchw": noBatch,
};

/** How many cases each reason leaves out: `as` kind, or case id. */
export const leftOutCounts: Readonly<Record<string, number>> = {
  numpy_nhwc: 3,
  pil: 3,
  "bad-tuple": 1,
  "bad-list-nchw": 1,
};

/** Why a case does not run, by a key of `leftOutCounts`; undefined: it runs. */
export function leftOut(item: GoldenCase): { key: string; reason: string } | undefined {
  const byId = leftOutCases[item.id];
  if (byId !== undefined) return { key: item.id, reason: byId };
  for (const { as } of item.inputs) {
    const reason = leftOutKinds[as];
    if (reason !== undefined) return { key: as, reason };
  }
  return undefined;
}

/** A kind of input that is an error here, whatever the reference makes of it. */
export interface RefusedKind {
  readonly code: string;
  readonly reason: string;
  /** How many cases have it. */
  readonly count: number;
  /** The input as a caller would pass it, from packed RGB. */
  readonly make: (image: RgbImage) => unknown;
}

type Numbers = ArrayLike<unknown>;
const imageOf = (data: Numbers, { width, height }: RgbImage) => ({ data, width, height });
const divided = ({ data }: RgbImage) => Array.from(data, (value) => value / 255);

/** Kinds of input that are refused: `as` → how. */
export const refusedKinds: Readonly<Record<string, RefusedKind>> = {
  torch_chw_f32_1: refusedPixels(6, (image) => Float32Array.from(divided(image))),
  torch_chw_f32_255: refusedPixels(13, ({ data }) => Float32Array.from(data)),
  torch_chw_i32: refusedPixels(6, ({ data }) => Int32Array.from(data)),
  numpy_f32_255: refusedPixels(3, ({ data }) => Float32Array.from(data)),
  numpy_f64_1: refusedPixels(3, (image) => Float64Array.from(divided(image))),
  numpy_u16: refusedPixels(3, ({ data }) => Uint16Array.from(data)),
  numpy_i32: refusedPixels(3, ({ data }) => Int32Array.from(data)),
  numpy_bool: refusedPixels(3, ({ data }) => Array.from(data, (value) => value > 127)),
  // What the reference takes for 3 rows of `width` pixels with many channels.
  numpy_chw: {
    code: "IMAGE_INVALID",
    reason: "pixels here have 1, 3 or 4 interleaved channels",
    count: 3,
    make: ({ data, width, height }) => ({ data, width: height, height: 3, channels: width }),
  },
  str: { code: "IMAGE_NOT_FOUND", reason: "a string is a path here", count: 3, make: () => "no-such.png" },
};

/** Numbers that are not bytes. */
function refusedPixels(count: number, numbers: (image: RgbImage) => Numbers): RefusedKind {
  const make = (image: RgbImage) => imageOf(numbers(image), image);
  return { code: "IMAGE_INVALID", reason: notBytes, count, make };
}

/** How the case's input is refused; undefined: its kind is a picture here too. */
export function refusedInput(item: GoldenCase): RefusedKind | undefined {
  return item.inputs.map(({ as }) => refusedKinds[as]).find((kind) => kind !== undefined);
}

/** Every byte kind: which source channels a pixel's bytes come from. The alpha is never looked at. */
const byteOrders: Readonly<Record<string, readonly (0 | 1 | 2 | "alpha")[]>> = {
  numpy_bgr: [2, 1, 0],
  numpy_rgb: [0, 1, 2],
  torch_chw_u8: [0, 1, 2],
  torch_hwc_u8: [0, 1, 2],
  torch_nchw_u8: [0, 1, 2],
  torch_chw_bgr_u8: [2, 1, 0],
  numpy_bgra: [2, 1, 0, "alpha"],
  numpy_gray2d: [0],
  numpy_hw1: [0],
  torch_1hw_u8: [0],
  numpy_hw2: [0, 1],
  numpy_0h: [2, 1, 0],
  numpy_0w: [2, 1, 0],
};

function pack(image: RgbImage, order: readonly (0 | 1 | 2 | "alpha")[]): Uint8Array {
  const out = new Uint8Array(image.width * image.height * order.length);
  for (let pixel = 0, i = 0; pixel < image.width * image.height; pixel++) {
    for (const channel of order)
      out[i++] = channel === "alpha" ? 255 : (image.data[pixel * 3 + channel] ?? 0);
  }
  return out;
}

/** The colour order that the call declares; the reference takes arrays for BGR and tensors for RGB. */
function declaredFormat(as: string, channels: number, declared: string | undefined): string {
  if (channels === 1) return "gray";
  if (channels === 4) return "bgra";
  return declared ?? (as.startsWith("numpy") ? "bgr" : "rgb");
}

/** One input as this API takes it; wrong ones stay wrong. */
async function source(name: string, as: string, declared: string | undefined): Promise<ImageSource> {
  if (as === "none") return null as unknown as ImageSource;
  if (as === "list_py") return [[[1, 2, 3]]] as unknown as ImageSource;
  const image = await goldenImage(name);
  const refused = refusedKinds[as];
  if (refused !== undefined) return refused.make(image) as ImageSource;
  const order = byteOrders[as];
  if (order === undefined) throw new Error(`no rule for inputs "${as}"`);
  const width = as === "numpy_0w" ? 0 : image.width;
  const height = as === "numpy_0h" ? 0 : image.height;
  const channels = order.length;
  const data = pack({ width, height, data: image.data }, order);
  if (channels === 2) return { data, width, height, channels } as unknown as ImageSource;
  return { data, width, height, colorFormat: declaredFormat(as, channels, declared) } as ImageSource;
}

/** All inputs of a case. */
export async function sources(item: GoldenCase): Promise<ImageSource[]> {
  if (item.container === "empty_list") return [];
  return Promise.all(item.inputs.map(({ image, as }) => source(image, as, item.call.input_color_format)));
}
