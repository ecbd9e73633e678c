// Which sources are compiled once for each instruction set: native/*/*_kernels.cc and every header that they reach.

import fs from "node:fs";
import path from "node:path";
import { inRoot } from "../setup/paths.mjs";

const INCLUDE = /^#include "(.+)"$/gm;

function kernelSources() {
  return fs
    .readdirSync(inRoot("native"))
    .flatMap((folder) => fs.readdirSync(inRoot("native", folder)).map((name) => `native/${folder}/${name}`))
    .filter((file) => file.endsWith("_kernels.cc"));
}

/** Paths from the checkout's root. */
export function kernelFiles() {
  const found = new Set();
  const waiting = kernelSources();
  while (waiting.length > 0) {
    const file = waiting.pop();
    if (found.has(file)) continue;
    found.add(file);
    const source = fs.readFileSync(inRoot(file), "utf8");
    for (const [, included] of source.matchAll(INCLUDE)) waiting.push(path.posix.join("native", included));
  }
  return found;
}
