// Which sources CUDA kernels are in, and all that they include: together what a fatbin is made of.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

/** The kernel sources of a native/ folder, as paths in it, sorted. */
export function kernelSources(native) {
  const folders = fs.readdirSync(native, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .flatMap(({ name }) => fs.readdirSync(path.join(native, name)).map((file) => `${name}/${file}`))
    .filter((file) => file.endsWith("_cuda.cu"))
    .sort();
}

/**
 * `sources` and every file that they include in quotes, themselves or through one another, as sorted paths in
 * `native`. What conditions leave out is in too.
 */
export function withIncludes(native, sources) {
  const found = new Set();
  const visit = (file) => {
    if (found.has(file) || !fs.existsSync(path.join(native, file))) return;
    found.add(file);
    const text = fs.readFileSync(path.join(native, file), "utf8");
    for (const [, target] of text.matchAll(/^[ \t]*#[ \t]*include[ \t]*"([^"]+)"/gm)) visit(target);
  };
  sources.forEach(visit);
  return [...found].sort();
}

/** SHA-256 over names and contents of files in `folder`. */
export function hashOf(folder, files) {
  const hash = createHash("sha256");
  for (const file of files) {
    const bytes = fs.readFileSync(path.join(folder, file));
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

/** All kernels as one source: the driver takes one piece of machine code a GPU from a fatbin. */
export const wholeSource = (sources) => sources.map((file) => `#include "${file}"\n`).join("");
