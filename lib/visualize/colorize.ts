// The class map in opaque colours.

import { abortable } from "../abort.js";
import { callSite, fromNative } from "../errors.js";
import { palettePng } from "../export/png.js";
import { native } from "../native.js";
import { whileReading } from "../result-memory.js";
import { chosenClasses } from "./classes.js";
import { noLegend } from "./legend.js";
import { mapOf } from "./map-bytes.js";
import { type CheckedMaps, checkMaps, type SegmentationMaps } from "./maps.js";
import { colorBytes, type Palette, paletteColors, type Rgba } from "./palette.js";
import {
  encodePicture,
  type PictureFormat,
  type PictureOf,
  type PictureOptions,
  pictureRequest,
  type RgbaImage,
} from "./picture.js";

/** Options of {@link colorize}. */
export interface ColorizeOptions<Format extends PictureFormat = PictureFormat>
  extends PictureOptions<Format> {
  /** Colours by class name or id. @default classColor of every id, and black for the background */
  readonly palette?: Palette | undefined;
  /** Only these classes, by name or id, have a colour; others that of the background. @default all */
  readonly classes?: readonly (string | number)[] | undefined;
  /** Rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}

const black: Rgba = { r: 0, g: 0, b: 0, a: 255 };

/**
 * Every pixel in the colour of its class; the background is black unless the palette gives it another colour. A PNG
 * of a map with 8-bit ids is a palette PNG: small, and quickly made.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID, IMAGE_TOO_LARGE
 */
export function colorize<Format extends PictureFormat = "rgba">(
  maps: SegmentationMaps,
  options: ColorizeOptions<Format> = {},
): Promise<PictureOf<Format>> {
  return fromNative(
    whileReading(maps, "colorize()", () => paint(maps, options)),
    callSite(colorize),
  ) as Promise<PictureOf<Format>>;
}

async function paint(source: SegmentationMaps, options: ColorizeOptions): Promise<RgbaImage | Buffer> {
  const { given, encoding, stop } = pictureRequest(options, "options of colorize()", ["palette", "classes"]);
  const maps = checkMaps(source, "colorize()");
  const all = paletteColors(given.palette, maps, black);
  const background = all[maps.backgroundClassId] ?? black;
  const chosen = chosenClasses(given.classes, maps, 1);
  const colors = all.map((color, id) => (chosen === undefined || chosen.has(id) ? color : background));
  stop?.throwIfAborted();
  const isBytes = maps.segmentationMap.BYTES_PER_ELEMENT === 1;
  const work =
    encoding.format === "png" && isBytes
      ? palettePng(maps, colors)
      : paintPixels(maps, colors).then((image) =>
          encodePicture(
            image,
            encoding,
            colors.every(({ a }) => a === 255),
          ),
        );
  return abortable(work, stop);
}

async function paintPixels(maps: CheckedMaps, colors: readonly Rgba[]): Promise<RgbaImage> {
  // Ids without a class have the colour beyond the last.
  const most = maps.segmentationMap.BYTES_PER_ELEMENT === 1 ? 256 : 65536;
  const bytes = colorBytes(Array.from({ length: most }, (_, id) => colors[id] ?? black));
  const pixels = await native().paintOverlay({
    ...mapOf(maps),
    picture: new Uint8Array(0),
    pictureNumbers: new Float64Array(0),
    pictureX: 0,
    pictureY: 0,
    colors: bytes,
    weight: 256,
    outlineWidth: 0,
    outlineColors: bytes,
    legend: noLegend,
  });
  return { data: new Uint8Array(pixels), width: maps.width, height: maps.height };
}
