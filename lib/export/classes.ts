// The option `classes` of every export: which classes of a map leave it.

import { invalidOption } from "../checks.js";
import { DeepLabError } from "../errors.js";
import { shorten, show } from "../show.js";
import { didYouMean } from "../suggest.js";
import type { CheckedMaps } from "../visualize/maps.js";

/** Classes by name or by id. */
export type ClassChoice = readonly (string | number)[];

/**
 * By class id: 1 for those that were chosen, or for all but the background where none were. A name that several
 * classes have means all of them.
 * @throws DeepLabError OPTION_INVALID
 */
export function wantedClasses(choice: unknown, maps: CheckedMaps): Uint8Array {
  // Also for ids without a name.
  const wanted = new Uint8Array(1 << (8 * maps.segmentationMap.BYTES_PER_ELEMENT));
  if (choice === undefined) {
    wanted.fill(1);
    if (maps.backgroundClassId < wanted.length) wanted[maps.backgroundClassId] = 0;
    return wanted;
  }
  if (!Array.isArray(choice)) return invalidOption("classes", "a list of class names or ids", choice);
  const names = new Set<string>();
  for (const entry of choice as unknown[]) {
    if (typeof entry === "string") names.add(entry);
    // Ids that the map's bytes cannot hold go nowhere.
    else wanted[checkedId(entry, maps.idCount)] = 1;
  }
  checkNames(names, maps.classNames);
  for (const [id, name] of maps.classNames.entries()) if (names.has(name)) wanted[id] = 1;
  return wanted;
}

function checkedId(entry: unknown, idCount: number): number {
  if (typeof entry !== "number") return invalidOption("classes", "a list of class names or ids", entry);
  if (Number.isInteger(entry) && entry >= 0 && entry < idCount) return entry;
  return invalidOption("classes", `class names or ids from 0 to ${idCount - 1}`, entry);
}

function checkNames(chosen: ReadonlySet<string>, classNames: readonly string[]): void {
  const known = new Set(classNames);
  for (const name of chosen) if (!known.has(name)) throw unknownClass(name, classNames);
}

function unknownClass(name: string, classNames: readonly string[]): DeepLabError {
  return new DeepLabError(
    "OPTION_INVALID",
    `Option classes names a class ${show(name)} that the maps do not have.${didYouMean(name, classNames)}`,
    {
      detail: { option: "classes", found: shorten(name), allowed: classNames },
      hint: `their classes are ${classNames.slice(0, 30).join(", ")}${classNames.length > 30 ? ", …" : ""}.`,
    },
  );
}

/** A map holds an id that no class has. */
export function nameless(classId: number): DeepLabError {
  return new DeepLabError(
    "OPTION_INVALID",
    `The map holds the class id ${classId}, which is beyond the classes of the maps.`,
    {
      detail: { option: "classNames", found: classId },
      hint: "pass maps with a name (or an idCount) for every id, or leave it out by the option classes.",
    },
  );
}
