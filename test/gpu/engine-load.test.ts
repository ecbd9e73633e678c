// backend "trt" on a package that has no engine: what is refused before anything is built, what the background mode
// promises, and how loading is aborted.

import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { AutoModel, type DeepLabError, type FromPretrainedOptions } from "deeplab-rt";
import { describe, expect, test, vi } from "vitest";
import { buildersDo, onDoubles } from "../support/doubles.js";
import { emptyEngineCaches, enginesFolder } from "../support/engine-cache.js";
import { stripeMap, stripes, tinyPackage } from "../support/tiny-package.js";

onDoubles();
emptyEngineCaches();

const load = (folder: string, options: FromPretrainedOptions = {}) =>
  AutoModel.fromPretrained(folder, { backend: "trt", ...options });

describe("options that contradict each other or the package", () => {
  test.each<[string, FromPretrainedOptions, string, RegExp]>([
    ["headCut", { headCut: false, engine: { headCut: true } }, "engine.headCut", /where headCut is false/],
    [
      "headCut, in the background",
      { headCut: false, engine: { headCut: true, mode: "background" } },
      "engine.headCut",
      /where headCut is false/,
    ],
    [
      "sizes of a package that states its own",
      { engine: { maxSize: { width: 64, height: 64 } } },
      "engine.maxSize",
      /resizes every picture to 8×8/,
    ],
  ])("%s: refused by name, before anything is built", async (_, options, option, message) => {
    const onProgress = vi.fn();
    const engine = { ...(options.engine as object), onProgress };
    const refused = load(await tinyPackage(), { ...options, engine });
    await expect(refused).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringMatching(message),
      detail: { option },
    });
    expect(onProgress).not.toHaveBeenCalled();
  });
});

describe("in the background", () => {
  test("what was said of ONNX Runtime on a GPU is no mistake while it answers on the CPU", async () => {
    const session = {
      executionProvider: "cuda",
      providerOptions: { cudnn_conv_algo_search: "DEFAULT" },
    } as const;
    await using model = await load(await tinyPackage(), { engine: "background", session });
    expect(model.info()).toMatchObject({ backend: "onnxruntime", device: "cpu" });
    expect([...(await model.infer(stripes())).segmentationMap]).toEqual(stripeMap);
  });

  test("a kept engine that agrees too little is a failed build, and ONNX Runtime stays", async () => {
    const folder = await tinyPackage();
    buildersDo("rotate");
    await (await load(folder, { engine: { minAgreement: 0 } })).close();
    const warned = once(process, "warning");
    await using model = await load(folder, { engine: "background" });
    const [warning] = (await warned) as [DeepLabError];
    expect(warning).toMatchObject({ name: "DeepLabWarning", code: "ENGINE_BUILD_FAILED" });
    expect(warning.message).toMatch(/stays on ONNX Runtime: \[ENGINE_INACCURATE\]/);
    expect(model.info()).toMatchObject({
      backend: "onnxruntime",
      engineBuild: { state: "failed", reason: expect.stringContaining("expected at least 0.995") },
    });
    expect([...(await model.infer(stripes())).segmentationMap]).toEqual(stripeMap);
  });
});

/** A pipe in a file's place: whoever opens it waits until `isRead` finds that out; `release` leaves a file there. */
function stuckFile(file: string) {
  rmSync(file, { force: true });
  expect(spawnSync("mkfifo", [file]).status).toBe(0);
  let writer: number | undefined;
  const isRead = () => {
    try {
      writer ??= openSync(file, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch {
      return false; // nobody reads it yet
    }
    return true;
  };
  const release = (content: string) => {
    rmSync(file);
    writeFileSync(file, content);
    if (writer !== undefined) closeSync(writer);
  };
  return { isRead, release };
}

describe("aborting", () => {
  test("is told of at once, while a kept engine is being read", async () => {
    const folder = await tinyPackage();
    await (await load(folder)).close();
    const [name = ""] = readdirSync(enginesFolder());
    const plan = stuckFile(path.join(enginesFolder(), name, "engine.plan"));
    const stop = new AbortController();
    const reason = new Error("enough");
    const ended = load(folder, { signal: stop.signal }).catch((error: unknown) => error);
    const whenRead = () => {
      expect(plan.isRead()).toBe(true);
      stop.abort(reason); // in the tick that lets the reader go: it learns of nothing before
    };
    await vi.waitFor(whenRead, { timeout: 30_000, interval: 20 });
    const late = new Promise((resolve) => setTimeout(resolve, 5_000, "still loading"));
    const first = await Promise.race([ended, late]);
    plan.release("no engine");
    expect(first).toBe(reason);
  });
});
