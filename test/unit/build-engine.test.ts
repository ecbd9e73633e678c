// The process that builds an engine, as the one that asked for it sees its end: whatever that is.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { type BuildHooks, buildEngine } from "../../dist/compile/build-engine.js";
import type { DeepLabError } from "../../dist/errors.js";
import type { NativeEngineBuildSpec } from "../../dist/native.js";
import { newFolder, removeFolders } from "../support/tiny-package.js";

afterAll(removeFolders);

const script = path.join(import.meta.dirname, "..", "support", "fake-builder.cjs");

/** Asks for a build that ends as named. */
function build(act: string, hooks: BuildHooks = {}) {
  const spec: NativeEngineBuildSpec = {
    modelPath: "/model/weights.onnx",
    modelParts: [{ start: 1, end: 1, bytes: Uint8Array.of(1, 2, 3) }],
    isQuantized: false,
    planPath: act,
    timingCachePath: "",
    libraryCandidates: [],
    ordinal: 0,
    precision: "fp32",
    workspace: 0,
    batch: [1, 8, 32],
    heights: [0, 0, 0],
    widths: [0, 0, 0],
  };
  return buildEngine(spec, { script, ...hooks });
}

const failure = (act: string, hooks?: BuildHooks) =>
  build(act, hooks).then(
    () => expect.fail("it should have failed"),
    (error: unknown) => error as DeepLabError,
  );

describe("a build", () => {
  test("answers what was built; bytes cross as they are", async () => {
    const onEvent = vi.fn();
    const built: unknown = await build("done", { onEvent });
    expect(built).toEqual({
      planPath: "done",
      parts: [{ start: 1, end: 1, bytes: Uint8Array.of(1, 2, 3) }],
    });
    expect(onEvent.mock.calls.map(([{ kind, number }]) => [kind, number])).toEqual([
      ["start", 2],
      ["step", 0],
    ]);
  });

  test("fails with the code, the words and the log of the one that builds", async () => {
    const lines: string[] = [];
    const error = await failure("failed", { onLog: (line) => void lines.push(line) });
    expect(error).toMatchObject({
      name: "DeepLabError",
      code: "DEVICE_OUT_OF_MEMORY",
      detail: { asked: "7", log: ["[error] out of paint"] },
    });
    expect(lines).toEqual(["[error] out of paint"]);
  });

  test("what has no code of ours is ENGINE_BUILD_FAILED", async () => {
    expect(await failure("internal")).toMatchObject({ code: "ENGINE_BUILD_FAILED" });
  });

  test("says how the process ended, in which phase, and its last lines", async () => {
    const error = await failure("exit");
    expect(error).toMatchObject({ code: "ENGINE_BUILD_FAILED", detail: { exitCode: 3, phase: "Timing" } });
    expect(error.message).toContain(
      "ended with exit code 3 in the phase “Timing”; the last line of its log is: [error] the last.",
    );
    const log = error.detail.log as string[];
    expect(log).toHaveLength(20);
    expect([log[0], log.at(-1)]).toEqual(["[warning] line 21", "[error] the last"]);
  });

  test("takes a kill by the system for want of memory", async () => {
    const error = await failure("kill");
    expect(error).toMatchObject({ code: "ENGINE_BUILD_FAILED", detail: { signal: "SIGKILL" } });
    expect(error.hint).toContain("memory");
  });

  test("ends one that gives no sign of life", async () => {
    const error = await failure("silence", { stallTime: 300 });
    expect(error).toMatchObject({ code: "ENGINE_BUILD_FAILED" });
    expect(error.message).toContain("gave no sign of life");
  });

  test("is alive as long as it logs", async () => {
    const talkative = path.join(await newFolder(), "talkative.cjs");
    await writeFile(
      talkative,
      `const talk = setInterval(() => process.stderr.write("[info] still at it\\n"), 100);
       process.once("message", () => setTimeout(() => {
         clearInterval(talk);
         process.send({ kind: "done", built: {} });
         process.disconnect();
       }, 3000));`,
    );
    await expect(build("done", { script: talkative, stallTime: 1500 })).resolves.toEqual({});
  });

  test("says why no process can be had", async () => {
    const execPath = process.execPath;
    process.execPath = "/no/such/node";
    try {
      expect((await failure("done")).message).toContain("could not be started");
    } finally {
      process.execPath = execPath;
    }
  });
});

describe("an abort", () => {
  test.each([
    ["obedient", 60_000],
    ["stubborn", 200],
  ])("ends a builder that is %s, and rejects with the reason", async (act, graceTime) => {
    const stop = new AbortController();
    const reason = new Error("enough");
    const onEvent = () => stop.abort(reason);
    await expect(build(act, { signal: stop.signal, graceTime, onEvent })).rejects.toBe(reason);
  });

  test("before the beginning starts nothing", async () => {
    const signal = AbortSignal.abort(new Error("never"));
    await expect(build("done", { signal })).rejects.toThrow("never");
  });
});
