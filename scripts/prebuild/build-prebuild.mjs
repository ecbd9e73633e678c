// prebuilds/<platform>-<arch>/: the addon (through prebuildify), our copy of ONNX Runtime, and build.json.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { nativeSourcesHash } from "../setup/build-native.mjs";
import { BUILD, inRoot } from "../setup/paths.mjs";
import { prebuildFolder } from "../setup/prebuilt.mjs";
import { SetupError } from "../setup/setup-error.mjs";
import { requireToolchain } from "../setup/toolchain.mjs";
import { bundledVersion, bundleOnnxRuntime } from "./bundle-onnxruntime.mjs";
import { beyondCeiling } from "./symbol-ceiling.mjs";

const ADDON_NAME = "deeplab-rt";

/** prebuildify works in a folder of its own, so that it never touches the developer's build/Release. */
function runPrebuildify(platform, arch) {
  const prebuildify = createRequire(import.meta.url)("prebuildify");
  const cwd = path.join(BUILD, "prebuild", `${platform}-${arch}`);
  fs.mkdirSync(cwd, { recursive: true });
  const options = {
    cwd,
    out: inRoot(),
    name: ADDON_NAME,
    napi: true,
    strip: true,
    tagLibc: true,
    quiet: true,
    platform,
    arch,
    targets: [process.versions.node],
    nodeGyp: inRoot("scripts/prebuild/node-gyp-shim.cjs"),
  };
  return new Promise((resolve, reject) =>
    prebuildify(options, (error) => (error ? reject(error) : resolve())),
  );
}

/** Whether the prebuild for this machine is made from these sources and this ONNX Runtime. */
export function prebuildFits(folder = prebuildFolder()) {
  const record = path.join(folder, "build.json");
  return fs.existsSync(record) && fs.readFileSync(record, "utf8") === recordText();
}

/** What build.json says of a prebuild made now. */
function recordText() {
  const content = { sources: nativeSourcesHash(), onnxruntime: bundledVersion() };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** The addon and the library beside it: both have to load on every supported system. */
function requireLowSymbols(folder) {
  for (const name of fs.readdirSync(folder).filter((file) => /\.(node|so\.1)$/.test(file))) {
    const beyond = beyondCeiling(path.join(folder, name));
    if (beyond === null) throw new SetupError("objdump (binutils) is needed to check a prebuild.");
    if (beyond.length > 0)
      throw new SetupError(`${name} would not load on supported systems: ${beyond.join(", ")}`);
  }
}

/** Makes the prebuild for this machine; does nothing when it is already made from these sources. */
export async function buildPrebuild(platform = process.platform, arch = process.arch) {
  const folder = prebuildFolder(platform, arch);
  if (prebuildFits(folder)) return folder;
  const text = recordText();
  requireToolchain();
  fs.rmSync(folder, { recursive: true, force: true });
  await runPrebuildify(platform, arch);
  bundleOnnxRuntime(folder, platform, arch);
  requireLowSymbols(folder);
  fs.writeFileSync(path.join(folder, "build.json"), text);
  return folder;
}
