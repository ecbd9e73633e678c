// Where things lie in a checkout.
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(fileURLToPath(new URL("../..", import.meta.url)));
export const BUILD = path.join(ROOT, "build");
export const REPORTS = path.join(BUILD, "reports");

/** An absolute path inside the checkout. */
export function inRoot(...parts) {
  return path.join(ROOT, ...parts);
}

/** A path as a person would type it from the checkout's root. */
export function relative(file) {
  return path.relative(ROOT, file) || ".";
}
