// Options of fromPretrained and infer: complete, checked, and helpful about slips.

import path from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parseInferOptions } from "../../dist/infer-options.js";
import { expectedPlace, hintForNamedLibrary, onnxruntimeCandidates } from "../../dist/libraries.js";
import { parseLoadOptions } from "../../dist/options.js";

const classes = { classNames: ["background", "cat", "dog"], backgroundClassId: 0, channels: 3 };
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
      maxBatch: 8,
      maxBatchDelay: 0,
      maxInFlight: 0,
      maxQueue: 64,
      onFull: "wait",
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
    expect(parseInferOptions({}, classes)).toEqual({
      confidence: "default",
      include: {
        segmentationMap: true,
        confidence: true,
        classAreas: false,
        probabilities: false,
        overlay: false,
      },
      probabilities: { classes: [], channels: new Uint16Array(0) },
      overlayWeight: 128,
      out: undefined,
      copyInput: true,
      deadline: 0,
      priority: 0,
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
    [{ include: [] }, "OPTION_INVALID", /include to be a list of at least one/],
    [{ include: "confidence" }, "OPTION_INVALID", /include to be a list/],
    [{ include: ["overlay", "confidance"] }, "OPTION_INVALID", /include\[1\].*Did you mean "confidence"\?/],
    [{ include: [undefined] }, "OPTION_INVALID", /include\[0\]/],
    [{ overlay: {} }, "OPTION_INVALID", /overlay to be left out, as "overlay" is not among include/],
    [{ include: ["overlay"], overlay: { alpha: 2 } }, "OPTION_INVALID", /overlay.alpha.*0 to 1/],
    [{ include: ["overlay"], overlay: { alfa: 1 } }, "OPTION_UNKNOWN", /Did you mean "alpha"\?/],
    [{ probabilityClasses: ["cat"] }, "OPTION_INVALID", /"probabilities" is not among include/],
    [{ include: ["probabilities"], probabilityClasses: [] }, "OPTION_INVALID", /at least one class name/],
    [{ include: ["probabilities"], probabilityClasses: ["cta"] }, "OPTION_INVALID", /Did you mean "cat"\?/],
    [{ deadline: 0 }, "OPTION_INVALID", /milliseconds above 0/],
    [{ deadline: Number.POSITIVE_INFINITY }, "OPTION_INVALID", /deadline/],
    [{ priority: 1.5 }, "OPTION_INVALID", /priority.*whole number/],
    [{ copyInput: 1 }, "OPTION_INVALID", /copyInput/],
  ])("%j is %s", (options, code, message) => {
    expect(thrown(() => parseInferOptions(options, classes))).toEqual(error(code, message));
  });
});

describe("probabilities", () => {
  const planes = (channels: number, probabilityClasses?: readonly string[]) =>
    parseInferOptions({ include: ["probabilities"], probabilityClasses }, { ...classes, channels })
      .probabilities;

  test("are those of every channel, or of the named classes in their order", () => {
    expect(planes(3)).toEqual({ classes: classes.classNames, channels: Uint16Array.of(0, 1, 2) });
    expect(planes(3, ["dog", "background"])).toEqual({
      classes: ["dog", "background"],
      channels: Uint16Array.of(2, 0),
    });
    expect(planes(5).classes).toEqual(["background", "cat", "dog", "class 3", "class 4"]);
  });

  test("of a network without a channel for the background have none of it", () => {
    expect(planes(2)).toEqual({ classes: ["cat", "dog"], channels: Uint16Array.of(0, 1) });
    expect(planes(2, ["dog"])).toEqual({ classes: ["dog"], channels: Uint16Array.of(1) });
    expect(planes(1).classes).toEqual(["cat"]);
    expect(() => planes(2, ["background"])).toThrow(
      expect.objectContaining({ code: "OPTION_INVALID", message: expect.stringMatching(/no channel/) }),
    );
  });
});

describe("the queue's options", () => {
  test.each([
    [{ maxBatch: 0 }, /maxBatch.*from 1/],
    [{ maxBatchDelay: -1 }, /maxBatchDelay.*from 0/],
    [{ maxInFlight: 1.5 }, /maxInFlight/],
    [{ maxQueue: 0 }, /maxQueue.*from 1/],
    [{ onFull: "rejects" }, /Did you mean "reject"\?/],
  ])("%j are OPTION_INVALID", (options, message) => {
    expect(thrown(() => parseLoadOptions(options))).toEqual(error("OPTION_INVALID", message));
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
