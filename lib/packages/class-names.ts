// class_names.txt: one name a line; one of them is the background.

import path from "node:path";
import { shorten, show } from "../show.js";
import { invalidFile, packageFiles, readPackageText } from "./files.js";

/** The classes of a package; ids are positions in `names`. */
export interface ClassNames {
  readonly names: readonly string[];
  /** Id of the first name that is `background` in any case. */
  readonly backgroundId: number;
}

// What Python's str.strip() removes: the reference reads the file with it. JavaScript's trim() differs
// in U+001C to U+001F, U+0085 and U+FEFF.
const blank = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const outerBlanks = new RegExp(`^${blank}|${blank}$`, "g");

// More ids than a Uint16 map can hold.
const maxClasses = 65536;

/**
 * Reads and checks `class_names.txt`.
 * @throws DeepLabError PACKAGE_MISSING_FILE, PACKAGE_UNREADABLE, PACKAGE_INVALID
 */
export async function readClassNames(folder: string): Promise<ClassNames> {
  const file = path.join(folder, packageFiles.classNames);
  return parseClassNames(await readPackageText(folder, packageFiles.classNames), file);
}

/** The checks of {@link readClassNames} on the file's text. */
export function parseClassNames(text: string, file: string): ClassNames {
  const names = text
    .split(/\r\n|\r|\n/)
    .map((line) => line.replace(outerBlanks, ""))
    .filter((line) => line !== "");
  if (names.length === 0) throw invalidFile(file, "names no class", { hint: "write one class name a line." });
  if (names.length > maxClasses) {
    throw invalidFile(file, `names ${names.length} classes; at most ${maxClasses} are possible`, {});
  }
  const backgroundId = names.findIndex((name) => name.toLowerCase() === "background");
  const detail = { found: names.slice(0, 20).map((name) => shorten(name)) };
  if (backgroundId < 0) {
    throw invalidFile(file, `has no class called "background"; it names ${list(names)}`, {
      detail,
      hint: 'add the line "background" at the place of the background class (any case will do).',
    });
  }
  if (names.length < 2) {
    throw invalidFile(file, `names only ${list(names)}; a model needs at least one more class`, {
      detail,
      hint: "add the names of the other classes, one a line, in the order of the network's channels.",
    });
  }
  // Model, results and reports share the list: nobody may change it.
  return { names: Object.freeze(names), backgroundId };
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 8).map(show);
  return names.length > shown.length ? `${shown.join(", ")}, … (${names.length} in all)` : shown.join(", ");
}
