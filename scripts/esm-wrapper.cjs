#!/usr/bin/env node
"use strict";
// Writes dist/index.mjs and dist/index.d.mts: named re-exports of the one CommonJS instance. Two
// instances of a class with an addon behind it would be a bug, so ESM must not load a second copy.
const fs = require("node:fs");
const path = require("node:path");

const dist = path.join(__dirname, "..", "dist");
const source = fs.readFileSync(path.join(dist, "index.js"), "utf8");
// The names are read from the compiled text, not by require(): building must not load the addon.
const names = [...source.matchAll(/Object\.defineProperty\(exports, "(\w+)"/g)]
  .map((match) => match[1])
  .filter((name) => name !== "__esModule")
  .sort();
if (names.length === 0) throw new Error("dist/index.js exports nothing: the ESM wrapper would be empty");
fs.writeFileSync(
  path.join(dist, "index.mjs"),
  `import cjs from "./index.js";\nexport const { ${names.join(", ")} } = cjs;\n`,
);
fs.writeFileSync(path.join(dist, "index.d.mts"), `export * from "./index.js";\n`);
