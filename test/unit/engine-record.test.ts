// deeplab_rt.json beside an engine: what is taken for ours, and that nothing else is.

import { chmod, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  engineOrigin,
  isOurs,
  readEngineRecord,
  writeEngineRecord,
} from "../../dist/packages/engine-record.js";
import { engineFacts as facts, moveHouse } from "../support/engine-package.js";
import { newFolder, removeFolders } from "../support/tiny-package.js";

afterAll(removeFolders);
afterEach(() => vi.unstubAllEnvs());

let home: string;
beforeEach(async () => {
  home = await moveHouse();
});

const keyFile = () => path.join(home, "deeplab-rt/engine-key/key");

async function engineFolder(plan = "a plan"): Promise<string> {
  const folder = await newFolder();
  await writeFile(path.join(folder, "engine.plan"), plan);
  return folder;
}

const recordFile = (folder: string) => path.join(folder, "deeplab_rt.json");

/** Puts a value where the path says; undefined takes away what is there. */
async function edit(folder: string, field: string, value: unknown): Promise<void> {
  const record = JSON.parse(await readFile(recordFile(folder), "utf8"));
  const keys = field.split(".");
  const last = keys.pop() ?? "";
  const inner = keys.reduce((object, key) => object[key], record);
  inner[last] = value;
  await writeFile(recordFile(folder), JSON.stringify(record));
}

describe("a record that was written here", () => {
  test("is read as it was written, and is ours", async () => {
    const folder = await engineFolder();
    const written = await writeEngineRecord(folder, facts);
    const read = await readEngineRecord(folder);
    expect(read).toEqual({ format: 1, ...facts, signature: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(read).toEqual(written);
    expect(await isOurs(folder, written)).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(["deeplab_rt.json", "engine.plan"]);
  });

  test("stays ours when the folder is copied, and when its JSON is written in another order", async () => {
    const folder = await engineFolder();
    const { format, head, built, accuracy, signature } = await writeEngineRecord(folder, facts);
    const copy = await engineFolder();
    const turned = { signature, accuracy, built: Object.fromEntries(Object.entries(built).reverse()) };
    await writeFile(recordFile(copy), JSON.stringify({ ...turned, head, format }));
    const record = await readEngineRecord(copy);
    expect(record && (await isOurs(copy, record))).toBe(true);
  });

  test("may be of an uncut engine that was not measured", async () => {
    const folder = await engineFolder();
    const record = await writeEngineRecord(folder, { ...facts, head: null, accuracy: null });
    expect(await readEngineRecord(folder)).toEqual(record);
    expect(await isOurs(folder, record)).toBe(true);
  });

  test("replaces an older one", async () => {
    const folder = await engineFolder();
    const first = await writeEngineRecord(folder, facts);
    await writeFile(path.join(folder, "engine.plan"), "a newer plan");
    const second = await writeEngineRecord(folder, facts);
    expect(second.signature).not.toBe(first.signature);
    expect(await readEngineRecord(folder)).toEqual(second);
  });
});

describe("an engine is not ours", () => {
  const notOurs = async (folder: string, reason: RegExp) => {
    const record = await readEngineRecord(folder);
    expect(await engineOrigin(folder, record)).toEqual({
      ours: false,
      reason: expect.stringMatching(reason),
    });
  };

  test("without a record", async () => {
    await notOurs(await engineFolder(), /no deeplab_rt\.json/);
  });

  test("when one byte of the plan is another", async () => {
    const folder = await engineFolder();
    await writeEngineRecord(folder, facts);
    await writeFile(path.join(folder, "engine.plan"), "a plaN");
    await notOurs(folder, /changed/);
  });

  test.each<[string, string, unknown]>([
    ["its head", "head.interpolation.rows.scale", 8],
    ["its lack of a head", "head", null],
    ["what it was built with", "built.precision", "fp32"],
    ["what was measured", "accuracy.pixelAgreement", 1],
    ["an added key", "more", 1],
    ["an added key further in", "built.more", 1],
    ["its signature", "signature", "0".repeat(64)],
  ])("when the record was changed: %s", async (_, field, value) => {
    const folder = await engineFolder();
    await writeEngineRecord(folder, facts);
    await edit(folder, field, value);
    await notOurs(folder, /changed/);
  });

  test("where another key signed it, or where there is none", async () => {
    const folder = await engineFolder();
    await writeEngineRecord(folder, facts);
    home = await moveHouse();
    await notOurs(folder, /no engine was ever built by this user/);
    expect(await readdir(home)).toEqual([]); // looking makes no key
    await writeEngineRecord(await engineFolder(), facts);
    await notOurs(folder, /built elsewhere/);
  });
});

describe("the key", () => {
  test("is 32 bytes that only this user can read, and is made once", async () => {
    await Promise.all(Array.from({ length: 8 }, async () => writeEngineRecord(await engineFolder(), facts)));
    expect(await readdir(path.dirname(keyFile()))).toEqual(["key"]);
    const { size, mode } = await stat(keyFile());
    expect(size).toBe(32);
    if (process.platform !== "win32") expect(mode & 0o777).toBe(0o600);
    const key = await readFile(keyFile());
    const folder = await engineFolder();
    expect(await isOurs(folder, await writeEngineRecord(folder, facts))).toBe(true);
    expect(await readFile(keyFile())).toEqual(key);
  });

  test.runIf(process.platform !== "win32")("that others can read is no key", async () => {
    const folder = await engineFolder();
    const record = await writeEngineRecord(folder, facts);
    await chmod(keyFile(), 0o640);
    expect(await engineOrigin(folder, record)).toMatchObject({
      ours: false,
      reason: expect.stringMatching(/key.*can be used by others: its mode is 640, not 600/),
    });
    await expect(writeEngineRecord(folder, facts)).rejects.toThrow(/mode is 640/);
    await expect(writeEngineRecord(folder, facts)).rejects.toMatchObject({
      code: "ENGINE_BUILD_FAILED",
      hint: expect.stringContaining("delete its file"),
    });
  });

  test.runIf(process.platform !== "win32")("that is a link is no key", async () => {
    const folder = await engineFolder();
    const record = await writeEngineRecord(folder, facts);
    const known = path.join(await newFolder(), "key");
    await writeFile(known, await readFile(keyFile()), { mode: 0o600 });
    home = await moveHouse();
    await writeEngineRecord(await engineFolder(), facts); // makes the folder
    await rm(keyFile());
    await symlink(known, keyFile());
    expect(await isOurs(folder, record)).toBe(false);
  });

  test("that cannot be made says where", async () => {
    await writeFile(path.join(home, "deeplab-rt"), "a file where the folder should be");
    await expect(writeEngineRecord(await engineFolder(), facts)).rejects.toMatchObject({
      code: "ENGINE_BUILD_FAILED",
      message: expect.stringContaining(path.dirname(keyFile())),
      hint: expect.stringContaining("INFERENCE_HOME"),
    });
  });

  test("of another length is no key", async () => {
    const folder = await engineFolder();
    const record = await writeEngineRecord(folder, facts);
    await writeFile(keyFile(), "short");
    expect(await engineOrigin(folder, record)).toMatchObject({
      reason: expect.stringMatching(/holds 5 bytes, not the 32 of a key/),
    });
  });
});

describe("a broken record is PACKAGE_INVALID", () => {
  test.each<[string, unknown, Record<string, string>]>([
    ["format", 2, { found: "2", allowed: expect.stringMatching(/^1 /) }],
    ["signature", "xyz", { allowed: "64 hexadecimal digits" }],
    ["head.output", undefined, { found: "nothing", allowed: "a string" }],
    [
      "head.interpolation.rows",
      { scale: 0, size: 0 },
      { allowed: "a scale or a size above 0, and 0 for the other" },
    ],
    ["head.interpolation.columns.size", "512", { found: '"512"' }],
    ["built.profiles.0.min", 0, { found: "0" }],
    ["accuracy", "good", { found: '"good"' }],
  ])("%s", async (field, value, detail) => {
    const folder = await engineFolder();
    await writeEngineRecord(folder, facts);
    await edit(folder, field, value);
    await expect(readEngineRecord(folder)).rejects.toMatchObject({
      code: "PACKAGE_INVALID",
      detail: { file: recordFile(folder), field, ...detail },
    });
  });
});
