// One colour per class id, the same on every machine and in every version: red for 1 stays red for 1.

import { invalidOption, plainObject } from "../checks.js";
import { chosenClasses, classFinder } from "./classes.js";
import type { ClassFacts } from "./maps.js";

/** Red, green, blue and alpha, 0 to 255 each. */
export interface Rgba {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

/** `"#rrggbb"`, `"#rgb"`, or its parts. */
export type Color = string | Rgba;

/**
 * Colours of classes: by name (all classes of that name) or id, or a list by id. `null` leaves a class out; classes that are not named keep
 * {@link classColor}.
 */
export type Palette = Readonly<Record<string, Color | null>> | readonly (Color | null | undefined)[];

// Twenty colours that are far apart (Sasha Trubetskoy's list, without black, white and grey).
const first = [
  "e6194b",
  "3cb44b",
  "ffe119",
  "4363d8",
  "f58231",
  "911eb4",
  "42d4f4",
  "f032e6",
  "bfef45",
  "fabed4",
  "469990",
  "dcbeff",
  "9a6324",
  "fffac8",
  "800000",
  "aaffc3",
  "808000",
  "ffd8b1",
  "000075",
  "ff6f61",
];

/** No colour. */
export const transparent: Rgba = { r: 0, g: 0, b: 0, a: 0 };

/**
 * The colour of a class: transparent for the background, else by id. Ids after the first twenty walk around
 * the colour circle by the golden angle, with changing lightness, so that neighbours differ.
 */
export function classColor(id: number, backgroundClassId: number): Rgba {
  if (id === backgroundClassId) return transparent;
  // Foreground classes are counted without the background, so that it takes no colour away.
  const index = id > backgroundClassId ? id - 1 : id;
  const hex = first[index];
  if (hex !== undefined) return fromHex(hex);
  return fromHsl((index * 137.508) % 360, 0.65, [0.45, 0.6, 0.75][index % 3] ?? 0.5);
}

/** `#rrggbb`, or null for a transparent colour. */
export function toHex({ r, g, b, a }: Rgba): string | null {
  if (a === 0) return null;
  return `#${[r, g, b].map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * The option `palette`: a colour for every class id.
 * @param background The background's, unless the palette names one.
 * @throws DeepLabError OPTION_INVALID
 */
export function paletteColors(value: unknown, facts: ClassFacts, background = transparent): Rgba[] {
  const { idCount, backgroundClassId } = facts;
  const colors = Array.from({ length: idCount }, (_, id) =>
    id === backgroundClassId ? background : classColor(id, backgroundClassId),
  );
  const idsOf = classFinder(facts);
  for (const [key, color] of givenColors(value, idCount)) {
    if (color === undefined) continue;
    const rgba = color === null ? transparent : parseColor(color, `palette[${JSON.stringify(key)}]`);
    for (const id of idsOf(key, `key ${JSON.stringify(key)} of palette`)) colors[id] = rgba;
  }
  return colors;
}

/**
 * Colours that an overlay paints: those of the palette, transparent where a class is not chosen.
 * @throws DeepLabError OPTION_INVALID
 */
export function paintedColors(palette: unknown, classes: unknown, facts: ClassFacts): Rgba[] {
  const chosen = chosenClasses(classes, facts, 1);
  return paletteColors(palette, facts).map((color, id) =>
    chosen === undefined || chosen.has(id) ? color : transparent,
  );
}

function givenColors(value: unknown, idCount: number): Iterable<readonly [number | string, unknown]> {
  if (value === undefined) return [];
  if (Array.isArray(value)) {
    if (value.length <= idCount) return value.entries();
    return invalidOption("palette", `a list of at most ${idCount} colours, one a class`, value);
  }
  return Object.entries(
    plainObject(value, "palette", "a plain object of colours by class name or id, or a list of them"),
  );
}

/**
 * A colour as users write it.
 * @param option How messages name it.
 * @throws DeepLabError OPTION_INVALID
 */
export function parseColor(value: unknown, option: string): Rgba {
  if (typeof value === "string") {
    const long = value.replace(/^#([0-9a-f])([0-9a-f])([0-9a-f])$/i, "#$1$1$2$2$3$3");
    if (/^#[0-9a-f]{6}$/i.test(long)) return fromHex(long.slice(1));
  } else if (typeof value === "object" && value !== null) {
    const { r, g, b, a = 255 } = value as Partial<Rgba>;
    if ([r, g, b, a].every(isByte)) return { r, g, b, a } as Rgba;
  }
  return invalidOption(
    option,
    'a colour like "#e6194b" or { r, g, b, a } with whole numbers from 0 to 255',
    value,
  );
}

function isByte(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255;
}

/** Red, green, blue and alpha of each colour, as bytes. */
export function colorBytes(colors: readonly Rgba[]): Uint8Array {
  const bytes = new Uint8Array(colors.length * 4);
  for (const [i, { r, g, b, a }] of colors.entries()) bytes.set([r, g, b, a], i * 4);
  return bytes;
}

function fromHex(hex: string): Rgba {
  const value = Number.parseInt(hex, 16);
  return { r: value >> 16, g: (value >> 8) & 255, b: value & 255, a: 255 };
}

// The usual conversion; hue in degrees, the others 0 to 1.
function fromHsl(hue: number, saturation: number, lightness: number): Rgba {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (shift: number) => {
    const k = (shift + hue / 30) % 12;
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return { r: channel(0), g: channel(8), b: channel(4), a: 255 };
}
