// Engines built at load while something else happens: weights that are replaced, a lock that is lost, another process
// that builds the same.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdir, utimes } from "node:fs/promises";
import path from "node:path";
import { AutoModel, type CompileProgress } from "deeplab-rt";
import { expect, test, vi } from "vitest";
import { runCode } from "../support/child.js";
import { buildersDo, onDoubles } from "../support/doubles.js";
import { emptyEngineCaches, engines, enginesFolder } from "../support/engine-cache.js";
import { tinyOnnx, tinyPackage, tinyWeights } from "../support/tiny-package.js";

onDoubles();
emptyEngineCaches();

/** Begins a load whose build does not end. */
async function hangingLoad(folder: string) {
  buildersDo("hang");
  const stop = new AbortController();
  const onProgress = vi.fn();
  const options = { backend: "trt", engine: { onProgress }, signal: stop.signal } as const;
  const load = AutoModel.fromPretrained(folder, options);
  const isBuilding = () => onProgress.mock.calls.some(([{ stage }]) => stage === "build");
  await vi.waitFor(() => expect(isBuilding()).toBe(true), { timeout: 30_000, interval: 20 });
  buildersDo("normal");
  return { load, stop };
}

test("an engine is not kept where the weights were replaced while it was built", async () => {
  const folder = await tinyPackage();
  const weights = tinyOnnx({ weights: tinyWeights.toReversed() });
  const replacing = (at: CompileProgress["stage"]) => {
    let isReplaced = false;
    const onProgress = ({ stage }: CompileProgress) => {
      if (stage !== at || isReplaced) return;
      isReplaced = true;
      writeFileSync(path.join(folder, "weights.onnx"), weights);
    };
    return AutoModel.fromPretrained(folder, { backend: "trt", engine: { onProgress } });
  };
  // Before the gate, which may then see two networks; and by the same bytes, which the gate cannot tell.
  for (const at of ["build", "check"] as const) {
    await expect(replacing(at)).rejects.toMatchObject({
      code: "ENGINE_BUILD_FAILED",
      message: expect.stringContaining("were changed while an engine was built"),
    });
    expect(await engines()).toEqual([]);
  }
});

test("a builder takes over from one that lost its lock, and removes only what a killed process left", async () => {
  const folder = await tinyPackage();
  const { load: first, stop } = await hangingLoad(folder);
  const [building = "", lock = ""] = (await engines()).sort();
  const { pid: gone } = spawnSync(process.execPath, ["-e", ""]);
  await mkdir(path.join(enginesFolder(), building.replace(`-${process.pid}-`, `-${gone}-`)));
  // As if this process had been blocked, or the machine asleep.
  const longAgo = new Date(Date.now() - 20_000);
  await utimes(path.join(enginesFolder(), lock), longAgo, longAgo);
  const second = await AutoModel.fromPretrained(folder, { backend: "trt" });
  expect(second.backend).toBe("tensorrt");
  await second.close();
  const name = path.basename(lock, ".lock");
  expect((await engines()).sort()).toEqual([name, building]); // the first one can still end its work
  stop.abort(new Error("enough"));
  await expect(first).rejects.toThrow("enough");
  expect(await engines()).toEqual([name]);
});

test("a program need not wait for what another one builds", async () => {
  const folder = await tinyPackage();
  const { load: other, stop } = await hangingLoad(folder);
  const code = `
    const { AutoModel } = require(${JSON.stringify(path.join(import.meta.dirname, "../../dist/index.js"))});
    AutoModel.fromPretrained(${JSON.stringify(folder)}, { backend: "trt", engine: "background" })
      .then((model) => console.log(model.info().engineBuild.state));`;
  const { code: exit, hung, stdout } = await runCode(code);
  expect({ exit, hung, stdout }).toEqual({ exit: 0, hung: false, stdout: "building\n" });
  stop.abort(new Error("enough"));
  await expect(other).rejects.toThrow("enough");
});
