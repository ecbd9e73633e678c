// backend "trt" on a package that has no engine: built once, kept, shared, or built while ONNX Runtime answers.

import { once } from "node:events";
import { readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { AutoModel, type CompileProgress, type DeepLabError, type EngineLoadOptions } from "deeplab-rt";
import { describe, expect, test, vi } from "vitest";
import { runCode } from "../support/child.js";
import { buildersDo, onDoubles } from "../support/doubles.js";
import { emptyEngineCaches, engines, enginesFolder } from "../support/engine-cache.js";
import { stripeMap, stripes, tinyOnnx, tinyPackage, tinyWeights } from "../support/tiny-package.js";

onDoubles();
emptyEngineCaches();

/** Loads on TensorRT; counts the builds it made. */
async function loaded(folder: string, engine: EngineLoadOptions = {}) {
  let builds = 0;
  const onProgress = ({ stage, fraction }: CompileProgress) => {
    if (stage === "build" && fraction === 1) builds++;
  };
  const model = await AutoModel.fromPretrained(folder, { backend: "trt", engine: { onProgress, ...engine } });
  return { model, builds: () => builds };
}

async function waitFor(isSo: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(isSo()).toBe(true), { timeout: 30_000, interval: 20 });
}

describe("an engine that is not there", () => {
  test("is built once and then found", async () => {
    const folder = await tinyPackage();
    const first = await loaded(folder);
    await using model = first.model;
    expect(first.builds()).toBe(1);
    expect(model.info()).toMatchObject({
      folder,
      backend: "tensorrt",
      packageFormat: "trt",
      engineBuild: null,
    });
    expect([...(await model.infer(stripes())).segmentationMap]).toEqual(stripeMap);
    const second = await loaded(folder);
    await using again = second.model;
    expect(second.builds()).toBe(0);
    expect(again.info().sharedBy).toBe(2);
    expect(await engines()).toHaveLength(1);
  });

  test("is another one for everything that decides it", async () => {
    const folder = await tinyPackage();
    for (const engine of [{}, { maxBatch: 4 }, { precision: "fp16" }, { workspace: "1GiB" }] as const) {
      const { model, builds } = await loaded(folder, engine);
      await model.close();
      expect(builds()).toBe(1);
    }
    await writeFile(path.join(folder, "weights.onnx"), tinyOnnx({ weights: tinyWeights.toReversed() }));
    const { model, builds } = await loaded(folder);
    await model.close();
    expect(builds()).toBe(1);
    expect(await engines()).toHaveLength(5);
  });

  test("follows the package's other files", async () => {
    const folder = await tinyPackage();
    await (await loaded(folder)).model.close();
    await writeFile(path.join(folder, "class_names.txt"), "background\nrot\ngrün\n");
    const { model, builds } = await loaded(folder);
    expect(builds()).toBe(0);
    expect(model.classNames).toEqual(["background", "rot", "grün"]);
    await model.close();
  });

  test("is built by one of all that ask at once", async () => {
    buildersDo("normal", 20);
    const folder = await tinyPackage();
    const all = await Promise.all([loaded(folder), loaded(folder), loaded(folder)]);
    expect(all.reduce((sum, { builds }) => sum + builds(), 0)).toBe(1);
    await Promise.all(all.map(({ model }) => model.close()));
  });

  test("is built by one of several processes", async () => {
    buildersDo("normal", 20);
    const folder = await tinyPackage();
    const code = `
      const { AutoModel } = require(${JSON.stringify(path.join(import.meta.dirname, "../../dist/index.js"))});
      let built = false;
      const onProgress = ({ stage, fraction }) => { built ||= stage === "build" && fraction === 1; };
      AutoModel.fromPretrained(${JSON.stringify(folder)}, { backend: "trt", engine: { onProgress } })
        .then(async (model) => { console.log(model.backend, built); await model.close(); });`;
    const ends = await Promise.all([runCode(code), runCode(code)]);
    expect(ends.map(({ stdout }) => stdout.trim()).sort()).toEqual(["tensorrt false", "tensorrt true"]);
  });

  test("is built anew where the kept one was damaged", async () => {
    const folder = await tinyPackage();
    await (await loaded(folder)).model.close();
    const [name = ""] = await engines();
    await writeFile(path.join(enginesFolder(), name, "engine.plan"), "something else");
    const { model, builds } = await loaded(folder);
    expect(builds()).toBe(1);
    await model.close();
  });

  test("is built anew where half of the kept one is missing", async () => {
    const folder = await tinyPackage();
    await (await loaded(folder)).model.close();
    const [name = ""] = await engines();
    for (const part of ["engine.plan", "trt_config.json", "deeplab_rt.json"]) {
      await rm(path.join(enginesFolder(), name, part));
      const { model, builds } = await loaded(folder);
      expect([part, builds()]).toEqual([part, 1]);
      await model.close();
    }
  });

  test("is kept with what loading reads, and no more", async () => {
    const folder = await tinyPackage({ more: { "README.txt": "words" } });
    await (await loaded(folder)).model.close();
    const [name = ""] = await engines();
    expect((await readdir(path.join(enginesFolder(), name))).sort()).toEqual([
      "class_names.txt",
      "deeplab_rt.json",
      "engine.plan",
      "inference_config.json",
      "trt_config.json",
    ]);
  });

  test("leaves nothing of a builder's process that was killed, and nothing of a failure", async () => {
    const folder = await tinyPackage();
    buildersDo("segv");
    await expect(loaded(folder)).rejects.toMatchObject({ code: "ENGINE_BUILD_FAILED" });
    expect(await engines()).toEqual([]);
    buildersDo("rotate");
    await expect(loaded(folder)).rejects.toMatchObject({ code: "ENGINE_INACCURATE" });
    expect(await engines()).toEqual([]);
  });

  test("that was kept is refused where more agreement is asked for than it has", async () => {
    const folder = await tinyPackage();
    buildersDo("rotate");
    await (await loaded(folder, { minAgreement: 0 })).model.close();
    await expect(loaded(folder)).rejects.toMatchObject({ code: "ENGINE_INACCURATE" });
  });

  test("ends with the signal", async () => {
    buildersDo("hang");
    const stop = new AbortController();
    const reason = new Error("enough");
    const onProgress = ({ stage, fraction }: CompileProgress) => {
      if (stage === "build" && fraction > 0) stop.abort(reason);
    };
    const folder = await tinyPackage();
    const options = { backend: "trt", engine: { onProgress }, signal: stop.signal } as const;
    await expect(AutoModel.fromPretrained(folder, options)).rejects.toBe(reason);
    expect(await engines()).toEqual([]);
  });

  test("needs a GPU, and says so", async () => {
    const folder = await tinyPackage();
    const refused = AutoModel.fromPretrained(folder, { backend: "trt", device: "cpu" });
    await expect(refused).rejects.toMatchObject({ code: "DEVICE_UNAVAILABLE" });
    const engine = "background" as const;
    const onnx = AutoModel.fromPretrained(folder, { backend: "onnx", engine });
    await expect(onnx).rejects.toMatchObject({ code: "OPTION_INVALID" });
  });
});

describe("in the background", () => {
  test("ONNX Runtime answers until the engine is there, and no call fails", async () => {
    buildersDo("normal", 20);
    const { model } = await loaded(await tinyPackage(), { mode: "background" });
    expect(model.info()).toMatchObject({
      backend: "onnxruntime",
      packageFormat: "onnx",
      engineBuild: { state: "building" },
    });
    const backends = new Set<string>();
    while (model.info().engineBuild?.state === "building") {
      backends.add(model.backend);
      const results = await Promise.all([model.infer(stripes()), model.infer([stripes(), stripes()])]);
      for (const result of results.flat()) expect([...result.segmentationMap]).toEqual(stripeMap);
    }
    expect([...backends]).toEqual(["onnxruntime"]);
    expect(model.info()).toMatchObject({
      backend: "tensorrt",
      packageFormat: "trt",
      engineBuild: { state: "ready" },
      engine: { trust: "signature" },
    });
    expect([...(await model.infer(stripes())).segmentationMap]).toEqual(stripeMap);
    await model.close();
    expect(model.info().backend).toBe("tensorrt");
  });

  test("the engine that is there already is used at once", async () => {
    const folder = await tinyPackage();
    await (await loaded(folder)).model.close();
    await using model = await AutoModel.fromPretrained(folder, { backend: "trt", engine: "background" });
    expect(model.info()).toMatchObject({ backend: "tensorrt", engineBuild: null });
  });

  test("a failure is a warning, and ONNX Runtime stays", async () => {
    buildersDo("fail");
    const warned = once(process, "warning");
    const { model } = await loaded(await tinyPackage(), { mode: "background" });
    const [warning] = (await warned) as [DeepLabError];
    expect(warning).toMatchObject({ name: "DeepLabWarning", code: "ENGINE_BUILD_FAILED" });
    expect(warning.message).toContain("TensorRT");
    expect(model.info()).toMatchObject({
      backend: "onnxruntime",
      engineBuild: { state: "failed", reason: expect.stringContaining("could not build an engine") },
    });
    expect([...(await model.infer(stripes())).segmentationMap]).toEqual(stripeMap);
    await model.close();
  });

  test("close() ends the build", async () => {
    buildersDo("hang");
    const onProgress = vi.fn();
    const { model } = await loaded(await tinyPackage(), { mode: "background", onProgress });
    await waitFor(() => onProgress.mock.calls.some(([{ stage }]) => stage === "build"));
    await model.close();
    expect(await engines()).toEqual([]);
    await expect(model.infer(stripes())).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("a program need not wait for it to end", async () => {
    buildersDo("stuck");
    const folder = await tinyPackage();
    const code = `
      const { AutoModel } = require(${JSON.stringify(path.join(import.meta.dirname, "../../dist/index.js"))});
      const started = new Promise((resolve) => {
        const onProgress = ({ stage, fraction }) => { if (stage === "build" && fraction > 0) resolve(); };
        AutoModel.fromPretrained(${JSON.stringify(folder)}, { backend: "trt", engine: { mode: "background", onProgress } });
      });
      const staying = setInterval(() => {}, 1000);
      started.then(() => { console.log("building"); clearInterval(staying); });`;
    const { code: exit, hung, stdout } = await runCode(code, { seconds: 30 });
    expect({ exit, hung, stdout }).toEqual({ exit: 0, hung: false, stdout: "building\n" });
    await rm(enginesFolder(), { recursive: true, force: true });
  });
});
