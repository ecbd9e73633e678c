// What model.infer gives back for one image: the two maps over the very memory native code wrote.

import { types } from "node:util";
import { type ClassStats, classStats } from "./class-stats.js";
import { callSite, fromNative } from "./errors.js";
import type { AtLeastDefaultParts, Holding, IncludeFlags, ResultValues } from "./include.js";
import type { NativeImageResult } from "./native.js";
import { type Geometry, readGeometry, readMapFacts, readTimings } from "./native-facts.js";
import type { OutputTarget } from "./output.js";
import { included, resultParts } from "./result-parts.js";
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

/** What the call asked for. */
export interface ResultRequest {
  readonly include: IncludeFlags;
  /** Names of the planes of `probabilities`. */
  readonly probabilityClasses: readonly string[];
  /** The caller's arrays, where there are some. */
  readonly out: OutputTarget | undefined;
}

/** Time spent outside native code, milliseconds. */
export interface OuterTimings {
  readonly decode: number;
  readonly total: number;
}

/**
 * A class and a confidence for every pixel of one image, and what else `include` asked for.
 * @typeParam Held What it holds; without it both maps, and perhaps more.
 */
export class SemanticSegmentationResult<Held extends ResultValues = Holding<AtLeastDefaultParts>> {
  /** Width of both maps: the picture's, or the crop's where a static crop starts at 0,0. */
  readonly width: number;
  /** Height of both maps. */
  readonly height: number;
  /** `width · height` class ids, row by row; 16 bits where the model has more than 256 ids. */
  readonly segmentationMap: Held["segmentationMap"];
  /** `width · height` confidences, 0 to 1; 0 where the threshold was not reached. */
  readonly confidence: Held["confidence"];
  /** By class id: how many pixels of the map have that class. */
  readonly classAreas: Held["classAreas"];
  /** A plane of probabilities for each class that was asked for. */
  readonly probabilities: Held["probabilities"];
  /**
   * The picture at the size of the maps (where a static crop gives smaller ones: that part of it), with the colours
   * of the classes over it; the background shows the picture as it is.
   */
  readonly overlayImage: Held["overlayImage"];
  /** Names by class id. */
  readonly classNames: readonly string[];
  /** Class id of the background. */
  readonly backgroundClassId: number;
  /** Milliseconds of each stage. */
  readonly timings: Timings;
  /** Pixels whose logits were not finite: background with confidence 0. */
  readonly nonFinitePixels: number;
  readonly #facts: Float64Array;
  readonly #context: ResultContext;
  // Nobody can transfer the maps' memory away.
  readonly #ownMemory: boolean;
  #metadata: ImageMetadata | undefined;

  /** Made by `model.infer`. */
  constructor(
    native: NativeImageResult,
    context: ResultContext,
    request: ResultRequest,
    outer: OuterTimings,
  ) {
    const { queue, preprocess, network, postprocess } = readTimings(native.facts);
    const map = readMapFacts(native.facts);
    this.width = map.width;
    this.height = map.height;
    const parts = resultParts(native, map, context, request) as Held;
    this.segmentationMap = parts.segmentationMap;
    this.confidence = parts.confidence;
    this.classAreas = parts.classAreas;
    this.probabilities = parts.probabilities;
    this.overlayImage = parts.overlayImage;
    this.classNames = context.classNames;
    this.backgroundClassId = context.backgroundClassId;
    this.timings = { decode: outer.decode, queue, preprocess, network, postprocess, total: outer.total };
    this.nonFinitePixels = map.nonFinitePixels;
    this.#facts = native.facts;
    this.#context = context;
    this.#ownMemory = [request.out?.segmentationMap, request.out?.confidence].every(isFixed);
  }

  /** Where the picture went on its way into the network. */
  get imageMetadata(): ImageMetadata {
    this.#metadata ??= metadata(readGeometry(this.#facts), this.#context);
    return this.#metadata;
  }

  /**
   * Pixels, share and mean confidence of every class, in order of the ids. Counted anew at each call, off the event
   * loop: its cost grows with the number of pixels, so keep the answer where it is needed twice.
   * @throws DeepLabError OPTION_INVALID where `include` left out one of the maps
   */
  classStats(): Promise<ClassStats[]> {
    return fromNative(this.#count(), callSite(this.classStats));
  }

  async #count(): Promise<ClassStats[]> {
    return classStats({
      map: included<Uint8Array | Uint16Array>(this.segmentationMap, "segmentationMap", "classStats()"),
      confidence: included<Float32Array>(this.confidence, "confidence", "classStats()"),
      classNames: this.classNames,
      idCount: this.#context.idCount,
      backgroundClassId: this.backgroundClassId,
      ownMemory: this.#ownMemory,
    });
  }

  /**
   * The class map in colours, over the picture or over transparency; background is transparent.
   * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID (also where `include` left out the class map), IMAGE_*
   */
  overlay(options?: OverlayOptions & { readonly format?: "rgba" }): Promise<RgbaImage>;
  /** The same as a PNG file. */
  overlay(options: OverlayOptions & { readonly format: "png" }): Promise<Buffer>;
  /** The same where the type does not say which format: a Buffer for `"png"`, else pixels. */
  overlay(options?: OverlayOptions): Promise<RgbaImage | Buffer>;
  overlay(options: OverlayOptions = {}): Promise<RgbaImage | Buffer> {
    return fromNative(this.#paint(options), callSite(this.overlay));
  }

  async #paint(options: OverlayOptions): Promise<RgbaImage | Buffer> {
    const { sourceWidth, sourceHeight } = readGeometry(this.#facts);
    const source = {
      map: included<Uint8Array | Uint16Array>(this.segmentationMap, "segmentationMap", "overlay()"),
      width: this.width,
      height: this.height,
      idCount: this.#context.idCount,
      backgroundClassId: this.backgroundClassId,
      sourceWidth,
      sourceHeight,
      ownMemory: this.#ownMemory,
    };
    return paintOverlay(source, options);
  }
}

function isFixed(array: ArrayBufferView | undefined): boolean {
  return array === undefined || types.isSharedArrayBuffer(array.buffer);
}

function metadata(g: Geometry, context: ResultContext): ImageMetadata {
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
