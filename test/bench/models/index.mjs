// Every model of the benchmark by name, and its folder once it is complete.
import { inScratch } from "../scratch.mjs";
import { fillWeights } from "./fill-weights.mjs";
import { writeIdleModel } from "./idle-network.mjs";

/** What the targets are stated for. */
export const MAIN = "mobilenet_v2-21";
export const IDLE = "idle";

/** The same network with two, 21 and 150 classes. */
export const BY_CLASSES = { 2: "mobilenet_v2-2", 21: MAIN, 150: "mobilenet_v2-150" };

/** One decoder, several encoders. */
export const BY_ENCODER = {
  mobilenet_v2: MAIN,
  "efficientnet-b0": "efficientnet-b0-21",
  resnet18: "resnet18-21",
  resnet50: "resnet50-21",
};

// The main network behind other resize modes: what the package says of its input instead.
const RESIZED = {
  "resize-letterbox-0": { resize_mode: "letterbox", padding_value: 0 },
  "resize-letterbox-114": { resize_mode: "letterbox", padding_value: 114 },
  "resize-letterbox-255": { resize_mode: "letterbox", padding_value: 255 },
  "resize-center-crop": { resize_mode: "center-crop" },
};

/** One network, every resize mode, as docs/choosing.md calls them. */
export const BY_RESIZE = {
  stretch: MAIN,
  "letterbox, black bars": "resize-letterbox-0",
  "letterbox, grey bars": "resize-letterbox-114",
  "letterbox, white bars": "resize-letterbox-255",
  "center-crop": "resize-center-crop",
};

/** Where a model's package lies once it is complete. */
export function modelFolder(name) {
  return inScratch("models", name);
}

/** Completes the named models. */
export async function completeModels(names) {
  for (const name of names) {
    if (name === IDLE) await writeIdleModel(modelFolder(name));
    else if (name in RESIZED) await fillWeights(MAIN, modelFolder(name), RESIZED[name]);
    else await fillWeights(name, modelFolder(name));
  }
}
