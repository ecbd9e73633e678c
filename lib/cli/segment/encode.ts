// A result in the formats that have a file a picture.

import type { ClassStats } from "../../class-stats.js";
import { encodePng, toPNG } from "../../export/png.js";
import { toRLE } from "../../export/rle.js";
import type { ResultPart, ResultValues } from "../../include.js";
import type { SemanticSegmentationResult } from "../../result.js";
import { colorize } from "../../visualize/colorize.js";
import { overlay } from "../../visualize/overlay.js";
import type { RgbaImage } from "../../visualize/picture.js";
import type { FileFormat } from "./formats.js";
import type { SegmentSettings } from "./settings.js";

/** What calls of `segment` ask for. */
export type Segmented = SemanticSegmentationResult<
  ResultValues & { segmentationMap: Uint8Array | Uint16Array; confidence: Float32Array }
>;

/** A result, and what was counted in it. */
export interface Counted {
  /** As reports name the picture. */
  readonly name: string;
  readonly result: Segmented;
  readonly classes: readonly ClassStats[];
}

/** The parts of a result that these formats are made of. */
export function neededParts({ formats }: SegmentSettings): ResultPart[] {
  return ["segmentationMap", "confidence", ...(formats.includes("overlay") ? ["overlay" as const] : [])];
}

/** How the overlay among them is painted. */
export function overlayStyle(settings: SegmentSettings) {
  return settings.formats.includes("overlay")
    ? { overlay: { alpha: settings.alpha, ...chosen(settings) } }
    : {};
}

type Encoder = (counted: Counted, settings: SegmentSettings) => Promise<Uint8Array | string>;

const encoders: Readonly<Record<FileFormat, Encoder>> = {
  overlay: async ({ result }, settings) => encodePng(await paintedOverlay(result, settings), true),
  // Gray, not with a palette: OpenCV would read colours where ids are wanted.
  mask: ({ result }) => toPNG(result, { palette: false }),
  color: ({ result }, settings) => colorize(result, { ...chosen(settings), format: "png" }),
  json: async ({ name, result, classes }) => jsonText({ image: name, ...resultFacts(result), classes }),
  rle: async ({ name, result }, settings) => {
    const { width, height } = result;
    return jsonText({ image: name, width, height, classes: await toRLE(result, chosen(settings)) });
  },
};

const chosen = ({ classes }: SegmentSettings) => (classes === undefined ? {} : { classes });

/** The contents of a file. */
export function encode(
  format: FileFormat,
  counted: Counted,
  settings: SegmentSettings,
): Promise<Uint8Array | string> {
  return encoders[format](counted, settings);
}

/**
 * As it was painted when the picture was segmented: it is neither read nor decoded again. A legend comes on top, the
 * classes under it being there already.
 */
export async function paintedOverlay(result: Segmented, settings: SegmentSettings): Promise<RgbaImage> {
  const { overlayImage } = result;
  if (overlayImage === undefined) throw new Error("the overlay is not among the parts of the result");
  if (!settings.legend) return overlayImage;
  return overlay({ ...overlayImage, channels: 4 }, result, { ...chosen(settings), alpha: 0, legend: true });
}

/** What is said of every result. */
export function resultFacts({ width, height, timings, nonFinitePixels }: Segmented) {
  return { width, height, timings, nonFinitePixels };
}

const jsonText = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
