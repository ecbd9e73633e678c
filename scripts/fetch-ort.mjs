// Another version of onnxruntime-node, for tests only, in build/third-party: its package.json, its JavaScript
// and the libraries of this machine.
//   node scripts/fetch-ort.mjs 1.20.1     prints the path of its libonnxruntime.so.1
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { fetchPackage, packageFolder } from "./fetch-package.mjs";

/** What may be fetched: SHA-512 of the package (as npm writes it) and its folder of libraries. */
const PINNED = {
  "1.20.1": {
    integrity:
      "sha512-di/I4HDXRw+FLgq+TyHmQEDd3cEp9iFFZm0r4uJ1Wd7b/WE1VXtKWo8yemex347c6GNF/3Pv86ZfPhIWxORr0w==",
    binaries: "bin/napi-v3",
  },
};

const PLATFORM = `${process.platform}/${process.arch}`;

/**
 * Makes sure that a pinned version of onnxruntime-node lies in build/third-party.
 * Resolves to `{ package, library }`: the package's folder, and its ONNX Runtime for this machine.
 */
export async function fetchOrt(version) {
  const pinned = PINNED[version];
  if (pinned === undefined) {
    throw new Error(`Expected one of ${Object.keys(PINNED).join(", ")}, found ${version}.`);
  }
  const { integrity, binaries } = pinned;
  const folder = packageFolder("onnxruntime-node", version);
  const library = path.join(folder, binaries, PLATFORM, "libonnxruntime.so.1");
  if (!fs.existsSync(library)) {
    const wanted = ["package.json", "dist/", `${binaries}/${PLATFORM}/`];
    await fetchPackage({ name: "onnxruntime-node", version, integrity, wanted });
  }
  if (!fs.existsSync(library)) {
    throw new Error(`onnxruntime-node ${version} has no library for ${PLATFORM}.`);
  }
  return { package: folder, library };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log((await fetchOrt(process.argv[2])).library);
}
