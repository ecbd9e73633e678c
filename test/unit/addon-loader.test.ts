// Where the addon does not load, importing still works and the first use says what is wrong.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { newFolder, removeFolders } from "../support/tiny-package.js";

afterAll(removeFolders);

const dist = path.join(import.meta.dirname, "../../dist");

// A process of its own: the addon of this one may be loaded already.
function run(code: string, env: Record<string, string>) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  expect([status, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout) as {
    code: string;
    message: string;
    detail: { lookedAt: string[]; machine: string };
  };
}

const useIt = `
  const { native } = await import(${JSON.stringify(path.join(dist, "native.js"))});
  const index = await import(${JSON.stringify(path.join(dist, "index.mjs"))});
  if (typeof index.AutoModel.fromPretrained !== "function") throw new Error("the import failed");
  try { native(); } catch ({ code, message, detail }) { console.log(JSON.stringify({ code, message, detail })); }
`;

describe("an addon that cannot be loaded", () => {
  test("named by DEEPLAB_RT_ADDON and missing: the message says which file, machine and what to do", () => {
    const { code, message, detail } = run(useIt, { DEEPLAB_RT_ADDON: "/no/such/addon.node" });
    expect(code).toBe("BACKEND_ADDON_UNAVAILABLE");
    expect(message).toContain("/no/such/addon.node (named by DEEPLAB_RT_ADDON) could not be loaded");
    expect(message).toContain(`${process.platform}-${process.arch}`);
    expect(message).toContain(`Node.js ${process.versions.node}`);
    expect(message).toMatch(/How to fix: .*linux-x64 \(glibc\).*npm run build:native.*C\+\+17.*CMake/);
    expect(detail.lookedAt).toEqual(["/no/such/addon.node"]);
  });

  test("that is no library is named with the loader's own words", async () => {
    const file = path.join(await newFolder(), "addon.node");
    writeFileSync(file, "not a library");
    const { code, message } = run(useIt, { DEEPLAB_RT_ADDON: file });
    expect(code).toBe("BACKEND_ADDON_UNAVAILABLE");
    expect(message).toMatch(
      /could not be loaded: .*(file too short|invalid ELF header|not a mach-o|not a valid)/i,
    );
  });

  test("that was built for another version is refused before it is used", async () => {
    const file = path.join(await newFolder(), "addon.cjs");
    writeFileSync(file, 'exports.buildInfo = () => ({ version: "0.0.0" });');
    const { code, message } = run(useIt, { DEEPLAB_RT_ADDON: file });
    expect(code).toBe("BACKEND_ADDON_UNAVAILABLE");
    expect(message).toMatch(/does not belong here: it is of version 0\.0\.0, this package of \d/);
  });

  test("that was never built for this machine: both places are named", async () => {
    const empty = await newFolder();
    // node-gyp-build's own switches: look nowhere but in this empty folder.
    const { code, message, detail } = run(useIt, { DEEPLAB_RT_PREBUILD: empty, PREBUILDS_ONLY: "1" });
    expect(code).toBe("BACKEND_ADDON_UNAVAILABLE");
    expect(message).toContain("no build of it fits this machine");
    expect(detail.lookedAt.map((place) => path.basename(place))).toEqual(["Release", "prebuilds"]);
  });
});
