// What native code says of the GPUs of a model: part of native.ts. `addon/convert_info.cc` writes these very names.

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
