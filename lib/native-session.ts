// What native code is told of the inference session: part of native.ts. `addon/convert_spec.cc` reads these very names.

/** ONNX Runtime session settings. 0 threads means the default (see docs). */
export interface NativeSessionOptions {
  readonly intraOpThreads: number;
  readonly interOpThreads: number;
  /** ONNX Runtime's own levels: 0 disabled, 1 basic, 2 extended, 99 all. */
  readonly graphOptimization: number;
  readonly memoryArena: boolean;
  readonly memoryPattern: boolean;
  readonly spinning: boolean;
  /** Least severity that it logs at: 0 verbose to 4 fatal. */
  readonly logSeverity: number;
  /** `"auto"`, `"cpu"`, `"cuda"` or `"tensorrt"`. */
  readonly provider: string;
  /** Names and values, in ONNX Runtime's own words. */
  readonly providerOptions: readonly (readonly [string, string])[];
  /** Where the TensorRT provider keeps its engines; empty: nowhere. */
  readonly engineCacheFolder: string;
}
