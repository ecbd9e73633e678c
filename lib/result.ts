// What model.infer gives back for one image: the two maps over the very memory native code wrote.

import { type ClassStats, classStats } from "./class-stats.js";
import { callSite, fromNative } from "./errors.js";
import type { NativeImageResult } from "./native.js";
import { type OverlayOptions, paintOverlay, type RgbaImage } from "./visualize/overlay.js";

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

/** Milliseconds of each stage. In a list, pictures share a batch: `network` is that of their batch. */
export interface Timings {
  /** Reading and decoding, without loading the decoder itself; 0 for raw pixels. */
  readonly decode: number;
  /** Waiting for earlier requests. */
  readonly queue: number;
  readonly preprocess: number;
  readonly network: number;
  readonly postprocess: number;
  /** From the call to its end, the whole list where there is one. */
  readonly total: number;
}

/** Facts of the model that a result needs to explain itself. */
export interface ResultContext {
  readonly classNames: readonly string[];
  readonly backgroundClassId: number;
  readonly idCount: number;
  readonly idBytes: number;
  readonly resizeMode: "stretch" | "letterbox" | "center-crop";
}

/** Time spent outside native code, milliseconds. */
export interface OuterTimings {
  readonly decode: number;
  readonly total: number;
}

/** A class and a confidence for every pixel of one image. */
export class SemanticSegmentationResult {
  /** Width of both maps: the picture's, or the crop's where a static crop starts at 0,0. */
  readonly width: number;
  /** Height of both maps. */
  readonly height: number;
  /** `width · height` class ids, row by row; 16 bits where the model has more than 256 ids. */
  readonly segmentationMap: Uint8Array | Uint16Array;
  /** `width · height` confidences, 0 to 1; 0 where the threshold was not reached. */
  readonly confidence: Float32Array;
  /** Names by class id. */
  readonly classNames: readonly string[];
  /** Class id of the background. */
  readonly backgroundClassId: number;
  /** Where the picture went on its way into the network. */
  readonly imageMetadata: ImageMetadata;
  /** Milliseconds of each stage. */
  readonly timings: Timings;
  /** Pixels whose logits were not finite: background with confidence 0. */
  readonly nonFinitePixels: number;
  readonly #idCount: number;

  /** Made by `model.infer`. */
  constructor(native: NativeImageResult, context: ResultContext, outer: OuterTimings) {
    const { queue, preprocess, network, postprocess } = native.timings;
    this.width = native.width;
    this.height = native.height;
    this.segmentationMap =
      context.idBytes === 2
        ? new Uint16Array(native.segmentationMap)
        : new Uint8Array(native.segmentationMap);
    this.confidence = new Float32Array(native.confidence);
    this.classNames = context.classNames;
    this.backgroundClassId = context.backgroundClassId;
    this.imageMetadata = metadata(native, context);
    this.timings = { decode: outer.decode, queue, preprocess, network, postprocess, total: outer.total };
    this.nonFinitePixels = native.nonFinitePixels;
    this.#idCount = context.idCount;
  }

  /**
   * Pixels, share and mean confidence of every class, in order of the ids. Counted anew at each call, off the event
   * loop: its cost grows with the number of pixels, so keep the answer where it is needed twice.
   */
  classStats(): Promise<ClassStats[]> {
    const work = classStats({
      map: this.segmentationMap,
      confidence: this.confidence,
      classNames: this.classNames,
      idCount: this.#idCount,
      backgroundClassId: this.backgroundClassId,
      ownMemory: true,
    });
    return fromNative(work, callSite(this.classStats));
  }

  /**
   * The class map in colours, over the picture or over transparency; background is transparent.
   * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID, IMAGE_*
   */
  overlay(options?: OverlayOptions & { readonly format?: "rgba" }): Promise<RgbaImage>;
  /** The same as a PNG file. */
  overlay(options: OverlayOptions & { readonly format: "png" }): Promise<Buffer>;
  /** The same where the type does not say which format: a Buffer for `"png"`, else pixels. */
  overlay(options?: OverlayOptions): Promise<RgbaImage | Buffer>;
  overlay(options: OverlayOptions = {}): Promise<RgbaImage | Buffer> {
    const { sourceWidth, sourceHeight } = this.imageMetadata;
    const source = {
      map: this.segmentationMap,
      width: this.width,
      height: this.height,
      idCount: this.#idCount,
      backgroundClassId: this.backgroundClassId,
      sourceWidth,
      sourceHeight,
      ownMemory: true,
    };
    return fromNative(paintOverlay(source, options), callSite(this.overlay));
  }
}

function metadata({ geometry: g }: NativeImageResult, context: ResultContext): ImageMetadata {
  return {
    sourceWidth: g.sourceWidth,
    sourceHeight: g.sourceHeight,
    staticCrop: { x: g.cropX, y: g.cropY, width: g.cropWidth, height: g.cropHeight },
    resize: {
      mode: context.resizeMode,
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
