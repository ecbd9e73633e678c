// Where a package is said to be: a path or a file: URL, as object or text.

import { fileURLToPath } from "node:url";
import { DeepLabError } from "../errors.js";
import { show } from "../show.js";

const expected = "a folder's path or file: URL";

/**
 * The path that a location names.
 * @throws DeepLabError OPTION_INVALID
 */
export function locationPath(location: unknown): string {
  if (location instanceof URL || (typeof location === "string" && location.startsWith("file:"))) {
    return fromUrl(location);
  }
  if (typeof location === "string" && location !== "") return location;
  throw invalid(`Expected the package to be ${expected} but received ${show(location)}.`, location);
}

function fromUrl(location: string | URL): string {
  try {
    return fileURLToPath(location);
  } catch (error) {
    const text = String(location);
    throw invalid(`${show(text)} is not a file: URL of this machine.`, text, error);
  }
}

function invalid(message: string, found: unknown, cause?: unknown): DeepLabError {
  return new DeepLabError("OPTION_INVALID", message, {
    detail: { option: "location", expected, found: show(found) },
    cause,
  });
}
