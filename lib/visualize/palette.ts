// One colour per class id, the same on every machine and in every version: red for 1 stays red for 1.

/** Red, green, blue and alpha, 0 to 255 each. */
export interface Rgba {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

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

const transparent: Rgba = { r: 0, g: 0, b: 0, a: 0 };

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
