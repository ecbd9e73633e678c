// What crosses the border where engines are built: part of native.ts, which says the rules.

import type { NativeLibraryCandidate, NativeWeightsPart } from "./native.js";

/** What engines are built with and for here: an engine fits these, and may fit no other. */
export interface NativeEngineTarget {
  /** Of TensorRT, with its build: `"10.3.0.26"`. */
  readonly libraryVersion: string;
  /** `"NVIDIA L4"`. */
  readonly gpu: string;
  /** `"8.9"`. */
  readonly computeCapability: string;
  /** The CUDA that the driver brings: `"12.6"`. */
  readonly driver: string;
}

/** Least, best and most. */
export type NativeRange = readonly [number, number, number];

/** Everything native needs to build an engine. */
export interface NativeEngineBuildSpec {
  /** Absolute path of the ONNX file. */
  readonly modelPath: string;
  /** What to build from of that file, in order; empty: the file as it is. */
  readonly modelParts: readonly NativeWeightsPart[];
  /** The model says itself which tensors are 8-bit integers. */
  readonly isQuantized: boolean;
  /** Absolute path of the engine to write; written whole or not at all. */
  readonly planPath: string;
  /** Read, extended and written; empty: none. */
  readonly timingCachePath: string;
  readonly libraryCandidates: readonly NativeLibraryCandidate[];
  /** Number of the GPU, as the driver counts. */
  readonly ordinal: number;
  /** `"fp32"`, `"fp16"` or `"bf16"`. */
  readonly precision: string;
  /** Most bytes of scratch memory; 0: all there is. */
  readonly workspace: number;
  /** Where the model leaves its batch, its height and its width open; a size of 0 is not known. */
  readonly batch: NativeRange;
  readonly heights: NativeRange;
  readonly widths: NativeRange;
}

/** What was built. */
export interface NativeEngineBuilt {
  readonly target: NativeEngineTarget;
  /** As the network has them; -1 where it leaves one open. */
  readonly inputDims: readonly number[];
  readonly outputDims: readonly number[];
  readonly planByteLength: number;
  /** What became of the timing cache; empty where none was asked for. */
  readonly timingCache: string;
}

/** `"start"` of a phase with so many steps inside its parent (empty: the outermost), the end of a `"step"`, or `"finish"`. */
export type NativeBuildEvent = (
  kind: "start" | "step" | "finish",
  phase: string,
  parent: string,
  number: number,
) => void;

/** A build under way. */
export interface NativeEngineBuild {
  readonly done: Promise<NativeEngineBuilt>;
  /** Ends it at its next step: `done` rejects with `ABORTED`. */
  cancel(): void;
}
