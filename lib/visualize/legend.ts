// Legends: a box with the colours and names of classes, drawn in native code with letters of its own, so that they
// look the same on a server without any font.

import { abortable } from "../abort.js";
import { choiceOption, integerOption, invalidOption, optionObject } from "../checks.js";
import { callSite, fromNative } from "../errors.js";
import { type NativeLegend, native } from "../native.js";
import { whileReading } from "../result-memory.js";
import { countMap } from "./class-counts.js";
import { chosenClasses } from "./classes.js";
import { type CheckedMaps, checkMaps, nameOfClass, type SegmentationMaps } from "./maps.js";
import { colorBytes, type Palette, paletteColors, type Rgba } from "./palette.js";
import {
  encodePicture,
  type PictureFormat,
  type PictureOf,
  type PictureOptions,
  pictureRequest,
  type RgbaImage,
} from "./picture.js";

/** Where and how large a legend stands in a picture. */
export interface LegendPlacement {
  /** @default "top-left" */
  readonly position?: "top-left" | "top-right" | "bottom-left" | "bottom-right" | undefined;
  /** Pixels from accents to tails of the letters, 8 to 512. @default a 36th of the picture's shorter side, at least 14 */
  readonly textSize?: number | undefined;
}

/** Options of {@link legend}. */
export interface LegendOptions<Format extends PictureFormat = PictureFormat> extends PictureOptions<Format> {
  /** As in `overlay()`. */
  readonly palette?: Palette | undefined;
  /**
   * Only these classes, by name or id, whether the map holds them or not.
   * @default of maps the classes they hold, of names all; without the background, unless the palette names its colour
   */
  readonly classes?: readonly (string | number)[] | undefined;
  /** Pixels from accents to tails of the letters, 8 to 512. @default 22 */
  readonly textSize?: number | undefined;
  /** Rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}

const corners = ["top-left", "top-right", "bottom-left", "bottom-right"] as const;
const usualTextSize = 22;

/** An overlay without one. */
export const noLegend: NativeLegend = {
  names: [],
  colors: new Uint8Array(0),
  textHeight: 0,
  corner: "top-left",
};

/**
 * A picture of the legend alone: light text on a dark box that is nearly opaque. Latin letters and their accents are
 * drawn; other characters are boxes, and names in other scripts are told by their id.
 * @param source Maps, or names by class id. With names no class is the background, unless it is called that.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID (also where it would have more than 100 million pixels)
 */
export function legend<Format extends PictureFormat = "rgba">(
  source: SegmentationMaps | readonly string[],
  options: LegendOptions<Format> = {},
): Promise<PictureOf<Format>> {
  return fromNative(
    whileReading(source, "legend()", () => paintLegend(source, options)),
    callSite(legend),
  ) as Promise<PictureOf<Format>>;
}

async function paintLegend(
  source: SegmentationMaps | readonly string[],
  options: LegendOptions,
): Promise<RgbaImage | Buffer> {
  const keys = ["palette", "classes", "textSize"];
  const { given, encoding, stop } = pictureRequest(options, "options of legend()", keys);
  const textHeight = textSizeOption(given.textSize, usualTextSize);
  const isNames = Array.isArray(source);
  const maps = isNames ? namesOnly(source) : checkMaps(source, "legend()");
  const colors = paletteColors(given.palette, maps);
  const chosen = chosenClasses(given.classes, maps, 1);
  stop?.throwIfAborted();
  const work = async () => {
    const shown = chosen ?? (isNames ? undefined : await heldClasses(maps));
    const { width, height, pixels } = await native().paintLegend({
      ...entries(maps, colors, shown, chosen !== undefined),
      textHeight,
      corner: "top-left",
    });
    return encodePicture({ data: new Uint8Array(pixels), width, height }, encoding, false);
  };
  return abortable(work(), stop);
}

/** Where an overlay's legend stands, and how tall its letters are. */
export type LegendStyle = Pick<NativeLegend, "corner" | "textHeight">;

/**
 * The option `legend` of an overlay: `true`, or an object; undefined where there is to be none.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID
 */
export function parseOverlayLegend(option: unknown, maps: CheckedMaps): LegendStyle | undefined {
  if (option === false || option === undefined) return undefined;
  const given = optionObject(option === true ? {} : option, "option legend", ["position", "textSize"]);
  const usual = Math.min(Math.max(14, Math.round(Math.min(maps.width, maps.height) / 36)), 512);
  const corner = choiceOption(given.position, "legend.position", corners, "top-left");
  const textHeight = textSizeOption(given.textSize, usual, "legend.textSize");
  return { textHeight, corner };
}

/**
 * The legend of an overlay: the painted classes that the map holds.
 * @param colors By class id; transparent for those that are not painted.
 */
export async function overlayLegend(
  style: LegendStyle | undefined,
  maps: CheckedMaps,
  colors: readonly Rgba[],
): Promise<NativeLegend> {
  if (style === undefined) return noLegend;
  return { ...entries(maps, colors, await heldClasses(maps), false), ...style };
}

function entries(
  maps: CheckedMaps,
  colors: readonly Rgba[],
  shown: ReadonlySet<number> | undefined,
  evenTransparent: boolean,
): Pick<NativeLegend, "names" | "colors"> {
  const ids = colors.flatMap(({ a }, id) =>
    (a > 0 || evenTransparent) && (shown === undefined || shown.has(id)) ? [id] : [],
  );
  return {
    names: ids.map((id) => writtenName(nameOfClass(maps.classNames, id), id)),
    colors: colorBytes(ids.map((id) => colors[id] as Rgba)),
  };
}

// What can be drawn are Latin letters: a name in another script is told by its id.
function writtenName(name: string, id: number): string {
  const text = name.normalize("NFD");
  return /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u.test(text)
    ? `class ${id}: ${text}`
    : text;
}

async function heldClasses(maps: CheckedMaps): Promise<ReadonlySet<number>> {
  const { pixels } = await countMap(maps);
  return new Set(Array.from(pixels.keys()).filter((id) => pixels[id] !== 0));
}

function textSizeOption(value: unknown, fallback: number, name = "textSize"): number {
  return integerOption(value, name, 8, 512, fallback);
}

function namesOnly(names: readonly unknown[]): CheckedMaps {
  if (names.length === 0) invalidOption("the names for legend()", "at least one", names);
  const classNames = names as readonly string[];
  const background = classNames.findIndex((name) => String(name).toLowerCase() === "background");
  const one = { segmentationMap: new Uint8Array(1), width: 1, height: 1, classNames };
  // Beyond the last: no class is the background.
  return checkMaps({ ...one, backgroundClassId: background < 0 ? 65535 : background }, "legend()");
}
