// What model.info() says: the package's facts and those of what executes it.

import type { NativeModelInfo } from "./native.js";
import type { InferenceConfig } from "./packages/inference-config.js";
import type { ModelPackage, PackageFormat } from "./packages/model-package.js";

/** One tensor of the network. */
export interface TensorInfo {
  readonly name: string;
  /** `"float32"` or `"float16"`. */
  readonly dtype: string;
  /** -1 where the network leaves a dimension open. */
  readonly shape: readonly number[];
}

/** A loaded model: what it is, what executes it, and why. */
export interface ModelInfo {
  /** Absolute path of the package folder. */
  readonly folder: string;
  /** `model_id` of model_config.json, if there is one. */
  readonly modelId: string | null;
  readonly packageFormat: PackageFormat;
  /** What executes the network: `"onnxruntime"`. */
  readonly backend: string;
  /** `"cpu"` or `"cuda:N"`. */
  readonly device: string;
  /** Why this backend and device were taken. */
  readonly reason: string;
  /** The inference library that was loaded. */
  readonly library: { readonly path: string; readonly version: string };
  readonly input: TensorInfo;
  readonly output: TensorInfo;
  readonly classNames: readonly string[];
  readonly backgroundClassId: number;
  /** Channels of the network's output. */
  readonly channels: number;
  /** Most images in one run; a list is split by it. */
  readonly maxBatch: number;
  /** Fewest images in one run; shorter lists are padded. */
  readonly minBatch: number;
  /** Threads inside one operator. */
  readonly intraOpThreads: number;
  /**
   * Instruction set of everything outside the network: `"scalar"`, `"avx2"`, `"avx512"` or `"neon"`. The best that
   * this machine has, or what the environment variable `DEEPLAB_RT_SIMD` names.
   */
  readonly simd: string;
  /** Handles of this process that share the loaded network. */
  readonly sharedBy: number;
  /** How a picture becomes the network's input. */
  readonly preprocessing: InferenceConfig;
}

/** Joins both sides. */
export function modelInfo(model: ModelPackage, native: NativeModelInfo): ModelInfo {
  return {
    folder: model.folder,
    modelId: model.modelConfig.modelId,
    packageFormat: model.format,
    backend: native.backend,
    device: native.device,
    reason: native.reason,
    library: { path: native.libraryPath, version: native.libraryVersion },
    input: { name: native.inputName, dtype: native.inputDtype, shape: native.inputDims },
    output: { name: native.outputName, dtype: native.outputDtype, shape: native.outputDims },
    classNames: model.classes.names,
    backgroundClassId: model.classes.backgroundId,
    channels: native.channels,
    maxBatch: native.maxBatch,
    minBatch: native.minBatch,
    intraOpThreads: native.intraOpThreads,
    simd: native.simd,
    sharedBy: native.sharedBy,
    preprocessing: model.config,
  };
}
