// Classes as users name them, everywhere: by name or by id.

import { invalidOption } from "../checks.js";
import { DeepLabError } from "../errors.js";
import { show } from "../show.js";
import { didYouMean } from "../suggest.js";
import type { ClassFacts } from "./maps.js";

/**
 * A function that finds the ids of a class: a name means all classes of that name, a number is an id, and so is a number
 * as a text where no class is called that.
 * @throws DeepLabError OPTION_INVALID where there is no such class; it names the option: `"classes[2]"`
 */
export function classFinder({
  classNames,
  idCount,
}: ClassFacts): (value: unknown, option: string) => readonly number[] {
  let byName: Map<string, number[]> | undefined;
  return (value, option) => {
    byName ??= idsByName(classNames);
    const named = typeof value === "string" ? byName.get(value) : undefined;
    if (named !== undefined) return named;
    const id = typeof value === "string" && /^\d{1,5}$/.test(value) ? Number(value) : value;
    if (typeof id === "number" && Number.isInteger(id) && id >= 0 && id < idCount) return [id];
    throw noClass(value, option, classNames, idCount);
  };
}

// One look at each name: there may be 65536, all of them chosen.
function idsByName(classNames: readonly string[]): Map<string, number[]> {
  const ids = new Map<string, number[]>();
  for (const [id, name] of classNames.entries()) {
    const known = ids.get(name);
    if (known === undefined) ids.set(name, [id]);
    else known.push(id);
  }
  return ids;
}

function noClass(
  value: unknown,
  option: string,
  classNames: readonly string[],
  idCount: number,
): DeepLabError {
  const expected = `the name of a class or an id from 0 to ${idCount - 1}`;
  const found = show(value);
  return new DeepLabError(
    "OPTION_INVALID",
    `Expected ${option} to be ${expected} but received ${found}.${didYouMean(value, classNames)}`,
    {
      detail: { option, expected, found, allowed: classNames },
      hint: `the classes are ${classNames.slice(0, 30).join(", ")}${classNames.length > 30 ? ", …" : ""}.`,
    },
  );
}

/**
 * The ids that the option `classes` chooses; undefined where it is left out.
 * @param least 1 where a list that chooses nothing is a mistake.
 * @throws DeepLabError OPTION_INVALID
 */
export function chosenClasses(
  value: unknown,
  facts: ClassFacts,
  least: 0 | 1,
): ReadonlySet<number> | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length < least) {
    const list = least === 0 ? "a list of class names or ids" : "a list of at least one class name or id";
    return invalidOption("classes", list, value);
  }
  const idsOf = classFinder(facts);
  return new Set(Array.from(value, (item, i) => idsOf(item, `classes[${i}]`)).flat());
}
