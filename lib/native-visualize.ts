// Looking at class maps: what crosses the border, both ways. Arrays of shared memory, and of memory of ours, are read in
// place until the promise settles; others are copied in the call.

/** A class map to be counted. */
export interface NativeClassCount {
  /** `width·height` class ids as bytes, `idBytes` (1 or 2) each. */
  readonly map: Uint8Array;
  readonly idBytes: number;
  readonly width: number;
  readonly height: number;
  /** One value an id of the map; read only where `hasConfidence`. */
  readonly confidence: Float32Array;
  readonly hasConfidence: boolean;
  /** Ids from here on are not counted. */
  readonly idCount: number;
  /** 4 or 8: pixels of one component share a side, or a corner; 0: components are not counted. */
  readonly connectivity: number;
}

export interface NativeClassCounts {
  /** Pixels by class id, float64. */
  readonly pixels: ArrayBuffer;
  /** Sum of their confidences by class id, float64; 0 without confidence. */
  readonly confidenceSums: ArrayBuffer;
  /** By class id the box around its pixels: first x, first y, and one beyond the last of both; int32, 0 for none. */
  readonly boxes: ArrayBuffer;
  /** Connected components by class id, float64; empty where they were not asked for. */
  readonly components: ArrayBuffer;
}

/** Where a legend stands in its picture. */
export type NativeCorner = "top-left" | "top-right" | "bottom-left" | "bottom-right";

/** A box with colours and names. */
export interface NativeLegend {
  /** In Unicode's decomposed form (NFD): letters and accents apart. */
  readonly names: readonly string[];
  /** Red, green, blue, alpha of each name; alpha counts as opaque. */
  readonly colors: Uint8Array;
  /** Height in pixels of a line's letters, from accents to tails; 0: no legend. */
  readonly textHeight: number;
  readonly corner: NativeCorner;
}

/** A class map to be painted. */
export interface NativeOverlay {
  /** `width·height` class ids as bytes, `idBytes` (1 or 2) each. */
  readonly map: Uint8Array;
  readonly idBytes: number;
  readonly width: number;
  readonly height: number;
  /** Pixels of the picture to paint on. */
  readonly picture: Uint8Array;
  /** Its numbers (`imageNumbers` of native-request.ts); empty: no picture, the colours stand on transparency. */
  readonly pictureNumbers: Float64Array;
  /** Where the map's top left lies in the picture. */
  readonly pictureX: number;
  readonly pictureY: number;
  /** Red, green, blue, alpha of each class id; over a picture alpha 0 leaves it as it is. */
  readonly colors: Uint8Array;
  /** Weight of the colour over the picture, 0 to 256. */
  readonly weight: number;
  /** Pixels, 0 to 64, inside the borders of regions that are drawn in `outlineColors`; 0: none. */
  readonly outlineWidth: number;
  /** As `colors`; ids of alpha 0 have no line and are one region. */
  readonly outlineColors: Uint8Array;
  readonly legend: NativeLegend;
}

/** Pixels of red, green, blue and alpha. */
export interface NativePicture {
  readonly width: number;
  readonly height: number;
  readonly pixels: ArrayBuffer;
}

/** Samples that become the rows of a PNG file. */
export interface NativePngRows {
  /** `width·height` pixels, as bytes. */
  readonly samples: Uint8Array;
  /**
   * What they are: uint8 (becoming one byte or two), uint16, float32 from 0 to 1 (becoming one byte or two), red, green, blue and alpha (becoming
   * four bytes, or three without the alpha).
   */
  readonly sample: "bytes" | "wideBytes" | "shorts" | "unitBytes" | "unitShorts" | "rgba" | "opaque";
  readonly filter: "up" | "paeth";
  readonly width: number;
  readonly height: number;
}
