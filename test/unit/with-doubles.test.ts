// What scripts/with-doubles makes of its arguments and of the environment. That it runs commands on the doubles:
// test/gpu.
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { doublesEnvironment, onDoubles } from "../../scripts/doubles/environment.mjs";
import { readArguments } from "../../scripts/doubles/with-doubles.mjs";

const libraries = {
  cuda: "/d/libcuda.so.1",
  leaks: "/d/leaks.node",
  tensorrt: "/d/libnvinfer.so.10",
  parser: "/d/p",
  onnxruntime: "/d/ort",
};

describe("the arguments of with-doubles", () => {
  test("what follows is the command, options and all", () => {
    expect(readArguments(["node", "-p", "1"])).toEqual({ ort: false, command: "node", args: ["-p", "1"] });
  });

  test("--ort before it is ours, after it the command's", () => {
    expect(readArguments(["--ort", "npm", "test"])).toEqual({ ort: true, command: "npm", args: ["test"] });
    expect(readArguments(["npm", "--ort"])).toEqual({ ort: false, command: "npm", args: ["--ort"] });
  });

  test.each([[[]], [["--ort"]], [["--help"]]])("%j says how it is used", (typed: string[]) => {
    expect(() => readArguments(typed)).toThrow(/Use: scripts\/with-doubles/);
  });
});

describe.runIf(process.platform === "linux")("the environment of the doubles", () => {
  test("names them by the product's own path settings, and says that they are used", () => {
    const env = doublesEnvironment(libraries, {});
    expect(env).toMatchObject({
      DEEPLAB_RT_CUDA: libraries.cuda,
      DEEPLAB_RT_TENSORRT: libraries.tensorrt,
      DEEPLAB_DOUBLE_CUDA_DEVICES: "T4",
    });
    expect([onDoubles(env), onDoubles({})]).toEqual([true, false]);
    expect(env.INFERENCE_HOME).toMatch(/build.doubles-home$/);
    expect(doublesEnvironment(libraries, { INFERENCE_HOME: "/mine" }).INFERENCE_HOME).toBe("/mine");
  });

  test("lets the doubles compute by the project's ONNX Runtime, or by the one that was named", () => {
    const own = doublesEnvironment(libraries, {}).DEEPLAB_DOUBLE_TRT_ONNXRUNTIME;
    expect(existsSync(own ?? "")).toBe(true);
    const named = doublesEnvironment(libraries, { DEEPLAB_RT_ONNXRUNTIME: "/o/libonnxruntime.so" });
    expect(named.DEEPLAB_DOUBLE_TRT_ONNXRUNTIME).toBe("/o/libonnxruntime.so");
  });

  test("--ort: the proxy of ONNX Runtime, over the real one", () => {
    expect(doublesEnvironment(libraries, {})).not.toHaveProperty("DEEPLAB_RT_ONNXRUNTIME");
    const env = doublesEnvironment(libraries, { DEEPLAB_RT_ONNXRUNTIME: "/o/ort" }, { ort: true });
    expect(env).toMatchObject({
      DEEPLAB_RT_ONNXRUNTIME: libraries.onnxruntime,
      DEEPLAB_DOUBLE_ORT_REAL: "/o/ort",
      DEEPLAB_DOUBLE_TRT_ONNXRUNTIME: "/o/ort",
    });
  });

  test("keeps settings of the doubles that are there", () => {
    const set = { DEEPLAB_DOUBLE_CUDA_DEVICES: "H100,H100", DEEPLAB_DOUBLE_TRT_ONNXRUNTIME: "/o/ort" };
    expect(doublesEnvironment(libraries, set)).toMatchObject(set);
  });
});
