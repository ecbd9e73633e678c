// Model packages made on the spot whose answer can be said in advance: the network is one 1×1 convolution,
// so each logit is a weighted sum of a pixel's three input channels.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { floats, writeOnnx } from "./onnx-writer.js";

/** What the tiny network computes. */
export interface TinyNetwork {
  /** One row of three weights a channel of the logits. */
  readonly weights?: readonly (readonly number[])[];
  /** Height and width of the input; a name leaves the dimension open. */
  readonly height?: number | string;
  readonly width?: number | string;
  /** Images in one run; a name leaves the dimension open. */
  readonly batch?: number | string;
}

/** Class 0 where blue is brightest, 1 for red, 2 for green (input channels are r, g, b). */
export const tinyWeights = [
  [0, 0, 10],
  [10, 0, 0],
  [0, 10, 0],
];

/** A serialized ONNX model `logits = Conv1x1(images)`. */
export function tinyOnnx(network: TinyNetwork = {}): Uint8Array {
  const { weights = tinyWeights, height = "H", width = "W", batch = "N" } = network;
  const channels = weights.length;
  return writeOnnx({
    nodes: [{ op: "Conv", inputs: ["images", "w"], outputs: ["logits"] }],
    initializers: [floats("w", [channels, 3, 1, 1], Float32Array.from(weights.flat()))],
    inputs: [{ name: "images", type: "float32", dims: [batch, 3, height, width] }],
    outputs: [{ name: "logits", type: "float32", dims: [batch, channels, height, width] }],
  });
}

/** A good inference_config.json; `networkInput` is merged into `network_input`, `rest` beside it. */
export function tinyConfig(
  networkInput: Record<string, unknown> = {},
  rest: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    network_input: {
      training_input_size: { height: 8, width: 8 },
      dynamic_spatial_size_supported: false,
      color_mode: "rgb",
      resize_mode: "stretch",
      input_channels: 3,
      scaling_factor: 255,
      ...networkInput,
    },
    ...rest,
  };
}

/** Contents of a package; undefined leaves the file out, an object becomes JSON. */
export interface TinyPackageFiles {
  readonly classNames?: string | Uint8Array | undefined;
  readonly config?: unknown;
  readonly weights?: Uint8Array | undefined;
  /** More files by name. */
  readonly more?: Readonly<Record<string, string | Uint8Array>>;
}

const folders: string[] = [];

/** A new empty folder, removed by {@link removeFolders}. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "deeplab-rt-test-"));
  folders.push(folder);
  return folder;
}

/** Writes a package into a new folder. */
export async function tinyPackage(files: TinyPackageFiles = {}): Promise<string> {
  const folder = await newFolder();
  const defaults = { classNames: "background\nred\ngreen\n", config: tinyConfig(), weights: tinyOnnx() };
  const { classNames, config, weights, more }: TinyPackageFiles = { ...defaults, ...files };
  const contents: Record<string, string | Uint8Array | undefined> = {
    "class_names.txt": classNames,
    "inference_config.json": asText(config),
    "weights.onnx": weights,
    ...more,
  };
  for (const [name, content] of Object.entries(contents)) {
    if (content !== undefined) await writeFile(path.join(folder, name), content);
  }
  return folder;
}

function asText(config: unknown): string | undefined {
  return config === undefined || typeof config === "string" ? config : JSON.stringify(config);
}

/** For `afterAll`: removes every folder made here. */
export async function removeFolders(): Promise<void> {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}

/** Raw RGB pixels, each a function of its place. */
export function rgbImage(
  width: number,
  height: number,
  color: (x: number, y: number) => readonly [number, number, number],
) {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set(color(i % width, Math.floor(i / width)), i * 3);
  return { data, width, height };
}

const stripeColors = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 0, 0],
] as const;

/** Four vertical stripes, 8×8: red, green, blue, red. */
export const stripes = () => rgbImage(8, 8, (x) => stripeColors[x >> 1] ?? [0, 0, 0]);
/** Their classes, with the tiny network. */
export const stripeRow = [1, 1, 2, 2, 0, 0, 1, 1];
/** The class of each of their pixels. */
export const stripeMap = Array.from({ length: 8 }, () => stripeRow).flat();
