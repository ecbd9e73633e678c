// What native code says: of itself, of a loaded model, and of the GPUs that it runs on. Part of native.ts, which says the
// rules; `addon/convert_info.cc`, `convert_stats.cc` and `addon.cc` write these very names.

/** What was loaded and by what. `dims` hold -1 where the model leaves a dimension open. */
export interface NativeModelInfo {
  /** Registry name of what executes: `"onnxruntime"`. */
  readonly backend: string;
  readonly device: string;
  /** ONNX Runtime's: `"cpu"`, `"cuda"` or `"tensorrt"`; empty where it is not what executes. */
  readonly provider: string;
  /** Why this backend and device were taken. */
  readonly reason: string;
  readonly libraryPath: string;
  readonly libraryVersion: string;
  readonly inputName: string;
  readonly inputDtype: string;
  readonly inputDims: readonly number[];
  readonly outputName: string;
  readonly outputDtype: string;
  readonly outputDims: readonly number[];
  /** K: channels of the logits. */
  readonly channels: number;
  /** How many class ids the maps can hold: `max(classCount, K)`. */
  readonly idCount: number;
  /** 1: Uint8 maps, 2: Uint16 maps. */
  readonly idBytes: number;
  readonly minBatch: number;
  readonly maxBatch: number;
  readonly intraOpThreads: number;
  /** Instruction set of the kernels: `"scalar"`, `"avx2"`, `"avx512"` or `"neon"`. */
  readonly simd: string;
  /** Handles in this process that share this loaded model. */
  readonly sharedBy: number;
  /** Where pre- and post-processing run: `"cpu"` or `"cuda"`. */
  readonly kernels: "cpu" | "cuda";
  /** The GPUs it runs on; none for the CPU. */
  readonly devices: readonly NativeDeviceUse[];
}

/** A GPU of a model, and what the model has of it now. Sizes in bytes. */
export interface NativeDeviceUse {
  /** `"cuda:0"`. */
  readonly device: string;
  readonly name: string;
  /** `"8.9"`. */
  readonly computeCapability: string;
  /** The CUDA that the driver supports: `"12.6"`. */
  readonly driverVersion: string;
  readonly driverPath: string;
  /** `"copied"`, `"mapped"` or `"managed"`. */
  readonly memoryMode: string;
  /** Of the device. */
  readonly totalMemory: number;
  /** Of the model, now and at most. */
  readonly usedMemory: number;
  readonly peakMemory: number;
  /** 0: none. */
  readonly memoryLimit: number;
  /** Pinned memory of the host, of all models on the device. */
  readonly pinnedUsed: number;
  readonly pinnedIdle: number;
  readonly pinnedLimit: number;
}

/** Milliseconds. */
export interface NativeStageTimes {
  readonly mean: number;
  readonly max: number;
}

/** What the scheduler of a loaded model has counted, over all its handles. Requests, but where images are named. */
export interface NativeModelStats {
  readonly submitted: number;
  readonly answered: number;
  readonly failed: number;
  /** Settled by an abort or a close. */
  readonly aborted: number;
  /** Settled at their deadline. */
  readonly expired: number;
  /** Found the queue full. */
  readonly rejected: number;
  /** Images that went through the network. */
  readonly images: number;
  /** Images that wait, and that are worked on. */
  readonly waiting: number;
  readonly running: number;
  /** `[n]`: batches of n images. */
  readonly batches: readonly number[];
  /** Of an image; `network` of a batch. */
  readonly queue: NativeStageTimes;
  readonly preprocess: NativeStageTimes;
  readonly network: NativeStageTimes;
  readonly postprocess: NativeStageTimes;
  /** What `warmUp` measured: milliseconds of the network per image, by batch size; empty without one. */
  readonly profile: readonly { readonly images: number; readonly perImage: number }[];
  /** The measured size of the network's input. */
  readonly profileWidth: number;
  readonly profileHeight: number;
  /** Images of one call that go together, and of several calls. */
  readonly ownBatch: number;
  readonly sharedBatch: number;
  /** In effect. */
  readonly maxInFlight: number;
}

export interface NativeBuildInfo {
  readonly version: string;
  readonly compiler: string;
  readonly napiVersion: number;
  readonly sanitizers: string;
  /** What `DEEPLAB_RT_SIMD` may name on this machine, worst first; the last one is the default. */
  readonly simdLevels: readonly string[];
}

export interface NativeMemoryStats {
  /** Bytes of pooled host memory in use, and idle but kept for the next request. */
  readonly usedBytes: number;
  readonly idleBytes: number;
  /** Bytes of callers' pixels that were copied since the process began. */
  readonly copiedBytes: number;
  /** Models loaded in this process. */
  readonly models: number;
  /** Threads of the shared pool. */
  readonly poolThreads: number;
}
