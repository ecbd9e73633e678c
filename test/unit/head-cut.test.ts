// Which networks are cut, how, and why others are not; on networks written for it.

import { describe, expect, test } from "vitest";
import { headRecipe } from "../../dist/convert/head-cut/cut.js";
import { type Ending, type HeadNetwork, headGraph, headNetwork, resize } from "../support/head-networks.js";
import { floats, integers, type OnnxNode, type OnnxTensor, writeOnnx } from "../support/onnx-writer.js";

const network = (opset: number, more: Partial<HeadNetwork> = {}): HeadNetwork => ({
  input: { batch: "N", height: 32, width: 48 },
  channels: 3,
  opset,
  ...more,
});

const decide = (opset: number, ending: Ending, more?: Partial<HeadNetwork>) =>
  headRecipe(headNetwork(network(opset, more), ending));

const byScale = (mode: string, y: number, x: number) => ({
  coordinateMode: mode,
  rows: { scale: y, size: 0 },
  columns: { scale: x, size: 0 },
});
const bySize = (mode: string, height: number, width: number) => ({
  coordinateMode: mode,
  rows: { scale: 0, size: height },
  columns: { scale: 0, size: width },
});

const coordinates = (mode: string) => ({ mode: "linear", coordinate_transformation_mode: mode });

/** The decision where it is to cut. */
function interpolation(opset: number, ending: Ending, more?: Partial<HeadNetwork>) {
  const recipe = decide(opset, ending, more);
  return recipe.cut ? recipe.interpolation : recipe.reason;
}

/** The reason where it is not. */
function reason(opset: number, ending: Ending, more?: Partial<HeadNetwork>): string {
  const recipe = decide(opset, ending, more);
  return recipe.cut ? "it is cut" : recipe.reason;
}

const four = [1, 1, 4, 2];
const opsets = [11, 12, 13, 16, 17, 18, 19, 21, 22];
const modes = ["align_corners", "half_pixel", "pytorch_half_pixel", "asymmetric"];

describe("a linear interpolation at the end is cut", () => {
  test.each(modes.flatMap((mode) => opsets.map((opset) => [mode, opset] as const)))(
    "%s, opset %i, scales",
    (mode, opset) => {
      const ending = resize({ opset, scales: four, attributes: coordinates(mode) });
      expect(interpolation(opset, ending)).toEqual(byScale(mode, 4, 2));
    },
  );

  test.each([7, 8, 9, 10])("opset %i knows one coordinate mode, asymmetric", (opset) => {
    expect(interpolation(opset, resize({ opset, scales: four }))).toEqual(byScale("asymmetric", 4, 2));
  });

  test("Upsample may call it bilinear", () => {
    const ending = resize({ opset: 9, scales: four, attributes: { mode: "bilinear" } });
    expect(interpolation(9, ending)).toEqual(byScale("asymmetric", 4, 2));
  });

  test.each(opsets)("opset %i without a coordinate mode means half_pixel", (opset) => {
    expect(interpolation(opset, resize({ opset, scales: four }))).toEqual(byScale("half_pixel", 4, 2));
  });

  test.each([11, 13, 18])("opset %i with sizes", (opset) => {
    const ending = resize({ opset, sizes: [2, 3, 70, 90], attributes: coordinates("align_corners") });
    const batch = { batch: 2, height: 32, width: 48 };
    expect(interpolation(opset, ending, { input: batch })).toEqual(bySize("align_corners", 70, 90));
  });

  test.each([
    [
      [0, 1, 2, 3],
      [1, 1, 4, 2],
    ],
    [
      [2, 3],
      [4, 2],
    ],
    [
      [3, 2],
      [2, 4],
    ],
    [
      [-2, -1],
      [4, 2],
    ],
  ])("axes %j", (axes, scales) => {
    const ending = resize({ opset: 18, scales, attributes: { ...coordinates("half_pixel"), axes } });
    expect(interpolation(18, ending)).toEqual(byScale("half_pixel", 4, 2));
  });

  test("an axis that is not named keeps its size", () => {
    const ending = resize({
      opset: 18,
      scales: [3],
      attributes: { ...coordinates("half_pixel"), axes: [3] },
    });
    expect(interpolation(18, ending)).toEqual(byScale("half_pixel", 1, 3));
    const sizes = resize({ opset: 18, sizes: [50], attributes: { ...coordinates("half_pixel"), axes: [2] } });
    expect(interpolation(18, sizes)).toEqual({
      coordinateMode: "half_pixel",
      rows: { scale: 0, size: 50 },
      columns: { scale: 1, size: 0 },
    });
  });

  test("scales that float32 rounds are the rounded ones", () => {
    const odd = resize({ opset: 13, scales: [1, 1, 3.7, 0.3] });
    expect(interpolation(13, odd)).toEqual(byScale("half_pixel", Math.fround(3.7), Math.fround(0.3)));
  });

  test("Identity and a Cast to float32 may follow", () => {
    const ending = resize({ opset: 13, scales: four, to: "enlarged" });
    const nodes: OnnxNode[] = [
      ...ending.nodes,
      { op: "Identity", inputs: ["enlarged"], outputs: ["same"] },
      { op: "Cast", inputs: ["same"], outputs: ["logits"], attributes: { to: 1 } },
    ];
    const recipe = decide(13, { ...ending, nodes });
    expect(recipe).toMatchObject({ cut: true, interpolation: byScale("half_pixel", 4, 2), output: "logits" });
  });
});

/** A Resize whose scales come out of the given nodes as "scales". */
function scalesFrom(nodes: readonly OnnxNode[], initializers: readonly OnnxTensor[] = []): Ending {
  const resizeNode = {
    op: "Resize",
    inputs: ["features", "", "scales"],
    outputs: ["logits"],
    attributes: { mode: "linear" },
  };
  return { nodes: [...nodes, resizeNode], initializers };
}

/** A Resize whose sizes come out of the given nodes as "sizes". */
function sizesFrom(nodes: readonly OnnxNode[], initializers: readonly OnnxTensor[] = []): Ending {
  const resizeNode = {
    op: "Resize",
    inputs: ["features", "", "", "sizes"],
    outputs: ["logits"],
    attributes: { mode: "linear" },
  };
  return { nodes: [...nodes, resizeNode], initializers };
}

const fourFloats = floats("value", [4], Float32Array.from(four));
const hw = integers("hw", [70, 90]);
const batchAndChannels: OnnxNode[] = [
  { op: "Shape", inputs: ["features"], outputs: ["shape"] },
  { op: "Slice", inputs: ["shape", "zero", "two", "zero"], outputs: ["nk"] },
];
const bounds = [integers("zero", [0]), integers("two", [2])];
const join: OnnxNode = { op: "Concat", inputs: ["nk", "hw"], outputs: ["sizes"], attributes: { axis: 0 } };

describe("scales and sizes are found however exporters write them", () => {
  test.each<[string, Ending]>([
    [
      "an initializer with a list of numbers",
      scalesFrom([], [{ ...fourFloats, name: "scales", listed: true }]),
    ],
    ["a Constant of a tensor", scalesFrom([constant("scales", { tensor: fourFloats })])],
    [
      "a Constant of a tensor with a list",
      scalesFrom([constant("scales", { tensor: { ...fourFloats, listed: true } })]),
    ],
    [
      "a Constant of floats",
      scalesFrom([
        { op: "Constant", inputs: [], outputs: ["scales"], attributes: { value_floats: { floats: four } } },
      ]),
    ],
    [
      "a Cast Identity of doubles",
      scalesFrom(
        [
          { op: "Identity", inputs: ["doubles"], outputs: ["same"] },
          { op: "Cast", inputs: ["same"], outputs: ["scales"], attributes: { to: 1 } },
        ],
        [
          {
            name: "doubles",
            type: "float64",
            dims: [4],
            bytes: new Uint8Array(Float64Array.from(four).buffer),
          },
        ],
      ),
    ],
    [
      "a Concat of two constants",
      scalesFrom(
        [{ op: "Concat", inputs: ["a", "b"], outputs: ["scales"], attributes: { axis: 0 } }],
        [floats("a", [2], Float32Array.of(1, 1)), floats("b", [2], Float32Array.of(4, 2))],
      ),
    ],
  ])("%s", (_, ending) => {
    expect(interpolation(13, ending)).toEqual(byScale("half_pixel", 4, 2));
  });

  test.each<[string, Ending]>([
    ["a list of numbers", sizesFrom([], [{ ...integers("sizes", [1, 3, 70, 90]), listed: true }])],
    [
      "a Constant of integers",
      sizesFrom([
        { op: "Constant", inputs: [], outputs: ["sizes"], attributes: { value_ints: [1, 3, 70, 90] } },
      ]),
    ],
    ["torch's Shape, Slice and Concat", sizesFrom([...batchAndChannels, join], [...bounds, hw])],
    [
      "single extents by Gather and Unsqueeze",
      sizesFrom(
        [
          { op: "Shape", inputs: ["features"], outputs: ["shape"] },
          { op: "Gather", inputs: ["shape", "first"], outputs: ["n"] },
          { op: "Unsqueeze", inputs: ["n", "axis"], outputs: ["n1"] },
          { op: "Gather", inputs: ["shape", "second"], outputs: ["k1"] },
          { op: "Concat", inputs: ["n1", "k1", "hw"], outputs: ["sizes"], attributes: { axis: 0 } },
        ],
        [{ ...integers("first", [0]), dims: [] }, integers("axis", [0]), integers("second", [1]), hw],
      ),
    ],
    [
      "the batch size of the images",
      sizesFrom(
        [
          { op: "Shape", inputs: ["images"], outputs: ["nk"], attributes: { start: 0, end: 1 } },
          { op: "Concat", inputs: ["nk", "k", "hw"], outputs: ["sizes"], attributes: { axis: 0 } },
        ],
        [integers("k", [3]), hw],
      ),
    ],
  ])("sizes: %s", (_, ending) => {
    const input = { batch: 1, height: 32, width: 48 };
    expect(interpolation(15, ending, { input })).toEqual(bySize("half_pixel", 70, 90));
  });
});

function constant(name: string, value: { readonly tensor: OnnxTensor }): OnnxNode {
  return { op: "Constant", inputs: [], outputs: [name], attributes: { value } };
}

const attributesOf = (more: Record<string, number | string>) =>
  resize({ opset: 19, scales: four, attributes: { mode: "linear", ...more } });

/** The end of a network behind an interpolation. */
function followedBy(op: string, attributes: OnnxNode["attributes"] = {}): Ending {
  const ending = resize({ opset: 13, scales: four, to: "enlarged" });
  return {
    ...ending,
    nodes: [...ending.nodes, { op, inputs: ["enlarged"], outputs: ["logits"], attributes }],
  };
}

describe("what is not cut says why", () => {
  test.each<[RegExp, Ending, number?]>([
    [/mode "nearest"/, resize({ opset: 19, scales: four, attributes: {} })],
    [/mode "cubic"/, attributesOf({ mode: "cubic" })],
    [/"half_pixel_symmetric"/, attributesOf({ coordinate_transformation_mode: "half_pixel_symmetric" })],
    [/"tf_crop_and_resize"/, attributesOf({ coordinate_transformation_mode: "tf_crop_and_resize" })],
    [/"tf_half_pixel_for_nn"/, attributesOf({ coordinate_transformation_mode: "tf_half_pixel_for_nn" })],
    [/antialias/, attributesOf({ antialias: 1 })],
    [/exclude_outside/, attributesOf({ exclude_outside: 1 })],
    [/keep_aspect_ratio_policy "not_larger"/, attributesOf({ keep_aspect_ratio_policy: "not_larger" })],
    [/the attribute "of_the_future"/, attributesOf({ of_the_future: 1 })],
    [/scales more than height and width/, resize({ opset: 19, scales: [1, 2, 4, 4] })],
    [/scales more than height and width/, resize({ opset: 19, scales: [2, 1, 4, 4] })],
    [/not one of \[N, K, h, w\] images/, resize({ opset: 19, scales: [1, 4, 4] })],
    [/unusable scales/, resize({ opset: 19, scales: [1, 1, 4, 0] })],
    [/unusable scales/, resize({ opset: 19, scales: [1, 1, 4, Number.NaN] })],
    [/ends in Softmax/, followedBy("Softmax", { axis: 1 })],
    [/ends in Sigmoid/, followedBy("Sigmoid")],
    [/ends in ArgMax/, followedBy("ArgMax", { axis: 1 })],
    [/a Cast that rounds/, followedBy("Cast", { to: 10 })],
    [/batch size or channels/, resize({ opset: 19, sizes: [1, 4, 70, 90] }), 1],
    [/batch size or channels/, resize({ opset: 19, sizes: [2, 3, 70, 90] }), 1],
    [/batch size or channels/, resize({ opset: 19, sizes: [1, 3, 70, 90] })],
    [
      /neither scales nor sizes/,
      {
        nodes: [{ op: "Resize", inputs: ["features"], outputs: ["logits"], attributes: { mode: "linear" } }],
      },
    ],
  ])("%s", (expected, ending, batch) => {
    const opset = ending.nodes.at(-1)?.op === "Resize" ? 19 : 13;
    const input = { batch: batch ?? "N", height: 32, width: 48 };
    expect(reason(opset, ending, { input })).toMatch(expected);
  });

  test("sizes that the graph computes from other tensors", () => {
    const computed: OnnxNode[] = [
      ...batchAndChannels,
      { op: "Shape", inputs: ["images"], outputs: ["all"] },
      { op: "Slice", inputs: ["all", "two", "end", "zero"], outputs: ["hw"] },
      join,
    ];
    const ending = sizesFrom(computed, [...bounds, integers("end", [4])]);
    expect(reason(13, ending)).toMatch(/its sizes are computed in the graph/);
  });

  test("sizes that exchange batch and channels", () => {
    const exchanged: OnnxNode[] = [
      { op: "Shape", inputs: ["features"], outputs: ["shape"] },
      { op: "Gather", inputs: ["shape", "order"], outputs: ["nk"] },
      join,
    ];
    expect(reason(13, sizesFrom(exchanged, [integers("order", [1, 0]), hw]))).toMatch(
      /batch size or channels/,
    );
  });

  test("a region of interest", () => {
    const ending = resize({ opset: 13, scales: four });
    const [node] = ending.nodes;
    const nodes = [{ ...(node as OnnxNode), inputs: ["features", "roi", "scales"] }];
    const roi = floats("roi", [8], new Float32Array(8));
    const initializers = [...(ending.initializers ?? []), roi];
    expect(reason(13, { nodes, initializers })).toMatch(/a region of interest/);
  });

  test("scales that lie in an external data file", () => {
    const ending = resize({ opset: 13, scales: four });
    const initializers = (ending.initializers ?? []).map((item) => ({ ...item, external: "weights.bin" }));
    expect(reason(13, { ...ending, initializers })).toMatch(/its scales lie in an external data file/);
  });

  test("an interpolation whose result something else uses too", () => {
    const ending = resize({ opset: 13, scales: four });
    const nodes: OnnxNode[] = [...ending.nodes, { op: "Softmax", inputs: ["logits"], outputs: ["unused"] }];
    expect(reason(13, { ...ending, nodes })).toMatch(/also feeds the node unused \(Softmax\)/);
  });

  test("an interpolation whose result a subgraph uses", () => {
    const ending = resize({ opset: 13, scales: four });
    const branch = {
      nodes: [{ op: "Identity", inputs: ["logits"], outputs: ["copy"] }],
      initializers: [],
      inputs: [],
      outputs: [{ name: "copy", type: "float32", dims: ["a", "b", "c", "d"] }],
    } as const;
    const choice = {
      op: "If",
      inputs: ["condition"],
      outputs: ["unused"],
      attributes: { then_branch: { graph: branch }, else_branch: { graph: branch } },
    };
    expect(reason(13, { ...ending, nodes: [...ending.nodes, choice] })).toMatch(
      /also feeds the node unused \(If\)/,
    );
  });

  test("an interpolation of the images themselves", () => {
    expect(reason(13, resize({ opset: 13, scales: four, from: "images" }))).toMatch(
      /no result of the network/,
    );
  });

  test("an operator of the same name from elsewhere", () => {
    const ending = resize({ opset: 13, scales: four });
    const nodes = ending.nodes.map((node) => ({ ...node, domain: "org.example" }));
    expect(reason(13, { ...ending, nodes })).toMatch(/ends in org.example.Resize/);
  });

  test("an interpolation in float16 that is made float32 afterwards", () => {
    const resized = resize({ opset: 13, scales: four, from: "half", to: "enlarged" });
    const nodes: OnnxNode[] = [
      { op: "Cast", inputs: ["features"], outputs: ["half"], attributes: { to: 10 } },
      ...resized.nodes,
      { op: "Cast", inputs: ["enlarged"], outputs: ["logits"], attributes: { to: 1 } },
    ];
    expect(reason(13, { ...resized, nodes })).toMatch(/rounds to float16/);
  });

  test("two outputs, and none", () => {
    const graph = headGraph(network(13), resize({ opset: 13, scales: four }));
    const [logits] = graph.outputs;
    const features = { name: "features", type: "float32", dims: ["N", 3, "h", "w"] } as const;
    const two = { ...graph, outputs: logits === undefined ? [] : [logits, features] };
    expect(headRecipe(writeOnnx(two, 13))).toEqual({ cut: false, reason: "the network has 2 outputs" });
    expect(headRecipe(writeOnnx({ ...graph, outputs: [] }, 13))).toMatchObject({ cut: false });
  });

  test("bytes that are no model", () => {
    const model = headNetwork(network(13), resize({ opset: 13, scales: four }));
    for (const bytes of [new Uint8Array(0), model.subarray(0, 100), Uint8Array.of(255, 255, 255)]) {
      expect(headRecipe(bytes)).toMatchObject({
        cut: false,
        reason: expect.stringMatching(/cannot be read/),
      });
    }
  });
});
