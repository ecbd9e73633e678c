// Options of fromPretrained and infer: complete, checked, and helpful about slips.

import path from "node:path";
import { describe, expect, test, vi } from "vitest";
import { noUrls } from "../../dist/image/url-rules.js";
import { parseInferOptions } from "../../dist/infer-options.js";
import { logLevels, logSeverity } from "../../dist/log.js";
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

describe("options of fromPretrained", () => {
  test("are completed with defaults", () => {
    expect(parseLoadOptions(undefined)).toEqual({
      backend: "auto",
      libraries: { onnxruntime: undefined, cuda: undefined, tensorrt: undefined },
      engine: {
        mode: "wait",
        precision: "fp32",
        batch: { min: 1, opt: 8, max: 32 },
        workspace: 0,
        timingCache: undefined,
        headCut: false,
        minAgreement: 0.995,
        samples: undefined,
        onProgress: undefined,
      },
      trustEngine: false,
      device: {
        name: "auto",
        memoryLimit: 0,
        pinnedMemoryLimit: 268_435_456,
        memoryMode: "auto",
        cudaGraphs: false,
      },
      session: {
        intraOpThreads: 0,
        interOpThreads: 0,
        graphOptimization: 99,
        memoryArena: true,
        memoryPattern: true,
        spinning: true,
        provider: "auto",
        providerOptions: [],
        engineCacheFolder: "",
      },
      log: { onLog: undefined, level: "warning" },
      recommended: {},
      allowClassMismatch: false,
      maxBatch: undefined,
      maxBatchDelay: 0,
      maxInFlight: 0,
      maxQueue: 64,
      onFull: "wait",
      headCut: true,
      imageRules: { urls: noUrls, limitInputPixels: 100_000_000 },
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
    expect(parseLoadOptions({ session }).session).toEqual({
      ...session,
      graphOptimization: 99,
      provider: "auto",
      providerOptions: [],
      engineCacheFolder: "",
    });
  });

  test("a session logs warnings in any case, and more where that is asked for", () => {
    const severities = logLevels.map((logLevel) =>
      logSeverity(parseLoadOptions({ onLog: () => {}, logLevel }).log),
    );
    expect(severities).toEqual([0, 1, 2, 2, 2]);
  });

  test("an execution provider's options cross as texts in its own names", () => {
    const providerOptions = { trt_fp16_enable: true, use_tf32: false, gpu_mem_limit: 2 ** 31, a: "b" };
    const given = parseLoadOptions({ session: { executionProvider: "cuda", providerOptions } }).session;
    expect(given.provider).toBe("cuda");
    expect(given.providerOptions).toEqual([
      ["trt_fp16_enable", "1"],
      ["use_tf32", "0"],
      ["gpu_mem_limit", "2147483648"],
      ["a", "b"],
    ]);
    expect(given.engineCacheFolder).toBe("");
  });

  test("engines of the TensorRT provider are kept in the cache", () => {
    vi.stubEnv("INFERENCE_HOME", "/caches");
    const { session } = parseLoadOptions({ session: { executionProvider: "tensorrt" } });
    vi.unstubAllEnvs();
    expect(session.engineCacheFolder).toBe(
      path.join(path.resolve("/caches"), "deeplab-rt", "onnxruntime-engines"),
    );
  });

  test.each([
    [{ executionProvider: "rocm" }, /"cuda".*"rocm"/],
    [{ providerOptions: ["a"] }, /object of names and values/],
    [{ providerOptions: { a: "" } }, /session\.providerOptions\.a/],
    [{ providerOptions: { a: { b: 1 } } }, /session\.providerOptions\.a/],
    [{ providerOptions: { a: Number.NaN } }, /session\.providerOptions\.a/],
    [{ providerOptions: { a: "b\0c" } }, /session\.providerOptions\.a/],
  ])("session %j is refused", (session, message) => {
    expect(thrown(() => parseLoadOptions({ session }))).toEqual(error("OPTION_INVALID", message));
  });

  test.each(["auto", "cpu", "cuda:0", "cuda:12", "cuda:*"])("device %s is taken", (device) => {
    expect(parseLoadOptions({ device }).device.name).toBe(device);
  });

  test.each(["auto", "onnx", "trt"])("backend %s is taken", (backend) => {
    expect(parseLoadOptions({ backend }).backend).toBe(backend);
  });

  test("libraries are named one by one", () => {
    const runtime = { cuda: "/drivers/libcuda.so.1", tensorrt: "libnvinfer.so.10" };
    expect(parseLoadOptions({ runtime }).libraries).toEqual({ onnxruntime: undefined, ...runtime });
  });

  test.each<[unknown, number]>([
    [1, 1],
    [3_000_000_000, 3_000_000_000],
    ["512MiB", 536_870_912],
    ["2GiB", 2_147_483_648],
    ["1.5 GiB", 1_610_612_736],
    [" 64KiB ", 65_536],
    ["1TiB", 1_099_511_627_776],
  ])("deviceMemoryLimit %j is %i bytes", (deviceMemoryLimit, bytes) => {
    const { device } = parseLoadOptions({ deviceMemoryLimit, pinnedMemoryLimit: deviceMemoryLimit });
    expect([device.memoryLimit, device.pinnedMemoryLimit]).toEqual([bytes, bytes]);
  });

  test("what a GPU may do is taken", () => {
    const { device } = parseLoadOptions({
      memoryMode: "mapped",
      cudaGraphs: true,
      pinnedMemoryLimit: 0,
      trustEngine: true,
    });
    expect(device).toMatchObject({ memoryMode: "mapped", cudaGraphs: true, pinnedMemoryLimit: 0 });
  });

  test.each([
    [{ backend: "onxx" }, "OPTION_INVALID", /backend.*"onnx".*Did you mean "onnx"\?/],
    [
      { bakcend: "onnx" },
      "OPTION_UNKNOWN",
      /"bakcend" in options of AutoModel.fromPretrained.*Did you mean "backend"\?/,
    ],
    [{ device: "cuda" }, "OPTION_INVALID", /Did you mean "cuda:0"\?/],
    [{ device: 1 }, "OPTION_INVALID", /"cuda:N" or "cuda:\*" but received 1/],
    [{ device: "cuda:" }, "OPTION_INVALID", /received "cuda:"/],
    [{ device: "cuda:**" }, "OPTION_INVALID", /received "cuda:\*\*"/],
    [{ deviceMemoryLimit: 0 }, "OPTION_INVALID", /whole number of bytes from 1, or a text like "512MiB"/],
    [{ deviceMemoryLimit: 1.5 }, "OPTION_INVALID", /received 1.5/],
    [{ deviceMemoryLimit: 2 ** 60 }, "OPTION_INVALID", /deviceMemoryLimit/],
    [{ deviceMemoryLimit: "2GB" }, "OPTION_INVALID", /received "2GB"\. Did you mean "2GiB"\?/],
    [{ pinnedMemoryLimit: "512m" }, "OPTION_INVALID", /Did you mean "512MiB"\?/],
    [{ pinnedMemoryLimit: "-1MiB" }, "OPTION_INVALID", /pinnedMemoryLimit.*from 0/],
    [{ pinnedMemoryLimit: "lots" }, "OPTION_INVALID", /received "lots"\.$/],
    [{ pinnedMemoryLimit: -1 }, "OPTION_INVALID", /from 0.*received -1/],
    [{ memoryMode: "mappd" }, "OPTION_INVALID", /Did you mean "mapped"\?/],
    [{ cudaGraphs: "on" }, "OPTION_INVALID", /cudaGraphs to be true or false/],
    [{ trustEngine: "yes" }, "OPTION_INVALID", /trustEngine to be true or false/],
    [{ runtime: { tensorrt: 10 } }, "OPTION_INVALID", /runtime\.tensorrt/],
    [{ runtime: { cudart: "x" } }, "OPTION_UNKNOWN", /Did you mean "cuda"\?/],
    [{ runtime: { onnxruntme: "x" } }, "OPTION_UNKNOWN", /Did you mean "onnxruntime"\?/],
    [{ runtime: { onnxruntime: "" } }, "OPTION_INVALID", /non-empty string/],
    [
      { session: { intraOpThreads: 1.5 } },
      "OPTION_INVALID",
      /session.intraOpThreads.*0 to 1024 but received 1.5/,
    ],
    [{ session: { intraOpThreads: -1 } }, "OPTION_INVALID", /received -1/],
    [{ session: { spinning: "yes" } }, "OPTION_INVALID", /true or false but received "yes"/],
    [{ session: [] }, "OPTION_INVALID", /a plain object/],
    [
      { recommendedParameters: { confidence: 2 } },
      "OPTION_INVALID",
      /recommendedParameters.confidence.*0 to 1/,
    ],
    [{ recommendedParameters: { perClassConfidence: { cat: "0.5" } } }, "OPTION_INVALID", /\["cat"\]/],
    [{ allowClassMismatch: 1 }, "OPTION_INVALID", /allowClassMismatch/],
    [{ headCut: "yes" }, "OPTION_INVALID", /headCut to be true or false/],
    [{ signal: {} }, "OPTION_INVALID", /AbortSignal/],
    [null, "OPTION_INVALID", /a plain object but received null/],
    ["onnx", "OPTION_INVALID", /a plain object but received "onnx"/],
  ])("%j is %s", (options, code, message) => {
    expect(thrown(() => parseLoadOptions(options))).toEqual(error(code, message));
  });

  test("backend torch says that it is not part of this version", () => {
    const caught = thrown(() => parseLoadOptions({ backend: "torch" }));
    expect(caught).toEqual(error("BACKEND_UNAVAILABLE", /"torch" is not yet part of it/));
    expect(caught).toMatchObject({ detail: { backend: "torch", usable: ["onnx", "trt"] } });
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
      onError: "throw",
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
