// The numbers of one result that native code writes into one array (`WriteFacts` in convert_result.cc, same order).

/** Where the image went; the numbers the reference calls pre-processing metadata. */
export interface Geometry {
  /** Size of the caller's image. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  readonly cropX: number;
  readonly cropY: number;
  readonly cropWidth: number;
  readonly cropHeight: number;
  /** Size of the network's input. */
  readonly inputWidth: number;
  readonly inputHeight: number;
  /** Canvas pads in input pixels; negative where center-crop cut the image. */
  readonly padLeft: number;
  readonly padTop: number;
  readonly padRight: number;
  readonly padBottom: number;
  readonly scaleX: number;
  readonly scaleY: number;
}

/** Milliseconds of the stages in native code. */
export interface NativeTimings {
  readonly queue: number;
  readonly preprocess: number;
  readonly network: number;
  readonly postprocess: number;
}

/** Size of the maps, and pixels whose logits were not finite. */
export interface MapFacts {
  readonly width: number;
  readonly height: number;
  readonly nonFinitePixels: number;
}

/** The first numbers. */
export function readGeometry(facts: Float64Array): Geometry {
  const [sourceWidth = 0, sourceHeight = 0, cropX = 0, cropY = 0, cropWidth = 0, cropHeight = 0] = facts;
  const [inputWidth = 0, inputHeight = 0, padLeft = 0, padTop = 0] = facts.subarray(6);
  const [padRight = 0, padBottom = 0, scaleX = 0, scaleY = 0] = facts.subarray(10);
  return {
    sourceWidth,
    sourceHeight,
    cropX,
    cropY,
    cropWidth,
    cropHeight,
    inputWidth,
    inputHeight,
    padLeft,
    padTop,
    padRight,
    padBottom,
    scaleX,
    scaleY,
  };
}

/** Those after the geometry. */
export function readTimings(facts: Float64Array): NativeTimings {
  return {
    queue: facts[14] ?? 0,
    preprocess: facts[15] ?? 0,
    network: facts[16] ?? 0,
    postprocess: facts[17] ?? 0,
  };
}

/** The last three. */
export function readMapFacts(facts: Float64Array): MapFacts {
  return { width: facts[18] ?? 0, height: facts[19] ?? 0, nonFinitePixels: facts[20] ?? 0 };
}
