// The whole surface of the native addon, and its only import. Everything that crosses is complete and range-checked: no
// optional field. `addon/convert_*.cc` reads these very names; a request's numbers go as native-request.ts packs them.

import { loadAddon } from "./addon-loader.js";
import type {
  NativeBuildEvent,
  NativeEngineBuild,
  NativeEngineBuildSpec,
  NativeEngineTarget,
} from "./native-build.js";
import type { NativeBuildInfo, NativeMemoryStats, NativeModelInfo, NativeModelStats } from "./native-info.js";
import type { NativeLog } from "./native-log.js";
import type { NativeMaskExport, NativeMasks } from "./native-masks.js";
import type { NativeSessionOptions } from "./native-session.js";
import type {
  NativeClassCount,
  NativeClassCounts,
  NativeLegend,
  NativeOverlay,
  NativePicture,
  NativePngRows,
} from "./native-visualize.js";

/** The folder of the addon; libraries shipped with it lie beside it. */
export { addonFolder } from "./addon-loader.js";
export type * from "./native-build.js";
export type * from "./native-info.js";
export type * from "./native-log.js";
export type * from "./native-session.js";
export type * from "./native-visualize.js";

/** One place to look for a vendor library; native tries them in order and reports every one. */
export interface NativeLibraryCandidate {
  /** Which library: `"onnxruntime"`, `"cuda"` or `"tensorrt"`. */
  readonly library: string;
  /** Who named it, for messages: `"option runtime.onnxruntime"`, `"DEEPLAB_RT_ONNXRUNTIME"`, … */
  readonly origin: string;
  /** An absolute file path, or a bare file name for the system's own search. */
  readonly path: string;
}

/** Bytes of the weights file, `[start, end)`, or bytes of our own where `bytes` is not empty. */
export interface NativeWeightsPart {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/** An interpolation that was cut off the network's end and is done with the final resize. */
export interface NativeHead {
  /** False: the network is whole, and the other fields are ignored. */
  readonly cut: boolean;
  /** `"align_corners"`, `"half_pixel"`, `"pytorch_half_pixel"` or `"asymmetric"`. */
  readonly coordinateMode: string;
  /** Output / input as the graph states it; 0 where it states sizes. */
  readonly scaleX: number;
  readonly scaleY: number;
  /** As the graph states them; 0 where it states scales: then floor(input · scale). */
  readonly outputWidth: number;
  readonly outputHeight: number;
}

/** Everything native needs of a package and its options. */
export interface NativeModelSpec {
  /** `"onnx"` or `"trt"`; the registry picks the first backend that serves the format and can run here. */
  readonly packageFormat: string;
  /** `"auto"`, `"cpu"`, `"cuda:N"` or `"cuda:*"`. */
  readonly device: string;
  /** Absolute path of the weights file; of the plan, where the format is `"trt"`. */
  readonly weightsPath: string;
  /** What to load of that file, in order; empty: the file as it is. Native reads it on a thread of its own. */
  readonly weightsParts: readonly NativeWeightsPart[];
  /** What the weights take, external data included: told to the garbage collector while a handle lives. */
  readonly weightsByteLength: number;
  /** Differs when a file of the weights was replaced; part of what makes two loaded models the same. */
  readonly weightsFingerprint: string;
  readonly libraryCandidates: readonly NativeLibraryCandidate[];
  readonly session: NativeSessionOptions;
  /** What `weightsParts` leave out, or an engine was built without. */
  readonly head: NativeHead;

  /** Most bytes that the model takes of each GPU; 0: no bound. */
  readonly deviceMemoryLimit: number;
  /** Most bytes of host memory pinned for each GPU. */
  readonly pinnedMemoryLimit: number;
  /** `"auto"`, `"copied"`, `"mapped"` or `"managed"`. */
  readonly memoryMode: string;
  /** Whether what a request does on a GPU is recorded and launched whole. */
  readonly deviceGraphs: boolean;

  /** Number of names in `class_names.txt`. */
  readonly classCount: number;
  readonly backgroundId: number;
  readonly allowClassMismatch: boolean;
  /** Fewest images a model is given at once, as its package states it; 0: as the model itself has it. */
  readonly minBatch: number;
  /** Most images a dynamic-batch model is given at once. */
  readonly maxBatch: number;
  /** Milliseconds that an image may wait for others to share its batch. */
  readonly maxBatchDelay: number;
  /** Most batches that are between pre- and post-processing at once; 0 lets the backend choose. */
  readonly maxInFlight: number;
  /** Most images that may wait; beyond it calls are `QUEUE_FULL`. 0: no bound. */
  readonly maxQueue: number;

  /** `"stretch"`, `"letterbox"` or `"center-crop"`. */
  readonly resizeMode: string;
  /** Network input size; 0×0 means the image's own size after the static crop. */
  readonly inputWidth: number;
  readonly inputHeight: number;
  /** Letterbox canvas value before scaling; any integer, as the reference takes it. */
  readonly paddingValue: number;
  /** `"rgb"` or `"bgr"`: channel order of the network's input. */
  readonly networkColor: string;
  /** `x / scalingFactor`, then `(x - mean) / std`; 1, 0 and 1 where the package has none. */
  readonly scalingFactor: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];

  readonly staticCrop: boolean;
  /** Whole percents. */
  readonly cropXMin: number;
  readonly cropXMax: number;
  readonly cropYMin: number;
  readonly cropYMax: number;
  readonly grayscale: boolean;
  /** `"none"`, `"adaptive"`, `"stretching"` or `"histogram"`. */
  readonly contrast: string;
}

/** One image of raw 8-bit pixels, on this side of the border: it crosses as numbers and bytes. */
export interface NativeImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** `"rgb" | "bgr" | "rgba" | "bgra" | "gray" | "nv12"`. */
  readonly colorFormat: string;
  /** Of NV12: `"bt601"` or `"bt709"`. */
  readonly matrix: string;
  /** Of NV12: `"limited"` or `"full"`. */
  readonly range: string;
  /** True: read in place until the promise settles. False: copied in the call. */
  readonly borrow: boolean;
}

export interface NativeInferRequest {
  /**
   * All that is a number: of the request (`requestId`, unique per model handle, names it in `cancel`; flags;
   * priority; deadline; weight of an overlay's colours; number of images), then of each image (`NativeImage`).
   * `packRequest` of native-request.ts knows the places.
   */
  readonly numbers: Float64Array;
  /**
   * Of each image its pixels, then, where its flags say that there is some, the caller's memory for the class map (as
   * bytes) and for the confidence: written in place where it is shared, else copied into when the promise settles.
   */
  readonly arrays: readonly (Uint8Array | Float32Array)[];
  /** Channels of the network whose probabilities are wanted. */
  readonly probabilityChannels: Uint16Array;
  /** For overlays: red, green, blue, alpha of each class id (4 · `info.idCount`); alpha 0 leaves the picture as it is. */
  readonly overlayColors: Uint8Array;
  /** One threshold per class id (length `info.idCount`); float32 as the reference compares. */
  readonly thresholds: Float32Array;
}

/** A tensor copied out by `captureTensors`: one image, `[C, H, W]`. */
export interface NativeTensor {
  /** `"float32"` or `"float16"` (raw IEEE half bits). */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: ArrayBuffer;
}

/** One image's results. */
export interface NativeImageResult {
  /** Sizes, counts and times; native-facts.ts knows the places. */
  readonly facts: Float64Array;
  /**
   * What was asked for and is not in the caller's memory, in this order:
   * - class ids, `info.idBytes` bytes for each pixel of the map;
   * - confidence, float32 likewise;
   * - pixels of the map by class id, float64;
   * - probabilities, float32 `[probabilityChannels.length, height, width]`;
   * - overlay: red, green, blue and alpha of each pixel of the map.
   */
  readonly parts: readonly ArrayBuffer[];
  /** Network input and logits where asked for; else empty. */
  readonly tensors: readonly NativeTensor[];
}

/** Measuring which batch is quickest for an image: the network is run on zeros. */
export interface NativeWarmUpRequest {
  /** As that of a {@link NativeInferRequest}, and from the same numbers. */
  readonly requestId: number;
  /** Size of the network's input. */
  readonly inputWidth: number;
  readonly inputHeight: number;
  /** Runs of each batch size, beside one that does not count. */
  readonly rounds: number;
}

/** An env-local handle to a process-wide model. */
export interface NativeModel {
  info(): NativeModelInfo;
  stats(): NativeModelStats;
  /** Settled when `stats().profile` has been measured. */
  warmUp(request: NativeWarmUpRequest): Promise<void>;
  infer(request: NativeInferRequest): Promise<readonly NativeImageResult[]>;
  /**
   * Memory for pixels, of undefined contents: `infer` reads it in place however `borrow` is set, and holds it, not
   * the ArrayBuffer, until the promise settles. On a GPU it is pinned, as far as the limit reaches. Throws.
   * @param bytes From 1 to 2³² − 1.
   */
  allocate(bytes: number): ArrayBuffer;
  /**
   * Has the GPUs read and write this shared memory by themselves, until `unregister` or `close`, and until no work
   * uses it. Throws.
   * @returns what to call `unregister` with
   */
  register(bytes: Uint8Array): number;
  /** Idempotent. */
  unregister(registration: number): void;
  /** Rejects a request of this handle with `ABORTED` unless it has already settled. */
  cancel(requestId: number): void;
  /** Idempotent; waits for running work; queued and later work is `CLOSED`. */
  close(): Promise<void>;
}

/** An error of native code: `code` is one of `errorCodes`, `detail` pairs say what was found. */
export interface NativeError extends Error {
  readonly code: string;
  readonly detail: Readonly<Record<string, string>>;
}

export interface NativeAddon extends NativeLog {
  /** Every code native can raise, in its own order; a contract test compares it with `errors.ts`. */
  readonly errorCodes: readonly string[];
  buildInfo(): NativeBuildInfo;
  memoryStats(): NativeMemoryStats;
  openModel(spec: NativeModelSpec): Promise<NativeModel>;
  /** What engines would be built with and for. */
  engineTarget(candidates: readonly NativeLibraryCandidate[], ordinal: number): Promise<NativeEngineTarget>;
  /** Only for a process of its own: building may crash, and what the library logs goes to stderr at once. */
  buildEngine(spec: NativeEngineBuildSpec, onEvent: NativeBuildEvent): NativeEngineBuild;
  /** A copy in pooled memory, made in bands on the pool before it returns. */
  copyBytes(bytes: Uint8Array): ArrayBuffer;
  /** Whether these bytes lie in memory of `NativeModel.allocate`, which nobody can take away from native code. */
  staysInPlace(bytes: Uint8Array): boolean;
  /** Detaches them. Their memory is free for the next request at once, or when work that reads it in place has ended. */
  releaseBuffers(buffers: readonly ArrayBuffer[]): void;
  /**
   * Copies each array into its counterpart of the same length, which is not to be used before. Memory that could be
   * transferred away meanwhile is copied in the call.
   */
  copyArrays(from: readonly Uint8Array[], to: readonly Uint8Array[]): Promise<void>;
  countClasses(count: NativeClassCount): Promise<NativeClassCounts>;
  /** `width·height` pixels of red, green, blue and alpha. */
  paintOverlay(overlay: NativeOverlay): Promise<ArrayBuffer>;
  exportMasks(masks: NativeMaskExport): Promise<NativeMasks>;
  /** On transparency, as large as its names need. */
  paintLegend(legend: NativeLegend): Promise<NativePicture>;
  /** A byte that names the filter and the filtered bytes, for each row. */
  filterPngRows(rows: NativePngRows): Promise<ArrayBuffer>;
}

/** Loads the addon at first use, so that importing the package can never throw. */
export function native(): NativeAddon {
  return loadAddon() as NativeAddon;
}
