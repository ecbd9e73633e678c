// Categories of COCO's file, and which class belongs to which.

import { integerOption, invalidOption, optionObject, stringOption } from "../checks.js";
import { DeepLabError } from "../errors.js";
import { show } from "../show.js";
import { chosenClasses } from "../visualize/classes.js";
import { type CheckedMaps, nameOfClass } from "../visualize/maps.js";
import { nameless } from "./classes.js";
import type { Mask } from "./masks.js";

/** An entry of `categories`. */
export interface CocoCategory {
  /** A whole number; 0 is taken for the background by some readers. */
  readonly id: number;
  /** Name of the class. */
  readonly name: string;
  /** Group of categories. */
  readonly supercategory?: string | undefined;
}

/** The file's categories, and how classes find theirs. */
export interface Categories {
  readonly list: readonly CocoCategory[];
  /** The classes to be exported, as the option `classes` says. */
  readonly classes: unknown;
  /** @throws DeepLabError OPTION_INVALID where a class has none */
  readonly idOf: (mask: Pick<Mask, "classId" | "name">) => number;
}

/**
 * The option `categories`, or one category a class, the background without.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID
 */
export function categoriesOf(
  value: unknown,
  classes: unknown,
  maps: Pick<CheckedMaps, "idCount" | "backgroundClassId" | "classNames">,
): Categories {
  if (value === undefined) {
    const chosen = chosenClasses(classes, maps, 0);
    const ids = Array.from({ length: maps.idCount }, (_, id) => id).filter(
      (id) => id !== maps.backgroundClassId || chosen?.has(id),
    );
    const list = ids.map((id) => ({ id, name: nameOfClass(maps.classNames, id) }));
    const known = new Set(ids);
    return {
      list,
      classes,
      idOf: ({ classId }) => {
        if (known.has(classId)) return classId;
        throw nameless(classId);
      },
    };
  }
  if (!Array.isArray(value)) return invalidOption("categories", "a list of { id, name }", value);
  const list = (value as unknown[]).map(checkedCategory);
  const byName = new Map(list.map(({ name, id }) => [name, id]));
  if (byName.size !== list.length || new Set(byName.values()).size !== list.length)
    return invalidOption("categories", "a list in which every id and name is there once", value);
  return { list, classes, idOf: ({ name }) => byName.get(name) ?? withoutCategory(name) };
}

function checkedCategory(value: unknown): CocoCategory {
  const { id, name, supercategory } = optionObject(value, "an entry of categories", [
    "id",
    "name",
    "supercategory",
  ]);
  const group = stringOption(supercategory, "supercategory of a category");
  return {
    // Undefined is no number, so it is refused and not taken for a default.
    id: integerOption(id ?? null, "id of a category", 0, Number.MAX_SAFE_INTEGER, 0),
    name: stringOption(name, "name of a category") ?? invalidOption("name of a category", "a string", name),
    ...(group === undefined ? {} : { supercategory: group }),
  };
}

function withoutCategory(name: string): never {
  throw new DeepLabError(
    "OPTION_INVALID",
    `Class ${show(name)} has pixels, but option categories has no category of that name.`,
    {
      detail: { option: "categories", found: name },
      hint: "add it to categories, or leave it out by the option classes.",
    },
  );
}
