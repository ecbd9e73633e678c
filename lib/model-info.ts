// What model.info() says: the package's facts and those of what executes it.

import type { AxisSize, Interpolation } from "./convert/head-cut/interpolation.js";
import type { CutHead, HeadDecision } from "./convert/head-cut/recipe.js";
import { deepFreeze } from "./deep-freeze.js";
import { type DeviceInfo, deviceInfo, type StageInfo, stageInfo } from "./device-info.js";
import type { EngineBuildInfo, LoadedNetwork } from "./engine-load.js";
import { type BatchingInfo, batchingInfo } from "./model-stats.js";
import type { NativeModelInfo, NativeModelStats } from "./native.js";
import type { PackageEngine } from "./packages/engine-package.js";
import type { EngineBuild } from "./packages/engine-record.js";
import type { InferenceConfig } from "./packages/inference-config.js";
import type { ModelPackage, PackageFormat } from "./packages/model-package.js";
import type { EngineBatch } from "./packages/trt-config.js";

/** One tensor of the network. */
export interface TensorInfo {
  readonly name: string;
  /** `"float32"` or `"float16"`. */
  readonly dtype: string;
  /** -1 where the network leaves a dimension open. */
  readonly shape: readonly number[];
}

/** The engine of a TensorRT package: where it comes from and how it was built. */
export interface EngineInfo {
  /**
   * Why it was loaded: `"signature"`, it was built by deeplab-rt for this user on this machine and not changed since;
   * `"option"`, the caller vouched for it with `trustEngine`, and what its record says is as good as the caller's word.
   */
  readonly trust: "signature" | "option";
  /** Batch sizes that trt_config.json states. */
  readonly batch: EngineBatch;
  /** How it was built; null where no record of it lies beside it. */
  readonly built: EngineBuild | null;
  /** What was measured against ONNX Runtime when it was built; null where that is not known. */
  readonly accuracy: Readonly<Record<string, unknown>> | null;
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
  /** What executes the network: `"onnxruntime"` or `"tensorrt"`. */
  readonly backend: string;
  /** `"cpu"` or `"cuda:N"`; of several GPUs all of them, `"cuda:0, cuda:1"`. */
  readonly device: string;
  /** Which of ONNX Runtime's execution providers runs the network; null where ONNX Runtime does not. */
  readonly executionProvider: string | null;
  /** Why this backend and device were taken. */
  readonly reason: string;
  /** The inference library that was loaded. */
  readonly library: { readonly path: string; readonly version: string };
  /**
   * What the network computes in, `"fp32"`, `"fp16"` or `"bf16"`: what an engine was built for, null where no record
   * says so; of an ONNX network the type of its input, which its operators keep unless the network itself converts it.
   */
  readonly precision: string | null;
  readonly input: TensorInfo;
  /** The network's output as its file has it, with or without a head cut. */
  readonly output: TensorInfo;
  readonly headCut: HeadCutInfo;
  /** Null for packages that are no engines. */
  readonly engine: EngineInfo | null;
  /** How the engine fares that is or was built in the background (option `engine`); null where none is. */
  readonly engineBuild: EngineBuildInfo | null;
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
  /** Threads of this process, shared by all models, for what surrounds the network on the CPU. */
  readonly poolThreads: number;
  /** What the model holds, in bytes. Pictures and results are counted in `stats().memory`. */
  readonly memory: {
    /**
     * Size of the weights' files when the package was read: weights.onnx and its external data, or the engine. The
     * inference library may hold less or more of it.
     */
    readonly weights: number;
    /** Of all its GPUs, the network's work space included; 0 on the CPU. */
    readonly devices: number;
  };
  /**
   * Instruction set of everything outside the network: `"scalar"`, `"avx2"`, `"avx512"` or `"neon"`. The best that
   * this machine has, or what the environment variable `DEEPLAB_RT_SIMD` names.
   */
  readonly simd: string;
  /** Runs that may be under way at once, each in another stage. */
  readonly maxInFlight: number;
  /** Whether batches help here, as `warmUp()` measured it; null before. */
  readonly batching: BatchingInfo | null;
  /** Where what surrounds the network is done. */
  readonly stages: StageInfo;
  /** The GPUs that the network runs on, and what the model has of their memory now; none for the CPU. */
  readonly devices: readonly DeviceInfo[];
  /** Handles of this process that share the loaded network: those of the same weights and settings. */
  readonly sharedBy: number;
  /** How a picture becomes the network's input. */
  readonly preprocessing: InferenceConfig;
}

/** Joins both sides. */
export function modelInfo(
  { package: model, head, engineBuild }: LoadedNetwork,
  native: NativeModelInfo,
  stats: NativeModelStats,
  poolThreads: number,
): ModelInfo {
  const logits = { name: native.outputName, dtype: native.outputDtype, shape: native.outputDims };
  // Parts of it are the model's own.
  return deepFreeze({
    folder: model.folder,
    modelId: model.modelConfig.modelId,
    packageFormat: model.format,
    backend: native.backend,
    device: native.device,
    executionProvider: native.provider || null,
    reason: native.reason,
    library: { path: native.libraryPath, version: native.libraryVersion },
    precision: precisionOf(model, native),
    input: { name: native.inputName, dtype: native.inputDtype, shape: native.inputDims },
    output: head.cut ? enlarged(head, logits) : logits,
    headCut: headCutInfo(head, logits),
    engine: model.engine && engineInfo(model.engine),
    engineBuild,
    classNames: model.classes.names,
    backgroundClassId: model.classes.backgroundId,
    channels: native.channels,
    maxBatch: native.maxBatch,
    minBatch: native.minBatch,
    intraOpThreads: native.intraOpThreads,
    poolThreads,
    memory: {
      weights: model.weightsByteLength,
      devices: native.devices.reduce((sum, { usedMemory }) => sum + usedMemory, 0),
    },
    simd: native.simd,
    maxInFlight: stats.maxInFlight,
    batching: batchingInfo(stats),
    stages: stageInfo(native),
    devices: native.devices.map(deviceInfo),
    sharedBy: native.sharedBy,
    preprocessing: model.config,
  });
}

function precisionOf({ engine }: ModelPackage, { inputDtype }: NativeModelInfo): string | null {
  if (engine !== null) return engine.record?.built.precision ?? null;
  return inputDtype === "float16" ? "fp16" : "fp32";
}

function engineInfo({ batch, record, trust }: PackageEngine): EngineInfo {
  return { trust, batch, built: record?.built ?? null, accuracy: record?.accuracy ?? null };
}

function headCutInfo(head: HeadDecision, logits: TensorInfo): HeadCutInfo {
  if (!head.cut) return { ...head, interpolation: null, logits };
  const { coordinateMode, rows, columns } = head.interpolation;
  const by = (axis: AxisSize) => (axis.size > 0 ? `${axis.size}` : `×${axis.scale}`);
  const reason =
    `the network ends in a linear interpolation (${coordinateMode}, height ${by(rows)}, width ${by(columns)}), ` +
    "which is done together with the final resize";
  return { cut: true, reason, interpolation: head.interpolation, logits };
}

// The output that the interpolation would make of the logits.
function enlarged({ output, interpolation }: CutHead, { dtype, shape }: TensorInfo): TensorInfo {
  const [batch = -1, channels = -1, height = -1, width = -1] = shape;
  const behind = ({ scale, size }: AxisSize, extent: number) => {
    if (size > 0) return size;
    return extent < 0 ? -1 : Math.floor(Math.fround(Math.fround(scale) * extent)); // in float32, as it is done
  };
  const { rows, columns } = interpolation;
  return { name: output, dtype, shape: [batch, channels, behind(rows, height), behind(columns, width)] };
}
