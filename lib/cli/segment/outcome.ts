// What became of one input: for the report on the terminal, and as JSON.

import type { ClassStats } from "../../class-stats.js";
import type { DeepLabError } from "../../errors.js";
import type { Timings } from "../../timings.js";
import type { Format } from "./formats.js";

/** Paths of what was written, by format. */
export type OutputFiles = Readonly<Partial<Record<Format, string>>>;

/** A picture that was segmented. */
export interface Done {
  readonly kind: "done";
  readonly name: string;
  readonly files: OutputFiles;
  readonly width: number;
  readonly height: number;
  readonly classes: readonly ClassStats[];
  readonly timings: Timings;
  readonly nonFinitePixels: number;
}

/** A clip or camera, up to its end or to Ctrl+C. */
export interface DoneVideo {
  readonly kind: "video";
  readonly name: string;
  readonly files: OutputFiles;
  readonly width: number;
  readonly height: number;
  /** Frames that were segmented. */
  readonly frames: number;
  /** Frames that `--latest-only` left out. */
  readonly skipped: number;
  /** Frames a second of the overlay. */
  readonly frameRate: number;
  /** Means over the frames: of pixels, share and confidence. */
  readonly classes: readonly ClassStats[];
  /** What ffmpeg complained of last, line by line: nothing that stopped it. */
  readonly complaints: readonly string[];
}

/** An input whose outputs were there. */
export interface Skipped {
  readonly kind: "skipped";
  readonly name: string;
  readonly files: OutputFiles;
}

/** An input that failed. */
export interface Failed {
  readonly kind: "failed";
  readonly name: string;
  readonly error: unknown;
}

/** What became of one input. */
export type Outcome = Done | DoneVideo | Skipped | Failed;

/** As `--json` prints it: the paths of the outputs by format, and what was found. */
export function outcomeJson(outcome: Outcome): object {
  if (outcome.kind === "failed") {
    const { code, message, detail } = outcome.error as Partial<DeepLabError>;
    return { image: outcome.name, error: { code, message, detail } };
  }
  const { kind, name, files, ...facts } = outcome;
  const key = kind === "video" ? "video" : "image";
  return { [key]: name, ...files, ...(kind === "skipped" ? { skipped: true } : facts) };
}
