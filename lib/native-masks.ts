// Masks of class maps as native code exports them: what crosses the border, both ways.

/** What the bytes of a mask are; native has the same order. */
export const maskFormats = ["counts", "text", "brush", "runs"] as const;

/**
 * - `counts`: COCO's counts, uint32 each
 * - `text`: the same as COCO's text
 * - `brush`: Label Studio's brush code
 * - `runs`: row, first column, one beyond the last, uint32 each
 */
export type MaskFormat = (typeof maskFormats)[number];

/** A class map to be exported. Memory that nobody can transfer away is read in place, other is copied in the call. */
export interface NativeMaskExport {
  /** Class ids as bytes, `idBytes` (1 or 2) each. */
  readonly map: Uint8Array;
  readonly idBytes: number;
  /**
   * Width and height of the map; of the picture whose top left it is; place in `maskFormats`; 1 for a mask a region,
   * 0 for one a class; fewest pixels of a region.
   */
  readonly numbers: Float64Array;
  /** By class id: 1 where it is exported. */
  readonly wanted: Uint8Array;
  /** Whether to add up the confidence of each mask. */
  readonly sums: boolean;
  /** One value a pixel of the map; read only for `sums`. */
  readonly confidence: Float32Array;
}

export interface NativeMasks {
  /**
   * Nine float64 a mask: class id, pixels, bounding box (x, y, width, height), sum of the confidence, begin and end of
   * its bytes. In order of the ids; regions of a class in order of their first pixels in the format's direction.
   */
  readonly numbers: ArrayBuffer;
  readonly bytes: ArrayBuffer;
}
