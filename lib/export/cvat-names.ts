// Names of the pictures in CVAT's folder, and that no two want the same place.

import { DeepLabError } from "../errors.js";
import { show } from "../show.js";

/**
 * CVAT's name of a picture: the file's, without its extension.
 * @throws DeepLabError OPTION_INVALID
 */
export function cvatName(fileName: string): string {
  const name = fileName.replace(/(?<=[^/])\.[^./]+$/, "");
  // A line that begins with # would be a remark.
  if (!name.startsWith("#")) return name;
  throw refused(`fileName ${show(fileName)} begins with "#", which CVAT passes over.`, fileName);
}

/** The same for names that are one file where upper and lower case, or forms of an accent, are not told apart. */
export const placeOf = (name: string) => name.normalize("NFC").toLowerCase();

/**
 * Refuses a name whose picture would lie where another's folder is, or whose folder where another's picture is:
 * `a.jpg` becomes `a.png`, and `a.png/b.jpg` lies in it.
 */
export class Places {
  readonly #pictures = new Set<string>();
  readonly #folders = new Set<string>();

  /** @throws DeepLabError OPTION_INVALID */
  add(name: string): void {
    const picture = `${placeOf(name)}.png`;
    const folders = foldersOf(picture);
    if (this.#folders.has(picture) || folders.some((folder) => this.#pictures.has(folder))) {
      throw refused(`The picture of ${show(name)} for toCVAT() and another item's need one place.`, name);
    }
    this.#pictures.add(picture);
    for (const folder of folders) this.#folders.add(folder);
  }
}

function foldersOf(file: string): string[] {
  const parts = file.split("/").slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

function refused(message: string, found: string): DeepLabError {
  return new DeepLabError("OPTION_INVALID", message, {
    detail: { option: "items", found },
    hint: "name the file another way; CVAT's picture is named by it, without the extension.",
  });
}
