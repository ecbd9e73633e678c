// How far this project is from the reference: the largest deviation of each stage, by kind of case.
// Written to build/reports/golden-deviations.json.

import fs from "node:fs";
import path from "node:path";
import { goldenFolder } from "../../scripts/golden/archive.mjs";

/** Largest differences of one image or of many. */
export interface Deviation {
  /** `|ours - theirs| / max(1, |theirs|)` */
  readonly input: number;
  readonly logits: number;
  /** Absolute, where both maps have the same class. */
  readonly confidence: number;
  /** Pixels compared, and those that differ and may. */
  readonly pixels: number;
  readonly ambiguousPixels: number;
}

interface Total extends Deviation {
  readonly images: number;
}

/** Collects and writes. */
export class DeviationReport {
  readonly #kinds = new Map<string, Total>();

  add(kind: string, one: Deviation): void {
    const sum = this.#kinds.get(kind);
    this.#kinds.set(kind, {
      images: (sum?.images ?? 0) + 1,
      input: Math.max(sum?.input ?? 0, one.input),
      logits: Math.max(sum?.logits ?? 0, one.logits),
      confidence: Math.max(sum?.confidence ?? 0, one.confidence),
      pixels: (sum?.pixels ?? 0) + one.pixels,
      ambiguousPixels: (sum?.ambiguousPixels ?? 0) + one.ambiguousPixels,
    });
  }

  write(): void {
    const file = path.join(goldenFolder, "../reports/golden-deviations.json");
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `${JSON.stringify(Object.fromEntries(this.#kinds), null, 2)}\n`);
  }
}

/** Largest relative difference; not a number where either is not, or where the lengths differ. */
export function largestError(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  if (ours.length !== theirs.length) return Number.NaN;
  let worst = 0;
  for (let i = 0; i < ours.length; i++) {
    const expected = theirs[i] as number;
    worst = Math.max(worst, Math.abs((ours[i] as number) - expected) / Math.max(1, Math.abs(expected)));
  }
  return worst;
}
