// Engines in the cache folder as they are found: whole, in part, and those that turned out not to fit.

import { readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cachedEngine, type EnginePlace, forgetEngine } from "../../dist/compile/engine-cache.js";
import { parseEngineLoad } from "../../dist/compile/load-options.js";
import { readEngine } from "../../dist/packages/engine-package.js";
import { type ModelPackage, readModelPackage } from "../../dist/packages/model-package.js";
import { engineFacts, enginePackage, moveHouse } from "../support/engine-package.js";
import { removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);
beforeEach(moveHouse);
afterEach(() => vi.unstubAllEnvs());

const facts = { ...engineFacts, accuracy: { agreement: 1 } };

/** As a process sees it that wants the engine in this folder. */
async function place(folder: string): Promise<EnginePlace> {
  const model = await readModelPackage(await tinyPackage());
  return { wish: { model, engine: parseEngineLoad(undefined) }, folder } as EnginePlace;
}

/** The engine there, which has to be one. */
async function kept(at: EnginePlace): Promise<ModelPackage> {
  const found = await cachedEngine(at);
  if (found === undefined) throw new Error(`no engine in ${at.folder}`);
  return found;
}

/** What is left of a folder, and of what was made beside it. */
async function left(folder: string): Promise<string[]> {
  const names = await readdir(path.dirname(folder));
  return names.filter((name) => name.startsWith(path.basename(folder)));
}

describe("a kept engine", () => {
  test("is found", async () => {
    const folder = await enginePackage({ facts });
    const weightsPath = path.join(folder, "engine.plan");
    const found = { format: "trt", weightsPath, engine: { trust: "signature" } };
    expect(await cachedEngine(await place(folder))).toMatchObject(found);
  });

  test.each(["engine.plan", "trt_config.json", "deeplab_rt.json"])("is none without %s", async (name) => {
    const folder = await enginePackage({ facts });
    await rm(path.join(folder, name));
    await expect(cachedEngine(await place(folder))).resolves.toBeUndefined();
  });
});

test("an engine that is not there is a missing file, also where only its record is", async () => {
  const folder = await enginePackage({ facts });
  await rm(path.join(folder, "engine.plan"));
  await expect(readEngine(folder, false)).rejects.toMatchObject({ code: "PACKAGE_MISSING_FILE" });
});

describe("an engine that turned out not to fit", () => {
  test("is removed, by however many that found it", async () => {
    const folder = await enginePackage({ facts });
    const places = [await place(folder), await place(folder), await place(folder)];
    const found = await Promise.all(places.map(kept));
    await Promise.all(places.map((one, i) => forgetEngine(one, found[i] as ModelPackage)));
    expect(await left(folder)).toEqual([]);
  });

  test("stays where it is another one by now", async () => {
    const folder = await enginePackage({ facts });
    const late = await place(folder);
    const misfit = await kept(late);
    await rm(folder, { recursive: true });
    await rename(await enginePackage({ facts }), folder);
    await forgetEngine(late, misfit);
    expect(await left(folder)).toEqual([path.basename(folder)]);
    expect(await cachedEngine(late)).toBeDefined();
  });
});
