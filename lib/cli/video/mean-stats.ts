// What the frames of a video show in the mean, class by class.

import type { ClassStats } from "../../class-stats.js";

/** Sums of the statistics of frames. */
export class MeanStats {
  #frames = 0;
  #sums: { readonly of: ClassStats; pixels: number; share: number; confidence: number }[] = [];

  /** One more frame. */
  add(classes: readonly ClassStats[]): void {
    this.#frames += 1;
    if (this.#sums.length === 0) {
      this.#sums = classes.map((of) => ({ of, pixels: 0, share: 0, confidence: 0 }));
    }
    classes.forEach(({ pixels, share, meanConfidence }, id) => {
      const sum = this.#sums[id];
      if (sum === undefined) return;
      sum.pixels += pixels;
      sum.share += share;
      sum.confidence += meanConfidence * pixels; // of all pixels of the class, whichever frame they are in
    });
  }

  /** The means over all frames; none without a frame. */
  get means(): ClassStats[] {
    return this.#sums.map(({ of, pixels, share, confidence }) => ({
      ...of,
      pixels: pixels / this.#frames,
      share: share / this.#frames,
      meanConfidence: pixels === 0 ? 0 : confidence / pixels,
      boundingBox: null, // there is none of several frames
    }));
  }
}
