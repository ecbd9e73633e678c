// What model.inspect() gives back beside the result: the tensors in the middle.

import { DeepLabError } from "./errors.js";
import type { AtLeastDefaultParts, Holding, ResultValues } from "./include.js";
import type { NativeImageResult, NativeTensor } from "./native.js";
import type { SemanticSegmentationResult } from "./result.js";

/** A tensor of one image, `[channels, height, width]`. */
export interface Tensor {
  /** `float16` data are raw IEEE half bits in a Uint16Array. */
  readonly dtype: "float32" | "float16";
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint16Array;
}

/** One inference with its intermediate tensors; all of them are copies. */
export interface Inspection<
  Held extends ResultValues = Holding<AtLeastDefaultParts>,
  Classes extends string = string,
> {
  /** What the network was given. */
  readonly inputTensor: Tensor;
  /** What the inference session answered, before any post-processing; `info().headCut` says whether the network ends there. */
  readonly logits: Tensor;
  readonly result: SemanticSegmentationResult<Held, Classes>;
}

/** The captured tensors of one image. */
export function capturedTensors({ tensors }: NativeImageResult): { inputTensor: Tensor; logits: Tensor } {
  const [input, logits] = tensors;
  if (input === undefined || logits === undefined) {
    throw new DeepLabError(
      "INTERNAL",
      `Expected 2 captured tensors but native code returned ${tensors.length}.`,
    );
  }
  return { inputTensor: typed(input), logits: typed(logits) };
}

function typed({ dtype, shape, data }: NativeTensor): Tensor {
  return dtype === "float16"
    ? { dtype, shape, data: new Uint16Array(data) }
    : { dtype: "float32", shape, data: new Float32Array(data) };
}
