// The head cut at load: what info() says, what is cached, and what happens where the cache, the file or the
// library do not play along.

import { readdirSync, statSync } from "node:fs";
import { copyFile, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { AutoModel, type DeepLabError, type FromPretrainedOptions } from "deeplab-rt";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fetchOrt } from "../../scripts/fetch-ort.mjs";
import { runCode } from "../support/child.js";
import { headGraph, headNetwork, resize } from "../support/head-networks.js";
import { integers, writeOnnx } from "../support/onnx-writer.js";
import { newFolder, removeFolders, stripes, tinyPackage } from "../support/tiny-package.js";

const opset = 13;
const network = { input: { batch: "N", height: 8, width: 8 }, channels: 3, shrink: 2, opset } as const;
const scales = [1, 1, 2, 2];
const cuttable = (mode: string) =>
  headNetwork(
    network,
    resize({ opset, scales, attributes: { mode: "linear", coordinate_transformation_mode: mode } }),
  );

let home = "";
let before: string | undefined;
beforeEach(async () => {
  before = process.env.INFERENCE_HOME;
  home = await newFolder();
  process.env.INFERENCE_HOME = home;
});
afterEach(() => {
  process.env.INFERENCE_HOME = before;
});
afterAll(removeFolders);

const entries = () => path.join(home, "deeplab-rt", "head-cut");

/** What info() says of a package, and what the network answers. */
async function load(folder: string, options: FromPretrainedOptions = {}) {
  await using model = await AutoModel.fromPretrained(folder, options);
  const { logits, result } = await model.inspect(stripes());
  return { ...model.info(), logitsShape: logits.shape, confidence: [...result.confidence] };
}

describe("info() of a model", () => {
  test("that was cut says what was cut, and keeps the output of the file", async () => {
    const info = await load(await tinyPackage({ weights: cuttable("align_corners") }));
    expect(info.headCut).toEqual({
      cut: true,
      reason: expect.stringMatching(/ends in a linear interpolation \(align_corners, height ×2, width ×2\)/),
      interpolation: {
        coordinateMode: "align_corners",
        rows: { scale: 2, size: 0 },
        columns: { scale: 2, size: 0 },
      },
      logits: { name: "features", dtype: "float32", shape: [-1, 3, 4, 4] },
    });
    expect(info.output).toEqual({ name: "logits", dtype: "float32", shape: [-1, 3, 8, 8] });
    expect(info.logitsShape).toEqual([3, 4, 4]);
  });

  test("whose batch size and channels only the file's output states", async () => {
    // ONNX Runtime cannot tell what a Reshape to computed extents gives.
    const graph = headGraph(
      { ...network, input: { batch: 1, height: 8, width: 8 } },
      resize({ opset, scales, from: "shaped" }),
    );
    const [conv, ...rest] = graph.nodes;
    if (conv === undefined) throw new Error("no convolution");
    const nodes = [
      conv,
      { op: "Shape", inputs: ["features"], outputs: ["extents"] },
      { op: "Abs", inputs: ["extents"], outputs: ["computed"] },
      { op: "Reshape", inputs: ["features", "computed"], outputs: ["shaped"] },
      ...rest,
    ];
    const info = await load(await tinyPackage({ weights: writeOnnx({ ...graph, nodes }, opset) }));
    expect(info.headCut).toMatchObject({ cut: true, logits: { name: "shaped" } });
    expect(info.channels).toBe(3);
  });

  test("that was not cut says why", async () => {
    const plain = await load(await tinyPackage());
    expect(plain.headCut).toMatchObject({ cut: false, interpolation: null, logits: plain.output });
    expect(plain.headCut.reason).toBe("the network ends in Conv, not in an interpolation");
    const off = await load(await tinyPackage({ weights: cuttable("half_pixel") }), { headCut: false });
    expect(off.headCut).toMatchObject({ cut: false, reason: "the option headCut is false" });
    expect(off.logitsShape).toEqual([3, 8, 8]);
  });
});

test("handles of one cut model share it; a whole one of the same package is another", async () => {
  const folder = await tinyPackage({ weights: cuttable("half_pixel") });
  await using first = await AutoModel.fromPretrained(folder);
  await using second = await AutoModel.fromPretrained(folder);
  await using whole = await AutoModel.fromPretrained(folder, { headCut: false });
  expect([first, second, whole].map((model) => model.info().sharedBy)).toEqual([2, 2, 1]);
  // Plans are not shared: the same picture through both, one after the other and again.
  const answers = [];
  for (const model of [first, whole, first, whole]) answers.push(await model.infer(stripes()));
  for (const { confidence } of answers) {
    for (const [i, value] of confidence.entries())
      expect(value).toBeCloseTo(answers[0]?.confidence[i] ?? 0, 4);
  }
});

describe("the cached decision", () => {
  async function entryFile(): Promise<string> {
    const names = readdirSync(entries());
    expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{32}\.json$/)]);
    return path.join(entries(), names[0] ?? "");
  }

  test("is one small file for each weights file, used again as it is", async () => {
    const folder = await tinyPackage({ weights: cuttable("half_pixel") });
    const first = await load(folder);
    const file = await entryFile();
    const { mtimeNs, size } = await stat(file, { bigint: true });
    expect(size).toBeLessThan(2000n);
    expect(await load(folder)).toEqual(first);
    expect((await stat(file, { bigint: true })).mtimeNs).toBe(mtimeNs);
    await load(await tinyPackage());
    expect(readdirSync(entries()).length).toBe(2);
  });

  test.each<[string, (good: Buffer) => Buffer]>([
    ["empty", () => Buffer.alloc(0)],
    ["half written", (good) => good.subarray(0, good.length / 2)],
    ["with a changed byte", (good) => Buffer.from(good.toString().replace("half_pixel", "half_pixex"))],
    ["of something else", () => Buffer.from("hello")],
  ])("%s is made again", async (_, damage) => {
    const folder = await tinyPackage({ weights: cuttable("half_pixel") });
    const first = await load(folder);
    const file = await entryFile();
    const good = await readFile(file);
    await writeFile(file, damage(good));
    expect(await load(folder)).toEqual(first);
    expect(await readFile(file)).toEqual(good);
  });

  test("is made again for a replaced weights file", async () => {
    const folder = await tinyPackage({ weights: cuttable("half_pixel") });
    await load(folder);
    await writeFile(path.join(folder, "weights.onnx"), cuttable("align_corners"));
    expect((await load(folder)).headCut.interpolation?.coordinateMode).toBe("align_corners");
    await copyFile(path.join(await tinyPackage(), "weights.onnx"), path.join(folder, "weights.onnx"));
    expect((await load(folder)).headCut.cut).toBe(false);
    expect(readdirSync(entries()).length).toBe(1);
  });

  // The state of the file is all that tells the two apart, and it is made to lie.
  test("about a file that looks like this one and is another is not believed", async () => {
    const weights = cuttable("align_corners");
    const folder = await tinyPackage({ weights });
    const first = await load(folder);
    const file = await entryFile();
    const other = await tinyPackage({
      weights: headNetwork(network, resize({ opset, scales: [1, 1, 4, 4] })),
    });
    await load(other);
    const theirs = readdirSync(entries()).find((name) => name !== path.basename(file)) ?? "";
    const { sealed, unsealed } = await import("../../dist/packages/cache.js");
    const state = (unsealed(await readFile(file)) as { weights: string }).weights;
    const recipe = (unsealed(await readFile(path.join(entries(), theirs))) as { recipe: object }).recipe;
    for (const fileSize of [weights.length, weights.length + 1]) {
      await writeFile(file, sealed({ weights: state, recipe: { ...recipe, fileSize } }));
      expect(await load(folder)).toEqual(first);
    }
  });

  test("leaves the weights to the file: retrained ones of the same form need no new decision", async () => {
    const old = headNetwork({ ...network, seed: 1 }, resize({ opset, scales }));
    const folder = await tinyPackage({ weights: old });
    const first = await load(folder);
    const retrained = headNetwork({ ...network, seed: 2 }, resize({ opset, scales }));
    await writeFile(path.join(folder, "weights.onnx"), retrained);
    const second = await load(folder);
    expect(second.confidence).not.toEqual(first.confidence);
    expect(second.confidence).toEqual((await load(await tinyPackage({ weights: retrained }))).confidence);
  });

  test("that cannot be kept is made at each load, with one warning", async () => {
    process.env.INFERENCE_HOME = path.join(home, "file");
    await writeFile(process.env.INFERENCE_HOME, "");
    const folder = await tinyPackage({ weights: cuttable("half_pixel") });
    const emit = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    for (let i = 0; i < 3; i++) expect((await load(folder)).headCut.cut).toBe(true);
    const warnings = emit.mock.calls.map(([message, options]) => [message, options]);
    emit.mockRestore();
    expect(warnings).toEqual([
      [
        expect.stringMatching(/cache cannot be used.*INFERENCE_HOME/s),
        expect.objectContaining({ code: "CACHE_UNAVAILABLE" }),
      ],
    ]);
  });

  test("is one for processes that load at once", async () => {
    const folder = await tinyPackage({ weights: cuttable("half_pixel") });
    const code = `
      const { AutoModel } = require(${JSON.stringify(path.resolve("dist/index.js"))});
      AutoModel.fromPretrained(${JSON.stringify(folder)}).then(async (model) => {
        console.log(model.info().headCut.cut);
        await model.close();
      });`;
    const environment = { INFERENCE_HOME: home };
    const ends = await Promise.all([1, 2, 3].map(() => runCode(code, { environment })));
    expect(ends).toEqual(Array(3).fill(expect.objectContaining({ code: 0, stdout: "true\n", stderr: "" })));
    await entryFile();
  });
});

test("an abort while the network is looked at rejects with its reason and leaves no thread", async () => {
  const folder = await tinyPackage({ weights: cuttable("half_pixel") });
  const code = `
    const { AutoModel } = require(${JSON.stringify(path.resolve("dist/index.js"))});
    const workers = require("node:worker_threads");
    const controller = new AbortController();
    const { Worker } = workers;
    workers.Worker = class extends Worker {
      constructor(...given) { super(...given); setImmediate(() => controller.abort(new Error("enough"))); }
    };
    AutoModel.fromPretrained(${JSON.stringify(folder)}, { signal: controller.signal })
      .then(() => console.log("loaded"), (error) => console.log(error.message));`;
  const end = await runCode(code, { environment: { INFERENCE_HOME: home } });
  expect(end).toMatchObject({ code: 0, stdout: "enough\n", stderr: "", hung: false });
});

describe("weights in an external data file", () => {
  async function externalPackage(): Promise<string> {
    const graph = headGraph(network, resize({ opset, scales }));
    const [weights] = graph.initializers;
    if (weights === undefined) throw new Error("no weights");
    const initializers = graph.initializers.map((item) =>
      item === weights ? { ...item, external: "data/w.bin" } : item,
    );
    const folder = await tinyPackage({ weights: writeOnnx({ ...graph, initializers }, opset) });
    await mkdir(path.join(folder, "data"));
    await writeFile(path.join(folder, "data", "w.bin"), weights.bytes);
    return folder;
  }

  test("stay where they are", async () => {
    const folder = await externalPackage();
    const inside = await load(
      await tinyPackage({ weights: headNetwork(network, resize({ opset, scales })) }),
    );
    const outside = await load(folder);
    expect(outside.headCut).toEqual(inside.headCut);
    expect(outside.headCut.cut).toBe(true);
    expect(outside.confidence).toEqual(inside.confidence);
    expect(readdirSync(folder).toSorted()).toEqual([
      "class_names.txt",
      "data",
      "inference_config.json",
      "weights.onnx",
    ]);
  });

  test("count as memory of the model: the sizes of both files", async () => {
    const folder = await externalPackage();
    const sizes = ["weights.onnx", "data/w.bin"].map((file) => statSync(path.join(folder, file)).size);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    await using model = await AutoModel.fromPretrained(folder);
    expect(model.info().memory).toEqual({ weights: (sizes[0] ?? 0) + (sizes[1] ?? 0), devices: 0 });
  });

  test("leave the network whole where ONNX Runtime is too old for them", { timeout: 600_000 }, async () => {
    const { library } = await fetchOrt("1.20.1");
    const folder = await externalPackage();
    const code = `
      const { AutoModel } = require(${JSON.stringify(path.resolve("dist/index.js"))});
      AutoModel.fromPretrained(${JSON.stringify(folder)}, { runtime: { onnxruntime: ${JSON.stringify(library)} } }).then(async (model) => {
        console.log(JSON.stringify(model.info().headCut));
        await model.close();
      });`;
    const end = await runCode(code, { environment: { INFERENCE_HOME: home } });
    expect(end).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(end.stdout)).toMatchObject({
      cut: false,
      reason: expect.stringMatching(
        /could not be loaded: ONNX Runtime 1\.20\.1 cannot load a model from memory/,
      ),
    });
  });
});

describe("a network that is refused", () => {
  test("is refused in the words of the whole one", async () => {
    const graph = headGraph(network, resize({ opset, scales }));
    const nodes = graph.nodes.map((node) => (node.op === "Conv" ? { ...node, op: "NoSuchOperator" } : node));
    const folder = await tinyPackage({ weights: writeOnnx({ ...graph, nodes }, opset) });
    const codes = [true, false].map((headCut) =>
      AutoModel.fromPretrained(folder, { headCut }).then(
        () => "loaded",
        ({ code, detail }: DeepLabError) => `${code} ${detail.source}`,
      ),
    );
    expect(await Promise.all(codes)).toEqual(Array(2).fill("PACKAGE_WEIGHTS_INVALID file"));
  });
});

test("the cut model is one that ONNX Runtime has nothing to say about", async () => {
  const { headRecipe } = await import("../../dist/convert/head-cut/cut.js");
  const folder = await newFolder();
  // Constants, computed sizes and declared types that only the head used: left behind, they would be warned of.
  const graph = headGraph(network, {
    nodes: [
      { op: "Shape", inputs: ["features"], outputs: ["shape"] },
      { op: "Slice", inputs: ["shape", "zero", "two"], outputs: ["nk"] },
      { op: "Concat", inputs: ["nk", "hw"], outputs: ["sizes"], attributes: { axis: 0 } },
      {
        op: "Resize",
        inputs: ["features", "", "", "sizes"],
        outputs: ["enlarged"],
        attributes: { mode: "linear" },
      },
      { op: "Identity", inputs: ["enlarged"], outputs: ["logits"] },
    ],
    initializers: [integers("zero", [0]), integers("two", [2]), integers("hw", [9, 9])],
    valueInfo: [
      { name: "enlarged", type: "float32", dims: ["N", 3, 9, 9] },
      { name: "features", type: "float32", dims: ["N", 3, 4, 4] },
    ],
  });
  const file = path.join(folder, "whole.onnx");
  await writeFile(file, writeOnnx(graph, opset));
  const whole = await readFile(file);
  const recipe = headRecipe(whole);
  if (!recipe.cut) throw new Error(recipe.reason);
  const parts = recipe.parts.map((part) =>
    "hex" in part ? Buffer.from(part.hex, "hex") : whole.subarray(part.start, part.end),
  );
  const cut = path.join(folder, "cut.onnx");
  await writeFile(cut, Buffer.concat(parts));
  const text = (await readFile(cut)).toString("latin1");
  for (const gone of ["enlarged", "sizes", "logits", "hw", "zero", "Resize", "Shape"])
    expect(text).not.toContain(gone);
  const code = `
    const { InferenceSession, env } = require("onnxruntime-node");
    InferenceSession.create(${JSON.stringify(cut)}, { logSeverityLevel: 1, graphOptimizationLevel: "disabled" })
      .then((session) => console.log(session.inputNames, session.outputNames));`;
  const end = await runCode(code);
  expect(end.stdout).toBe("[ 'images' ] [ 'features' ]\n");
  expect(end.stderr.split("\n").filter((line) => /unused|not used|W:onnxruntime/i.test(line))).toEqual([]);
});
