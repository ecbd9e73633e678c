// CVAT's labels: names and colours, one a class.

import { DeepLabError } from "../errors.js";
import { show } from "../show.js";
import { type CheckedMaps, nameOfClass } from "../visualize/maps.js";
import { wantedClasses } from "./classes.js";

/** Red, green, blue. */
export type Rgb = readonly [number, number, number];

export interface CvatLabel {
  readonly name: string;
  /** Class id. */
  readonly id: number;
  readonly color: Rgb;
}

/**
 * Pascal VOC's colour of a number: its bits, three at a time from the lowest, go to red, green and blue from the highest
 * bit down. Black for 0; all below 2^24 differ.
 */
export function vocColor(number: number): Rgb {
  const color: [number, number, number] = [0, 0, 0];
  for (let [bits, shift] = [number, 7]; bits > 0; bits >>= 3, shift--) {
    for (const channel of [0, 1, 2] as const) color[channel] |= ((bits >> channel) & 1) << shift;
  }
  return color;
}

/**
 * The background, black and called as CVAT calls it, then the chosen classes.
 * @throws DeepLabError OPTION_INVALID for names that a label map cannot hold
 */
export function labelsOf(maps: CheckedMaps, classes: unknown): CvatLabel[] {
  const wanted = wantedClasses(classes, maps);
  const labels: CvatLabel[] = [{ name: "background", id: maps.backgroundClassId, color: vocColor(0) }];
  const names = new Set(labels.map(({ name }) => name));
  for (let id = 0; id < maps.idCount; id++) {
    if (id === maps.backgroundClassId || wanted[id] !== 1) continue;
    const name = nameOfClass(maps.classNames, id);
    checkName(name, names);
    names.add(name);
    labels.push({ name, id, color: vocColor(labels.length) });
  }
  return labels;
}

function checkName(name: string, before: ReadonlySet<string>): void {
  const taken = before.has(name);
  const holds = name !== "" && name.trim() === name && !/^#|[:\p{Cc}\p{Zl}\p{Zp}]/u.test(name);
  if (holds && !taken) return;
  const why = taken
    ? "another label has it"
    : 'it is empty, or holds ":", a line break, or an outer space or "#"';
  throw new DeepLabError(
    "OPTION_INVALID",
    `CVAT's label map cannot hold the class name ${show(name)}: ${why}.`,
    {
      detail: { option: "classNames", found: name, reason: why },
      hint: "pass maps with other classNames, or leave the class out by the option classes.",
    },
  );
}

/** The file labelmap.txt. */
export function labelMapOf(labels: readonly CvatLabel[]): string {
  const lines = labels.map(({ name, color }) => `${name}:${color.join(",")}::\n`);
  return `# label:color_rgb:parts:actions\n${lines.join("")}`;
}
