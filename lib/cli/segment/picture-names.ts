// How COCO's file names the pictures: as their own files are called, whatever their outputs are.

import path from "node:path";
import type { Input } from "./inputs.js";
import { placesApart } from "./places.js";

// Each sets apart what met, which may then meet others: those of no end are numbered.
const mostRounds = 8;

/**
 * A name for each input, no two alike: its place among the inputs. Those that meet there keep their folders below the
 * one they have in common; addresses that differ in their keys alone are numbered.
 */
export function pictureNames(inputs: readonly Input[]): string[] {
  const names = inputs.map(({ place }) => withSlashes(place));
  for (let round = 0; round < mostRounds; round++) {
    const groups = meeting(names);
    if (groups.length === 0) return names;
    for (const group of groups) {
      const places = placesApart(group.map((i) => inputs[i] as Input));
      group.forEach((i, at) => {
        names[i] = withSlashes(places[at] ?? "");
      });
    }
  }
  return numbered(names);
}

// Places in the list of all names of which there are several.
function meeting(names: readonly string[]): number[][] {
  const groups = new Map<string, number[]>();
  names.forEach((name, i) => {
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [i]);
    else group.push(i);
  });
  return [...groups.values()].filter(({ length }) => length > 1);
}

function numbered(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const { ext } = path.posix.parse(name);
    const stem = name.slice(0, name.length - ext.length);
    let own = name;
    for (let i = 2; taken.has(own) || (own !== name && names.includes(own)); i++) own = `${stem}-${i}${ext}`;
    taken.add(own);
    return own;
  });
}

const withSlashes = (place: string) => place.split(path.sep).join("/");
