// Options of fromPretrained and infer: complete, checked, and helpful about slips.

import path from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parseInferOptions } from "../../dist/infer-options.js";
import { expectedPlace, hintForNamedLibrary, onnxruntimeCandidates } from "../../dist/libraries.js";
import { parseLoadOptions } from "../../dist/options.js";

const names = ["background", "cat", "dog"];
const error = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });
const thrown = (work: () => unknown) => {
  try {
    work();
  } catch (caught) {
    return caught;
  }
  throw new Error("expected an error");
};

afterEach(() => vi.unstubAllEnvs());

describe("options of fromPretrained", () => {
  test("are completed with defaults", () => {
    expect(parseLoadOptions(undefined)).toEqual({
      backend: "auto",
      device: "auto",
      onnxruntime: undefined,
      session: {
        intraOpThreads: 0,
        interOpThreads: 0,
        graphOptimization: 99,
        memoryArena: true,
        memoryPattern: true,
        spinning: true,
      },
      recommended: {},
      allowClassMismatch: false,
      headCut: true,
      signal: undefined,
    });
  });

  test("session settings cross in ONNX Runtime's own numbers", () => {
    const levels = ["disabled", "basic", "extended", "all"].map(
      (graphOptimization) => parseLoadOptions({ session: { graphOptimization } }).session.graphOptimization,
    );
    expect(levels).toEqual([0, 1, 2, 99]);
    const session = {
      intraOpThreads: 3,
      interOpThreads: 1,
      memoryArena: false,
      memoryPattern: false,
      spinning: false,
    };
    expect(parseLoadOptions({ session }).session).toEqual({ ...session, graphOptimization: 99 });
  });

  test.each(["auto", "cpu", "cuda:0", "cuda:12"])("device %s is taken", (device) => {
    expect(parseLoadOptions({ device }).device).toBe(device);
  });

  test.each([
    [{ backend: "onxx" }, "OPTION_INVALID", /backend.*"onnx".*Did you mean "onnx"\?/],
    [
      { bakcend: "onnx" },
      "OPTION_UNKNOWN",
      /"bakcend" in options of AutoModel.fromPretrained.*Did you mean "backend"\?/,
    ],
    [{ device: "cuda" }, "OPTION_INVALID", /Did you mean "cuda:0"\?/],
    [{ device: 1 }, "OPTION_INVALID", /"cuda:N" but received 1/],
    [{ runtime: { onnxruntme: "x" } }, "OPTION_UNKNOWN", /Did you mean "onnxruntime"\?/],
    [{ runtime: { onnxruntime: "" } }, "OPTION_INVALID", /non-empty string/],
    [
      { session: { intraOpThreads: 1.5 } },
      "OPTION_INVALID",
      /session.intraOpThreads.*0 to 1024 but received 1.5/,
    ],
    [{ session: { intraOpThreads: -1 } }, "OPTION_INVALID", /received -1/],
    [{ session: { spinning: "yes" } }, "OPTION_INVALID", /true or false but received "yes"/],
    [{ session: [] }, "OPTION_INVALID", /an object/],
    [
      { recommendedParameters: { confidence: 2 } },
      "OPTION_INVALID",
      /recommendedParameters.confidence.*0 to 1/,
    ],
    [{ recommendedParameters: { perClassConfidence: { cat: "0.5" } } }, "OPTION_INVALID", /\["cat"\]/],
    [{ allowClassMismatch: 1 }, "OPTION_INVALID", /allowClassMismatch/],
    [{ headCut: "yes" }, "OPTION_INVALID", /headCut to be true or false/],
    [{ signal: {} }, "OPTION_INVALID", /AbortSignal/],
    [null, "OPTION_INVALID", /an object but received null/],
    ["onnx", "OPTION_INVALID", /an object but received "onnx"/],
  ])("%j is %s", (options, code, message) => {
    expect(thrown(() => parseLoadOptions(options))).toEqual(error(code, message));
  });

  test.each(["trt", "torch"])("backend %s says that it is not part of this version", (backend) => {
    const caught = thrown(() => parseLoadOptions({ backend }));
    expect(caught).toEqual(error("BACKEND_UNAVAILABLE", new RegExp(`"${backend}" is not yet part of it`)));
    expect(caught).toMatchObject({ detail: { backend, usable: ["onnx"] } });
  });
});

describe("options of infer", () => {
  test("are completed with defaults", () => {
    expect(parseInferOptions({}, names)).toEqual({
      confidence: "default",
      disableStaticCrop: false,
      disableGrayscale: false,
      disableContrast: false,
      hasImageSize: false,
      strict: false,
      signal: undefined,
    });
  });

  test.each([
    [{ treshold: 0.5 }, "OPTION_UNKNOWN", /"treshold" in options of model.infer/],
    [{ confidance: 0.5 }, "OPTION_UNKNOWN", /Did you mean "confidence"\?/],
    [{ confidence: 7 }, "OPTION_INVALID", /0 to 1 but received 7/],
    [{ confidence: Number.NaN }, "OPTION_INVALID", /received NaN/],
    [{ confidence: "bst" }, "OPTION_INVALID", /"best", "default".*received "bst"/],
    [{ confidence: null }, "OPTION_INVALID", /received null/],
    [{ confidence: { cta: 0.5 } }, "OPTION_INVALID", /"cta".*Did you mean "cat"\?/],
    [{ confidence: { cat: 2 } }, "OPTION_INVALID", /confidence\["cat"\]/],
    [{ imageSize: { width: 0, height: 5 } }, "OPTION_INVALID", /imageSize.width/],
    [{ imageSize: { width: 5 } }, "OPTION_INVALID", /imageSize.height/],
    [{ strict: "no" }, "OPTION_INVALID", /strict/],
    [{ disableStaticCrop: 0 }, "OPTION_INVALID", /disableStaticCrop/],
  ])("%j is %s", (options, code, message) => {
    expect(thrown(() => parseInferOptions(options, names))).toEqual(error(code, message));
  });
});

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

  test("a named library that cannot be used is to be corrected or unset; others have the code's hint", () => {
    expect(hintForNamedLibrary(onnxruntimeCandidates("/opt/x.so"))).toMatch(
      /^correct or unset the option runtime\.onnxruntime: .*nothing else is tried/,
    );
    vi.stubEnv("DEEPLAB_RT_ONNXRUNTIME", "/elsewhere/lib.so");
    expect(hintForNamedLibrary(onnxruntimeCandidates())).toMatch(/variable DEEPLAB_RT_ONNXRUNTIME/);
    vi.stubEnv("DEEPLAB_RT_ONNXRUNTIME", "");
    expect(hintForNamedLibrary(onnxruntimeCandidates())).toBeUndefined();
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
