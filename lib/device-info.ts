// What model.info() says of the GPUs that a model runs on, and of where its stages run.

import type { NativeDeviceUse, NativeModelInfo } from "./native.js";

/** Where what surrounds the network is done. */
export interface StageInfo {
  /** Static crop, resize, colours and normalisation. */
  readonly preprocess: "cpu" | "cuda";
  /** Contrast enhancement, where the package asks for it: on the CPU always, with the static crop before it. */
  readonly contrast: "cpu";
  /** From logits to maps. */
  readonly postprocess: "cpu" | "cuda";
}

/** A GPU that the model runs on, and what it has of it now. Sizes in bytes. */
export interface DeviceInfo {
  /** `"cuda:0"`. */
  readonly device: string;
  /** As its driver names it. */
  readonly name: string;
  /** `"8.9"`. */
  readonly computeCapability: string;
  /** The CUDA that the driver supports: `"12.6"`. */
  readonly driverVersion: string;
  /** The driver library that was loaded. */
  readonly driverPath: string;
  /** How pixels and maps travel: `"copied"`, `"mapped"` or `"managed"`. */
  readonly memoryMode: string;
  /** Memory of the device. */
  readonly totalMemory: number;
  /** What the model has of it: the engine and what it works in. */
  readonly usedMemory: number;
  /** The most that it had since it was loaded. */
  readonly peakMemory: number;
  /** The most that it may have; null where there is no limit. */
  readonly memoryLimit: number | null;
  /** Memory of the host that the device reads and writes by itself, of all models on this device. */
  readonly pinned: {
    /** Held by pictures and results. */
    readonly used: number;
    /** Kept for the next. */
    readonly idle: number;
    /** Beyond this ordinary memory is taken, which the driver copies once more. */
    readonly limit: number;
  };
}

/** The facts of one GPU. */
export function deviceInfo(native: NativeDeviceUse): DeviceInfo {
  const { pinnedUsed: used, pinnedIdle: idle, pinnedLimit: limit, memoryLimit, ...facts } = native;
  return { ...facts, memoryLimit: memoryLimit === 0 ? null : memoryLimit, pinned: { used, idle, limit } };
}

/** Where the stages of a model run. */
export function stageInfo({ kernels }: NativeModelInfo): StageInfo {
  return { preprocess: kernels, contrast: "cpu", postprocess: kernels };
}
