// What model.info() says: the package's facts and those of what executes it.

import type { AxisSize, Interpolation } from "./convert/head-cut/interpolation.js";
import type { CutRecipe, HeadRecipe } from "./convert/head-cut/recipe.js";
import { type BatchingInfo, batchingInfo } from "./model-stats.js";
import type { NativeModelInfo, NativeModelStats } from "./native.js";
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

/** Whether the network's last interpolation was left to post-processing (option `headCut`), and why. */
export interface HeadCutInfo {
  readonly cut: boolean;
  /** One sentence. */
  readonly reason: string;
  /** What was cut off; null where nothing was. */
  readonly interpolation: Interpolation | null;
  /** What the inference session answers: `output`, or the logits before the interpolation. */
  readonly logits: TensorInfo;
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
  /** The network's output as its file has it, with or without a head cut. */
  readonly output: TensorInfo;
  readonly headCut: HeadCutInfo;
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
  /** Runs that may be under way at once, each in another stage. */
  readonly maxInFlight: number;
  /** Whether batches help here, as `warmUp()` measured it; null before. */
  readonly batching: BatchingInfo | null;
  /** Handles of this process that share the loaded network: those of the same weights and settings. */
  readonly sharedBy: number;
  /** How a picture becomes the network's input. */
  readonly preprocessing: InferenceConfig;
}

/** Joins both sides. */
export function modelInfo(
  model: ModelPackage,
  native: NativeModelInfo,
  stats: NativeModelStats,
  head: HeadRecipe,
): ModelInfo {
  const logits = { name: native.outputName, dtype: native.outputDtype, shape: native.outputDims };
  return {
    folder: model.folder,
    modelId: model.modelConfig.modelId,
    packageFormat: model.format,
    backend: native.backend,
    device: native.device,
    reason: native.reason,
    library: { path: native.libraryPath, version: native.libraryVersion },
    input: { name: native.inputName, dtype: native.inputDtype, shape: native.inputDims },
    output: head.cut ? enlarged(head, logits) : logits,
    headCut: headCutInfo(head, logits),
    classNames: model.classes.names,
    backgroundClassId: model.classes.backgroundId,
    channels: native.channels,
    maxBatch: native.maxBatch,
    minBatch: native.minBatch,
    intraOpThreads: native.intraOpThreads,
    simd: native.simd,
    maxInFlight: stats.maxInFlight,
    batching: batchingInfo(stats),
    sharedBy: native.sharedBy,
    preprocessing: model.config,
  };
}

function headCutInfo(head: HeadRecipe, logits: TensorInfo): HeadCutInfo {
  if (!head.cut) return { ...head, interpolation: null, logits };
  const { coordinateMode, rows, columns } = head.interpolation;
  const by = (axis: AxisSize) => (axis.size > 0 ? `${axis.size}` : `×${axis.scale}`);
  const reason =
    `the network ends in a linear interpolation (${coordinateMode}, height ${by(rows)}, width ${by(columns)}), ` +
    "which is done together with the final resize";
  return { cut: true, reason, interpolation: head.interpolation, logits };
}

// The output that the interpolation would make of the logits.
function enlarged({ output, interpolation }: CutRecipe, { dtype, shape }: TensorInfo): TensorInfo {
  const [batch = -1, channels = -1, height = -1, width = -1] = shape;
  const behind = ({ scale, size }: AxisSize, extent: number) => {
    if (size > 0) return size;
    return extent < 0 ? -1 : Math.floor(Math.fround(Math.fround(scale) * extent)); // in float32, as it is done
  };
  const { rows, columns } = interpolation;
  return { name: output, dtype, shape: [batch, channels, behind(rows, height), behind(columns, width)] };
}
