// The class map as a picture: colours over the source image, or over nothing.

import { abortable } from "../abort.js";
import { booleanOption, integerOption, invalidOption, optionObject, unitNumber } from "../checks.js";
import { callSite, DeepLabError, fromNative } from "../errors.js";
import { decodedPixelLimit } from "../image/decode.js";
import { dropStreams } from "../image/load-all.js";
import { type ImageSource, loadImage, ownPixels, takeImage } from "../image/source.js";
import { dropImages, type ImageRules, type TakenImage } from "../image/taken.js";
import { noUrls } from "../image/url-rules.js";
import { type NativeImage, native } from "../native.js";
import { imageNumbers } from "../native-request.js";
import { whileReading } from "../result-memory.js";
import { stopSignal } from "../stop-signal.js";
import { type LegendPlacement, overlayLegend, parseOverlayLegend } from "./legend.js";
import { mapOf } from "./map-bytes.js";
import { type CheckedMaps, checkMaps, type SegmentationMaps } from "./maps.js";
import {
  type Color,
  colorBytes,
  type Palette,
  paintedColors,
  parseColor,
  type Rgba,
  transparent,
} from "./palette.js";
import {
  encodePicture,
  type PictureFormat,
  type PictureOf,
  type PictureOptions,
  pictureRequest,
  type RgbaImage,
} from "./picture.js";

/** How classes are painted over a picture. */
export interface OverlayStyle {
  /** How much of a class's colour is seen inside its regions, 0 to 1. @default 0.5 */
  readonly alpha?: number | undefined;
  /** Colours by class name or id; a colour for the background paints it too. @default classColor of every id */
  readonly palette?: Palette | undefined;
  /** Only these classes are painted, by name or id. @default all but the background */
  readonly classes?: readonly (string | number)[] | undefined;
  /**
   * Opaque lines inside the borders of regions; the picture's own edge is none. `width` in pixels, 1 to 64 (by default
   * a 360th of the picture's shorter side); `color` for all lines, else each has its class's.
   * @default false
   */
  readonly outline?:
    | boolean
    | { readonly width?: number | undefined; readonly color?: Color | undefined }
    | undefined;
  /** Whether regions are filled; false, with `outline`, draws lines alone. @default true */
  readonly fill?: boolean | undefined;
  /** A box with colours and names of the painted classes that the map holds. @default false */
  readonly legend?: boolean | LegendPlacement | undefined;
}

/** Options of {@link overlay}. */
export interface OverlaySettings<Format extends PictureFormat = PictureFormat>
  extends OverlayStyle,
    PictureOptions<Format> {
  /** Rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `result.overlay`. */
export interface OverlayOptions<Format extends PictureFormat = PictureFormat>
  extends OverlaySettings<Format> {
  /** The picture to paint on; without it the colours stand on transparency. */
  readonly image?: ImageSource | undefined;
}

const styleKeys = [
  "alpha",
  "palette",
  "classes",
  "outline",
  "fill",
  "legend",
] as const satisfies readonly (keyof OverlayStyle)[];

/**
 * Paints the classes over the picture that was segmented, in native code and off the event loop:
 * `(picture · (256 - w) + colour · w + 128) >> 8` with `w = round(alpha · 256)`. Pixels of the background, and of
 * classes that are not painted, keep the picture as it is.
 * @param image The picture, of the size that was segmented; undefined: the colours stand on transparency. Web addresses
 *   are not fetched: `result.overlay({ image })` of a model with `allowUrls` does.
 * @param maps A result, its clone, or maps from elsewhere.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID, IMAGE_*, NETWORK_NOT_ALLOWED
 */
export function overlay<Format extends PictureFormat = "rgba">(
  image: ImageSource | undefined,
  maps: SegmentationMaps,
  options: OverlaySettings<Format> = {},
): Promise<PictureOf<Format>> {
  const request = { image, options, where: "options of overlay()", keys: styleKeys };
  const painting = orLetGo(
    () => image,
    whileReading(maps, "overlay()", () => paint(maps, request)),
  );
  return fromNative(painting, callSite(overlay)) as Promise<PictureOf<Format>>;
}

/**
 * `result.overlay`: the same with the image among the options.
 * @param rules What the model lets its images be; left out: there is no model.
 */
export async function paintOverlay(
  maps: SegmentationMaps,
  options: OverlayOptions,
  rules?: ImageRules,
): Promise<RgbaImage | Buffer> {
  const keys = ["image", ...styleKeys];
  return paint(maps, { options, where: "options of result.overlay()", keys, rules });
}

/** Of a result that was disposed before nothing is painted: the stream that its picture was to come from is let go. */
export async function orLetGo<T>(imageOf: () => ImageSource | undefined, painting: Promise<T>): Promise<T> {
  try {
    return await painting;
  } catch (error) {
    const isGone = error instanceof DeepLabError && error.code === "RESULT_DISPOSED";
    const image = isGone ? imageOf() : undefined;
    if (image !== undefined) dropStreams([image]);
    throw error;
  }
}

interface PaintRequest {
  /** Undefined: it is among the options, or there is none. */
  readonly image?: ImageSource | undefined;
  readonly options: unknown;
  readonly where: string;
  readonly keys: readonly string[];
  /** Undefined: there is no model. */
  readonly rules?: ImageRules | undefined;
}

async function paint(source: SegmentationMaps, request: PaintRequest): Promise<RgbaImage | Buffer> {
  const { given, encoding, stop } = pictureRequest(request.options, request.where, request.keys);
  const { image = request.image, alpha, palette, classes, outline, fill, legend } = given;
  const maps = checkMaps(source, "overlay()");
  const style = parseStyle({ alpha, palette, classes, outline, fill }, maps);
  const legendStyle = parseOverlayLegend(legend, maps);
  const rules = request.rules ?? rulesWithoutModel(maps);
  const taken = image === undefined ? undefined : takeUnder(image as ImageSource, request.rules, rules);
  const work = async (ending: AbortSignal) => {
    ending.throwIfAborted();
    const painted = style.outline.width > 0 && !style.isFilled ? style.outline.colors : style.colors;
    const [under, box] = await Promise.all([
      taken && loadImage(taken, { rules, stop: ending }).then(({ image }) => underlay(maps, image)),
      overlayLegend(legendStyle, maps, painted),
    ]);
    ending.throwIfAborted();
    const pixels = await native().paintOverlay({
      ...mapOf(maps),
      picture: under?.data ?? none,
      pictureNumbers: under === undefined ? noNumbers : imageNumbers(under),
      pictureX: 0,
      pictureY: 0,
      colors: colorBytes(
        under === undefined ? style.colors.map((color) => faded(color, style.alpha)) : style.colors,
      ),
      weight: Math.round(style.alpha * 256),
      outlineWidth: style.outline.width,
      outlineColors: colorBytes(style.outline.colors),
      legend: box,
    });
    const { width, height } = maps;
    return encodePicture({ data: new Uint8Array(pixels), width, height }, encoding, under !== undefined);
  };
  return untilStopped(work, stop, taken);
}

// Whatever ends it ends the reading of the picture too.
async function untilStopped<T>(
  work: (ending: AbortSignal) => Promise<T>,
  stop: AbortSignal | undefined,
  taken: TakenImage | undefined,
): Promise<T> {
  const own = new AbortController();
  const { signal, release } = stopSignal([stop, own.signal]);
  try {
    return await abortable(work(signal), signal);
  } catch (error) {
    own.abort(error);
    if (taken !== undefined) dropImages([taken]);
    throw error;
  } finally {
    release();
  }
}

// The maps' own size was allowed when they were made.
function rulesWithoutModel({ sourceWidth, sourceHeight }: CheckedMaps): ImageRules {
  return { urls: noUrls, limitInputPixels: Math.max(decodedPixelLimit, sourceWidth * sourceHeight) };
}

// Raw pixels are copied: what the caller does to them after the call has no effect.
function takeUnder(image: ImageSource, ofModel: ImageRules | undefined, rules: ImageRules): TakenImage {
  try {
    return ownPixels(takeImage(image, { copyInput: true, rules }));
  } catch (error) {
    const isAddress = error instanceof DeepLabError && error.code === "NETWORK_NOT_ALLOWED";
    throw isAddress && ofModel === undefined ? noModel(error) : error;
  }
}

function noModel({ detail }: DeepLabError): DeepLabError {
  return new DeepLabError("NETWORK_NOT_ALLOWED", "overlay() fetches no pictures, for it has no model.", {
    detail,
    hint: "fetch the picture and pass its bytes, or call result.overlay({ image }) of a model with allowUrls.",
  });
}

const none = new Uint8Array(0);
const noNumbers = new Float64Array(0);

interface Style {
  readonly alpha: number;
  /** By class id; transparent where a class is not painted, or not filled. */
  readonly colors: readonly Rgba[];
  readonly isFilled: boolean;
  readonly outline: Outline;
}

interface Outline {
  readonly width: number;
  /** By class id. */
  readonly colors: readonly Rgba[];
}

function parseStyle(given: Record<keyof Omit<OverlayStyle, "legend">, unknown>, maps: CheckedMaps): Style {
  const alpha = given.alpha === undefined ? 0.5 : unitNumber(given.alpha, "alpha");
  const colors = paintedColors(given.palette, given.classes, maps);
  const outline = parseOutline(given.outline, colors, maps);
  const isFilled = booleanOption(given.fill, "fill", true);
  if (!isFilled && outline.width === 0) {
    invalidOption("fill", "true or left out, as there is no outline either,", given.fill);
  }
  return { alpha, colors: isFilled ? colors : colors.map(() => transparent), isFilled, outline };
}

function parseOutline(value: unknown, colors: readonly Rgba[], { width, height }: CheckedMaps): Outline {
  if (value === undefined || value === false) return { width: 0, colors: colors.map(() => transparent) };
  const given = optionObject(value === true ? {} : value, "option outline", ["width", "color"]);
  const usual = Math.min(Math.max(1, Math.round(Math.min(width, height) / 360)), 64);
  const color =
    given.color === undefined ? undefined : { ...parseColor(given.color, "outline.color"), a: 255 };
  return {
    width: integerOption(given.width, "outline.width", 1, 64, usual),
    colors: color === undefined ? colors : colors.map(({ a }) => (a === 0 ? transparent : color)),
  };
}

// Over a picture alpha says only whether there is a colour; without one it is the pixel's.
function faded({ r, g, b, a }: Rgba, alpha: number): Rgba {
  return { r, g, b, a: Math.round(a * alpha) };
}

// A static crop that starts at 0,0 gives a map smaller than the picture: it belongs to its top left.
function underlay(maps: CheckedMaps, under: NativeImage): NativeImage {
  const fits = (width: number, height: number) => under.width === width && under.height === height;
  if (fits(maps.width, maps.height) || fits(maps.sourceWidth, maps.sourceHeight)) return under;
  const expected = `${maps.sourceWidth}×${maps.sourceHeight}`;
  throw new DeepLabError(
    "IMAGE_SIZES_DIFFER",
    `The overlay's picture is ${under.width}×${under.height}, but the segmented one was ${expected}.`,
    {
      detail: { expected, found: `${under.width}×${under.height}` },
      hint: "pass the picture that was segmented.",
    },
  );
}
