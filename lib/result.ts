// What model.infer gives back for one image: the two maps over the very memory native code wrote.

import { type ClassStats, type ClassStatsOptions, classStats } from "./class-stats.js";
import { callSite, fromNative } from "./errors.js";
import { type CocoFile, type CocoOptions, toCOCO } from "./export/coco.js";
import { type LabelStudioOptions, type LabelStudioPrediction, toLabelStudio } from "./export/label-studio.js";
import { type PngOptions, toPNG } from "./export/png.js";
import { type ClassPolygons, type PolygonOptions, toPolygons } from "./export/polygons.js";
import { type ClassRle, type RleOptions, toRLE } from "./export/rle.js";
import type { ImageRules } from "./image/taken.js";
import { type ImageMetadata, imageMetadata } from "./image-metadata.js";
import type { AtLeastDefaultParts, Holding, ResultValues } from "./include.js";
import type { NativeImageResult } from "./native.js";
import { readMapFacts } from "./native-facts.js";
import { ResultMemory } from "./result-memory.js";
import { included, ownBuffers, type ResultContext, type ResultRequest, resultParts } from "./result-parts.js";
import { joinTimings, type OuterTimings, type Timings } from "./timings.js";
import { type TransferableResult, transferable } from "./transferable.js";
import { type ColorizeOptions, colorize } from "./visualize/colorize.js";
import { type LegendOptions, legend } from "./visualize/legend.js";
import type { SegmentationMaps } from "./visualize/maps.js";
import { type OverlayOptions, orLetGo, paintOverlay } from "./visualize/overlay.js";
import type { PictureFormat, PictureOf } from "./visualize/picture.js";

/**
 * A class and a confidence for every pixel of one image, and what else `include` asked for. Its arrays are yours for
 * as long as you like, after `close()` of the model too; the garbage collector gives their memory back, or, for the
 * next request at once, `dispose()` or `using`.
 * @typeParam Held What it holds; without it both maps, and perhaps more.
 * @typeParam Classes The model's class names.
 */
export class SemanticSegmentationResult<
  Held extends ResultValues = Holding<AtLeastDefaultParts>,
  Classes extends string = string,
> implements Disposable
{
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
  readonly classNames: readonly Classes[];
  /** Class id of the background. */
  readonly backgroundClassId: number;
  /** How many class ids there are: the number of names, or more where the network has channels without a name. */
  readonly idCount: number;
  /** Where the picture went on its way into the network. */
  readonly imageMetadata: ImageMetadata;
  /** Milliseconds of each stage. */
  readonly timings: Timings;
  /** Pixels whose logits were not finite: background with confidence 0. */
  readonly nonFinitePixels: number;
  /** Never there: `answer.error === undefined` tells a result from an {@link InferFailure}. */
  declare readonly error?: undefined;
  readonly #imageRules: ImageRules;
  readonly #memory: ResultMemory;

  /** @internal Made by `model.infer`. */
  constructor(
    native: NativeImageResult,
    context: ResultContext,
    request: ResultRequest,
    outer: OuterTimings,
  ) {
    const map = readMapFacts(native.facts);
    this.width = map.width;
    this.height = map.height;
    const parts = resultParts(native, map, context, request) as Held;
    this.segmentationMap = parts.segmentationMap;
    this.confidence = parts.confidence;
    this.classAreas = parts.classAreas;
    this.probabilities = parts.probabilities;
    this.overlayImage = parts.overlayImage;
    this.classNames = context.classNames as readonly Classes[];
    this.backgroundClassId = context.backgroundClassId;
    this.idCount = context.idCount;
    // A field and no getter: copies by spread and structuredClone must not lose the picture's size.
    this.imageMetadata = imageMetadata(native.facts, context.resizeMode);
    this.timings = joinTimings(native.facts, outer);
    this.nonFinitePixels = map.nonFinitePixels;
    this.#imageRules = request.imageRules;
    this.#memory = new ResultMemory(this, ownBuffers(parts, request));
  }

  /**
   * Pixels, share, mean confidence and bounding box of every class, in order of the ids. Counted anew at each call, off
   * the event loop: its cost grows with the number of pixels, so keep the answer where it is needed twice.
   * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID (also where `include` left out one of the maps); RESULT_DISPOSED
   */
  classStats(options: ClassStatsOptions = {}): Promise<ClassStats<Classes>[]> {
    const counting = this.#memory.read("result.classStats()", async () => {
      included(this.confidence, "confidence", "classStats()");
      return classStats(this.#withMap("classStats()"), options);
    });
    return fromNative(counting, callSite(this.classStats)) as Promise<ClassStats<Classes>[]>;
  }

  /**
   * The class map in colours, over the picture or over transparency; the background keeps the picture as it is. What
   * the picture may be is as in `model.infer`: `allowUrls` and `limitInputPixels` of the model hold here too.
   * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID (also where `include` left out the class map), IMAGE_*,
   *   NETWORK_*, RESULT_DISPOSED
   */
  overlay<Format extends PictureFormat = "rgba">(
    options: OverlayOptions<Format> = {},
  ): Promise<PictureOf<Format>> {
    const painting = this.#memory.read("result.overlay()", async () =>
      paintOverlay(this.#withMap("overlay()"), options, this.#imageRules),
    );
    const letting = orLetGo(() => options?.image, painting);
    return fromNative(letting, callSite(this.overlay)) as Promise<PictureOf<Format>>;
  }

  /**
   * Every pixel in the opaque colour of its class, the background black.
   * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID (also where `include` left out the class map),
   *   IMAGE_TOO_LARGE, RESULT_DISPOSED
   */
  colorize<Format extends PictureFormat = "rgba">(
    options: ColorizeOptions<Format> = {},
  ): Promise<PictureOf<Format>> {
    const painting = this.#memory.read("result.colorize()", async () =>
      colorize(this.#withMap("colorize()"), options),
    );
    return fromNative(painting, callSite(this.colorize));
  }

  /**
   * A picture of the colours and names of the classes that the map holds.
   * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID (also where `include` left out the class map), RESULT_DISPOSED
   */
  legend<Format extends PictureFormat = "rgba">(
    options: LegendOptions<Format> = {},
  ): Promise<PictureOf<Format>> {
    const painting = this.#memory.read("result.legend()", async () =>
      legend(this.#withMap("legend()"), options),
    );
    return fromNative(painting, callSite(this.legend));
  }

  /**
   * One of the maps as a PNG file: class ids, or confidences, as samples of 8 or 16 bits.
   * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID (also where `include` left out a map), IMAGE_TOO_LARGE,
   *   RESULT_DISPOSED
   */
  toPNG(options: PngOptions = {}): Promise<Buffer> {
    const writing = this.#memory.read("result.toPNG()", async () => toPNG(this.#withMap("toPNG()"), options));
    return fromNative(writing, callSite(this.toPNG));
  }

  /**
   * COCO's run-length code of every class: the function `toRLE` for this result.
   * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID (also where `include` left out the class map), RESULT_DISPOSED;
   *   `signal.reason`
   */
  toRLE(options?: RleOptions & { readonly compressed?: true | undefined }): Promise<ClassRle<string>[]>;
  toRLE(options: RleOptions & { readonly compressed: false }): Promise<ClassRle<number[]>[]>;
  toRLE(options?: RleOptions): Promise<ClassRle[]>;
  toRLE(options: RleOptions = {}): Promise<ClassRle[]> {
    return fromNative(
      this.#export("toRLE()", (maps) => toRLE(maps, options)),
      callSite(this.toRLE),
    );
  }

  /**
   * Every class as polygons with holes: the function `toPolygons` for this result.
   * @throws as `toRLE` does
   */
  toPolygons(options: PolygonOptions = {}): Promise<ClassPolygons[]> {
    return fromNative(
      this.#export("toPolygons()", (maps) => toPolygons(maps, options)),
      callSite(this.toPolygons),
    );
  }

  /**
   * COCO's file of this one picture; the function `toCOCO` makes one of many.
   * @param fileName The picture's file as COCO's file is to name it.
   * @throws as `toRLE` does
   */
  toCOCO(fileName: string, options: CocoOptions = {}): Promise<CocoFile> {
    return fromNative(
      this.#export("toCOCO()", (maps) => toCOCO([{ maps, fileName }], options)),
      callSite(this.toCOCO),
    );
  }

  /**
   * A prediction of Label Studio's with brush masks: the function `toLabelStudio` for this result.
   * @throws as `toRLE` does
   */
  toLabelStudio(options: LabelStudioOptions = {}): Promise<LabelStudioPrediction> {
    return fromNative(
      this.#export("toLabelStudio()", (maps) => toLabelStudio(maps, options)),
      callSite(this.toLabelStudio),
    );
  }

  #export<T>(method: string, work: (maps: SegmentationMaps) => Promise<T>): Promise<T> {
    return this.#memory.read(`result.${method}`, async () => {
      const { confidence, width, height, classNames, backgroundClassId, idCount, imageMetadata } = this;
      const segmentationMap = included<Uint8Array | Uint16Array>(
        this.segmentationMap,
        "segmentationMap",
        method,
      );
      return work({
        segmentationMap,
        confidence,
        width,
        height,
        classNames,
        backgroundClassId,
        idCount,
        imageMetadata,
      });
    });
  }

  /**
   * All that the result holds, as plain data in ordinary memory of its own, for another thread:
   * `const { value, transferList } = await result.toTransferable(); port.postMessage(value, transferList);`
   *
   * The arrays of a result itself cannot be transferred, for their memory is native code's: `postMessage(result)`
   * copies them while it blocks this thread. This copies them once, off the event loop; posting them takes no time
   * then. The result stays as it is.
   * @throws DeepLabError RESULT_DISPOSED; OPTION_INVALID where an array of `out` was transferred away
   */
  toTransferable(): Promise<TransferableResult<Held, Classes>> {
    const copying = this.#memory.read("result.toTransferable()", () => transferable(this));
    return fromNative(copying, callSite(this.toTransferable));
  }

  /**
   * Gives the memory of the maps, probabilities and overlay back, for the next request at once: their arrays are then
   * empty, and methods that need them `RESULT_DISPOSED`. What methods of this result have begun is finished first.
   * Numbers stay: sizes, `classAreas`, `timings`, `imageMetadata`. So do arrays that were given as `out`: they are the
   * caller's. Idempotent.
   *
   * Where something else still reads the arrays (a file that is written, an encoder), wait for it first.
   */
  dispose(): void {
    this.#memory.dispose();
  }

  /** For `using`: the same as `dispose()`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  // Itself, where it holds the class map.
  #withMap(method: string): this & SegmentationMaps & { readonly confidence: Float32Array } {
    included(this.segmentationMap, "segmentationMap", method);
    return this as this & SegmentationMaps & { readonly confidence: Float32Array };
  }
}
