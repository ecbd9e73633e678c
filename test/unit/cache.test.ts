// The cache on disk: where it lies, and what of it is believed.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  type CachePlace,
  cacheFolder,
  entryName,
  readSealed,
  sealed,
  unsealed,
} from "../../dist/packages/cache.js";
import { newFolder, removeFolders } from "../support/tiny-package.js";

afterAll(removeFolders);

const place = (platform: NodeJS.Platform, env: Record<string, string> = {}): CachePlace => ({
  env,
  platform,
  home: () => "/home/ada",
});

describe("the folder", () => {
  test.each<[string, CachePlace, string]>([
    ["the platform's own", place("linux"), "/home/ada/.cache/deeplab-rt/things"],
    ["that of macOS", place("darwin"), "/home/ada/Library/Caches/deeplab-rt/things"],
    ["that of Windows", place("win32"), "/home/ada/AppData/Local/deeplab-rt/things"],
    ["XDG_CACHE_HOME", place("linux", { XDG_CACHE_HOME: "/x" }), "/x/deeplab-rt/things"],
    ["not a relative one", place("linux", { XDG_CACHE_HOME: "x" }), "/home/ada/.cache/deeplab-rt/things"],
    ["not on macOS", place("darwin", { XDG_CACHE_HOME: "/x" }), "/home/ada/Library/Caches/deeplab-rt/things"],
    ["LOCALAPPDATA", place("win32", { LOCALAPPDATA: "/local" }), "/local/deeplab-rt/things"],
    [
      "MODEL_CACHE_DIR",
      place("linux", { MODEL_CACHE_DIR: "/models", XDG_CACHE_HOME: "/x" }),
      "/models/deeplab-rt/things",
    ],
    [
      "INFERENCE_HOME first",
      place("linux", { INFERENCE_HOME: "/inference", MODEL_CACHE_DIR: "/models" }),
      "/inference/deeplab-rt/things",
    ],
    [
      "empty names are none",
      place("linux", { INFERENCE_HOME: "", MODEL_CACHE_DIR: "" }),
      "/home/ada/.cache/deeplab-rt/things",
    ],
  ])("%s", (_, where, expected) => {
    expect(cacheFolder("things", where)).toBe(expected);
  });

  test("a relative INFERENCE_HOME counts from the working directory", () => {
    const folder = cacheFolder("things", place("linux", { INFERENCE_HOME: "here" }));
    expect(folder).toBe(path.resolve("here", "deeplab-rt", "things"));
  });

  test("needs no home where a variable names it", () => {
    const homeless = {
      ...place("linux", { INFERENCE_HOME: "/x" }),
      home: () => {
        throw new Error("no home");
      },
    };
    expect(cacheFolder("things", homeless)).toBe("/x/deeplab-rt/things");
  });
});

test("names of entries are file names, one for each text", () => {
  expect(entryName("/a/b c:*?", ".json")).toMatch(/^[0-9a-f]{32}\.json$/);
  expect(entryName("/a", ".json")).not.toBe(entryName("/b", ".json"));
});

describe("a sealed value", () => {
  const value = { list: [1, 2], text: "line\nand ✓" };

  test("comes back", () => {
    expect(unsealed(Buffer.from(sealed(value)))).toEqual(value);
  });

  test("is not believed when a byte is missing, changed or added anywhere", () => {
    const good = Buffer.from(sealed(value));
    for (let i = 0; i < good.length; i++) {
      const changed = Buffer.from(good);
      changed[i] = (changed[i] as number) ^ 1;
      expect(unsealed(changed)).toBeUndefined();
      expect(unsealed(good.subarray(0, i))).toBeUndefined();
    }
    expect(unsealed(Buffer.concat([good, Buffer.from("x")]))).toBeUndefined();
  });

  test("that is not there, or is a folder, is none", async () => {
    const folder = await newFolder();
    expect(await readSealed(path.join(folder, "none"))).toBeUndefined();
    expect(await readSealed(folder)).toBeUndefined();
    await writeFile(path.join(folder, "one"), sealed(value));
    expect(await readSealed(path.join(folder, "one"))).toEqual(value);
  });
});
