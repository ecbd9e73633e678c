// Where the outputs of every input go: as the inputs lie among each other, so that nothing overwrites anything.

import path from "node:path";
import { DeepLabError } from "../../errors.js";
import { showPath } from "../../show.js";
import { addressPath } from "./addresses.js";
import type { Input } from "./inputs.js";

/** An input and the files made of it, but for their suffixes: `a/b` of `a/b.overlay.png`. */
export interface Placed {
  readonly input: Input;
  /** Relative to the output folder. */
  readonly stem: string;
}

/**
 * The name of the file as a rule. Inputs that would meet there keep their folders below the one they have in common
 * (`left/1.jpg`, `right/1.jpg`), and their extensions where that is not enough (`1.jpg`, `1.png`).
 * @param filesOf The outputs of a stem.
 * @param reserved Files that are no input's.
 */
export function placeOutputs(
  inputs: readonly Input[],
  filesOf: (stem: string) => readonly string[],
  reserved: readonly string[] = [],
): Placed[] {
  const taken = new Set(reserved);
  const stems = new Map<Input, string>();
  for (const group of grouped(inputs)) {
    const wishes = group.length === 1 ? [withoutExtension(group[0]?.place ?? "")] : apart(group);
    group.forEach((input, i) => {
      stems.set(input, take(checkedStem(wishes[i] ?? input.place), taken, filesOf));
    });
  }
  return inputs.map((input) => ({ input, stem: stems.get(input) ?? "" }));
}

/** Whether a relative path stays within the folder that it starts from. */
export function isBelow(place: string): boolean {
  const [first] = path.normalize(place).split(path.sep);
  return place !== "" && !path.isAbsolute(place) && first !== "." && first !== "..";
}

// Whoever finds inputs has seen to it: this is the last door before files are written.
function checkedStem(stem: string): string {
  if (isBelow(stem)) return stem;
  throw new DeepLabError("INTERNAL", `Outputs called ${showPath(stem)} would lie outside --output.`, {
    detail: { found: showPath(stem) },
  });
}

// Lower case: on many file systems A.png and a.png are one file.
function grouped(inputs: readonly Input[]): Input[][] {
  const groups = new Map<string, Input[]>();
  for (const input of inputs) {
    const key = withoutExtension(input.place).toLowerCase();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [input]);
    else group.push(input);
  }
  return [...groups.values()];
}

// All of them are named alike, so that the name of none depends on the order in which they came.
function apart(group: readonly Input[]): string[] {
  const places = placesApart(group);
  const stems = places.map(withoutExtension);
  const isEnough = new Set(stems.map((stem) => stem.toLowerCase())).size === stems.length;
  return isEnough ? stems : places;
}

/** Where inputs lie below the folder that they have in common; addresses have their hosts for folders. */
export function placesApart(group: readonly Input[]): string[] {
  const files = group.map(({ id, place }) => (path.isAbsolute(id) ? id : addressPath(id, place)));
  const base = commonFolder(files.map((file) => path.dirname(file)));
  return files.map((file) => path.relative(base, file));
}

function commonFolder(folders: readonly string[]): string {
  const [first = "", ...others] = folders;
  let base = first;
  const holds = (folder: string) =>
    folder === base || folder.startsWith(base.endsWith("/") ? base : `${base}/`);
  while (!others.every(holds) && path.dirname(base) !== base) base = path.dirname(base);
  return base;
}

// Numbered, should it be taken all the same: `x.rle.jpg` as JSON is what `x.jpg` is as RLE.
function take(wish: string, taken: Set<string>, filesOf: (stem: string) => readonly string[]): string {
  for (let i = 1; ; i++) {
    const stem = i === 1 ? wish : `${wish}-${i}`;
    const files = filesOf(stem).map((file) => file.toLowerCase());
    if (files.some((file) => taken.has(file))) continue;
    for (const file of files) taken.add(file);
    return stem;
  }
}

function withoutExtension(place: string): string {
  return place.slice(0, place.length - path.extname(place).length);
}
