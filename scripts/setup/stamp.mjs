// "Is this build still that of these sources?" answered by content, not by file times: a checkout,
// a branch switch and back, or a touched file must not build anything again.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { BUILD, ROOT } from "./paths.mjs";

/** All files under `entry` (a file or a folder), sorted, as absolute paths; a missing entry is empty. */
export function filesUnder(entry) {
  if (!fs.existsSync(entry)) return [];
  if (!fs.statSync(entry).isDirectory()) return [entry];
  return fs
    .readdirSync(entry)
    .sort()
    .flatMap((name) => filesUnder(path.join(entry, name)));
}

/** SHA-256 over names and contents of `entries`, and over `extra` strings. */
export function contentHash(entries, extra = []) {
  const hash = createHash("sha256");
  for (const file of entries.flatMap(filesUnder)) {
    const text = fs.readFileSync(file);
    hash.update(`${path.relative(ROOT, file)}\0${text.length}\0`).update(text);
  }
  for (const text of extra) hash.update(`\0${text}`);
  return hash.digest("hex");
}

function stampFile(name) {
  return path.join(BUILD, "stamps", name);
}

/** Whether `name` was last finished with this `hash`. */
export function stampFits(name, hash) {
  const file = stampFile(name);
  return fs.existsSync(file) && fs.readFileSync(file, "utf8") === hash;
}

/** Says that `name` is now finished for `hash`. */
export function writeStamp(name, hash) {
  fs.mkdirSync(path.dirname(stampFile(name)), { recursive: true });
  fs.writeFileSync(stampFile(name), hash);
}
