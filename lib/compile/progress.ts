// What compilePackage tells on the way.

/** How far a compilation has come. */
export interface CompileProgress {
  /** `"read"`: the package. `"build"`: the engine, by far the longest. `"check"`: comparing it with ONNX Runtime. */
  readonly stage: "read" | "build" | "check";
  /** What is done in it just now, in TensorRT's words while it builds; may be empty. */
  readonly phase: string;
  /** Of the stage, from 0 to 1; never goes back. */
  readonly fraction: number;
  /** Milliseconds of the stage so far. */
  readonly elapsed: number;
  /** Milliseconds that are left of the stage by the pace so far; null while that cannot be said. */
  readonly remaining: number | null;
  /** A line of TensorRT's log, where that is the news; else null. */
  readonly log: string | null;
}

/** Tells a caller's function, whose own failure is none of ours. */
export type TellProgress = (progress: CompileProgress) => void;

/** Of a caller's function, or of none. */
export function telling(onProgress: TellProgress | undefined): TellProgress {
  return (progress) => {
    try {
      onProgress?.(progress);
    } catch {
      // The build goes on.
    }
  };
}
