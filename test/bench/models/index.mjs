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

/** Where a model's package lies once it is complete. */
export function modelFolder(name) {
  return inScratch("models", name);
}

/** Completes the named models. */
export async function completeModels(names) {
  for (const name of names) {
    if (name === IDLE) await writeIdleModel(modelFolder(name));
    else await fillWeights(name, modelFolder(name));
  }
}
