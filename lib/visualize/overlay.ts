// The class map as a picture: colours over the source image, or over nothing.

import { choiceOption, optionObject, unitNumber } from "../checks.js";
import { DeepLabError } from "../errors.js";
import { encodePng } from "../export/png.js";
import { type ImageSource, loadImage, takeImage } from "../image/source.js";
import type { NativeImage } from "../native.js";
import { inSlices } from "./bands.js";
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
}

/**
 * Paints the class map. Background pixels keep the picture as it is (or stay transparent).
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
  const data = new Uint8Array(width * height * 4);
  if (options.image === undefined) await paintColors(source, alpha, data);
  else await paintOver(source, await underlay(source, options.image), alpha, data);
  return format === "png" ? encodePng({ data, width, height }) : { data, width, height };
}

async function paintColors(
  { map, idCount, backgroundClassId }: OverlaySource,
  alpha: number,
  data: Uint8Array,
) {
  const colors = new Uint32Array(idCount);
  const bytes = new Uint8Array(colors.buffer);
  for (let id = 0; id < idCount; id++) {
    const { r, g, b, a } = classColor(id, backgroundClassId);
    bytes.set([r, g, b, Math.round(a * alpha)], id * 4);
  }
  const pixels = new Uint32Array(data.buffer);
  await inSlices(map.length, (from, to) => {
    for (let i = from; i < to; i++) pixels[i] = colors[map[i] ?? 0] ?? 0;
  });
}

// out = picture + (colour - picture)·alpha, in 1/256 steps of alpha; opaque.
async function paintOver(
  source: OverlaySource,
  under: NativeImage,
  alpha: number,
  data: Uint8Array,
): Promise<void> {
  const { map, width, idCount, backgroundClassId } = source;
  const palette = Array.from({ length: idCount }, (_, id) => classColor(id, backgroundClassId));
  const step = channelSteps(under.colorFormat);
  const weight = Math.round(alpha * 256);
  await inSlices(map.length, (from, to) => {
    for (let i = from; i < to; i++) {
      const color = palette[map[i] ?? 0] ?? { r: 0, g: 0, b: 0, a: 0 };
      const at = Math.floor(i / width) * under.stride + (i % width) * step.pixel;
      const w = color.a === 0 ? 0 : weight;
      data[i * 4] = mix(under.data[at + step.red] ?? 0, color.r, w);
      data[i * 4 + 1] = mix(under.data[at + step.green] ?? 0, color.g, w);
      data[i * 4 + 2] = mix(under.data[at + step.blue] ?? 0, color.b, w);
      data[i * 4 + 3] = 255;
    }
  });
}

function mix(under: number, over: number, weight: number): number {
  return (under * (256 - weight) + over * weight + 128) >> 8;
}

function channelSteps(colorFormat: string) {
  const pixel = colorFormat === "gray" ? 1 : colorFormat.length;
  const place = (letter: string) => (colorFormat === "gray" ? 0 : colorFormat.indexOf(letter));
  return { pixel, red: place("r"), green: place("g"), blue: place("b") };
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
