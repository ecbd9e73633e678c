// Which golden cases run here, and what each input is called in this API. What is left out is listed with its
// reason and counted, so that nothing vanishes unseen.

import type { ImageSource } from "deeplab-rt";
import { type GoldenCase, goldenImage, type RgbImage } from "../support/golden-set.js";

const notBytes = "pixels here are 8-bit";
const otherLayout = "pixels here are rows of interleaved bytes, declared and not guessed";

/** Kinds of input (`as`) without a counterpart. */
const leftOutKinds: Readonly<Record<string, string>> = {
  torch_chw_f32_1: notBytes,
  torch_chw_f32_255: notBytes,
  torch_chw_i32: notBytes,
  numpy_f32_255: notBytes,
  numpy_f64_1: notBytes,
  numpy_u16: notBytes,
  numpy_i32: notBytes,
  numpy_bool: notBytes,
  numpy_nhwc: otherLayout,
  numpy_chw: otherLayout,
  pil: "a Python object",
  str: "a string is a path here",
};

const leftOutCases: Readonly<Record<string, string>> = {
  "bad-tuple": "JavaScript has no tuples",
  "bad-list-mixed-kinds": "arrays and tensors are one kind here",
  "bad-list-mixed-kinds-2": "arrays and tensors are one kind here",
  "bad-list-nchw": otherLayout,
};

/** How many cases each reason leaves out: `as` kind, or case id. */
export const leftOutCounts: Readonly<Record<string, number>> = {
  torch_chw_f32_1: 6,
  torch_chw_f32_255: 13,
  torch_chw_i32: 6,
  numpy_f32_255: 3,
  numpy_f64_1: 3,
  numpy_u16: 3,
  numpy_i32: 3,
  numpy_bool: 3,
  numpy_nhwc: 3,
  numpy_chw: 3,
  pil: 3,
  str: 3,
  "bad-tuple": 1,
  "bad-list-mixed-kinds": 1,
  "bad-list-mixed-kinds-2": 1,
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
  const order = byteOrders[as];
  if (order === undefined) throw new Error(`no rule for inputs "${as}"`);
  const image = await goldenImage(name);
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
