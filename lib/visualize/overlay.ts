// The class map as a picture: colours over the source image, or over nothing.

import { choiceOption, optionObject, unitNumber } from "../checks.js";
import { DeepLabError } from "../errors.js";
import { encodePng } from "../export/png.js";
import { type ImageSource, loadImage, takeImage } from "../image/source.js";
import { type NativeImage, native } from "../native.js";
import { imageNumbers } from "../native-request.js";
import { bytesOf } from "./map-bytes.js";
import { classColor } from "./palette.js";

/** Options of `result.overlay`. */
export interface OverlayOptions {
  /** The picture to paint on; without it the colours stand on transparency. */
  readonly image?: ImageSource;
  /** How much of the colour is seen, 0 to 1. @default 0.5 */
  readonly alpha?: number;
  /** Raw RGBA pixels, or the bytes of a PNG file. @default "rgba" */
  readonly format?: "rgba" | "png";
}

/** A picture of `width · height · 4` bytes: red, green, blue, alpha (not premultiplied). */
export interface RgbaImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** What an overlay is painted from. */
export interface OverlaySource {
  readonly map: Uint8Array | Uint16Array;
  /** Size of the map. */
  readonly width: number;
  readonly height: number;
  readonly idCount: number;
  readonly backgroundClassId: number;
  /** The map's place in the source picture: 0,0 unless both sizes differ by a crop. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** The map lies in memory that nobody can transfer away: native's own, or shared. Else it is copied first. */
  readonly ownMemory: boolean;
}

/**
 * Paints the class map, in native code and off the event loop:
 * `(picture · (256 - w) + colour · w + 128) >> 8` with `w = round(alpha · 256)`. Background pixels keep the picture as it is (or stay transparent).
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID, IMAGE_*
 */
export async function paintOverlay(
  source: OverlaySource,
  options: OverlayOptions = {},
): Promise<RgbaImage | Buffer> {
  const given = optionObject(options, "options of result.overlay()", ["image", "alpha", "format"]);
  const alpha = given.alpha === undefined ? 0.5 : unitNumber(given.alpha, "alpha");
  const format = choiceOption(given.format, "format", ["rgba", "png"], "rgba");
  const { width, height } = source;
  const picture = options.image === undefined ? undefined : await underlay(source, options.image);
  const pixels = await native().paintOverlay({
    map: bytesOf(source.map),
    idBytes: source.map.BYTES_PER_ELEMENT,
    width,
    height,
    borrow: source.ownMemory,
    picture: picture?.data ?? none,
    pictureNumbers: picture === undefined ? noNumbers : imageNumbers(picture),
    pictureX: 0,
    pictureY: 0,
    colors: palette(source, picture === undefined ? alpha : 1),
    weight: Math.round(alpha * 256),
  });
  const data = new Uint8Array(pixels);
  return format === "png" ? encodePng({ data, width, height }) : { data, width, height };
}

const none = new Uint8Array(0);
const noNumbers = new Float64Array(0);

// Red, green, blue, alpha of every id. Over a picture alpha says only whether there is a colour.
function palette({ idCount, backgroundClassId }: OverlaySource, alpha: number): Uint8Array {
  const bytes = new Uint8Array(idCount * 4);
  for (let id = 0; id < idCount; id++) {
    const { r, g, b, a } = classColor(id, backgroundClassId);
    bytes.set([r, g, b, Math.round(a * alpha)], id * 4);
  }
  return bytes;
}

// A static crop that starts at 0,0 gives a map smaller than the picture: it belongs to its top left.
async function underlay(source: OverlaySource, image: ImageSource): Promise<NativeImage> {
  const { image: under } = await loadImage(takeImage(image));
  const fits = (width: number, height: number) => under.width === width && under.height === height;
  if (fits(source.width, source.height) || fits(source.sourceWidth, source.sourceHeight)) return under;
  const expected = `${source.sourceWidth}×${source.sourceHeight}`;
  throw new DeepLabError(
    "IMAGE_SIZES_DIFFER",
    `The overlay's picture is ${under.width}×${under.height}, but the segmented one was ${expected}.`,
    {
      detail: { expected, found: `${under.width}×${under.height}` },
      hint: "pass the picture that was segmented.",
    },
  );
}
