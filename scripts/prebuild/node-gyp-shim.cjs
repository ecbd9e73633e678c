#!/usr/bin/env node
"use strict";
// prebuildify only knows node-gyp: it calls `<node-gyp> rebuild --target=V --devdir=D --arch=A --release`
// in its working folder and takes build/Release/*.node there. This builds that file with cmake-js; for this
// machine's own architecture in the checkout's build folder, where most of it is already compiled.
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..", "..");
const wanted = path.join(process.cwd(), "build");
const archArgument = process.argv.find((argument) => argument.startsWith("--arch="));
const arch = archArgument ? archArgument.slice("--arch=".length) : process.arch;
const toolchain = process.env.DEEPLAB_TOOLCHAIN_FILE;
const out = arch === process.arch && !toolchain ? path.join(root, "build") : wanted;

const cmakeJs = require.resolve("cmake-js/bin/cmake-js");
const args = [
  cmakeJs,
  "build",
  "--directory",
  root,
  "--out",
  out,
  "--arch",
  arch,
  "--CDDEEPLAB_BUILD_TESTS=OFF",
];
if (toolchain) args.push(`--CDCMAKE_TOOLCHAIN_FILE=${toolchain}`);
const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);

if (out !== wanted) {
  const [from, to] = [out, wanted].map((folder) => path.join(folder, "Release"));
  fs.mkdirSync(to, { recursive: true });
  for (const name of fs.readdirSync(from).filter((file) => file.endsWith(".node"))) {
    fs.copyFileSync(path.join(from, name), path.join(to, name));
  }
}
