// Classes as users name them: by name, or by id.

import { invalidOption } from "../checks.js";
import { show } from "../show.js";
import { didYouMean } from "../suggest.js";
import type { ClassFacts } from "./maps.js";

/**
 * The id of a class.
 * @param value A name or an id; where a name is a number too, it is the name.
 * @param option How messages name it: `"classes[2]"`.
 * @throws DeepLabError OPTION_INVALID
 */
export function classIdOf(value: unknown, facts: ClassFacts, option: string): number {
  const { classNames, idCount } = facts;
  if (typeof value === "string") {
    const named = classNames.indexOf(value);
    if (named >= 0) return named;
  }
  const id = typeof value === "string" && /^\d{1,5}$/.test(value) ? Number(value) : value;
  if (typeof id === "number" && Number.isInteger(id) && id >= 0 && id < idCount) return id;
  const more = typeof value === "string" ? didYouMean(value, classNames) : "";
  return invalidOption(option, `the name of a class or an id from 0 to ${idCount - 1}`, value, more);
}

/**
 * The option `classes`: which are shown; undefined means all of them.
 * @throws DeepLabError OPTION_INVALID
 */
export function chosenClasses(value: unknown, facts: ClassFacts): ReadonlySet<number> | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length === 0) {
    return invalidOption("classes", "a list of at least one class name or id", value);
  }
  return new Set(value.map((item, i) => classIdOf(item ?? show(item), facts, `classes[${i}]`)));
}
