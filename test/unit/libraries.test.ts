// Where vendor libraries are looked for, and what is said when one that was named cannot be used. TensorRT's places have
// a file of their own.

import path from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { cudaCandidates } from "../../dist/cuda-places.js";
import {
  expectedPlace,
  hintForLibraries,
  libraryCandidates,
  onnxruntimeCandidates,
} from "../../dist/libraries.js";

afterEach(() => vi.unstubAllEnvs());

const unnamed = { onnxruntime: undefined, cuda: undefined, tensorrt: undefined };

describe("where ONNX Runtime is looked for", () => {
  test("a library named by option is the only place", () => {
    vi.stubEnv("DEEPLAB_RT_ONNXRUNTIME", "/elsewhere/lib.so");
    const [only, ...others] = onnxruntimeCandidates("/opt/libonnxruntime.so.1");
    expect(only).toMatchObject({ path: "/opt/libonnxruntime.so.1", origin: "option runtime.onnxruntime" });
    expect(others).toEqual([]);
  });

  test("a library named by environment is the only place", () => {
    vi.stubEnv("DEEPLAB_RT_ONNXRUNTIME", "/elsewhere/lib.so");
    expect(onnxruntimeCandidates()).toEqual([
      { library: "onnxruntime", origin: "DEEPLAB_RT_ONNXRUNTIME", path: "/elsewhere/lib.so" },
    ]);
  });

  test("without a name it is beside the addon, then in onnxruntime-node as the package sees it", () => {
    vi.stubEnv("DEEPLAB_RT_ONNXRUNTIME", "");
    const origins = onnxruntimeCandidates().map(({ origin }) => origin);
    expect(origins[0]).toBe("beside the addon");
    expect(new Set(origins.slice(1))).toEqual(new Set(["onnxruntime-node"]));
  });

  test("an onnxruntime-node that is not installed is named with its expected place", () => {
    const modules = path.resolve("/app/node_modules");
    const place = path.join(modules, "onnxruntime-node");
    expect(expectedPlace("onnxruntime-node", path.join(modules, "deeplab-rt"))).toBe(place);
    expect(expectedPlace("onnxruntime-node", path.resolve("/app"))).toBe(place);
  });

  test("a bare file name is left to the system's search, a relative path is made absolute", () => {
    expect(onnxruntimeCandidates("libonnxruntime.so.1")[0]?.path).toBe("libonnxruntime.so.1");
    expect(onnxruntimeCandidates("./libs/ort.so")[0]?.path).toBe(`${process.cwd()}/libs/ort.so`);
  });
});

describe("where NVIDIA's driver is looked for", () => {
  const linux = { platform: "linux", env: {} } as const;
  const elsewhere = { platform: "linux", env: { DEEPLAB_RT_CUDA: "/elsewhere/libcuda.so.1" } } as const;

  test("a library named by option is the only place, before the environment", () => {
    expect(cudaCandidates("/drivers/libcuda.so.1", elsewhere)).toEqual([
      { library: "cuda", origin: "option runtime.cuda", path: "/drivers/libcuda.so.1" },
    ]);
  });

  test("a library named by environment is the only place; an empty variable names none", () => {
    expect(cudaCandidates(undefined, elsewhere)).toEqual([
      { library: "cuda", origin: "DEEPLAB_RT_CUDA", path: "/elsewhere/libcuda.so.1" },
    ]);
    const empty = { ...linux, env: { DEEPLAB_RT_CUDA: "" } };
    expect(cudaCandidates(undefined, empty)).toEqual(cudaCandidates(undefined, linux));
  });

  test.each([
    ["linux", ["libcuda.so.1"]],
    ["win32", ["nvcuda.dll"]],
    ["darwin", []],
  ] as const)("on %s the system's search is asked for %j", (platform, names) => {
    expect(cudaCandidates(undefined, { platform, env: {} })).toEqual(
      names.map((name) => ({ library: "cuda", origin: "the system's search", path: name })),
    );
  });
});

describe("all of them together", () => {
  test("each by its own name", () => {
    const named = { onnxruntime: "/a/ort.so", cuda: "/a/cuda.so", tensorrt: "nvinfer.so" };
    expect(libraryCandidates(named)).toEqual([
      { library: "onnxruntime", origin: "option runtime.onnxruntime", path: "/a/ort.so" },
      { library: "cuda", origin: "option runtime.cuda", path: "/a/cuda.so" },
      { library: "tensorrt", origin: "option runtime.tensorrt", path: "nvinfer.so" },
    ]);
    const libraries = libraryCandidates(unnamed).map(({ library }) => library);
    expect(new Set(libraries)).toEqual(
      new Set(
        process.platform === "darwin" ? ["onnxruntime", "tensorrt"] : ["onnxruntime", "cuda", "tensorrt"],
      ),
    );
  });

  test("weights.onnx needs none of TensorRT's, an engine does", () => {
    const of = (format: "onnx" | "trt") =>
      libraryCandidates({ ...unnamed, tensorrt: "/a/nvinfer.so" }, format).map(({ library }) => library);
    expect(of("onnx")).not.toContain("tensorrt");
    expect(of("trt")).toContain("tensorrt");
  });
});

describe("the hint for a library that cannot be used", () => {
  const tried = (...files: string[]) => `It cannot be used. Tried: ${files.join(", ")}.`;

  test("names the option or the variable that named it", () => {
    expect(hintForLibraries("onnx", onnxruntimeCandidates("/opt/x.so"), tried("/opt/x.so"))).toMatch(
      /^correct or unset the option runtime\.onnxruntime: while it is set, nothing else is tried\.$/,
    );
    vi.stubEnv("DEEPLAB_RT_ONNXRUNTIME", "/elsewhere/lib.so");
    expect(hintForLibraries("onnx", onnxruntimeCandidates(), tried("/elsewhere/lib.so"))).toMatch(
      /the environment variable DEEPLAB_RT_ONNXRUNTIME:/,
    );
  });

  test("is silent about one that was named and is not what failed", () => {
    const candidates = libraryCandidates({ ...unnamed, cuda: "/a/cuda.so", tensorrt: "/a/nvinfer.so" });
    const hint = hintForLibraries("trt", candidates, tried("/a/nvinfer.so"));
    expect(hint).toMatch(/^correct or unset the option runtime\.tensorrt: /);
    const both = hintForLibraries("trt", candidates, tried("/a/nvinfer.so", "/a/cuda.so"));
    expect(both).toMatch(/option runtime\.cuda and the option runtime\.tensorrt: while they are set/);
  });

  test("of one that was not named says what the format needs; for ONNX the code's own hint does", () => {
    vi.stubEnv("DEEPLAB_RT_ONNXRUNTIME", "");
    const candidates = libraryCandidates(unnamed);
    expect(hintForLibraries("onnx", candidates, tried("libonnxruntime.so.1"))).toBeUndefined();
    expect(hintForLibraries("trt", candidates, tried("libcuda.so.1"))).toMatch(
      /driver and TensorRT 10.*runtime\.cuda.*DEEPLAB_RT_TENSORRT/,
    );
  });
});
