// The option `classes` of every export: which classes of a map leave it.

import { DeepLabError } from "../errors.js";
import { chosenClasses } from "../visualize/classes.js";
import type { CheckedMaps } from "../visualize/maps.js";

/** Classes by name or by id; a name means all classes of that name. */
export type ClassChoice = readonly (string | number)[];

/**
 * By class id: 1 for those that were chosen, or for all but the background where none were.
 * @throws DeepLabError OPTION_INVALID
 */
export function wantedClasses(choice: unknown, maps: CheckedMaps): Uint8Array {
  // Also for ids without a name.
  const wanted = new Uint8Array(1 << (8 * maps.segmentationMap.BYTES_PER_ELEMENT));
  const chosen = chosenClasses(choice, maps, 0);
  if (chosen === undefined) {
    wanted.fill(1);
    if (maps.backgroundClassId < wanted.length) wanted[maps.backgroundClassId] = 0;
    return wanted;
  }
  // Ids that the map's bytes cannot hold go nowhere.
  for (const id of chosen) wanted[id] = 1;
  return wanted;
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
