// Another version of onnxruntime-node, for tests only, in build/third-party: its package.json, its JavaScript
// and the libraries of this machine. Fetched by `npm pack`; taken only when its SHA-512 is the one here.
//   node scripts/fetch-ort.mjs 1.20.1     prints the path of its libonnxruntime.so.1
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as tar from "tar";
import { BUILD } from "./setup/paths.mjs";
import { runCaptured } from "./setup/run-command.mjs";

/** What may be fetched: SHA-512 of the package (as npm writes it) and its folder of libraries. */
const PINNED = {
  "1.20.1": {
    integrity:
      "sha512-di/I4HDXRw+FLgq+TyHmQEDd3cEp9iFFZm0r4uJ1Wd7b/WE1VXtKWo8yemex347c6GNF/3Pv86ZfPhIWxORr0w==",
    binaries: "bin/napi-v3",
  },
};

const PLATFORM = `${process.platform}/${process.arch}`;

function integrityOf(file) {
  return `sha512-${createHash("sha512").update(fs.readFileSync(file)).digest("base64")}`;
}

/** Has npm write the package's archive into `folder`; returns its path. */
async function pack(version, folder) {
  const args = ["pack", `onnxruntime-node@${version}`, "--silent", "--pack-destination", folder];
  const { code, output } = await runCaptured("npm", args);
  if (code !== 0) throw new Error(`npm pack onnxruntime-node@${version} failed:\n${output}`);
  return path.join(folder, `onnxruntime-node-${version}.tgz`);
}

async function fetchInto(version, folder) {
  const { integrity, binaries } = PINNED[version];
  const scratch = `${folder}.part`;
  fs.rmSync(scratch, { recursive: true, force: true });
  fs.mkdirSync(scratch, { recursive: true });
  const archive = await pack(version, scratch);
  const found = integrityOf(archive);
  if (found !== integrity) {
    throw new Error(`onnxruntime-node ${version}: expected ${integrity}, found ${found}.`);
  }
  const wanted = ["package.json", "dist/", `${binaries}/${PLATFORM}/`].map((name) => `package/${name}`);
  const filter = (name) => wanted.some((start) => name.startsWith(start));
  await tar.extract({ file: archive, cwd: scratch, strip: 1, filter });
  fs.rmSync(archive);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.renameSync(scratch, folder); // complete or absent, never half
}

/**
 * Makes sure that a pinned version of onnxruntime-node lies in build/third-party.
 * Resolves to `{ package, library }`: the package's folder, and its ONNX Runtime for this machine.
 */
export async function fetchOrt(version) {
  const pinned = PINNED[version];
  if (pinned === undefined) {
    throw new Error(`Expected one of ${Object.keys(PINNED).join(", ")}, found ${version}.`);
  }
  const folder = path.join(BUILD, "third-party", `onnxruntime-node-${version}`);
  const library = path.join(folder, pinned.binaries, PLATFORM, "libonnxruntime.so.1");
  if (!fs.existsSync(library)) await fetchInto(version, folder);
  if (!fs.existsSync(library)) {
    throw new Error(`onnxruntime-node ${version} has no library for ${PLATFORM}.`);
  }
  return { package: folder, library };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log((await fetchOrt(process.argv[2])).library);
}
