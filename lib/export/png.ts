// Maps and pictures → PNG files.

import { abortable } from "../abort.js";
import { choiceOption, invalidOption, optionObject, signalOption } from "../checks.js";
import { callSite, DeepLabError, fromNative } from "../errors.js";
import { whileReading } from "../result-memory.js";
import { bytesOf } from "../visualize/map-bytes.js";
import {
  type CheckedMaps,
  checkMaps,
  neededConfidence,
  type SegmentationMaps,
  thatIsThere,
} from "../visualize/maps.js";
import { type Palette, paletteColors, type Rgba } from "../visualize/palette.js";
import type { RgbaImage } from "../visualize/picture.js";
import { type PngExtras, type PngHeader, pngFile } from "./png-file.js";

/** Options of {@link toPNG}. */
export interface PngOptions {
  /** Which map. @default "segmentationMap" */
  readonly map?: "segmentationMap" | "confidence" | undefined;
  /**
   * Bits a sample. Confidence `c` is stored as `floor(c · 255 + 0.5)`, or with 16 bits as `floor(c · 65535 + 0.5)`.
   * @default 8, or 16 for a class map of 16-bit ids
   */
  readonly bitDepth?: 8 | 16 | undefined;
  /**
   * For class maps of 8 bits: true, or colours, makes a palette PNG: its samples are the ids, and viewers show the
   * colours (the background black, unless it is given another). False: samples are shades of gray.
   * @default false
   */
  readonly palette?: boolean | Palette | undefined;
  /** Rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}

/** Keyword of the text with the class names: a JSON list by class id. */
const namesKeyword = "Class names";
const black: Rgba = { r: 0, g: 0, b: 0, a: 255 };
const paletteSize = 256;

/**
 * One of the maps as a PNG file, without loss: class ids are the samples, 8 or 16 bits each. Class maps carry the names
 * of their classes as a text (iTXt) named `Class names`: a JSON list by class id. Most PNG readers give the ids of a
 * gray file; of a palette file some (Pillow) give ids, others (sharp) the colours.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID, IMAGE_TOO_LARGE
 */
export function toPNG(maps: SegmentationMaps, options: PngOptions = {}): Promise<Buffer> {
  return fromNative(
    whileReading(maps, "toPNG()", () => mapPng(maps, options)),
    callSite(toPNG),
  );
}

async function mapPng(given: SegmentationMaps, options: PngOptions): Promise<Buffer> {
  const keys = ["map", "bitDepth", "palette", "signal"];
  const { map, bitDepth, palette, signal } = optionObject(options, "options of toPNG()", keys);
  const maps = checkMaps(given, "toPNG()");
  const stop = signalOption(signal);
  stop?.throwIfAborted();
  const which = choiceOption(map, "map", ["segmentationMap", "confidence"], "segmentationMap");
  const file =
    which === "confidence" ? confidencePng(maps, bitDepth, palette) : classPng(maps, bitDepth, palette);
  return abortable(file, stop);
}

async function confidencePng(maps: CheckedMaps, bitDepth: unknown, palette: unknown): Promise<Buffer> {
  if (palette !== undefined && palette !== false) {
    invalidOption("palette", 'left out, as map is "confidence",', palette);
  }
  const confidence = neededConfidence(maps, "toPNG()");
  const bits = depthOption(bitDepth, 8);
  const { width, height } = pngSize(maps);
  return pngFile(
    { width, height, bitDepth: bits, colorType: "gray" },
    {
      samples: bytesOf(confidence),
      sample: bits === 8 ? "unitBytes" : "unitShorts",
      filter: "paeth",
      width,
      height,
    },
  );
}

async function classPng(maps: CheckedMaps, bitDepth: unknown, palette: unknown): Promise<Buffer> {
  const own = maps.segmentationMap.BYTES_PER_ELEMENT === 1 ? 8 : 16;
  const bits = depthOption(bitDepth, own);
  if (bits < own) invalidOption("bitDepth", "16, as the map's ids have 16 bits,", bitDepth);
  const texts = { [namesKeyword]: JSON.stringify(maps.classNames) };
  if (palette === undefined || palette === false) return grayPng(maps, bits, texts);
  if (bits !== 8) {
    invalidOption("palette", "left out, as a palette has no more than 256 classes,", palette);
  }
  return palettePng(maps, paletteColors(palette === true ? undefined : palette, maps, black), texts);
}

function grayPng(maps: CheckedMaps, bitDepth: 8 | 16, texts: Record<string, string>): Promise<Buffer> {
  return idsPng(maps, { ...pngSize(maps), bitDepth, colorType: "gray" }, { texts });
}

/**
 * A palette PNG: ids as samples, colours beside them. Ids without a class are black.
 * @param colors By class id.
 */
export function palettePng(
  maps: CheckedMaps,
  colors: readonly Rgba[],
  texts: Readonly<Record<string, string>> = {},
): Promise<Buffer> {
  const all = Array.from({ length: paletteSize }, (_, id) => colors[id] ?? black);
  const palette = Uint8Array.from(all.flatMap(({ r, g, b }) => [r, g, b]));
  const alphas = Uint8Array.from(all.map(({ a }) => a));
  const extras = alphas.every((a) => a === 255)
    ? { palette, texts }
    : { palette, texts, transparency: alphas };
  const header = { ...pngSize(maps), bitDepth: 8, colorType: "palette" } as const;
  return idsPng(maps, header, extras);
}

function idsPng(maps: CheckedMaps, header: PngHeader, extras: PngExtras): Promise<Buffer> {
  const ids = thatIsThere(maps).segmentationMap;
  const ofBytes = header.bitDepth === 16 ? "wideBytes" : "bytes";
  const rows = {
    samples: bytesOf(ids),
    sample: ids.BYTES_PER_ELEMENT === 1 ? ofBytes : "shorts",
    filter: "up",
    width: maps.width,
    height: maps.height,
  } as const;
  return pngFile(header, rows, extras);
}

/** The bytes of a PNG file with these pixels, without their alpha where all are opaque. */
export function encodePng({ data, width, height }: RgbaImage, isOpaque: boolean): Promise<Buffer> {
  const header = { ...pngSize({ width, height }), bitDepth: 8 } as const;
  const rows = { samples: data, filter: "paeth", width, height } as const;
  return isOpaque
    ? pngFile({ ...header, colorType: "rgb" }, { ...rows, sample: "opaque" })
    : pngFile({ ...header, colorType: "rgba" }, { ...rows, sample: "rgba" });
}

/**
 * The size, where a PNG file can have it: native code filters rows of less than a gigabyte, and libpng reads a million
 * pixels a side at most.
 * @throws DeepLabError IMAGE_TOO_LARGE
 */
export function pngSize({ width, height }: { width: number; height: number }): {
  width: number;
  height: number;
} {
  const most = 1_000_000;
  if (width <= most && height <= most) return { width, height };
  throw new DeepLabError(
    "IMAGE_TOO_LARGE",
    `A PNG file has at most ${most} pixels a side, not ${width}×${height}.`,
    {
      detail: { expected: most, found: `${width}×${height}` },
    },
  );
}

function depthOption(value: unknown, fallback: 8 | 16): 8 | 16 {
  if (value === undefined) return fallback;
  if (value === 8 || value === 16) return value;
  return invalidOption("bitDepth", "8 or 16", value);
}
