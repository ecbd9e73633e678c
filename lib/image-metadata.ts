// Where a picture went on its way into the network, in the words that users read.

import { readGeometry } from "./native-facts.js";

/** Where the picture went on its way into the network. */
export interface ImageMetadata {
  /** Size of the picture, after EXIF orientation. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** The part of the picture that was used; the whole one without a static crop. Pixels. */
  readonly staticCrop: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
  /** How that part became the network's input. */
  readonly resize: {
    readonly mode: "stretch" | "letterbox" | "center-crop";
    /** Size of the network's input. */
    readonly inputWidth: number;
    readonly inputHeight: number;
    /** Pads in pixels of the input; negative where center-crop cut the picture. */
    readonly padLeft: number;
    readonly padTop: number;
    readonly padRight: number;
    readonly padBottom: number;
    /** Pixels of the input per pixel of the picture. */
    readonly scaleX: number;
    readonly scaleY: number;
  };
}

/** From the numbers that native code wrote of a result. */
export function imageMetadata(facts: Float64Array, mode: ImageMetadata["resize"]["mode"]): ImageMetadata {
  const g = readGeometry(facts);
  return {
    sourceWidth: g.sourceWidth,
    sourceHeight: g.sourceHeight,
    staticCrop: { x: g.cropX, y: g.cropY, width: g.cropWidth, height: g.cropHeight },
    resize: {
      mode,
      inputWidth: g.inputWidth,
      inputHeight: g.inputHeight,
      padLeft: g.padLeft,
      padTop: g.padTop,
      padRight: g.padRight,
      padBottom: g.padBottom,
      scaleX: g.scaleX,
      scaleY: g.scaleY,
    },
  };
}
